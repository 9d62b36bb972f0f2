using System.Text.Json;
using System.Text.RegularExpressions;

namespace JumpCloudConnector.Filters;

/// <summary>A condition made ready: asked with each value that a record's field has. Safe for many threads.</summary>
internal sealed class ConditionTest
{
    // An expression that runs away on one record is cut off; the record is then kept, since keeping loses nothing.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    private readonly LogFilterOperator _operator;
    private readonly string[] _values;
    private readonly Regex[] _expressions;
    private readonly SubnetRange[] _networks;
    private readonly decimal _number;

    public ConditionTest(LogFilterCondition condition, int field)
    {
        Field = field;
        _operator = condition.Operator;
        _values = [.. condition.Values];
        _expressions = _operator == LogFilterOperator.Match ? [.. _values.Select(Compile)] : [];
        _networks = _operator == LogFilterOperator.InSubnet ? [.. _values.Select(Network)] : [];
        if (_operator is LogFilterOperator.GreaterThan or LogFilterOperator.LessThan) LogFilterRules.TryNumber(_values[0], out _number);
        Negates = _operator is LogFilterOperator.NotEqual or LogFilterOperator.NotIn
            || (_operator == LogFilterOperator.Exists && _values.Length == 1 && !bool.Parse(_values[0]));
    }

    /// <summary>The number of the field it looks at.</summary>
    public int Field { get; }

    /// <summary>True when the condition holds where <see cref="Holds"/> is false for every value of the field.</summary>
    public bool Negates { get; }

    /// <summary>Whether the comparison, before any negation, holds for one value.</summary>
    public bool Holds(ReadOnlySpan<char> text, JsonTokenType type)
    {
        if (type == JsonTokenType.Null) return false;

        // An object or an array is there, but has no text of its own; an array's elements are asked one by one.
        if (type is JsonTokenType.StartObject or JsonTokenType.StartArray) return _operator == LogFilterOperator.Exists;
        switch (_operator)
        {
            case LogFilterOperator.Exists:
                return true;
            case LogFilterOperator.Match:
                return MatchesAny(text.ToString());
            case LogFilterOperator.InSubnet:
                foreach (SubnetRange network in _networks)
                    if (network.Contains(text)) return true;
                return false;
            case LogFilterOperator.GreaterThan:
                return LogFilterRules.TryNumber(text.ToString(), out decimal more) && more > _number;
            case LogFilterOperator.LessThan:
                return LogFilterRules.TryNumber(text.ToString(), out decimal less) && less < _number;
        }

        foreach (string value in _values)
        {
            bool holds = _operator switch
            {
                LogFilterOperator.Contains => text.IndexOf(value.AsSpan(), StringComparison.OrdinalIgnoreCase) >= 0,
                LogFilterOperator.StartsWith => text.StartsWith(value.AsSpan(), StringComparison.OrdinalIgnoreCase),
                LogFilterOperator.EndsWith => text.EndsWith(value.AsSpan(), StringComparison.OrdinalIgnoreCase),
                _ => text.Equals(value.AsSpan(), StringComparison.OrdinalIgnoreCase),
            };
            if (holds) return true;
        }

        return false;
    }

    private bool MatchesAny(string text)
    {
        foreach (Regex expression in _expressions)
        {
            try
            {
                if (expression.IsMatch(text)) return true;
            }
            catch (RegexMatchTimeoutException)
            {
            }
        }

        return false;
    }

    private static Regex Compile(string expression) =>
        new(expression, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled, MatchLimit);

    private static SubnetRange Network(string text) => SubnetRange.TryParse(text, out SubnetRange? range) ? range! : throw new ArgumentException(text);
}
