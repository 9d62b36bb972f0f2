namespace JumpCloudConnector.Records;

/// <summary>
/// Reads the time stamps of events. JumpCloud writes RFC 3339 with 0, 3, 8 or 9 digits of fraction; what counts here is
/// the millisecond the event lies in, so the fraction is cut. DateTimeOffset.Parse would round it up, past the event.
/// </summary>
public static class EventTime
{
    /// <summary>Reads an RFC 3339 time stamp as epoch milliseconds, cut and not rounded.</summary>
    /// <param name="text">The text as UTF-8, without quotes.</param>
    /// <param name="milliseconds">Milliseconds since 1970-01-01T00:00:00Z.</param>
    /// <returns>False when the text is no RFC 3339 time stamp, or lies outside the years 1 to 9999 in UTC.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long milliseconds)
    {
        milliseconds = 0;
        if (text.Length < 20
            || !Digits(text, 0, 4, out int year) || text[4] != '-'
            || !Digits(text, 5, 2, out int month) || text[7] != '-'
            || !Digits(text, 8, 2, out int day)
            || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ')
            || !Digits(text, 11, 2, out int hour) || text[13] != ':'
            || !Digits(text, 14, 2, out int minute) || text[16] != ':'
            || !Digits(text, 17, 2, out int second))
        {
            return false;
        }

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        int at = 19;
        int fraction = 0;
        if (text[at] == '.')
        {
            at++;
            int digits = 0;
            while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
            {
                if (digits < 3) fraction = (fraction * 10) + (text[at] - '0');
                digits++;
                at++;
            }

            if (digits == 0) return false;
            for (; digits < 3; digits++) fraction *= 10;
        }

        // A leap second has no millisecond of its own in epoch time; it stays inside its minute.
        if (second == 60) (second, fraction) = (59, 999);

        if (!TryParseOffset(text.Slice(at), out int offsetMinutes)) return false;
        long ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks;
        milliseconds = ((ticks - UnixEpochTicks) / TimeSpan.TicksPerMillisecond) + fraction - (offsetMinutes * 60_000L);

        // An offset can lead out of the years that clocks hold: such an instant could neither be shown nor asked for.
        return milliseconds is >= MinMilliseconds and <= MaxMilliseconds;
    }

    /// <summary>Writes epoch milliseconds as RFC 3339 in UTC with three digits, as requests carry it.</summary>
    public static string Format(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private const long UnixEpochTicks = 621_355_968_000_000_000;

    // 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
    private const long MinMilliseconds = -62_135_596_800_000;
    private const long MaxMilliseconds = 253_402_300_799_999;

    private static bool TryParseOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1 && (text[0] | 0x20) == 'z') return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !Digits(text, 1, 2, out int hour) || !Digits(text, 4, 2, out int minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        minutes = ((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        for (int i = start; i < start + count; i++)
        {
            int digit = text[i] - '0';
            if ((uint)digit > 9) return false;
            value = (value * 10) + digit;
        }

        return true;
    }
}
