using System.Collections.Concurrent;
using System.Threading.Channels;
using JumpCloudConnector.Forwarding.Transports;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Between whoever makes messages and whoever sends them: a few batches at most, so that a slow receiver costs no memory. The
/// batch that is being filled can be taken too, so that no message waits for company that does not come.
/// </summary>
/// <param name="batchBytes">A batch is full at this size.</param>
/// <param name="formatter">Makes the messages.</param>
internal sealed class BatchQueue(int batchBytes, SyslogMessageFormatter formatter) : IDisposable
{
    private const int MostBatches = 4;

    private readonly Channel<MessageBatch> _full = Channel.CreateUnbounded<MessageBatch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });
    private readonly SemaphoreSlim _places = new(MostBatches);
    private readonly ConcurrentBag<MessageBatch> _empty = [];
    private readonly object _filling = new();
    private MessageBatch? _open;
    private Task? _waiting;

    /// <summary>Puts a record's message into the batch that is being filled; without a record, lets that batch go out.</summary>
    /// <param name="item">The record and its place, or the place up to which everything was looked at.</param>
    /// <param name="isNew">False where the record was looked at before, so that leaving it out counts but once.</param>
    /// <param name="cancellationToken">Ends the wait for a free batch.</param>
    public void Put(SourceItem item, bool isNew, CancellationToken cancellationToken)
    {
        while (true)
        {
            bool isOpen;
            lock (_filling) isOpen = _open is not null;
            if (!isOpen)
            {
                _places.Wait(cancellationToken);
                lock (_filling) _open = _empty.TryTake(out MessageBatch? batch) ? batch : new MessageBatch();
            }

            lock (_filling)
            {
                // It may have been taken since.
                if (_open is null) continue;
                if (item.Record is { } record) Append(_open, record, item.Place, isNew);
                _open.LookedAt = item.Place;
                if (item.Record is null || _open.Bytes.Length >= batchBytes) Post();
                return;
            }
        }
    }

    /// <summary>Says that no more will come, or why.</summary>
    public void Complete(Exception? fault)
    {
        lock (_filling)
        {
            if (fault is null && _open is { } rest && (rest.Count > 0 || rest.Skipped > 0)) Post();
            _full.Writer.TryComplete(fault);
        }
    }

    /// <summary>Ends when there is a full batch, or the end.</summary>
    public Task WaitAsync() => _waiting is { IsCompleted: false } ? _waiting : _waiting = _full.Reader.WaitToReadAsync(CancellationToken.None).AsTask();

    /// <summary>The next batch, where there is one.</summary>
    /// <param name="orOpen">True to take the one that is being filled where no other waits.</param>
    public MessageBatch? TryTake(bool orOpen)
    {
        if (_full.Reader.TryRead(out MessageBatch? batch) || !orOpen) return batch;
        lock (_filling)
        {
            // Full ones are posted under this lock, so that none of them is overtaken.
            if (_full.Reader.TryRead(out batch)) return batch;
            if (_open is not { Count: > 0 }) return null;
            batch = _open;
            _open = null;
            return batch;
        }
    }

    /// <summary>Ends with the fault of whoever makes the messages, where there was one.</summary>
    public bool IsAtEnd => _full.Reader.Completion.IsCompleted;

    /// <summary>What ended the making of messages, when the end was reached.</summary>
    public Task Completion => _full.Reader.Completion;

    /// <summary>Gives a batch back.</summary>
    public void Return(MessageBatch batch)
    {
        batch.Clear();
        _empty.Add(batch);
        _places.Release();
    }

    public void Dispose()
    {
        _open?.Dispose();
        while (_full.Reader.TryRead(out MessageBatch? batch)) batch.Dispose();
        while (_empty.TryTake(out MessageBatch? batch)) batch.Dispose();
        _places.Dispose();
    }

    private void Append(MessageBatch batch, Records.IngestedRecord record, long place, bool isNew)
    {
        int start = batch.Bytes.Length;
        if (formatter.TryFormat(record, batch.Bytes, out _)) batch.Add(place, start);
        else if (isNew) batch.Skipped++;
    }

    private void Post()
    {
        _full.Writer.TryWrite(_open!);
        _open = null;
    }
}
