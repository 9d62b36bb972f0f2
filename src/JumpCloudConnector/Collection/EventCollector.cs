using System.Globalization;
using System.Threading.Channels;
using JumpCloudConnector.Filters;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Collects one span of one stream's events. Pages are read in order of time; each page's end cuts the span into a slice
/// that is known to be whole, which is committed while the next page is fetched. A crash costs the open slice alone.
/// </summary>
internal sealed class EventCollector(
    JumpCloudClient client, RequestScope scope, IRecordStore store, Lease lease, EventRecordWriter writer, FilterSet filters,
    CollectionOptions options, SemaphoreSlim pagesInMemory, TimeProvider time, RequestMeter meter)
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
            try
            {
                await committing.ConfigureAwait(false);
            }
            finally
            {
                while (slices.Reader.TryRead(out PendingSlice? left)) left.Dispose();
            }
        }
    }

    private async Task FetchAllAsync(
        long from, long to, ChannelWriter<PendingSlice> slices, Action<long> progressed, CancellationToken cancellationToken)
    {
        EventBatchSink sink = new(writer, filters, time, from, to);
        int limit = options.FirstPageSize;
        long sliceFrom = from;
        long searchFrom = from;
        string? cursor = null;
        int slicePages = 0;
        bool holdsPlace = false;
        bool restarted = false;
        try
        {
            while (true)
            {
                // A stream needs one place to get on, and gives it back with the commit: however few there are, none waits for ever.
                if (!holdsPlace) await pagesInMemory.WaitAsync(cancellationToken).ConfigureAwait(false);
                holdsPlace = true;
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
                cursor = page.Cursor;
                bool claims = last || end > sliceFrom;

                // A whole page within one millisecond: nothing can be claimed yet, and only memory forces a commit.
                if (!claims && sink.Batch.Size <= options.MaxPageBytes) continue;

                RecordBatch whole = sink.Batch;
                sink.Use(whole.NewAlike());
                if (claims && !last) whole.MoveFrom(end, sink.Batch);
                sink.KeepPage();
                SliceCommit slice = new(sliceFrom, claims ? end : sliceFrom) { Complete = claims, Pages = slicePages, Restarted = restarted };
                restarted = false;
                PendingSlice pending = new(whole, slice, pagesInMemory);
                holdsPlace = false;
                await HandOverAsync(slices, pending, cancellationToken).ConfigureAwait(false);
                if (!claims) continue;
                progressed(end);
                if (last) return;
                sliceFrom = end;
                slicePages = 0;
                int fitting = FittingLimit(page.Bytes, page.Rows);
                if (fitting > limit * 2L || fitting < limit / 2)
                {
                    limit = fitting;
                    BeginSearch();
                }
            }
        }
        finally
        {
            if (holdsPlace) pagesInMemory.Release();
            sink.Batch.Dispose();
        }

        // A cursor belongs to its query, limit and all; with another limit the search begins again at the open slice.
        void BeginSearch()
        {
            sink.Batch.Truncate(0);
            sink.KeepPage();
            searchFrom = sliceFrom;
            cursor = null;
            restarted = true;
        }
    }

    private static async Task HandOverAsync(ChannelWriter<PendingSlice> slices, PendingSlice pending, CancellationToken cancellationToken)
    {
        try
        {
            await slices.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            pending.Dispose();
            throw;
        }
    }

    /// <summary>How many rows of the size seen make a page of the size wanted.</summary>
    private int FittingLimit(long bytes, int rows) => rows == 0
        ? options.MaxPageSize
        : (int)Math.Max(1, Math.Min(options.MaxPageSize, options.TargetPageBytes / Math.Max(1, bytes / rows)));

    /// <summary>
    /// Everything before this has been received: the smaller of what the cursor and what the last event say, less one
    /// millisecond, since the server may sort an event by its rounded time, one later than the cut one it belongs to.
    /// </summary>
    private static long SureEnd(EventBatchSink sink, string? cursor)
    {
        if (sink.LastInOrder is not { } last) return long.MinValue;
        return Math.Min(last, CursorTime(cursor) ?? last) - 1;
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
                using PendingSlice held = pending;
                RecordBatch batch = pending.Batch;
                SliceCommit slice = pending.Slice with
                {
                    StreamStart = streamStart,
                    Filters = filters.Ids,
                    Earlier = pending.Slice.Restarted ? default : earlier,
                    Time = time.GetUtcNow().ToUnixTimeMilliseconds(),
                };
                CommitCounts counts = store.Commit(lease, batch, slice);
                earlier = slice.Complete ? default : slice.Earlier.Plus(counts);
                _counts = _counts.Plus(counts);
                committed(batch);
            }
        }
    }

    /// <summary>A slice on its way to the store, with the place in memory that it takes.</summary>
    private sealed class PendingSlice(RecordBatch batch, SliceCommit slice, SemaphoreSlim place) : IDisposable
    {
        public RecordBatch Batch => batch;

        public SliceCommit Slice => slice;

        public void Dispose()
        {
            batch.Dispose();
            place.Release();
        }
    }
}
