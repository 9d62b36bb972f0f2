using JumpCloudConnector.Filters;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Completes a condition of a log filter word by word: its field, its operator, and a value that the field has.</summary>
public sealed class ConditionCompleter : SampleCompleter
{
    private static readonly string[] s_lists = [nameof(LogFilterOperator.In), nameof(LogFilterOperator.NotIn)];

    private static readonly string[] s_operators =
        [.. LogFilterCondition.Operators.Select(o => o == LogFilterOperator.Exists ? $"{o}" : $"{o} ")];

    /// <inheritdoc/>
    protected override bool KeepsOrder => true;

    /// <inheritdoc/>
    protected override int BeginOf(string text)
    {
        int field = EndOf(text, 0), begin = BeginOf(text, field);
        if (field == text.Length) return 0;
        int operation = EndOf(text, begin);
        if (operation == text.Length) return begin;
        int value = BeginOf(text, operation);
        return s_lists.Contains(text.Substring(begin, operation - begin), StringComparer.OrdinalIgnoreCase) ? BeginOf(text, Math.Max(value, text.LastIndexOf(',') + 1)) : value;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(StoreSample sample, string before)
    {
        // With the space behind it the next word can be completed at once.
        if (before.Trim().Length == 0) return [.. sample.Fields().OrderBy(f => f, StringComparer.Ordinal).Select(f => f + " ")];
        string[] words = before.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 1) return s_operators;
        return words[1].ToUpperInvariant() switch
        {
            "EXISTS" => ["false"],
            "MATCH" or "INSUBNET" or "GREATERTHAN" or "LESSTHAN" => [],
            _ => [.. sample.Values(words[0]).OrderBy(v => v, StringComparer.OrdinalIgnoreCase)],
        };
    }

    private static int EndOf(string text, int from)
    {
        int end = text.IndexOfAny([' ', '\t'], from);
        return end < 0 ? text.Length : end;
    }

    private static int BeginOf(string text, int from)
    {
        while (from < text.Length && text[from] is ' ' or '\t') from++;
        return from;
    }
}
