using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Collects each stream when it is due, until it is stopped: for a service. A long backfill of one holds up no other, not
/// even another organization of the same provider. What is configured is read again and again; no fault ends it.
/// </summary>
public sealed class ContinuousCollection(RecordStore store, Collector collector, TimeProvider? time = null)
{
    /// <summary>How soon a change of the configuration is noticed, and how precisely a turn begins.</summary>
    internal static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    // Of a connector's two runs, whatever it left behind.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(50);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Runs until it is stopped, and then until every open turn has ended with its commit.</summary>
    /// <param name="find">Gives the connectors as they are now.</param>
    /// <param name="observer">Is told what happens.</param>
    /// <param name="cancellationToken">Stops it; that is its only end and no error.</param>
    public async Task RunAsync(Func<IReadOnlyList<Connector>> find, ICollectionObserver observer, CancellationToken cancellationToken)
    {
        List<Task> running = [];
        Dictionary<Guid, DateTimeOffset> notBefore = [];
        Task? beat = null;
        string? lastFault = null;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    running.RemoveAll(r => r.IsCompleted);
                    DateTimeOffset now = _time.GetUtcNow();
                    foreach (Connector connector in collector.Due(find()))
                    {
                        if (notBefore.TryGetValue(connector.Id, out DateTimeOffset earliest) && now < earliest) continue;
                        // A run that leaves it due (another process has its streams, or its outcome could not be written) is
                        // not begun again at once. Streams that an earlier run still has are not due.
                        notBefore[connector.Id] = now + ShortestPause;
                        running.Add(CollectAsync(connector, observer, cancellationToken));
                    }

                    lastFault = null;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // The store is locked, full, damaged or away: said once, not at every beat.
                    if (lastFault != e.Message) observer.Completed(StoreFault(e));
                    lastFault = e.Message;
                }

                beat ??= WaitAsync(cancellationToken);
                await Task.WhenAny([beat, .. running]).ConfigureAwait(false);
                if (beat.IsCompleted) beat = null;
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _time.Delay(Beat, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // That ends the wait, and the loop sees why.
        }
    }

    private async Task CollectAsync(Connector connector, ICollectionObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => collector.CollectAsync([connector], named: false, force: false, observer, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It is being stopped, and so is whoever looks on.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            observer.Completed(Collector.Failed(connector, JcException.Unexpected(e)));
        }
    }

    // A result without a connector, so that it is logged, counted and shown as any other fault is.
    private CollectionResult StoreFault(Exception cause)
    {
        JcException fault = JcException.Unexpected(cause);
        return new CollectionResult
        {
            ConnectorName = "", TenantName = "", State = CollectionState.Failed, StatusCode = StatusCodes.Of(fault), ErrorId = fault.ErrorId,
            ErrorMessage = $"The connectors of '{store.Folder}' cannot be read; it is tried again. {fault.Message}",
        };
    }
}
