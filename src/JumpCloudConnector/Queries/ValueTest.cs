using System.Text.RegularExpressions;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Queries;

/// <summary>What a condition asks of a value. Immutable and safe for many threads; null is never asked about.</summary>
internal abstract class ValueTest
{
    public abstract bool Holds(QueryValue value);
}

/// <summary>The field is there, whatever it holds.</summary>
internal sealed class ExistsTest : ValueTest
{
    public override bool Holds(QueryValue value) => true;
}

/// <summary>
/// A value is the text, in any case; with words, it may also have the text in it as whole words. A number equals one that is
/// written differently, and an address is in the network.
/// </summary>
internal sealed class TermTest : ValueTest
{
    private readonly string _text;
    private readonly bool _words;
    private readonly QueryNumber? _number;
    private readonly SubnetRange? _network;

    public TermTest(string text, bool words)
    {
        _text = text;
        _words = words;
        if (QueryNumber.TryParse(text.AsSpan(), out QueryNumber number)) _number = number;
        // An IPv6 address can be written in several ways; an IPv4 address is compared as text.
        if (text.IndexOfAny(['/', ':']) >= 0 && SubnetRange.TryParse(text, out SubnetRange? network)) _network = network;
    }

    /// <summary>The text that a value must be; null where it may be another.</summary>
    public string? Literal => _words || _network is not null ? null : _text;

    public override bool Holds(QueryValue value)
    {
        if (!value.IsScalar) return false;
        if (value.Text.Equals(_text.AsSpan(), StringComparison.OrdinalIgnoreCase)) return true;
        if (value.IsNumber) return _number is { } number && QueryNumber.TryParse(value.Text, out QueryNumber other) && other.CompareTo(number) == 0;
        if (!value.IsString) return false;
        return (_words && WordEdges.Contains(value.Text, _text.AsSpan())) || (_network?.Contains(value.Text) ?? false);
    }
}

/// <summary>A value fits a pattern, in any case; with words, whole words of it may do so.</summary>
internal sealed class PatternTest(string pattern, bool words) : ValueTest
{
    // Characters that no text has stand for the wildcards, so that escaped ones are themselves.
    public const char AnyRun = '\uFFFE', AnyOne = '\uFFFF';

    public override bool Holds(QueryValue value)
    {
        if (!value.IsScalar) return false;
        ReadOnlySpan<char> text = value.Text;
        bool inWords = words && value.IsString;
        for (int start = 0; ; start++)
        {
            if (Fits(text, start, inWords, out bool final)) return true;
            if (final || !inWords) return false;
            do
            {
                if (++start > text.Length) return false;
            }
            while (!WordEdges.IsEdge(text, start));

            start--;
        }
    }

    /// <summary>The usual two-pointer walk: after a star, try the shortest run and widen it on a mismatch.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where the pattern begins.</param>
    /// <param name="words">Whether it may end behind any word, or at the text's end alone.</param>
    /// <param name="final">What follows a star was nowhere behind this start, so it is not behind a later one either.</param>
    private bool Fits(ReadOnlySpan<char> text, int start, bool words, out bool final)
    {
        int p = 0, t = start, star = -1, retry = 0;
        final = false;
        while (true)
        {
            if (p == pattern.Length && (t == text.Length || (words && WordEdges.IsEdge(text, t)))) return true;
            if (p < pattern.Length && pattern[p] == AnyRun)
            {
                star = p++;
                retry = t;
            }
            else if (p < pattern.Length && t < text.Length
                && (pattern[p] == AnyOne || char.ToUpperInvariant(pattern[p]) == char.ToUpperInvariant(text[t])))
            {
                p++;
                t++;
            }
            else if (star >= 0 && retry < text.Length)
            {
                p = star + 1;
                t = ++retry;
            }
            else
            {
                final = star >= 0;
                return false;
            }
        }
    }
}

/// <summary>A value fits an expression from its beginning to its end, in any case.</summary>
internal sealed class ExpressionTest : ValueTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly string _text;
    private readonly Regex _regex;

    /// <exception cref="ArgumentException">It is not an expression.</exception>
    public ExpressionTest(string text)
    {
        _text = text;
        // First as it is: a parenthesis too many would close the group around it.
        _ = new Regex(text, RegexOptions.CultureInvariant);
        _regex = new Regex($@"\A(?:{text})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled, Limit);
    }

    public override bool Holds(QueryValue value)
    {
        if (!value.IsScalar) return false;
        try
        {
#if NET
            return _regex.IsMatch(value.Text);
#else
            return _regex.IsMatch(value.Text.ToString());
#endif
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new JcException("InvalidQuery", JcErrorKind.InvalidInput,
                $"The regular expression /{_text}/ of the query was given up after a second on one value, so that what matches is not known. Make it simpler: no repetition within a repetition, such as (a+)+.", _text, e);
        }
    }
}

/// <summary>An end of a range.</summary>
internal sealed class RangeBound
{
    private readonly string _text;
    private readonly QueryNumber? _number;
    private readonly byte[] _address = [];

    public RangeBound(string text, bool inclusive, Moment? time)
    {
        _text = text;
        Inclusive = inclusive;
        Time = time;
        if (QueryNumber.TryParse(text.AsSpan(), out QueryNumber number)) _number = number;
        else if (SubnetRange.TryParseAddress(text, out byte[] address)) _address = address;
    }

    public bool Inclusive { get; }

    /// <summary>The number that it is; null where it is none.</summary>
    public QueryNumber? AsNumber => _number;

    public Moment? Time { get; }

    /// <summary>Compares a value with the bound: below 0 where the value comes first, null where the two cannot be compared.</summary>
    public int? Compare(QueryValue value, long? time)
    {
        if (Time is { } moment && time is { } at) return at < moment.Start ? -1 : at >= moment.End ? 1 : 0;
        if (_number is { } number && QueryNumber.TryParse(value.Text, out QueryNumber other)) return other.CompareTo(number);
        if (value.IsNumber) return null;
        return _address.Length > 0 ? CompareAddress(value.Text) : value.Text.CompareTo(_text.AsSpan(), StringComparison.OrdinalIgnoreCase);
    }

    private int? CompareAddress(ReadOnlySpan<char> text)
    {
        if (_address.Length == 4 && SubnetRange.TryParseQuad(text, out uint quad))
            return quad.CompareTo(((uint)_address[0] << 24) | ((uint)_address[1] << 16) | ((uint)_address[2] << 8) | _address[3]);
        if (!SubnetRange.TryParseAddress(text.ToString(), out byte[] address) || address.Length != _address.Length) return null;
        return address.AsSpan().SequenceCompareTo(_address);
    }
}

/// <summary>
/// A value lies between two bounds: as a time, a number or an address where value and bound are such, and as text in any
/// case otherwise.
/// </summary>
internal sealed class RangeTest(RangeBound? lower, RangeBound? upper, bool isTimeField, QueryTime clock) : ValueTest
{
    private readonly bool _byTime = lower?.Time is not null || upper?.Time is not null;

    /// <summary>At or after, before; in epoch milliseconds.</summary>
    public (long? After, long? Before) Span =>
    (
        lower?.Time is { } first ? (lower.Inclusive ? first.Start : first.End) : null,
        upper?.Time is { } last ? (upper.Inclusive ? last.End : last.Start) : null
    );

    /// <summary>True where both ends are times or both are numbers, and nothing lies between them.</summary>
    public bool IsEmpty => isTimeField ? Span is { After: { } after, Before: { } before } && after >= before
        : lower?.AsNumber is { } low && upper?.AsNumber is { } high && low.CompareTo(high) is var order && (order > 0 || (order == 0 && !(lower.Inclusive && upper.Inclusive)));

    public override bool Holds(QueryValue value)
    {
        if (!value.IsScalar) return false;
        long? time = _byTime ? TimeOf(value) : null;
        if (isTimeField && time is null) return false;
        if (lower is not null && !(lower.Compare(value, time) is { } below && (below > 0 || (below == 0 && lower.Inclusive)))) return false;
        return upper is null || (upper.Compare(value, time) is { } above && (above < 0 || (above == 0 && upper.Inclusive)));
    }

    private long? TimeOf(QueryValue value)
    {
        if (isTimeField) return value.IsNumber && System.Buffers.Text.Utf8Parser.TryParse(value.Raw, out long number, out int used) && used == value.Raw.Length ? number : null;
        if (!value.IsString) return null;
        if (EventTime.TryParse(value.Raw, out long milliseconds)) return milliseconds;
        return value.Text.Length is >= 7 and < 40 && clock.TryParseForText(value.Text.ToString(), out Moment moment) ? moment.Start : null;
    }
}

/// <summary>Where words begin and end in a text, much as a search engine has it: a dot or an apostrophe within a word is part of it.</summary>
internal static class WordEdges
{
    /// <summary>True where the words stand in the text, and no word goes on at either side.</summary>
    public static bool Contains(ReadOnlySpan<char> text, ReadOnlySpan<char> words)
    {
        if (words.IsEmpty) return text.IsEmpty;
        for (int from = 0; from < text.Length;)
        {
            int at = text.Slice(from).IndexOf(words, StringComparison.OrdinalIgnoreCase);
            if (at < 0) return false;
            at += from;
            if (IsEdge(text, at) && IsEdge(text, at + words.Length)) return true;
            from = at + 1;
        }

        return false;
    }

    /// <summary>True where no word goes on from the character before a place to the one at it.</summary>
    public static bool IsEdge(ReadOnlySpan<char> text, int at)
    {
        if (at == 0 || at == text.Length) return true;
        bool before = IsLetter(text[at - 1]), after = IsLetter(text[at]);
        if (before && after) return false;
        if (before && Joins(text[at])) return at + 1 == text.Length || !IsLetter(text[at + 1]);
        return !after || !Joins(text[at - 1]) || at < 2 || !IsLetter(text[at - 2]);
    }

    private static bool IsLetter(char character) => char.IsLetterOrDigit(character) || character == '_' || char.IsSurrogate(character);

    private static bool Joins(char character) => character is '.' or '\'' or '’';
}
