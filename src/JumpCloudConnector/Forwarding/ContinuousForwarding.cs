using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Sends to every enabled destination for as long as a service runs: what is committed goes out at once. What is configured is
/// read again and again; no fault ends it.
/// </summary>
public sealed class ContinuousForwarding(RecordStore store, SecretProtector secrets, ForwardingOptions? options = null, TimeProvider? time = null)
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5);

    private readonly ForwardingOptions _options = (options ?? new ForwardingOptions()) with { Continuous = true, TimeLimit = null };
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<Guid, Running> _running = [];

    /// <summary>Says that something was committed, so that nobody waits for the next beat.</summary>
    public void Wake()
    {
        lock (_running)
        {
            foreach (Running one in _running.Values)
                if (one.Wake.CurrentCount == 0) one.Wake.Release();
        }
    }

    /// <summary>Runs until it is stopped, and then until what was on its way is confirmed, or a few seconds later.</summary>
    public async Task RunAsync(IForwardingObserver? observer, CancellationToken cancellationToken)
    {
        string? lastFault = null;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    await AdjustAsync(observer, cancellationToken).ConfigureAwait(false);
                    lastFault = null;
                }
                catch (JcException e)
                {
                    // The store is locked, full, damaged or away: said once, not at every beat.
                    if (lastFault != e.Message) observer?.Failed("", e, s_beat);
                    lastFault = e.Message;
                }

                await _time.Delay(s_beat, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // That is its end.
        }

        foreach (Running one in _running.Values.ToList()) await EndAsync(one).ConfigureAwait(false);
    }

    /// <summary>Begins what was added, enabled or has ended, and ends what was changed or removed.</summary>
    private async Task AdjustAsync(IForwardingObserver? observer, CancellationToken cancellationToken)
    {
        Dictionary<Guid, SyslogDestination> wanted = store.Destinations.GetDestinations().Where(d => d.Enabled).ToDictionary(d => d.Id);
        foreach (Running one in _running.Values.ToList())
        {
            bool isRight = wanted.TryGetValue(one.Destination.Id, out SyslogDestination? now) && now.Version == one.Destination.Version;
            if (!isRight || one.Task.IsCompleted) await EndAsync(one).ConfigureAwait(false);
        }

        foreach (SyslogDestination destination in wanted.Values)
        {
            if (_running.ContainsKey(destination.Id)) continue;
            CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            SemaphoreSlim wake = new(0);
            Forwarder forwarder = new(store, secrets, _options, _time);
            Running started = new(destination, end, wake, Task.Run(() => forwarder.SendOneAsync(destination, wake, observer, end.Token), CancellationToken.None));
            lock (_running) _running[destination.Id] = started;
        }
    }

    private async Task EndAsync(Running one)
    {
        one.End.Cancel();
        await one.Task.ConfigureAwait(false);
        lock (_running) _running.Remove(one.Destination.Id);
        one.End.Dispose();
        one.Wake.Dispose();
    }

    private sealed record Running(SyslogDestination Destination, CancellationTokenSource End, SemaphoreSlim Wake, Task Task);
}
