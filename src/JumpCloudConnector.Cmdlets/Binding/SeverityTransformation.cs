using System.Collections;
using System.Management.Automation;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Severities by outcome: a hashtable such as @{ failure = 'Error' }, or text such as failure=Error;success=Notice, as a cell of a table has it.</summary>
public sealed class SeverityTransformation : TextTransformation
{
    private readonly EnumNames _names = new(typeof(SyslogSeverity));

    /// <inheritdoc/>
    protected override string Expected => $"Give severities by outcome, such as @{{ failure = 'Warning'; success = 'Informational' }}: each {_names.Choice}.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        Dictionary<string, SyslogSeverity> severities = new(StringComparer.OrdinalIgnoreCase);
        switch (value)
        {
            case IReadOnlyDictionary<string, SyslogSeverity> known:
                return known;
            case IDictionary table:
                foreach (DictionaryEntry entry in table) Add(severities, entry.Key, entry.Value);
                break;
            case string text:
                foreach (string part in text.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries))
                {
                    string[] pair = part.Split('=');
                    if (pair.Length != 2) throw RefuseValue(value);
                    Add(severities, pair[0], pair[1]);
                }

                break;
            default:
                throw RefuseValue(value);
        }

        return severities.Count > 0 ? severities : throw RefuseValue(value);
    }

    private void Add(Dictionary<string, SyslogSeverity> severities, object outcome, object? severity)
    {
        string name = (LanguagePrimitives.ConvertTo<string>(outcome) ?? "").Trim();
        if (severity is PSObject { BaseObject: SyslogSeverity or string } wrapped) severity = wrapped.BaseObject;
        if (severity is null || !_names.TryParse(severity, out object? parsed)) throw RefuseValue(severity ?? outcome, severity is null ? null : _names.Nearest(severity));
        severities[name] = (SyslogSeverity)parsed!;
    }
}
