using System.Globalization;
using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// An instant, as a DateTimeOffset: a DateTime (local unless it says UTC), text in ISO 8601 or as the session's culture writes
/// dates (local without an offset), or a duration before now, or after it with <see cref="Ahead"/> (24h). Bare numbers are
/// refused, for want of a unit.
/// </summary>
public sealed class TimePointTransformation : TextTransformation
{
    private static readonly string[] s_isoFormats =
    [
        "yyyy-MM-dd", "yyyy/M/d", "yyyy/M/d H:mm", "yyyy/M/d H:mm:ss",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mmK", "yyyy-MM-dd' 'HH:mm' 'K",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFF' 'K",
    ];

    /// <summary>Whether a duration is counted from now on, for what is still to come.</summary>
    public bool Ahead { get; set; }

    /// <inheritdoc/>
    protected override string Expected =>
        "Give a time such as 2026-01-31, 2026-01-31T08:00 (local) or 2026-01-31T08:00:00Z, a DateTime, or "
        + (Ahead ? "how far off it is, such as 90d." : "how long ago it was, such as 90d, 24h, 15m or 30s.");

    /// <inheritdoc/>
    private protected override bool AsTyped => true;

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        DateTimeOffset? point = value switch
        {
            DateTimeOffset given => given,
            DateTime given => FromDateTime(given),
            TimeSpan given => FromNow(given),
            string text when DurationText.TryParse(text, out TimeSpan duration) => FromNow(duration),
            string text => FromText(text.Trim()),
            // A DateTimeOffset that came over remoting is a bag of its properties.
            PSObject bag when bag.Properties["UtcDateTime"]?.Value is DateTime utc => FromDateTime(DateTime.SpecifyKind(utc, DateTimeKind.Utc)),
            _ => null,
        };
        if (point is not null) return point;
        string? remedy = value is string written ? CultureTime.Remedy(written, CultureInfo.CurrentCulture) : null;
        throw remedy is null ? RefuseValue(value) : Refuse($"'{Show(value)}' cannot be used. {remedy}");
    }

    private static DateTimeOffset? FromText(string text) =>
        DateTimeOffset.TryParseExact(Trimmed(text), s_isoFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset point)
        // As cmdlets read a DateTime at the prompt; a cast in a script reads the month first, whatever the culture.
        || CultureTime.TryParse(text, CultureInfo.CurrentCulture, out point)
            ? point
            : null;

    // JumpCloud writes nine digits of a second; .NET knows seven.
    private static string Trimmed(string text)
    {
        int dot = text.IndexOf('.');
        if (dot < 0) return text;
        int end = dot + 1;
        while (end < text.Length && char.IsDigit(text[end])) end++;
        return end - dot <= 8 ? text : text.Remove(dot + 8, end - dot - 8);
    }

    private static DateTimeOffset? FromDateTime(DateTime given)
    {
        try
        {
            return new DateTimeOffset(given);
        }
        catch (ArgumentOutOfRangeException)
        {
            // DateTime.MinValue east of Greenwich has no instant.
            return given == DateTime.MinValue ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue;
        }
    }

    private DateTimeOffset? FromNow(TimeSpan duration)
    {
        DateTimeOffset now = DateTimeOffset.Now;
        if (duration < TimeSpan.Zero) return null;
        if (Ahead) return duration > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + duration;
        return duration > now - DateTimeOffset.MinValue ? DateTimeOffset.MinValue : now - duration;
    }
}
