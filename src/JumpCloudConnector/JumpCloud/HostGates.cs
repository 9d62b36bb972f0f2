using System.Collections.Concurrent;

namespace JumpCloudConnector.JumpCloud;

/// <summary>Remembers from one run to the next how fast a host took a connector's requests.</summary>
internal interface IPaceMemory
{
    /// <summary>The rate found last, and whether a limit was met; null where nothing is known.</summary>
    (double PerSecond, bool Settled)? Recall(Guid connectorId, string host);

    /// <summary>Keeps it.</summary>
    void Keep(Guid connectorId, string host, double perSecond, bool settled);
}

/// <summary>
/// Keeps requests within bounds: each connector's at its own rate for each host, and all connectors' together to so many
/// under way at a host. Whoever waits is served in turn, so that one with much to fetch does not starve the others.
/// </summary>
internal sealed class HostGates(JumpCloudClientOptions options, TimeProvider time, IPaceMemory? memory = null) : IDisposable
{
    private readonly ConcurrentDictionary<(Guid Connector, string Host), Lazy<RequestPace>> _paces = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _slots = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The pace of a connector's requests to a host.</summary>
    public RequestPace Pace(Guid connectorId, Uri uri) =>
        _paces.GetOrAdd((connectorId, uri.Authority.ToLowerInvariant()), key => new Lazy<RequestPace>(() => Begin(key.Connector, key.Host))).Value;

    /// <summary>Waits until a request may be sent; what is returned is disposed of when its answer was read.</summary>
    public async Task<IDisposable> EnterAsync(Guid connectorId, Uri uri, CancellationToken cancellationToken)
    {
        await Pace(connectorId, uri).WaitAsync(cancellationToken).ConfigureAwait(false);
        SemaphoreSlim slots = _slots.GetOrAdd(uri.Authority, _ => new SemaphoreSlim(options.MaxConnectionsPerHost));
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Slot(slots);
    }

    /// <summary>Keeps what was learnt of the rates.</summary>
    public void Remember()
    {
        foreach (KeyValuePair<(Guid Connector, string Host), Lazy<RequestPace>> entry in _paces)
        {
            RequestPace pace = entry.Value.Value;
            (double PerSecond, bool Settled)? known = memory?.Recall(entry.Key.Connector, entry.Key.Host);
            double before = known?.PerSecond ?? options.RequestsPerSecond;
            // Not every small step is worth a write.
            if (Math.Abs(pace.PerSecond - before) < before / 10 && pace.IsSettled == (known?.Settled ?? false)) continue;
            memory?.Keep(entry.Key.Connector, entry.Key.Host, pace.PerSecond, pace.IsSettled);
        }
    }

    public void Dispose()
    {
        foreach (SemaphoreSlim slots in _slots.Values) slots.Dispose();
    }

    private RequestPace Begin(Guid connectorId, string host)
    {
        (double PerSecond, bool Settled)? known = memory?.Recall(connectorId, host);
        double highest = Math.Max(options.RequestsPerSecond, options.MaxRequestsPerSecond);
        return new RequestPace(known?.PerSecond ?? options.RequestsPerSecond, highest, known?.Settled ?? false, time);
    }

    private sealed class Slot(SemaphoreSlim slots) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) slots.Release();
        }
    }
}
