namespace JumpCloudConnector.JumpCloud;

/// <summary>
/// The server's "now", from the Date header of its answers and the time passed since, measured by a clock that cannot be
/// set. It is a lower bound: the header is cut to the second. Before the first answer the local clock stands in.
/// </summary>
internal sealed class ServerClock(TimeProvider time)
{
    private readonly object _lock = new();
    private DateTimeOffset? _date;
    private long _stamp;

    public bool IsKnown
    {
        get { lock (_lock) return _date is not null; }
    }

    public DateTimeOffset Now
    {
        get
        {
            lock (_lock) return _date is { } date ? date + time.GetElapsedTime(_stamp) : time.GetUtcNow();
        }
    }

    /// <summary>How far the local clock is ahead of the server's, within a second or so; zero before the first answer.</summary>
    public TimeSpan Skew
    {
        get { lock (_lock) return _date is { } date ? time.GetUtcNow() - (date + time.GetElapsedTime(_stamp)) : TimeSpan.Zero; }
    }

    public void Observe(DateTimeOffset? date)
    {
        if (date is not { } seen) return;
        lock (_lock)
        {
            // The larger of two lower bounds is the better one, but a server set back must be believed too.
            if (_date is { } known && seen < known + time.GetElapsedTime(_stamp) && known + time.GetElapsedTime(_stamp) - seen < TimeSpan.FromSeconds(5)) return;
            _date = seen;
            _stamp = time.GetTimestamp();
        }
    }
}
