namespace JumpCloudConnector.Collection;

/// <summary>
/// Turns lie on a fixed grid from the connector's start, so that a late turn does not push the later ones. A turn may be
/// taken a little early: 30 seconds or a tenth of the interval, the smaller, so that a scheduler's jitter never skips one.
/// </summary>
internal static class DueSchedule
{
    /// <summary>The turn that may be taken now; 0 is the connector's first moment.</summary>
    public static long Turn(DateTimeOffset start, int intervalMinutes, DateTimeOffset now)
    {
        TimeSpan interval = TimeSpan.FromMinutes(intervalMinutes);
        long ticks = (now - start + Tolerance(interval)).Ticks;
        return ticks < 0 ? 0 : ticks / interval.Ticks;
    }

    /// <summary>When the turn after that one begins.</summary>
    public static DateTimeOffset NextRun(DateTimeOffset start, int intervalMinutes, long lastTurn) =>
        start + TimeSpan.FromTicks(TimeSpan.FromMinutes(intervalMinutes).Ticks * (lastTurn + 1));

    private static TimeSpan Tolerance(TimeSpan interval) =>
        TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(30).Ticks, interval.Ticks / 10));
}
