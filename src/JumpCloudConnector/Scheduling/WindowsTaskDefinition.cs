using System.Xml.Linq;

namespace JumpCloudConnector.Scheduling;

/// <summary>
/// A task in the Windows Task Scheduler's XML (schema 1.4, as Microsoft documents it under "Task Scheduler Schema"): the
/// elements stand in the schema's order.
/// </summary>
internal static class WindowsTaskDefinition
{
    private static readonly XNamespace Schema = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    /// <summary>The definition.</summary>
    /// <param name="task">What it runs.</param>
    /// <param name="start">Where the grid of runs begins, local time.</param>
    public static XDocument Create(CollectionTask task, DateTime start)
    {
        bool system = IsSystem(task.Account);
        return new XDocument(
            new XDeclaration("1.0", "UTF-16", null),
            new XElement(Schema + "Task", new XAttribute("version", "1.4"),
                new XElement(Schema + "RegistrationInfo",
                    new XElement(Schema + "Source", "JumpCloudConnector"),
                    new XElement(Schema + "Description", $"Collects JumpCloud events and users into '{task.StorePath}'. Made by Register-JcCollectionTask.")),
                new XElement(Schema + "Triggers", Triggers(task, start)),
                new XElement(Schema + "Principals",
                    new XElement(Schema + "Principal", new XAttribute("id", "Author"),
                        new XElement(Schema + "UserId", system ? "S-1-5-18" : task.Account),
                        system ? null : new XElement(Schema + "LogonType", "Password"),
                        new XElement(Schema + "RunLevel", system ? "HighestAvailable" : "LeastPrivilege"))),
                new XElement(Schema + "Settings",
                    new XElement(Schema + "MultipleInstancesPolicy", "IgnoreNew"),
                    new XElement(Schema + "DisallowStartIfOnBatteries", "false"),
                    new XElement(Schema + "StopIfGoingOnBatteries", "false"),
                    new XElement(Schema + "StartWhenAvailable", "true"),
                    new XElement(Schema + "RestartOnFailure",
                        new XElement(Schema + "Interval", "PT1M"),
                        new XElement(Schema + "Count", task.Continuous ? "999" : "3")),
                    // A run ends by itself; one that hangs past this must not keep all others away.
                    new XElement(Schema + "ExecutionTimeLimit", task.Continuous ? "PT0S" : "PT12H"),
                    new XElement(Schema + "Enabled", "true")),
                new XElement(Schema + "Actions", new XAttribute("Context", "Author"),
                    new XElement(Schema + "Exec",
                        new XElement(Schema + "Command", task.HostPath),
                        new XElement(Schema + "Arguments", string.Join(" ", task.Arguments().Select(Quote)))))));
    }

    /// <summary>True for the account of the machine itself.</summary>
    public static bool IsSystem(string account) => account.ToUpperInvariant() is "SYSTEM" or @"NT AUTHORITY\SYSTEM" or "S-1-5-18";

    private static XElement[] Triggers(CollectionTask task, DateTime start)
    {
        XElement boot = new(Schema + "BootTrigger", new XElement(Schema + "Enabled", "true"));
        XElement repeated = new(Schema + "TimeTrigger",
            new XElement(Schema + "Repetition", new XElement(Schema + "Interval", $"PT{(task.Continuous ? 1 : task.IntervalMinutes)}M")),
            new XElement(Schema + "StartBoundary", start.ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)),
            new XElement(Schema + "Enabled", "true"));
        // A continuous run that died is begun again within the minute; while it lives, IgnoreNew keeps a second one away.
        return task.Continuous ? [boot, repeated] : [repeated];
    }

    private static string Quote(string argument)
    {
        // A backslash before the closing mark would escape it.
        if (argument.IndexOf(' ') < 0) return argument;
        return argument[argument.Length - 1] == '\\' ? $"\"{argument}\\\"" : $"\"{argument}\"";
    }
}
