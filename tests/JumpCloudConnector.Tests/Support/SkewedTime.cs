namespace JumpCloudConnector.Tests.Support;

/// <summary>Another clock's time, but for a difference: a machine whose clock is wrong.</summary>
internal sealed class SkewedTime(TimeProvider time, TimeSpan ahead) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + ahead;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
