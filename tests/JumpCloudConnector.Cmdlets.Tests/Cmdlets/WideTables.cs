using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Xml.Linq;
using JumpCloudConnector.Connectors;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Each table of the format file, filled with the longest values that are real.</summary>
public sealed class WideTables : IDisposable
{
    internal const string LongName = "Contoso Managed Services Northern-Europe";
    private readonly Dictionary<int, (ModuleSession Session, StringWriter Text)> _prompts = [];
    private readonly TemporaryFolder _folder = new();

    /// <summary>The views that are tables.</summary>
    internal static IEnumerable<XElement> Views() =>
        XDocument.Load(Path.Combine(ModuleCopy.FindBuiltModule(), "JumpCloudConnector.Format.ps1xml")).Descendants("View").Where(v => v.Element("TableControl") is not null);

    /// <summary>The lines of a view at a prompt of a width, with one object in it.</summary>
    internal string[] Show(string view, int width)
    {
        if (!_prompts.TryGetValue(width, out (ModuleSession Session, StringWriter Text) prompt)) _prompts[width] = prompt = Prompt(width);
        string typeName = Views().Single(v => v.Element("Name")!.Value == view).Descendants("TypeName").First().Value.Split('#')[0];
        PSObject shown = Fill(typeof(ConnectorInfo).Assembly.GetType(typeName, throwOnError: true)!, depth: 0);
        shown.TypeNames.Insert(0, TypeNameOf(view));
        prompt.Session.SetVariable("shown", shown);
        prompt.Text.GetStringBuilder().Clear();
        Assert.True(prompt.Session.Show("$shown"), prompt.Text.ToString());
        return [.. prompt.Text.ToString().Trim('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r'))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((ModuleSession session, StringWriter text) in _prompts.Values)
        {
            session.Dispose();
            text.Dispose();
        }

        _folder.Dispose();
    }

    private static string TypeNameOf(string view) => $"Wide.{view.Replace('#', '.')}";

    private (ModuleSession Session, StringWriter Text) Prompt(int width)
    {
        // Each table is selected by a name of its own: some types have several views.
        XDocument views = new(new XElement("Configuration", new XElement("ViewDefinitions", Views())));
        foreach (XElement view in views.Descendants("View")) view.Descendants("TypeName").First().Value = TypeNameOf(view.Element("Name")!.Value);
        string path = Path.Combine(_folder.Path, "Tables.Format.ps1xml");
        views.Save(path);
        StringWriter text = new();
        ModuleSession session = new(new TextHostOptions { Output = text, Width = width }, configure: state => state.Formats.Add(new SessionStateFormatEntry(path)));
        session.Invoke("[cultureinfo]::CurrentCulture = 'en-US'");
        return (session, text);
    }

    private static PSObject Fill(Type type, int depth)
    {
        PSObject filled = new();
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
            filled.Properties.Add(new PSNoteProperty(property.Name, Value(property.PropertyType, property.Name, depth)));
        return filled;
    }

    private static object? Value(Type declared, string name, int depth)
    {
        Type type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(string)) return Text(name);
        if (type == typeof(long) || type == typeof(int)) return type == typeof(int) ? (object)(int)Number(name) : Number(name);
        if (type == typeof(double)) return name == "Fraction" ? 1.0 : 100.0;
        if (type == typeof(bool)) return true;
        if (type == typeof(TimeSpan)) return name == "Latency" || depth > 0 ? TimeSpan.FromSeconds(300) : new TimeSpan(1095, 23, 59, 59);
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(new DateTime(name == "NextRun" ? 2033 : 2023, 11, 28, 22, 58, 59, 123, DateTimeKind.Local));
        if (type.IsEnum) return Enum.GetValues(type).Cast<object>().MaxBy(v => v.ToString()!.Length);
        if (type.IsGenericType && type.GetGenericArguments() is [Type element] && type != typeof(Nullable<>))
            return depth > 1 ? Array.Empty<object>() : Enumerable.Range(0, 3).Select(_ => Value(element, name, depth + 1)).ToArray();
        return type.Namespace!.StartsWith("JumpCloudConnector", StringComparison.Ordinal) && depth < 2 ? Fill(type, depth + 1) : null;
    }

    private static string Text(string name) => name switch
    {
        "ErrorId" or "StatusId" => "SyslogCertificateRejected",
        "HostName" => "syslog-receiver-01.security.northern-europe.contoso.com",
        "SourceIp" => "203.0.113.217",
        "EventStatus" => "success",
        "Message" or "Summary" or "StatusMessage" => "The connection was closed before the whole answer had come; look for a proxy in between, and set it with Set-JcConnector -Proxy.",
        _ => LongName,
    };

    private static long Number(string name) => name switch
    {
        "LastResult" => int.MinValue + 524_289,
        "StatusCode" => 503,
        "Line" => 99_999,
        _ => name.EndsWith("Bytes", StringComparison.Ordinal) ? 2L << 40 : 10_000_000,
    };
}
