using System.Globalization;
using System.Text.RegularExpressions;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Filters;

/// <summary>What a log filter may be. Every refusal names the value, the rule and the way out.</summary>
public static class LogFilterRules
{
    private const string InvalidCondition = "InvalidLogFilterCondition";

    /// <summary>Checks a whole filter.</summary>
    /// <exception cref="JcException">InvalidLogFilterName or InvalidLogFilterCondition.</exception>
    public static void Check(LogFilter filter)
    {
        if (string.IsNullOrWhiteSpace(filter.Name) || filter.Name.Trim() != filter.Name || filter.Name.IndexOfAny(['*', '?', '[', ']']) >= 0
            || filter.Name.Length > 128 || filter.Name.Any(char.IsControl))
        {
            throw new JcException("InvalidLogFilterName", JcErrorKind.InvalidInput,
                $"The log filter name '{filter.Name}' is not possible. Give 1 to 128 characters, without wildcards, control characters and a space at either end.", filter.Name);
        }

        if (filter.Conditions.Count is 0 or > LogFilter.MaxConditions)
        {
            throw Refuse(filter.Name,
                $"The log filter '{filter.Name}' has {Words.Count(filter.Conditions.Count, "condition")}. Give 1 to {LogFilter.MaxConditions}; for more, attach a second filter.");
        }

        foreach (LogFilterCondition condition in filter.Conditions) Check(condition);
    }

    /// <summary>
    /// What is to be said of conditions that are possible and yet can hardly be meant: those of fields that no record has, by
    /// which a filter excludes nothing, or, negated, whatever its other conditions leave, and values that no record has. For
    /// conditions that passed the check.
    /// </summary>
    public static IEnumerable<string> Doubts(IEnumerable<LogFilterCondition> conditions)
    {
        foreach (LogFilterCondition condition in conditions)
        {
            bool negates = condition.Operator is LogFilterOperator.NotEqual or LogFilterOperator.NotIn
                || (condition.Operator == LogFilterOperator.Exists && condition.Values.Count == 1 && !bool.Parse(condition.Values[0]));
            string means = $"the condition '{condition}' {(negates ? "holds for every record" : "holds for no record")}";
            if (KnownFields.Doubt(condition.Field, condition.Operator == LogFilterOperator.Exists, means) is { } doubt) yield return doubt;
            foreach (string slip in ConditionDoubts.Of(condition, means)) yield return slip;
        }
    }

    /// <summary>Reads a number, or a time in ISO 8601 as epoch milliseconds, which is how records hold times.</summary>
    internal static bool TryNumber(string text, out decimal number)
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) return true;
        if (text.IndexOf('-') > 0 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time))
        {
            number = time.ToUnixTimeMilliseconds();
            return true;
        }

        return false;
    }

    private static void Check(LogFilterCondition condition)
    {
        string field = condition.Field;
        if (string.IsNullOrWhiteSpace(field) || field[0] == '.' || field[field.Length - 1] == '.' || field.IndexOf("..", StringComparison.Ordinal) >= 0)
        {
            throw Refuse(field,
                $"'{field}' is not a field. Give the dotted path of a field of the record, such as event_type, user.name or jumpcloud.geoip.country_code.");
        }

        if (condition.Operator is < LogFilterOperator.Equal or > LogFilterOperator.InSubnet)
            throw Refuse(field, $"'{condition.Operator}' is not an operator. Give one such as Equal, In, Contains or InSubnet.");

        int values = condition.Values.Count;
        bool fits = condition.Operator switch
        {
            LogFilterOperator.Exists => values == 0 || (values == 1 && bool.TryParse(condition.Values[0], out _)),
            LogFilterOperator.GreaterThan or LogFilterOperator.LessThan => values == 1,
            _ => values >= 1,
        };
        if (!fits)
        {
            throw Refuse(field, $"The condition '{condition}' has {Words.Count(values, "value")}. " + condition.Operator switch
            {
                LogFilterOperator.Exists => "Exists takes none, or 'false' to ask that the field is not there.",
                LogFilterOperator.GreaterThan or LogFilterOperator.LessThan => "Give one number or time.",
                _ => "Give at least one.",
            });
        }

        foreach (string value in condition.Values) CheckValue(condition, value);
    }

    private static void CheckValue(LogFilterCondition condition, string value)
    {
        switch (condition.Operator)
        {
            case LogFilterOperator.Contains or LogFilterOperator.StartsWith or LogFilterOperator.EndsWith or LogFilterOperator.Match when value.Length == 0:
                throw Refuse(condition.Field, $"An empty text is part of every text: the condition '{condition}' would exclude whatever has the field. Use Exists where that is meant.");
            case LogFilterOperator.GreaterThan or LogFilterOperator.LessThan when !TryNumber(value, out _):
                throw Refuse(value, $"'{value}' in the condition '{condition}' is neither a number nor a time. Give a number, or a time such as 2026-01-31T08:00:00Z.");
            case LogFilterOperator.InSubnet when !SubnetRange.TryParse(value, out _):
                throw Refuse(value, $"'{value}' in the condition '{condition}' is not a network. Give one such as 10.0.0.0/8 or 2001:db8::/32.");
            case LogFilterOperator.Match:
                try
                {
                    _ = new Regex(value);
                }
                catch (ArgumentException e)
                {
                    throw new JcException(InvalidCondition, JcErrorKind.InvalidInput,
                        $"'{value}' in the condition '{condition}' is not a regular expression: {e.Message}", value, e);
                }

                break;
        }
    }

    private static JcException Refuse(object target, string message) => new(InvalidCondition, JcErrorKind.InvalidInput, message, target);
}
