using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Collects each connector when it is due, until it is stopped: for a service. Each runs by itself, so that a long backfill
/// of one holds up no other. What is configured is read again and again; no fault ends it.
/// </summary>
public sealed class ContinuousCollection(RecordStore store, Collector collector, TimeProvider? time = null)
{
    /// <summary>How soon a change of the configuration is noticed, and how precisely a turn begins.</summary>
    internal static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Runs until it is stopped, and then until every open turn has ended with its commit.</summary>
    /// <param name="find">Gives the connectors as they are now.</param>
    /// <param name="observer">Is told what happens.</param>
    /// <param name="cancellationToken">Stops it; that is its only end and no error.</param>
    public async Task RunAsync(Func<IReadOnlyList<Connector>> find, ICollectionObserver observer, CancellationToken cancellationToken)
    {
        Dictionary<Guid, Task> running = [];
        string? lastFault = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                foreach (Guid ended in running.Where(r => r.Value.IsCompleted).Select(r => r.Key).ToList()) running.Remove(ended);
                foreach (Connector connector in collector.Due(find()))
                {
                    if (!running.ContainsKey(connector.Id)) running[connector.Id] = CollectAsync(connector, observer, cancellationToken);
                }

                lastFault = null;
            }
            catch (JcException e)
            {
                // The store is locked, full or away: said once, not at every beat.
                if (lastFault != e.Message) observer.Noted($"The connectors of '{store.Folder}' cannot be read; it is tried again. {e.Message}");
                lastFault = e.Message;
            }

            try
            {
                await _time.Delay(Beat, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(running.Values).ConfigureAwait(false);
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
        catch (JcException e)
        {
            observer.Completed(Collector.Failed(connector, e));
        }
    }
}
