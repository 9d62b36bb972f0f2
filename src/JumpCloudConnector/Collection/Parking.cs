using JumpCloudConnector.JumpCloud;

namespace JumpCloudConnector.Collection;

/// <summary>How long a stream with a lasting fault is left alone: it is reported at every turn, but asked for seldom.</summary>
internal static class Parking
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan LicensePause = TimeSpan.FromHours(6);

    /// <summary>The pause after a failure, or null where the next turn may try.</summary>
    public static TimeSpan? PauseAfter(JumpCloudException failure, int consecutiveFailures)
    {
        if (failure.Failure == FailureKind.NotLicensed) return LicensePause;
        if (failure.IsLasting)
            return TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(consecutiveFailures, 8)));
        return failure.RetryAfter;
    }
}
