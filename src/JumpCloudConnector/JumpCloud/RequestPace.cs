namespace JumpCloudConnector.JumpCloud;

/// <summary>
/// Spaces one connector's requests to one host. The API's limit is unpublished, so the rate is found out: it grows with
/// every good answer while requests wait for it, fast until the first refusal and slowly after, and halves where the server
/// asks for fewer.
/// </summary>
internal sealed class RequestPace
{
    // Requests a second that one good answer adds: twice the rate in about a second and a half.
    private const double FastStep = 0.5;

    // Once a limit was met: about one request a second more in ten seconds.
    private const double SlowStep = 0.1;

    private const double LowestRate = 0.5;

    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly TimeProvider _time;
    private readonly double _highest;
    private readonly long _epoch;
    private double _rate;
    private bool _settled;
    private TimeSpan _next;
    private TimeSpan _lastHalved = TimeSpan.MinValue;
    private TimeSpan _lastWaited = TimeSpan.MinValue;

    /// <summary>Begins at a rate.</summary>
    /// <param name="perSecond">Requests a second to begin with.</param>
    /// <param name="highest">What it never exceeds.</param>
    /// <param name="settled">True where a limit was met before: then it grows slowly.</param>
    /// <param name="time">Its clock; only time passed counts, not the date.</param>
    public RequestPace(double perSecond, double highest, bool settled, TimeProvider time)
    {
        _highest = Math.Max(LowestRate, highest);
        _rate = Math.Min(Math.Max(perSecond, LowestRate), _highest);
        _settled = settled;
        _time = time;
        _epoch = time.GetTimestamp();
    }

    /// <summary>Requests a second now.</summary>
    public double PerSecond
    {
        get { lock (_lock) return _rate; }
    }

    /// <summary>True once the server has asked for fewer requests.</summary>
    public bool IsSettled
    {
        get { lock (_lock) return _settled; }
    }

    /// <summary>Waits for this request's turn, in the order of asking.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_lock)
        {
            TimeSpan now = Elapsed();
            // A pause leaves half a second's worth of requests that need not wait, no more.
            TimeSpan earliest = now - TimeSpan.FromSeconds(0.5);
            TimeSpan turn = _next > earliest ? _next : earliest;
            _next = turn + TimeSpan.FromSeconds(1 / _rate);
            wait = turn - now;
            if (wait > TimeSpan.Zero) _lastWaited = now;
        }

        return wait > TimeSpan.Zero ? _time.Delay(wait, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>A good answer: where requests had to wait of late, there may be more of them.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            TimeSpan now = Elapsed();
            if (_rate >= _highest || _lastWaited == TimeSpan.MinValue || now - _lastWaited > Breath) return;
            _rate = Math.Min(_highest, _rate + (_settled ? SlowStep / Math.Max(1, _rate) : FastStep));
        }
    }

    /// <summary>The server asks for fewer requests: half as many, and none before the time it names.</summary>
    public void Refused(TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            TimeSpan now = Elapsed();
            TimeSpan pause = retryAfter is { } asked && asked < TimeSpan.FromMinutes(1) ? asked : TimeSpan.Zero;
            if (now + pause > _next) _next = now + pause;
            // Requests under way together are refused together; that is one refusal.
            if (_lastHalved != TimeSpan.MinValue && now - _lastHalved < Breath) return;
            _lastHalved = now;
            _settled = true;
            _rate = Math.Max(LowestRate, _rate / 2);
        }
    }

    private TimeSpan Elapsed() => _time.GetElapsedTime(_epoch);
}
