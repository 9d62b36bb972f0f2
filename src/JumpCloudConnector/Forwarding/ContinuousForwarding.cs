using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Sends to every enabled destination for as long as a service runs: what is committed goes out at once. What is configured is
/// read again and again; no fault ends it.
/// </summary>
public sealed class ContinuousForwarding(RecordStore store, SecretProtector secrets, ForwardingOptions? options = null, TimeProvider? time = null)
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5), s_longestPause = TimeSpan.FromMinutes(1);

    private readonly ForwardingOptions _options = (options ?? new ForwardingOptions()) with { Continuous = true, TimeLimit = null };
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<Guid, Running> _running = [];
    private readonly Dictionary<Guid, Pause> _pauses = [];

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
        ChangeObserver? told = observer is null ? null : new ChangeObserver(observer);
        string? lastFault = null;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    await AdjustAsync(told, cancellationToken).ConfigureAwait(false);
                    lastFault = null;
                }
                catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
                {
                    // The store is locked, full, damaged or away: said once, not at every beat.
                    if (lastFault != e.Message) observer?.Failed("", JcException.Unexpected(e), s_beat);
                    lastFault = e.Message;
                }

                await _time.Delay(s_beat, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // That is its end.
        }

        await Task.WhenAll(_running.Values.ToList().Select(EndAsync)).ConfigureAwait(false);
    }

    /// <summary>Begins what was added, enabled or has ended, and ends what was changed or removed.</summary>
    private async Task AdjustAsync(IForwardingObserver? observer, CancellationToken cancellationToken)
    {
        Dictionary<Guid, SyslogDestination> wanted = store.Destinations.GetDestinations().Where(d => d.Enabled).ToDictionary(d => d.Id);
        foreach (Running one in _running.Values.ToList())
        {
            bool isRight = wanted.TryGetValue(one.Destination.Id, out SyslogDestination? now) && now.Version == one.Destination.Version;
            if (isRight && !one.Task.IsCompleted) continue;
            if (isRight) _pauses[one.Destination.Id] = PauseAfter(one);
            else _pauses.Remove(one.Destination.Id);
            await EndAsync(one).ConfigureAwait(false);
        }

        foreach (SyslogDestination destination in wanted.Values)
        {
            if (_running.ContainsKey(destination.Id) || (_pauses.TryGetValue(destination.Id, out Pause? pause) && _time.GetUtcNow() < pause.Until)) continue;
            CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            SemaphoreSlim wake = new(0);
            Forwarder forwarder = new(store, secrets, _options, _time);
            Running started = new(
                destination, end, wake, Task.Run(() => forwarder.SendOneAsync(destination, wake, observer, end.Token), CancellationToken.None), _time.GetUtcNow());
            lock (_running) _running[destination.Id] = started;
        }
    }

    /// <summary>
    /// How long one rests that has ended by itself: a fault of the store or the key ring, or another process that sends to it.
    /// What had run for a while begins with a short rest.
    /// </summary>
    private Pause PauseAfter(Running one)
    {
        DateTimeOffset now = _time.GetUtcNow();
        bool isAgain = _pauses.TryGetValue(one.Destination.Id, out Pause? last) && now - one.Started < s_longestPause;
        TimeSpan length = isAgain ? TimeSpan.FromTicks(Math.Min(s_longestPause.Ticks, last!.Length.Ticks * 2)) : s_beat;
        return new Pause(now + length, length);
    }

    private async Task EndAsync(Running one)
    {
        one.End.Cancel();
        // It tells its faults by its result.
        await one.Task.ConfigureAwait(false);
        lock (_running) _running.Remove(one.Destination.Id);
        one.End.Dispose();
        one.Wake.Dispose();
    }

    private sealed record Running(SyslogDestination Destination, CancellationTokenSource End, SemaphoreSlim Wake, Task Task, DateTimeOffset Started);

    private sealed record Pause(DateTimeOffset Until, TimeSpan Length);

    /// <summary>Passes everything on but results that say again what the last one of a destination said.</summary>
    private sealed class ChangeObserver(IForwardingObserver next) : IForwardingObserver
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> _last = new();

        public void Progressed(ForwardingProgress progress) => next.Progressed(progress);

        public void Failed(string name, JcException fault, TimeSpan? retryAfter) => next.Failed(name, fault, retryAfter);

        public void Completed(ForwardingResult result)
        {
            string outcome = $"{result.State} {result.ErrorId}";
            if (result.Sent == 0 && _last.TryGetValue(result.Name, out string? last) && last == outcome) return;
            _last[result.Name] = outcome;
            next.Completed(result);
        }
    }
}
