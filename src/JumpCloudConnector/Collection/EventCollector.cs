using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using JumpCloudConnector.Filters;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Reads spans of one stream's events: long ones are cut by the API's count, again and again where events are dense, and
/// the slices fetched side by side and committed in whatever order they end.
/// </summary>
internal sealed class EventCollector(
    JumpCloudClient client, RequestScope scope, IRecordStore store, Lease lease, RecordOrigin origin, FilterSet filters,
    CollectionOptions options, SemaphoreSlim pagesInMemory, TimeProvider time, RequestMeter meter)
{
    // Up to this length, as the newest data, a span is read at once, and counted where its first page is full; a longer one
    // is counted first.
    private const long ShortSpan = 3 * 3_600_000;

    // Into so many parts a span is cut at once.
    private const int MaxParts = 16;

    private readonly PageLimit _pageLimit = new(options.FirstPageSize);
    private long _fetched;
    private int _pages;
    private long _done;
    private bool _hasReadBacklog;
    private readonly ExcludingFilters _excluding = new(filters);
    private CommitCounts _counts;

    public long Fetched => Interlocked.Read(ref _fetched);

    public int Pages => Volatile.Read(ref _pages);

    public CommitCounts Counts => _counts;

    /// <summary>The log filters that excluded something.</summary>
    public IReadOnlyList<string> ExcludedBy => _excluding.Names;

    /// <summary>Reads what is planned until nothing is left.</summary>
    /// <param name="plan">What to read; it may grow meanwhile.</param>
    /// <param name="more">Asked again and again whether something is to be added to the plan; false when nothing but the newest data may be begun.</param>
    /// <param name="streamStart">Where the stream's first collection began.</param>
    /// <param name="progressed">Is told which part of the plan is done, 0 to 1.</param>
    /// <param name="committed">Is given each batch after its commit.</param>
    /// <param name="cancellationToken">Stops between commits; what was committed stays.</param>
    public async Task CollectAsync(
        SlicePlan plan, Func<bool> more, long streamStart, Action<double> progressed, Action<RecordBatch> committed, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // One slice may wait while one is written; then fetching waits for the disk.
        Channel<PendingSlice> slices = Channel.CreateBounded<PendingSlice>(new BoundedChannelOptions(1) { SingleReader = true });
        Task committing = Task.Run(() => CommitAllAsync(slices.Reader, streamStart, committed), CancellationToken.None);
        Task failed = committing.ContinueWith(_ => stop.Cancel(), CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default);
        _done = 0;
        try
        {
            await FetchAllAsync(plan, more, slices.Writer, progressed, stop.Token).ConfigureAwait(false);
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
        SlicePlan plan, Func<bool> more, ChannelWriter<PendingSlice> slices, Action<double> progressed, CancellationToken cancellationToken)
    {
        List<Task<IReadOnlyList<PlannedSlice>>> running = [];
        ExceptionDispatchInfo? fault = null;
        while (true)
        {
            // Counting alone gets nobody on: however short the time, some of the backlog is read, or the next turn would only count again.
            bool goesOn = fault is null && (more() || !Volatile.Read(ref _hasReadBacklog));
            while (fault is null && running.Count < options.MaxConcurrentSlices && plan.TryTake(onlyLive: !goesOn, out PlannedSlice next))
                running.Add(ReadAsync(next, slices, milliseconds => Advance(plan, milliseconds, progressed), cancellationToken));
            if (running.Count == 0) break;
            Task<IReadOnlyList<PlannedSlice>> ended = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(ended);
            try
            {
                plan.AddParts(await ended.ConfigureAwait(false));
            }
            catch (Exception e)
            {
                // The others end their slices; none is begun any more.
                fault ??= ExceptionDispatchInfo.Capture(e);
            }
        }

        fault?.Throw();
    }

    /// <summary>Reads a slice, or cuts it; what is left of it comes back.</summary>
    private async Task<IReadOnlyList<PlannedSlice>> ReadAsync(
        PlannedSlice slice, ChannelWriter<PendingSlice> slices, Action<long> progressed, CancellationToken cancellationToken)
    {
        if (slice.Counted is null && (slice.IsPart || (slice.Kind != SliceKind.Live && slice.Span.Length > ShortSpan)))
            slice = slice with { Counted = await CountAsync(slice.Span, cancellationToken).ConfigureAwait(false) };
        if (slice.Counted > options.SliceEvents && slice.Span.Length > 1) return Cut(slice);

        EventBatchSink sink = new(new EventRecordWriter(origin), filters.ForAnotherThread(), time, slice.Span.From, slice.Span.To);
        SliceReader reader = new(client, scope, sink, slice, options, _pageLimit, pagesInMemory, (batch, stop) => store.PrepareAsync(lease.StreamId, batch, stop), meter);
        long? left = await reader.ReadAsync(slices, Fetch, progressed, cancellationToken).ConfigureAwait(false);
        if (slice.Kind != SliceKind.Live) Volatile.Write(ref _hasReadBacklog, true);
        return left is { } from ? [new PlannedSlice(slice.Span with { From = from }, slice.Kind) { IsPart = true }] : [];
    }

    /// <summary>
    /// Cuts a span into as many parts of equal length as it should have slices; each is counted by whoever takes it, and cut
    /// again where events are dense. A count that is a little out, since events arrive meanwhile, costs a page and no event.
    /// </summary>
    private List<PlannedSlice> Cut(PlannedSlice slice)
    {
        // A little more than enough, as events are never spread evenly; but of a span that is empty for the most part, few.
        long parts = Math.Min(Math.Min(MaxParts, slice.Span.Length), (slice.Counted!.Value * 4 / 3 / options.SliceEvents) + 1);
        List<PlannedSlice> cut = [];
        long from = slice.Span.From;
        for (long i = 1; i <= parts; i++)
        {
            long to = slice.Span.From + (slice.Span.Length * i / parts);
            cut.Add(new PlannedSlice(new LedgerSpan(from, to), slice.Kind) { IsPart = true });
            from = to;
        }

        return cut;
    }

    private Task<long> CountAsync(LedgerSpan span, CancellationToken cancellationToken) =>
        client.CountEventsAsync(scope, span.From, span.To, meter, cancellationToken);

    private void Fetch(int rows)
    {
        Interlocked.Increment(ref _pages);
        Interlocked.Add(ref _fetched, rows);
    }

    private void Advance(SlicePlan plan, long milliseconds, Action<double> progressed) =>
        progressed(plan.Total == 0 ? 1 : Math.Min(1, (double)Interlocked.Add(ref _done, milliseconds) / plan.Total));

    private async Task CommitAllAsync(ChannelReader<PendingSlice> slices, long streamStart, Action<RecordBatch> committed)
    {
        while (await slices.WaitToReadAsync().ConfigureAwait(false))
        {
            while (slices.TryRead(out PendingSlice? pending))
            {
                using PendingSlice held = pending;
                SliceCommit slice = pending.Slice with
                {
                    StreamStart = streamStart,
                    Filters = filters.Ids,
                    Earlier = pending.Parts.Earlier,
                    Time = time.GetUtcNow().ToUnixTimeMilliseconds(),
                };
                CommitCounts counts = store.Commit(lease, pending.Batch, slice);
                pending.Parts.Earlier = slice.Complete ? default : slice.Earlier.Plus(counts);
                _counts = _counts.Plus(counts);
                _excluding.Add(pending.Batch);
                committed(pending.Batch);
            }
        }
    }
}
