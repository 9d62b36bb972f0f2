using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Turns lie on a fixed grid from the connector's start, so that a late turn does not push the later ones. A turn may be
/// taken a little early: 30 seconds or a tenth of the interval, the smaller, so that a scheduler's jitter never skips one.
/// What is kept is the time of the last turn, not its number, which would mean another time once the interval is changed.
/// </summary>
internal static class DueSchedule
{
    /// <summary>True when a turn has begun since the last one that was taken.</summary>
    /// <param name="start">Where the grid begins.</param>
    /// <param name="intervalMinutes">The interval in force.</param>
    /// <param name="lastTurn">When the last turn was taken; null before the first.</param>
    /// <param name="now">The time. A last turn after it was taken under a wrong clock and does not count.</param>
    public static bool IsDue(DateTimeOffset start, int intervalMinutes, DateTimeOffset? lastTurn, DateTimeOffset now) =>
        lastTurn is not { } last || last > now || Turn(start, intervalMinutes, now) > Turn(start, intervalMinutes, last);

    /// <summary>When the turn after the last one begins; the grid's start before the first.</summary>
    public static DateTimeOffset NextRun(DateTimeOffset start, int intervalMinutes, DateTimeOffset? lastTurn) =>
        lastTurn is not { } last ? start : start + TimeSpan.FromTicks(TimeSpan.FromMinutes(intervalMinutes).Ticks * (Turn(start, intervalMinutes, last) + 1));

    /// <summary>
    /// True where a content type was added since the connector last had a turn: it need not wait for the next. Where what it
    /// needs fails, that was its turn.
    /// </summary>
    /// <param name="connector">The connector.</param>
    /// <param name="streams">Its streams, a provider's listing among them.</param>
    public static bool HasNewContent(Connector connector, IEnumerable<StreamInfo> streams)
    {
        IEnumerable<StreamInfo> collected = streams.Where(s => s.Key.OrganizationId != StreamKey.Listing);
        if (connector.ContentTypes.All(t => collected.Any(s => s.Key.ContentType == t))) return false;
        long changed = connector.ModifiedAt.ToUnixTimeMilliseconds();
        IEnumerable<StreamInfo> asked = connector.ProviderId is null ? collected : streams.Where(s => s.Key.OrganizationId == StreamKey.Listing);
        return asked.All(s => s.LastTurn is not { } turn || turn < changed);
    }

    private static long Turn(DateTimeOffset start, int intervalMinutes, DateTimeOffset time)
    {
        TimeSpan interval = TimeSpan.FromMinutes(intervalMinutes);
        long ticks = (time - start + Tolerance(interval)).Ticks;
        long turn = ticks / interval.Ticks;
        return ticks < 0 && turn * interval.Ticks != ticks ? turn - 1 : turn;
    }

    private static TimeSpan Tolerance(TimeSpan interval) =>
        TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(30).Ticks, interval.Ticks / 10));
}
