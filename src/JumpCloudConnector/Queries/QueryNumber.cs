using System.Globalization;

namespace JumpCloudConnector.Queries;

/// <summary>
/// A number of a query or a record: exact where a decimal holds it, and nearly so where it is larger or smaller than those, as
/// numbers in JSON may be.
/// </summary>
internal readonly struct QueryNumber : IComparable<QueryNumber>
{
    private readonly decimal? _exact;
    private readonly double _near;

    private QueryNumber(decimal? exact, double near)
    {
        _exact = exact;
        _near = near;
    }

    /// <summary>Reads a number as JSON and people write it; false where the text is none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out QueryNumber number)
    {
        if (TryExact(text, out decimal exact) && (exact != 0 || IsZero(text)))
        {
            number = new QueryNumber(exact, (double)exact);
            return true;
        }

        bool isNumber = TryNear(text, out double near);
        number = new QueryNumber(null, near);
        return isNumber;
    }

    /// <inheritdoc/>
    public int CompareTo(QueryNumber other) =>
        _exact is { } exact && other._exact is { } otherExact ? exact.CompareTo(otherExact) : _near.CompareTo(other._near);

    private static bool TryExact(ReadOnlySpan<char> text, out decimal number) =>
#if NET
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
#else
        decimal.TryParse(text.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
#endif

    // A decimal makes 0 of what is too small for it.
    private static bool IsZero(ReadOnlySpan<char> text)
    {
        foreach (char sign in text)
        {
            if (sign is 'e' or 'E') return true;
            if (sign is >= '1' and <= '9') return false;
        }

        return true;
    }

    private static bool TryNear(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        // Words such as Infinity are none.
        ReadOnlySpan<char> digits = text.Length > 0 && text[0] is '-' or '+' ? text.Slice(1) : text;
        if (digits.IsEmpty || digits[0] is not ((>= '0' and <= '9') or '.')) return false;
#if NET
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
#else
        return double.TryParse(text.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
#endif
    }
}
