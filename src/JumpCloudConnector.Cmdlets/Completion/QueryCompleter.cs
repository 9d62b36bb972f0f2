using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Completes the last word of a query: the name of a field, or behind its colon a value that the field has.</summary>
public sealed class QueryCompleter : SampleCompleter
{
    /// <inheritdoc/>
    protected override int BeginOf(string text)
    {
        int begin = 0;
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') isQuoted = !isQuoted;
            else if (!isQuoted && (char.IsWhiteSpace(text[i]) || text[i] is '(' or ')' or ':')) begin = i + 1;
        }

        // + - and ! say how a word counts, and are no part of it.
        while (begin < text.Length && text[begin] is '+' or '-' or '!') begin++;
        return begin;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(StoreSample sample, string before) =>
        FieldOf(before) is { } field ? [.. sample.Values(field).Select(Escape)] : [.. sample.Fields().Select(f => f + ":")];

    // "event_type:" and "event_type:(a OR ": the values of a field; anything else is followed by a field's name.
    private static string? FieldOf(string before)
    {
        Stack<string?> groups = new();
        string word = "";
        bool isQuoted = false;
        for (int i = 0; i < before.Length; i++)
        {
            char character = before[i];
            if (character == '"') isQuoted = !isQuoted;
            if (isQuoted) continue;
            if (character == '(') groups.Push(word.Length > 1 && word[word.Length - 1] == ':' ? word : groups.Count > 0 ? groups.Peek() : null);
            else if (character == ')' && groups.Count > 0) groups.Pop();
            word = char.IsWhiteSpace(character) || character is '(' or ')' ? "" : word + character;
        }

        string? field = word.Length > 1 && word[word.Length - 1] == ':' ? word : groups.Count > 0 ? groups.Peek() : null;
        return field?.Substring(0, field.Length - 1).TrimStart('+', '-', '!');
    }

    // In quotes what is not one plain word to the language of queries.
    private static string Escape(string value) =>
        value.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '@' || (c == '-' && value[0] != '-')) && value is not ("AND" or "OR" or "NOT" or "TO")
            ? value : "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
