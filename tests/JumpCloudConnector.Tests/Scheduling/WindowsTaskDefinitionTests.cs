using System.Text;
using System.Xml.Linq;
using JumpCloudConnector.Scheduling;

namespace JumpCloudConnector.Tests.Scheduling;

/// <summary>The definition against the rules of the Task Scheduler's schema; the scheduler itself runs on Windows alone.</summary>
public sealed class WindowsTaskDefinitionTests
{
    private static readonly XNamespace Schema = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    // The order in which the schema's sequences have their elements.
    private static readonly Dictionary<string, string[]> Order = new()
    {
        ["Task"] = ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"],
        ["TimeTrigger"] = ["Repetition", "StartBoundary", "Enabled"],
        ["RestartOnFailure"] = ["Interval", "Count"],
        ["Exec"] = ["Command", "Arguments"],
    };

    private static readonly CollectionTask Acme = new()
    {
        Name = "acme", HostPath = @"C:\Program Files\PowerShell\7\pwsh.exe", ScriptPath = @"C:\Program Files\Mod ule\Start-JcCollection.ps1",
        ModulePath = @"C:\Program Files\Mod ule\JumpCloudConnector.psd1", StorePath = @"C:\ProgramData\JumpCloudConnector",
        KeyRingPath = @"C:\Key ring\", Account = "SYSTEM",
    };

    [Theory]
    [InlineData(false, "SYSTEM")]
    [InlineData(true, "SYSTEM")]
    [InlineData(false, @"ACME\collector$")]
    public void Every_element_stands_where_the_schema_has_it(bool continuous, string account)
    {
        XElement task = Definition(Acme with { Continuous = continuous, Account = account });

        Assert.Equal("1.4", task.Attribute("version")!.Value);
        foreach (XElement element in task.DescendantsAndSelf())
        {
            Assert.Equal(Schema, element.Name.Namespace);
            if (!Order.TryGetValue(element.Name.LocalName, out string[]? order)) continue;
            int[] places = [.. element.Elements().Select(e => Array.IndexOf(order, e.Name.LocalName))];
            Assert.DoesNotContain(-1, places);
            Assert.Equal(places.Order(), places);
        }

        Assert.Equal(task.Descendants(Schema + "Principal").Single().Attribute("id")!.Value, task.Element(Schema + "Actions")!.Attribute("Context")!.Value);
    }

    [Fact]
    public void It_runs_every_minute_and_is_kept_from_nothing()
    {
        XElement settings = Definition(Acme).Element(Schema + "Settings")!;

        Assert.Equal("PT1M", Definition(Acme).Descendants(Schema + "Repetition").Single().Value);
        Assert.Equal("PT15M", Definition(Acme with { IntervalMinutes = 15 }).Descendants(Schema + "Repetition").Single().Value);
        Assert.Equal("IgnoreNew", settings.Element(Schema + "MultipleInstancesPolicy")!.Value);
        Assert.Equal("true", settings.Element(Schema + "StartWhenAvailable")!.Value);
        Assert.Equal("false", settings.Element(Schema + "DisallowStartIfOnBatteries")!.Value);
        Assert.Equal("false", settings.Element(Schema + "StopIfGoingOnBatteries")!.Value);
        Assert.Equal("PT12H", settings.Element(Schema + "ExecutionTimeLimit")!.Value);
        Assert.NotNull(settings.Element(Schema + "RestartOnFailure"));
    }

    [Fact]
    public void One_that_goes_on_has_no_time_limit_and_is_begun_again()
    {
        XElement task = Definition(Acme with { Continuous = true });

        Assert.Equal("PT0S", task.Descendants(Schema + "ExecutionTimeLimit").Single().Value);
        Assert.Single(task.Descendants(Schema + "BootTrigger"));
        Assert.Single(task.Descendants(Schema + "TimeTrigger"));
        Assert.EndsWith("-Continuous", task.Descendants(Schema + "Arguments").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_system_account_needs_no_password_and_others_no_privileges()
    {
        XElement system = Definition(Acme).Descendants(Schema + "Principal").Single();
        Assert.Equal(("S-1-5-18", "HighestAvailable", null), (Value(system, "UserId"), Value(system, "RunLevel"), Value(system, "LogonType")));

        XElement managed = Definition(Acme with { Account = @"ACME\collector$" }).Descendants(Schema + "Principal").Single();
        Assert.Equal((@"ACME\collector$", "LeastPrivilege", "Password"), (Value(managed, "UserId"), Value(managed, "RunLevel"), Value(managed, "LogonType")));

        static string? Value(XElement principal, string name) => principal.Element(Schema + name)?.Value;
    }

    [Fact]
    public void Windows_reads_the_arguments_as_they_were_meant()
    {
        XElement run = Definition(Acme).Descendants(Schema + "Exec").Single();

        Assert.Equal(Acme.HostPath, run.Element(Schema + "Command")!.Value);
        Assert.Equal(
            ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", Acme.ScriptPath, "-ModulePath", Acme.ModulePath, "-StorePath", Acme.StorePath, "-KeyRingPath", Acme.KeyRingPath],
            Split(run.Element(Schema + "Arguments")!.Value));
    }

    private static XElement Definition(CollectionTask task) => WindowsTaskDefinition.Create(task, new DateTime(2026, 1, 1)).Root!;

    /// <summary>As CommandLineToArgvW reads them: backslashes count before a quotation mark alone.</summary>
    private static List<string> Split(string line)
    {
        List<string> arguments = [];
        StringBuilder argument = new();
        bool quoted = false, any = false;
        for (int i = 0; i < line.Length; i++)
        {
            int backslashes = 0;
            while (i < line.Length && line[i] == '\\')
            {
                backslashes++;
                i++;
            }

            bool mark = i < line.Length && line[i] == '"';
            argument.Append('\\', mark ? backslashes / 2 : backslashes);
            any |= backslashes > 0;
            if (mark && backslashes % 2 == 1)
            {
                argument.Append('"');
            }
            else if (mark)
            {
                quoted = !quoted;
                any = true;
            }
            else if (i < line.Length && (line[i] != ' ' || quoted))
            {
                argument.Append(line[i]);
                any = true;
            }
            else if (any)
            {
                arguments.Add(argument.ToString());
                argument.Clear();
                any = false;
            }
        }

        if (any) arguments.Add(argument.ToString());
        return arguments;
    }
}
