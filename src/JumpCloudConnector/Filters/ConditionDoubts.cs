using System.Text.RegularExpressions;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Filters;

/// <summary>
/// What is to be said of a condition's values that are possible and can hardly be meant: slips of who writes a first filter, by
/// which it excludes nothing, or everything.
/// </summary>
internal static class ConditionDoubts
{
    private static readonly Regex s_joined = new(
        $@"\s(and|or|&&|\|\|)\s+[\w.]+\s+({string.Join("|", LogFilterCondition.Operators)})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>What there is to say, at most one thing a value.</summary>
    /// <param name="condition">A condition that passed the check.</param>
    /// <param name="means">What comes of it: "the condition '…' holds for no record".</param>
    public static IEnumerable<string> Of(LogFilterCondition condition, string means)
    {
        // An expression may have any sign, and what numbers and networks cannot be was refused.
        if (condition.Operator is LogFilterOperator.Match or LogFilterOperator.Exists or LogFilterOperator.GreaterThan or LogFilterOperator.LessThan or LogFilterOperator.InSubnet)
            return [];
        return condition.Values.Select(v => Of(condition, v, means)).OfType<string>();
    }

    /// <summary>The values that a field must have or not have whole, without those of which there is something to say already.</summary>
    public static IEnumerable<string> WholeValues(LogFilterCondition condition) =>
        IsWhole(condition) ? condition.Values.Where(v => Of(condition, v, "") is null) : [];

    private static bool IsWhole(LogFilterCondition condition) =>
        condition.Operator is LogFilterOperator.Equal or LogFilterOperator.NotEqual or LogFilterOperator.In or LogFilterOperator.NotIn;

    // Names of people and resources may have commas.
    private static bool HasNoCommas(string field) =>
        KnownValues.Closed.ContainsKey(field) || KnownFields.IsNumber(field) || field is "event_type" or "event_category" or "srcip";

    private static string? Of(LogFilterCondition condition, string value, string means)
    {
        if (s_joined.Match(value) is { Success: true } joined)
        {
            return $"'{joined.Groups[1].Value}' is part of the value of the condition '{condition}'. One text is one condition: write each in quotes of its own, with commas between them; all must hold. For 'or' add a second filter.";
        }

        if (value.Length > 1 && value[0] is '"' or '\'' && value[value.Length - 1] == value[0])
            return $"The quotes in the condition '{condition}' are part of its value. Leave them out: {condition.Field} {condition.Operator} {value.Trim(value[0])}.";
        bool isWhole = IsWhole(condition);
        if (isWhole && value.IndexOf('*') >= 0)
            return $"A condition has no wildcards: * stands for itself, so {means} but those that have it. Use StartsWith, EndsWith or Contains without it, or Match with a regular expression.";
        if (isWhole && condition.Field == "srcip" && value.IndexOf('/') >= 0)
            return $"'{value}' is a network, and srcip holds addresses, so {means}. Ask for the addresses of a network with InSubnet: srcip InSubnet {value}.";
        if (isWhole && value.IndexOf(',') >= 0 && HasNoCommas(condition.Field))
        {
            LogFilterOperator several = condition.Operator is LogFilterOperator.NotEqual or LogFilterOperator.NotIn ? LogFilterOperator.NotIn : LogFilterOperator.In;
            return $"The comma in the condition '{condition}' is part of its value, so {means}. Give several values with {several}: {condition.Field} {several} {value}.";
        }

        if (KnownFields.NotAmong(condition.Field, value, isWhole) is { } numbers)
            return $"No record has '{value}' in {condition.Field}, as the condition '{condition}' asks: the field holds {numbers}.";
        if (!isWhole) return null;
        if (!KnownValues.Closed.TryGetValue(condition.Field, out IReadOnlyList<string>? known) || known.Contains(value, StringComparer.OrdinalIgnoreCase)) return null;
        return $"No record has '{value}' in {condition.Field}, as the condition '{condition}' asks. {KnownValues.Choice(value, known)}";
    }
}
