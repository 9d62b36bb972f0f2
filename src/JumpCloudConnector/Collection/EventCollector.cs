using System.Globalization;
using System.Threading.Channels;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Collects one span of one stream's events. Pages are read in order of time; each page's end cuts the span into a slice
/// that is known to be whole, which is committed while the next page is fetched. A crash costs the open slice alone.
/// </summary>
internal sealed class EventCollector(
    JumpCloudClient client, RequestScope scope, IRecordStore store, Lease lease, EventRecordWriter writer,
    CollectionOptions options, TimeProvider time, RequestMeter meter)
{
    private long _fetched;
    private int _pages;
    private CommitCounts _counts;

    public long Fetched => Interlocked.Read(ref _fetched);

    public int Pages => Volatile.Read(ref _pages);

    public CommitCounts Counts => _counts;

    /// <summary>Reads [from, to) to its end.</summary>
    /// <param name="from">Epoch milliseconds.</param>
    /// <param name="to">Epoch milliseconds, fixed for the whole span.</param>
    /// <param name="streamStart">Where the stream's first collection began.</param>
    /// <param name="progressed">Is told how far it came: epoch milliseconds.</param>
    /// <param name="committed">Is given each batch after its commit.</param>
    /// <param name="cancellationToken">Stops between commits; what was committed stays.</param>
    public async Task CollectAsync(
        long from, long to, long streamStart, Action<long> progressed, Action<RecordBatch> committed, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // One slice may wait while one is written and one is fetched; then fetching waits for the disk.
        Channel<PendingSlice> slices = Channel.CreateBounded<PendingSlice>(
            new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        Task committing = Task.Run(() => CommitAllAsync(slices.Reader, streamStart, committed), CancellationToken.None);
        Task failed = committing.ContinueWith(_ => stop.Cancel(), CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default);
        try
        {
            await FetchAllAsync(from, to, slices.Writer, progressed, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            // What was fetched whole is committed even where a later page failed; a failed commit is the cause to report.
            slices.Writer.TryComplete();
            await committing.ConfigureAwait(false);
        }
    }

    private async Task FetchAllAsync(
        long from, long to, ChannelWriter<PendingSlice> slices, Action<long> progressed, CancellationToken cancellationToken)
    {
        EventBatchSink sink = new(writer, time, from, to);
        int limit = options.FirstPageSize;
        long sliceFrom = from;
        long searchFrom = from;
        string? cursor = null;
        int slicePages = 0;
        while (true)
        {
            EventPage page;
            try
            {
                EventQuery query = new(searchFrom - 1, to + 1, limit);
                page = await client.GetEventsAsync(scope, query, cursor, options.MaxPageBytes, sink, meter, cancellationToken).ConfigureAwait(false);
            }
            catch (PageTooLargeException tooLarge)
            {
                limit = Math.Max(1, Math.Min(limit / 2, FittingLimit(tooLarge.Bytes, tooLarge.Rows)));
                BeginSearch();
                continue;
            }

            sink.KeepPage();
            slicePages++;
            Interlocked.Increment(ref _pages);
            Interlocked.Add(ref _fetched, page.Rows);
            bool last = page.Rows < page.Limit;
            long end = last ? to : Math.Min(to, SureEnd(sink, page.Cursor));
            if (end <= sliceFrom && !last)
            {
                // A whole page within one millisecond. Nothing can be claimed yet; only memory may force a commit.
                cursor = page.Cursor;
                if (sink.Batch.Size > options.MaxPageBytes)
                {
                    await slices.WriteAsync(new PendingSlice(sink.Batch, new SliceCommit(sliceFrom, sliceFrom) { Complete = false }), cancellationToken).ConfigureAwait(false);
                    sink.Use(new RecordBatch());
                }

                continue;
            }

            RecordBatch whole = sink.Batch;
            RecordBatch rest = whole.NewAlike();
            if (!last) whole.MoveFrom(end, rest);
            await slices.WriteAsync(new PendingSlice(whole, new SliceCommit(sliceFrom, Math.Max(end, sliceFrom)) { Pages = slicePages }), cancellationToken).ConfigureAwait(false);
            progressed(end);
            if (last)
            {
                rest.Dispose();
                return;
            }

            sink.Use(rest);
            sliceFrom = end;
            slicePages = 0;
            cursor = page.Cursor;
            int fitting = FittingLimit(page.Bytes, page.Rows);
            if (fitting > limit * 2L || fitting < limit / 2)
            {
                limit = fitting;
                BeginSearch();
            }
        }

        // A cursor belongs to its query, limit and all; with another limit the search begins again at the open slice.
        void BeginSearch()
        {
            sink.Batch.Truncate(0);
            sink.KeepPage();
            searchFrom = sliceFrom;
            cursor = null;
        }
    }

    /// <summary>How many rows of the size seen make a page of the size wanted.</summary>
    private int FittingLimit(long bytes, int rows) => rows == 0
        ? options.MaxPageSize
        : (int)Math.Max(1, Math.Min(options.MaxPageSize, options.TargetPageBytes / Math.Max(1, bytes / rows)));

    /// <summary>Everything before this has been received: the smaller of what the cursor and what the last event say.</summary>
    private static long SureEnd(EventBatchSink sink, string? cursor)
    {
        long byEvents = sink.ReceivedBefore ?? long.MinValue;
        return CursorTime(cursor) is { } byCursor ? Math.Min(byEvents, byCursor) : byEvents;
    }

    /// <summary>The milliseconds in <c>[1576181718000,"DZrPyW8BNsa9iKWoOm7h"]</c>; null where the cursor looks otherwise.</summary>
    private static long? CursorTime(string? cursor)
    {
        if (cursor is null) return null;
        int comma = cursor.IndexOf(',');
        return comma > 1 && long.TryParse(cursor.Substring(1, comma - 1).Trim(' ', '"'), NumberStyles.None, CultureInfo.InvariantCulture, out long ms) ? ms : null;
    }

    private async Task CommitAllAsync(ChannelReader<PendingSlice> slices, long streamStart, Action<RecordBatch> committed)
    {
        CommitCounts earlier = default;
        while (await slices.WaitToReadAsync().ConfigureAwait(false))
        {
            while (slices.TryRead(out PendingSlice? pending))
            {
                using RecordBatch batch = pending.Batch;
                SliceCommit slice = pending.Slice with
                {
                    StreamStart = streamStart,
                    Earlier = earlier,
                    Time = time.GetUtcNow().ToUnixTimeMilliseconds(),
                };
                CommitCounts counts = store.Commit(lease, batch, slice);
                earlier = slice.Complete ? default : earlier.Plus(counts);
                _counts = _counts.Plus(counts);
                committed(batch);
            }
        }
    }

    private sealed record PendingSlice(RecordBatch Batch, SliceCommit Slice);
}
