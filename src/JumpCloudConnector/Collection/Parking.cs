using JumpCloudConnector.JumpCloud;

namespace JumpCloudConnector.Collection;

/// <summary>How long a stream with a lasting fault is left alone: it is reported at every turn, but asked for seldom.</summary>
internal static class Parking
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SlowPause = TimeSpan.FromHours(1);

    /// <summary>The longest pause there is: that of a missing licence.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    /// <summary>The pause after a failure, or null where the next turn may try.</summary>
    public static TimeSpan? PauseAfter(JumpCloudException failure, int consecutiveFailures)
    {
        if (failure.Failure == FailureKind.NotLicensed) return LongestPause;
        if (failure.IsLasting)
            return TimeSpan.FromTicks(Math.Min(SlowPause.Ticks, FirstPause.Ticks << Math.Min(consecutiveFailures, 8)));
        // A server may ask for any pause, by mistake too; a stream is never left alone for longer than this.
        return failure.RetryAfter > SlowPause ? SlowPause : failure.RetryAfter;
    }
}
