using System.Globalization;

namespace JumpCloudConnector;

/// <summary>
/// Writes a time into messages, warnings and errors: ISO 8601 in UTC, so that it means the same in a log of another machine.
/// Every cmdlet takes it back. Tables and lists show local time, as the culture of the session writes dates.
/// </summary>
public static class TimeText
{
    /// <summary>To the second: <c>2026-11-27 03:18:10Z</c>.</summary>
    public static string Utc(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);

    /// <summary>To the second; of epoch milliseconds, which may be beyond all dates.</summary>
    public static string Utc(long milliseconds) =>
        milliseconds is > -62_135_596_800_000 and < 253_402_300_800_000 ? Utc(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)) : "no time";

    /// <summary>With what there is of a fraction, where a bound of a span is meant to the digit: <c>2026-11-27 03:18:10.25Z</c>.</summary>
    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>The day alone: <c>2026-11-27</c>.</summary>
    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
