using Microsoft.Extensions.Time.Testing;

namespace JumpCloudConnector.Tests.Support;

/// <summary>
/// A clock that stands still until something waits for it, and is then at once where the pause would have ended. Pauses of
/// a day and more are not skipped: with such a lease, its renewal stays out of the way.
/// </summary>
internal sealed class PassingTime : FakeTimeProvider
{
    private readonly List<TimeSpan> _pauses = [];

    public PassingTime()
        : base(new DateTimeOffset(2024, 3, 1, 12, 0, 0, 250, TimeSpan.Zero))
    {
    }

    /// <summary>Every pause that was made, in its order.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get { lock (_pauses) return [.. _pauses]; }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromDays(1))
        {
            lock (_pauses) _pauses.Add(dueTime);
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }
}
