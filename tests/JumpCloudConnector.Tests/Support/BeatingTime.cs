using JumpCloudConnector.Collection;

namespace JumpCloudConnector.Tests.Support;

/// <summary>The system's clock, some time ahead, on which the beat of a continuous collection comes when a test says so.</summary>
internal sealed class BeatingTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly Queue<Action> _waiting = [];
    private long _ahead;
    private int _beats;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    /// <summary>Ends the wait that is under way, or the next one.</summary>
    public void Beat()
    {
        Action? fire = null;
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out fire)) _beats++;
        }

        fire?.Invoke();
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != ContinuousCollection.Beat) return base.CreateTimer(callback, state, dueTime, period);
        bool now;
        lock (_lock)
        {
            now = _beats > 0;
            if (now) _beats--;
            else _waiting.Enqueue(() => callback(state));
        }

        // As a real timer, on another thread than the one that sets it.
        return base.CreateTimer(callback, state, now ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
