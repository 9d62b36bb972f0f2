using System.Text;
using System.Text.RegularExpressions;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Queries;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>The part of a query that looks into a record. Compiled once; used by one thread.</summary>
internal sealed class RecordPredicate
{
    private readonly RecordQuery _source;
    private readonly List<(int[] Fields, TextPattern[] Patterns)> _terms = [];
    private readonly RecordHeader _header = new();
    private readonly string? _text;
    private readonly AsciiText? _ascii;
    private readonly Regex? _expression;
    private readonly LuceneQuery? _query;
    private readonly SubnetRange[] _networks;
    private readonly TextPattern[] _addresses;
    private char[] _characters = new char[4096];

    public RecordPredicate(RecordQuery query)
        : this(query, query.Query is null ? null : LuceneQuery.Parse(query.Query))
    {
    }

    private RecordPredicate(RecordQuery source, LuceneQuery? compiled)
    {
        RecordQuery query = _source = source;
        Add(query.ConnectorNames, RecordHeader.ConnectorName);
        Add(query.TenantNames, RecordHeader.TenantName);
        Add(query.Organizations, RecordHeader.OrganizationId, RecordHeader.OrganizationName);
        Add(query.MessageClasses, RecordHeader.MessageClass);
        Add(query.Sources, RecordHeader.Source);
        Add(query.Categories, RecordHeader.Category);
        Add(query.Services, RecordHeader.Service);
        Add(query.EventTypes, RecordHeader.EventType);
        Add(query.EventStatuses, RecordHeader.EventStatus);
        Add(WithAddresses(query.Users), RecordHeader.UserName, RecordHeader.UserEmail, RecordHeader.UserId);
        _networks = [.. query.SourceIps.Select(RecordQuery.NetworkOf).OfType<SubnetRange>()];
        _addresses = [.. query.SourceIps.Where(a => RecordQuery.NetworkOf(a) is null).Select(a => new TextPattern(a))];
        _text = string.IsNullOrEmpty(query.Text) ? null : query.Text;
        _ascii = AsciiText.From(_text);
        _expression = RecordQuery.ExpressionOf(query);
        _query = compiled;
    }

    /// <summary>What every match of its query certainly has.</summary>
    public IReadOnlyList<RequiredTerm> Required => _query?.RequiredTerms ?? [];

    /// <summary>The same for another thread, with the same meaning of now.</summary>
    public RecordPredicate ForAnotherThread() => new(_source, _query?.ForAnotherThread());

    /// <summary>The time that the records of its query lie in: at or after, before; null where it is open.</summary>
    public (long? After, long? Before) Span => _query?.RequiredSpan ?? (null, null);

    public bool Matches(ReadOnlySpan<byte> json)
    {
        bool byAddress = _networks.Length > 0 || _addresses.Length > 0;
        if (_terms.Count > 0 || byAddress || _source.IngestedAfter is not null)
        {
            _header.Read(json);
            if (_source.IngestedAfter is { } from && !(_header.NumberOf(json, RecordHeader.WriteTime) >= from)) return false;
            if (byAddress && !MatchesAddress(json)) return false;
            foreach ((int[] fields, TextPattern[] patterns) in _terms)
                if (!MatchesAny(json, fields, patterns)) return false;
        }

        if (_query is not null && !_query.Matches(json)) return false;
        return _text is null || (_expression is null ? Contains(json, _text) : Fits(json, _expression));
    }

    private void Add(IReadOnlyList<string> values, params int[] fields)
    {
        if (values.Count > 0) _terms.Add((fields, values.Select(v => new TextPattern(v)).ToArray()));
    }

    // Some services name a user by the account, others by the e-mail address alone.
    private static List<string> WithAddresses(IReadOnlyList<string> users) =>
        [.. users, .. users.Where(u => u.Length > 0 && u.IndexOfAny(['@', '*', '?']) < 0).Select(u => u + "@*")];

    private bool MatchesAddress(ReadOnlySpan<byte> json)
    {
        if (!_header[RecordHeader.SourceIp].IsString) return false;
        ReadOnlySpan<char> address = Text(json, _header[RecordHeader.SourceIp]);
        foreach (SubnetRange network in _networks)
            if (network.Contains(address)) return true;
        foreach (TextPattern pattern in _addresses)
            if (pattern.Matches(address)) return true;
        return false;
    }

    private ReadOnlySpan<char> Text(ReadOnlySpan<byte> json, FieldValue value)
    {
        ReadOnlySpan<char> text = Decode(json, value.Start, value.Length);
        return text.IndexOf('\\') < 0 ? text : JsonText.Unescape(json.Slice(value.Start - 1, value.Length + 2)).AsSpan();
    }

    private bool MatchesAny(ReadOnlySpan<byte> json, int[] fields, TextPattern[] patterns)
    {
        foreach (int field in fields)
        {
            FieldValue value = _header[field];
            if (!value.IsString) continue;
            ReadOnlySpan<char> text = Text(json, value);
            foreach (TextPattern pattern in patterns)
                if (pattern.Matches(text)) return true;
        }

        return false;
    }

    private bool Contains(ReadOnlySpan<byte> json, string text) => _ascii is not null
        ? _ascii.IsIn(json)
        : Decode(json, 0, json.Length).IndexOf(text.AsSpan(), StringComparison.OrdinalIgnoreCase) >= 0;

    private bool Fits(ReadOnlySpan<byte> json, Regex expression)
    {
        try
        {
#if NET
            return expression.IsMatch(Decode(json, 0, json.Length));
#else
            return expression.IsMatch(Decode(json, 0, json.Length).ToString());
#endif
        }
        catch (RegexMatchTimeoutException e)
        {
            throw RecordQuery.RunsAway(_text!, e);
        }
    }

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> json, int start, int length)
    {
        if (_characters.Length < length) _characters = new char[length * 2];
        return _characters.AsSpan(0, GetChars(json.Slice(start, length), _characters));
    }

    private static unsafe int GetChars(ReadOnlySpan<byte> bytes, char[] characters)
    {
        if (bytes.IsEmpty) return 0;
        // .NET Framework has no overload for spans.
        fixed (byte* from = bytes)
        fixed (char* to = characters) return Encoding.UTF8.GetChars(from, bytes.Length, to, characters.Length);
    }
}

/// <summary>A text in any case, with <c>*</c> for any run of characters and <c>?</c> for one.</summary>
internal sealed class TextPattern(string pattern)
{
    private readonly bool _literal = pattern.IndexOfAny(['*', '?']) < 0;

    public bool Matches(ReadOnlySpan<char> text)
    {
        if (_literal) return text.Equals(pattern.AsSpan(), StringComparison.OrdinalIgnoreCase);

        // The usual two-pointer walk: after a star, try the shortest run and widen it on a mismatch.
        int p = 0, t = 0, star = -1, retry = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                retry = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || char.ToUpperInvariant(pattern[p]) == char.ToUpperInvariant(text[t])))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++retry;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
