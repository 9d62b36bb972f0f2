using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace PowerShellHost;

/// <summary>Writes what PowerShell shows as text, in the words and colours of pwsh.</summary>
internal sealed class TextHostUI(TextHostOptions options) : PSHostUserInterface
{
    private const string Red = "\e[31;1m";
    private const string Yellow = "\e[33;1m";
    private const string Reset = "\e[0m";
    private static readonly TimeSpan s_progressPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TextHostRawUI _rawUI = new(options.Width);
    private readonly Dictionary<int, string> _progressShown = [];
    private readonly Stopwatch _sinceProgress = new();

    public override PSHostRawUserInterface RawUI => _rawUI;

    public override bool SupportsVirtualTerminal => options.Color;

    public override void Write(string value)
    {
        lock (_gate) options.Output.Write(Plain(value));
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine() => WriteLine(string.Empty);

    public override void WriteLine(string value)
    {
        lock (_gate) options.Output.WriteLine(Plain(value));
    }

    public override void WriteErrorLine(string value) => WriteColored(Red, value);

    public override void WriteWarningLine(string message) => WriteColored(Yellow, $"WARNING: {message}");

    public override void WriteVerboseLine(string message) => WriteColored(Yellow, $"VERBOSE: {message}");

    public override void WriteDebugLine(string message) => WriteColored(Yellow, $"DEBUG: {message}");

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (options.OnProgress is { } handler)
        {
            handler(record);
            return;
        }

        lock (_gate)
        {
            bool last = record.RecordType == ProgressRecordType.Completed;
            if (last ? !_progressShown.ContainsKey(record.ActivityId) : _sinceProgress.IsRunning && _sinceProgress.Elapsed < s_progressPause) return;

            string line = ProgressLine(record);
            if (_progressShown.TryGetValue(record.ActivityId, out string? shown) && shown == line) return;
            options.Output.WriteLine(line);
            _sinceProgress.Restart();
            if (last) _progressShown.Remove(record.ActivityId);
            else _progressShown[record.ActivityId] = line;
        }
    }

    public override string ReadLine() => throw NoInput();

    public override SecureString ReadLineAsSecureString() => throw NoInput();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw NoInput();

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        int choice = options.OnChoice?.Invoke(message, choices, defaultChoice) ?? defaultChoice;
        WriteLine(caption);
        WriteLine(message);
        if (choice >= 0) WriteLine($"> {choices[choice].Label.Replace("&", string.Empty, StringComparison.Ordinal)}");
        return choice;
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw NoInput();

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw NoInput();

    private static string ProgressLine(ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed) return $"{record.Activity}: done";
        string percent = record.PercentComplete >= 0 ? string.Create(CultureInfo.InvariantCulture, $" {record.PercentComplete} %") : string.Empty;
        string operation = string.IsNullOrEmpty(record.CurrentOperation) ? string.Empty : $" ({record.CurrentOperation})";
        return $"{record.Activity}:{percent} {record.StatusDescription}{operation}";
    }

    private static HostException NoInput() => new("This host has nobody to ask: give every value as a parameter.");

    // Formatting colours its tables whatever the host says of itself; the switch for it is one for the whole process.
    private string Plain(string value) => options.Color ? value : new StringDecorated(value).ToString(OutputRendering.PlainText);

    private void WriteColored(string color, string text) => WriteLine(options.Color ? $"{color}{text}{Reset}" : text);
}
