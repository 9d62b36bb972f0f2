using JumpCloudConnector.Connectors;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Collects, and forwards what is new: at the end of a run, or in a service as it is committed. A destination that cannot be
/// reached holds up no collection.
/// </summary>
/// <param name="store">Stays the caller's.</param>
/// <param name="secrets">Gives keys and passwords.</param>
/// <param name="collector">Stays the caller's.</param>
/// <param name="forwarding">How destinations are sent to; null for the defaults.</param>
/// <param name="time">Null for the system's clock.</param>
public sealed class CollectionService(RecordStore store, SecretProtector secrets, Collector collector, ForwardingOptions? forwarding = null, TimeProvider? time = null)
{
    // Whatever a backlog leaves of a run's time, destinations have so much.
    private static readonly TimeSpan s_leastForwarding = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ForwardingOptions _forwarding = forwarding ?? new ForwardingOptions();

    /// <summary>Collects as <see cref="Collector.CollectAsync"/> does, then forwards.</summary>
    /// <param name="connectors">Which connectors.</param>
    /// <param name="named">True when they were asked for by name.</param>
    /// <param name="force">True to collect whether due or not.</param>
    /// <param name="timeLimit">The run's; null for none.</param>
    /// <param name="observer">Is told what collecting does.</param>
    /// <param name="forwardingObserver">Is told what forwarding does.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(
        IReadOnlyList<Connector> connectors, bool named, bool force, TimeSpan? timeLimit, ICollectionObserver? observer,
        IForwardingObserver? forwardingObserver, CancellationToken cancellationToken)
    {
        long begun = _time.GetTimestamp();
        await collector.CollectAsync(connectors, named, force, observer, cancellationToken).ConfigureAwait(false);
        await ForwardAsync(timeLimit - _time.GetElapsedTime(begun), forwardingObserver, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads spans again as <see cref="Collector.RereadAsync"/> does, then forwards.</summary>
    public async Task RereadAsync(
        IReadOnlyList<RereadRequest> requests, ICollectionObserver? observer, IForwardingObserver? forwardingObserver, CancellationToken cancellationToken)
    {
        await collector.RereadAsync(requests, observer, cancellationToken).ConfigureAwait(false);
        await ForwardAsync(null, forwardingObserver, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Collects and forwards until it is stopped: for a service.</summary>
    /// <param name="find">Gives the connectors as they are now.</param>
    /// <param name="observer">Is told what collecting does.</param>
    /// <param name="forwardingObserver">Is told what forwarding does.</param>
    /// <param name="cancellationToken">Stops it; that is its only end and no error.</param>
    public async Task RunContinuouslyAsync(
        Func<IReadOnlyList<Connector>> find, ICollectionObserver observer, IForwardingObserver? forwardingObserver, CancellationToken cancellationToken)
    {
        ContinuousForwarding destinations = new(store, secrets, _forwarding, _time);
        Task sending = destinations.RunAsync(forwardingObserver, cancellationToken);
        try
        {
            await new ContinuousCollection(store, collector, _time).RunAsync(find, new WakingObserver(observer, destinations), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await sending.ConfigureAwait(false);
        }
    }

    private async Task ForwardAsync(TimeSpan? timeLeft, IForwardingObserver? observer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return;
        SyslogDestination[] enabled = [.. store.Destinations.GetDestinations().Where(d => d.Enabled)];
        if (enabled.Length == 0) return;
        TimeSpan? limit = timeLeft < s_leastForwarding ? s_leastForwarding : timeLeft;
        await new Forwarder(store, secrets, _forwarding with { TimeLimit = limit }, _time).SendAsync(enabled, observer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Passes everything on, and says when something was committed.</summary>
    private sealed class WakingObserver(ICollectionObserver next, ContinuousForwarding destinations) : ICollectionObserver
    {
        public void Progressed(CollectionProgress progress) => next.Progressed(progress);

        public void Committed(RecordBatch batch)
        {
            next.Committed(batch);
            destinations.Wake();
        }

        public void Completed(CollectionResult result) => next.Completed(result);

        public void Warned(string message) => next.Warned(message);

        public void Noted(string message) => next.Noted(message);
    }
}
