using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace JumpCloudConnector.JumpCloud;

/// <summary>Keeps the requests of all connectors to one host under one rate.</summary>
internal sealed class HostGates(int requestsPerSecond) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<RateLimiter>> _gates = new(StringComparer.OrdinalIgnoreCase);

    public async Task WaitAsync(Uri uri, CancellationToken cancellationToken)
    {
        RateLimiter gate = _gates.GetOrAdd(uri.Authority, _ => new Lazy<RateLimiter>(Create)).Value;
        using RateLimitLease lease = await gate.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (Lazy<RateLimiter> gate in _gates.Values)
            if (gate.IsValueCreated) gate.Value.Dispose();
    }

    // Tokens come in tenths of a second, so that a burst after a pause stays a second's worth.
    private TokenBucketRateLimiter Create() => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = requestsPerSecond,
        TokensPerPeriod = Math.Max(1, requestsPerSecond / 10),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(requestsPerSecond >= 10 ? 100 : 1000.0 / requestsPerSecond),
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        AutoReplenishment = true,
    });
}
