using System.Globalization;

namespace JumpCloudSimulator;

/// <summary>Reads RFC 3339 times to whole milliseconds, cutting what is finer, as the index does.</summary>
internal static class Rfc3339
{
    public static bool TryParse(string? text, out long milliseconds)
    {
        milliseconds = 0;
        if (text is null || text.Length < 20 || text[10] is not ('T' or 't'))
        {
            return false;
        }

        var at = 19;
        var fraction = 0;
        if (text[at] == '.')
        {
            var first = ++at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                if (at - first < 3)
                {
                    fraction = (fraction * 10) + (text[at] - '0');
                }

                at++;
            }

            if (at == first)
            {
                return false;
            }

            for (var digits = at - first; digits < 3; digits++)
            {
                fraction *= 10;
            }
        }

        if (!DateTime.TryParseExact(text.AsSpan(0, 19), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            || !TryOffset(text.AsSpan(at), out var offset))
        {
            return false;
        }

        milliseconds = ((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond) + fraction - (offset * 60_000L);
        return true;
    }

    public static string Format(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Z, or the offset in minutes: +hh:mm. A time zone of an interval query may be written +hhmm.</summary>
    public static bool TryOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z")
        {
            return true;
        }

        if (text.Length is not (5 or 6) || text[0] is not ('+' or '-') || (text.Length == 6 && text[3] != ':')
            || !int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text[^2..], NumberStyles.None, CultureInfo.InvariantCulture, out var rest))
        {
            return false;
        }

        minutes = ((hours * 60) + rest) * (text[0] == '-' ? -1 : 1);
        return true;
    }
}
