using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Queries;

/// <summary>
/// A query in Lucene's syntax, as people type it in Kibana and its kin, asked of a record's JSON: one pass, no objects, and
/// into the vendor's object only while the rest leaves it open. Used by one thread.
/// </summary>
internal sealed class LuceneQuery
{
    private readonly QueryNode _root;
    private readonly QueryFields _fields;
    private readonly bool[] _found;
    private readonly IReadOnlyList<ConditionNode> _conditions;
    private ReadStage _stage;
    private bool? _holds;
    private char[] _characters = new char[256];

    internal LuceneQuery(string text, QueryNode root, IReadOnlyList<ConditionNode> conditions, IReadOnlyList<string> doubts)
    {
        Text = text;
        _root = root;
        _fields = QueryFields.Of(conditions);
        _found = new bool[conditions.Count];
        _conditions = conditions;
        Doubts = doubts;
    }

    private LuceneQuery(LuceneQuery other)
    {
        Text = other.Text;
        _root = other._root;
        _fields = other._fields;
        _found = new bool[other._found.Length];
        _conditions = other._conditions;
        Doubts = other.Doubts;
    }

    /// <summary>The query as it was given.</summary>
    public string Text { get; }

    /// <summary>What is to be said of a query that can be asked and is hardly meant: fields that no record has.</summary>
    public IReadOnlyList<string> Doubts { get; }

    /// <summary>The paths of the fields that are asked for; of all that is below one, that one's.</summary>
    public IEnumerable<string> Paths => _conditions.Select(c => c.Field).OfType<string>()
        .Select(f => QueryFields.IsBelow(f) ? f.Substring(0, f.Length - QueryFields.Below.Length) : f);

    /// <summary>All of which a record must have to match; empty where nothing of the kind is known.</summary>
    public IReadOnlyList<RequiredTerm> RequiredTerms => _root.Terms;

    /// <summary>The time that a record must be of to match: at or after, before; null where it is open.</summary>
    public (long? After, long? Before) RequiredSpan => _root.Span;

    /// <summary>Reads a query; times such as now-7d are counted from this moment.</summary>
    /// <exception cref="JcException">InvalidQuery.</exception>
    public static LuceneQuery Parse(string text, TimeProvider? time = null) => new LuceneParser(text, time ?? TimeProvider.System).Parse();

    /// <summary>The same query for another thread; what was compiled is shared.</summary>
    public LuceneQuery ForAnotherThread() => new(this);

    /// <summary>The whole values that a field is asked for anywhere in the query, also those it must not have.</summary>
    public IEnumerable<string> ValuesOf(string field) =>
        _conditions.Where(c => c.Field == field).Select(c => (c.Test as TermTest)?.Literal).OfType<string>();

    /// <summary>Whether a record matches.</summary>
    /// <exception cref="JcException">InvalidQuery: a regular expression runs away.</exception>
    public bool Matches(ReadOnlySpan<byte> json)
    {
        Array.Clear(_found, 0, _found.Length);
        _holds = null;
        if (IsDecided(ReadStage.Header)) return _holds!.Value;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject) ReadObject(ref reader, json, _fields, isRoot: true);
        if (_holds is null) IsDecided(ReadStage.End);
        return _holds!.Value;
    }

    private bool IsDecided(ReadStage stage)
    {
        _stage = stage;
        _holds = _root.Holds(_found, stage);
        return _holds is not null;
    }

    private void ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, QueryFields fields, bool isRoot = false)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = reader.ValueIsEscaped ? Unescaped(ref reader, json) : reader.ValueSpan;
            QueryFields? field = fields.Find(name, out List<ConditionNode> inherited);

            // The vendor's object is the last of a record: what the header does not have is not there.
            if (isRoot && name.SequenceEqual("jumpcloud"u8) && IsDecided(ReadStage.Vendor)) return;
            reader.Read();
            ReadValue(ref reader, json, field, inherited);
            if (_holds is not null) return;
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, QueryFields? field, List<ConditionNode> inherited)
    {
        if (field is null && inherited.Count == 0)
        {
            reader.Skip();
            return;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when field is not null:
                Ask(ref reader, json, field, inherited);
                if (_holds is null) ReadObject(ref reader, json, field);
                break;
            case JsonTokenType.StartArray when field is not null:
                Ask(ref reader, json, field, inherited);
                while (_holds is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray) ReadValue(ref reader, json, field, inherited);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                int depth = reader.CurrentDepth;
                do
                {
                    if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray)) Ask(ref reader, json, null, inherited);
                }
                while (_holds is null && reader.Read() && reader.CurrentDepth > depth);
                break;
            default:
                Ask(ref reader, json, field, inherited);
                break;
        }
    }

    private void Ask(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, QueryFields? field, List<ConditionNode> inherited)
    {
        if (reader.TokenType == JsonTokenType.Null || (inherited.Count == 0 && (field is null || field.Own.Count == 0))) return;
        QueryValue value = new(Characters(ref reader, json), reader.ValueSpan, reader.TokenType);
        bool more = Ask(value, inherited);
        if (field is not null) more |= Ask(value, field.Own);
        if (more) IsDecided(_stage);
    }

    private bool Ask(QueryValue value, List<ConditionNode> conditions)
    {
        bool more = false;
        foreach (ConditionNode condition in conditions)
        {
            if (_found[condition.Number] || !condition.Test.Holds(value)) continue;
            _found[condition.Number] = more = true;
        }

        return more;
    }

    private ReadOnlySpan<char> Characters(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> bytes = reader.ValueSpan;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) return default;
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped) return JsonText.Unescape(Token(ref reader, json)).AsSpan();
        if (_characters.Length < bytes.Length) _characters = new char[bytes.Length * 2];
#if NET
        return _characters.AsSpan(0, Encoding.UTF8.GetChars(bytes, _characters));
#else
        if (bytes.IsEmpty) return default;
        unsafe
        {
            fixed (byte* from = bytes)
            fixed (char* to = _characters)
                return _characters.AsSpan(0, Encoding.UTF8.GetChars(from, bytes.Length, to, _characters.Length));
        }
#endif
    }

    private static byte[] Unescaped(ref Utf8JsonReader reader, ReadOnlySpan<byte> json) => Encoding.UTF8.GetBytes(JsonText.Unescape(Token(ref reader, json)));

    // With its quotes.
    private static ReadOnlySpan<byte> Token(ref Utf8JsonReader reader, ReadOnlySpan<byte> json) =>
        json.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
}
