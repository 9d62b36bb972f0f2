using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Forwarding;

/// <summary>A record on its way to a destination, or none: then what was given so far is to go out at once.</summary>
/// <param name="Record">The record, or null.</param>
/// <param name="Place">Its place, or the one up to which everything was looked at.</param>
internal readonly record struct SourceItem(IngestedRecord? Record, long Place);

/// <summary>
/// Where a destination's records come from, in their order. What was not confirmed can be read again: a connection that broke
/// is followed by another that begins behind the last confirmed place.
/// </summary>
internal interface IRecordSource
{
    /// <summary>The records behind a place. Blocks where it waits for more; ends where there is no more.</summary>
    IEnumerable<SourceItem> Read(long place, CancellationToken cancellationToken);

    /// <summary>Up to here nothing will be read again.</summary>
    void Confirmed(long place);
}

/// <summary>The store, from a destination's place on: the queue that survives everything.</summary>
/// <param name="store">The store.</param>
/// <param name="destination">Whose filter counts.</param>
/// <param name="isContinuous">True to wait for more at the end.</param>
/// <param name="wake">Is released when something may have been committed; null where nobody tells.</param>
/// <param name="beat">How long to wait for that at most.</param>
internal sealed class StoreSource(RecordStore store, SyslogDestination destination, bool isContinuous, SemaphoreSlim? wake, TimeSpan beat) : IRecordSource
{
    public IEnumerable<SourceItem> Read(long place, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked first: what is committed while the search goes on is for the next.
            long last = store.Destinations.GetLastSequence();
            if (last > place)
            {
                foreach (IngestedRecord record in store.Records.Find(SyslogDestinationRegistry.QueryOf(destination, place), cancellationToken))
                {
                    place = record.Sequence;
                    yield return new SourceItem(record, place);
                }

                place = Math.Max(place, last);
                yield return new SourceItem(null, place);
            }

            if (!isContinuous) yield break;
            Wait(cancellationToken);
        }
    }

    public void Confirmed(long place)
    {
        // The store keeps them anyway.
    }

    private void Wait(CancellationToken cancellationToken)
    {
        if (wake is not null) wake.Wait(beat, cancellationToken);
        else cancellationToken.WaitHandle.WaitOne(beat);
        cancellationToken.ThrowIfCancellationRequested();
    }
}

/// <summary>Records that somebody gives one by one, as a pipeline does; kept until they are confirmed.</summary>
internal sealed class GivenSource : IRecordSource, IDisposable
{
    // What waits to be sent. Who gives more waits, so that a slow receiver slows the pipeline down.
    private const int MostWaiting = 1024;

    // For a pipeline that is about as fast as the receiver: better a full packet a little later than one packet a message.
    private const int PatienceMilliseconds = 20;

    private readonly System.Collections.Concurrent.BlockingCollection<IngestedRecord> _given = new(MostWaiting);
    private readonly Queue<SourceItem> _unconfirmed = new();
    private long _place;

    /// <summary>Takes a record; waits where enough of them wait.</summary>
    public void Add(IngestedRecord record, CancellationToken cancellationToken) => _given.Add(record, cancellationToken);

    /// <summary>Says that no more will come.</summary>
    public void Complete() => _given.CompleteAdding();

    public IEnumerable<SourceItem> Read(long place, CancellationToken cancellationToken)
    {
        SourceItem[] again;
        lock (_unconfirmed) again = [.. _unconfirmed];
        foreach (SourceItem item in again)
            if (item.Place > place) yield return item;
        while (true)
        {
            if (!_given.TryTake(out IngestedRecord? record, PatienceMilliseconds, cancellationToken))
            {
                // The pipeline is at work on the next: what is there goes out.
                if (_given.IsCompleted) break;
                yield return new SourceItem(null, _place);
                if (!_given.TryTake(out record, Timeout.Infinite, cancellationToken)) break;
            }

            SourceItem item = new(record, ++_place);
            lock (_unconfirmed) _unconfirmed.Enqueue(item);
            yield return item;
        }

        yield return new SourceItem(null, _place);
    }

    public void Confirmed(long place)
    {
        lock (_unconfirmed)
            while (_unconfirmed.Count > 0 && _unconfirmed.Peek().Place <= place) _unconfirmed.Dequeue();
    }

    public void Dispose() => _given.Dispose();
}
