using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;
using JumpCloudConnector.Filters;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// Conditions of a log filter, as an array: hashtables or objects with Field, Operator and Value, or texts such as
/// "event_type In sso_auth, user_login_attempt".
/// </summary>
public sealed class ConditionTransformation : TextTransformation
{
    private static readonly EnumNames s_operators = new(typeof(LogFilterOperator));

    // As PowerShell, Lucene and others write a condition.
    private static readonly Regex s_foreign = new(@"^([\w.]+)\s*(:|==?|!=|<>)\s*(\S.*)$", RegexOptions.CultureInvariant);

    private static readonly Dictionary<string, string> s_otherOperators = new(StringComparer.OrdinalIgnoreCase)
    {
        ["eq"] = "Equal", ["is"] = "Equal", ["ne"] = "NotEqual", ["like"] = "StartsWith, EndsWith, Contains or Match", ["regex"] = "Match",
        ["gt"] = "GreaterThan", [">"] = "GreaterThan", ["lt"] = "LessThan", ["<"] = "LessThan",
    };

    /// <inheritdoc/>
    protected override string Expected =>
        $"Give a text 'field operator values', such as 'event_type In sso_auth, user_login_attempt', or a hashtable @{{ Field = …; Operator = …; Value = … }}, with the operator {s_operators.Choice}.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        List<LogFilterCondition> conditions = [];
        Add(conditions, value);
        return conditions.ToArray();
    }

    private void Add(List<LogFilterCondition> conditions, object? value)
    {
        object? given = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        switch (given)
        {
            case null:
                break;
            case LogFilterCondition condition:
                conditions.Add(condition);
                break;
            case string text:
                conditions.Add(FromText(text));
                break;
            case IDictionary table:
                conditions.Add(FromParts(value!, table["Field"], table["Operator"], table.Contains("Values") ? table["Values"] : table["Value"]));
                break;
            case IEnumerable items:
                foreach (object? item in items) Add(conditions, item);
                break;
            default:
                PSMemberInfoCollection<PSPropertyInfo> properties = PSObject.AsPSObject(given).Properties;
                conditions.Add(FromParts(value!, properties["Field"]?.Value, properties["Operator"]?.Value, (properties["Values"] ?? properties["Value"])?.Value));
                break;
        }
    }

    private LogFilterCondition FromText(string text)
    {
        if (s_foreign.Match(text.Trim()) is { Success: true } foreign)
        {
            string field = foreign.Groups[1].Value, value = foreign.Groups[3].Value.Trim('"', '\'');
            string operation = foreign.Groups[2].Value is "!=" or "<>" ? "NotEqual" : field == "srcip" && value.IndexOf('/') >= 0 ? "InSubnet" : "Equal";
            throw RefuseValue(text, $"'{LogFilterCondition.FieldMeantBy(field)} {operation} {value}'");
        }

        string[] parts = text.Trim().Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2) throw RefuseValue(text);

        // Several values only where the operator is for several: a comma may be part of a single one.
        object? values = parts.Length < 3 ? null
            : Enum.TryParse(parts[1], ignoreCase: true, out LogFilterOperator known) && known is LogFilterOperator.In or LogFilterOperator.NotIn or LogFilterOperator.InSubnet
                ? parts[2].Split(',') : parts[2];
        return FromParts(text, parts[0], parts[1], values);
    }

    private LogFilterCondition FromParts(object whole, object? field, object? operation, object? values)
    {
        if (field is null || operation is null || !s_operators.TryParse(operation, out object? parsed))
        {
            throw RefuseValue(whole is IDictionary table ? Show(table) : whole, field is null || operation is null ? null : MeantBy(operation));
        }

        return new LogFilterCondition { Field = LanguagePrimitives.ConvertTo<string>(field).Trim(), Operator = (LogFilterOperator)parsed!, Values = Texts(values) };
    }

    private static string? MeantBy(object operation)
    {
        string name = (operation.ToString() ?? "").TrimStart('-');
        return s_otherOperators.TryGetValue(name, out string? meant) ? meant : s_operators.Nearest(name);
    }

    private static List<string> Texts(object? values)
    {
        object? bare = values is PSObject wrapped ? wrapped.BaseObject : values;
        return bare switch
        {
            null => [],
            string text => [text.Trim()],
            // As JSON writes it, so that $false compares with a record's false.
            bool truth => [truth ? "true" : "false"],
            DateTime time => [new DateTimeOffset(time).ToString("o", System.Globalization.CultureInfo.InvariantCulture)],
            DateTimeOffset time => [time.ToString("o", System.Globalization.CultureInfo.InvariantCulture)],
            IEnumerable items => [.. items.Cast<object?>().SelectMany(Texts)],
            _ => [System.Convert.ToString(bare, System.Globalization.CultureInfo.InvariantCulture) ?? ""],
        };
    }

    private static string Show(IDictionary table) => "@{ " + string.Join("; ", table.Keys.Cast<object>().Select(k => $"{k} = {table[k]}")) + " }";
}
