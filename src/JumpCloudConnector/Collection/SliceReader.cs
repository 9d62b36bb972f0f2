using System.Globalization;
using System.Threading.Channels;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>The rows that a page should have, as learnt from the pages before; shared by all readers of a stream.</summary>
internal sealed class PageLimit(int first)
{
    private int _rows = first;

    public int Rows
    {
        get => Volatile.Read(ref _rows);
        set => Volatile.Write(ref _rows, value);
    }
}

/// <summary>
/// Reads one span in the order of time. Each page's end cuts off a slice that is known to be whole, which is committed while
/// the next page is fetched. A crash costs the open slice alone.
/// </summary>
internal sealed class SliceReader(
    JumpCloudClient client, RequestScope scope, EventBatchSink sink, PlannedSlice planned, CollectionOptions options, PageLimit pageLimit,
    SemaphoreSlim pagesInMemory, Func<Records.RecordBatch, CancellationToken, Task> prepare, RequestMeter meter)
{
    private int _limit = pageLimit.Rows;
    private long _sliceFrom = planned.Span.From;
    private long _searchFrom = planned.Span.From;
    private string? _cursor;
    private int _slicePages;
    private SliceParts _parts = new();

    /// <summary>Reads the span to its end, or to the end of its first page where it turns out to be long.</summary>
    /// <param name="slices">Takes what is to be committed.</param>
    /// <param name="fetched">Is told the rows of each page.</param>
    /// <param name="progressed">Is told how many more milliseconds are read.</param>
    /// <param name="cancellationToken">Stops between pages.</param>
    /// <returns>Where what is left begins; null where nothing is.</returns>
    public async Task<long?> ReadAsync(
        ChannelWriter<PendingSlice> slices, Action<int> fetched, Action<long> progressed, CancellationToken cancellationToken)
    {
        long to = planned.Span.To;
        bool holdsPlace = false;
        try
        {
            while (true)
            {
                // A reader needs one place to get on, and gives it back with the commit: however few there are, none waits for ever.
                if (!holdsPlace) await pagesInMemory.WaitAsync(cancellationToken).ConfigureAwait(false);
                holdsPlace = true;
                EventPage page;
                try
                {
                    EventQuery query = new(_searchFrom - 1, to + 1, _limit);
                    page = await client.GetEventsAsync(scope, query, _cursor, options.MaxPageBytes, sink, meter, cancellationToken).ConfigureAwait(false);
                }
                catch (PageTooLargeException tooLarge)
                {
                    _limit = Math.Max(1, Math.Min(_limit / 2, FittingLimit(tooLarge.Bytes, tooLarge.Rows)));
                    BeginSearch();
                    continue;
                }

                sink.KeepPage();
                _slicePages++;
                fetched(page.Rows);
                bool last = page.Rows < page.Limit;
                long end = last ? to : Math.Min(to, SureEnd(page.Cursor));
                _cursor = page.Cursor;
                bool claims = last || end > _sliceFrom;

                // A whole page within one millisecond: nothing can be claimed yet, and only memory forces a commit.
                if (!claims && sink.Batch.Size <= options.MaxPageBytes) continue;

                PendingSlice pending = Cut(claims ? end : _sliceFrom, claims, last);
                holdsPlace = false;
                await HandOverAsync(slices, pending, cancellationToken).ConfigureAwait(false);
                if (!claims) continue;
                progressed(end - _sliceFrom);
                if (last) return null;
                _sliceFrom = end;
                _slicePages = 0;
                int fitting = FittingLimit(page.Bytes, page.Rows);
                pageLimit.Rows = fitting;
                // Longer than one page, and nobody has counted how much: others may take their part of it.
                if (planned.Counted is null) return end;
                if (fitting > _limit * 2L || fitting < _limit / 2)
                {
                    _limit = fitting;
                    BeginSearch();
                }
            }
        }
        finally
        {
            if (holdsPlace) pagesInMemory.Release();
            sink.Batch.Dispose();
        }
    }

    private PendingSlice Cut(long end, bool claims, bool last)
    {
        Records.RecordBatch whole = sink.Batch;
        sink.Use(new Records.RecordBatch());
        if (claims && !last) whole.MoveFrom(end, sink.Batch);
        sink.KeepPage();
        bool isAll = last && _sliceFrom == planned.Span.From;
        SliceCommit slice = new(_sliceFrom, end)
        {
            Kind = planned.Kind, Complete = claims, Pages = _slicePages, Counted = isAll && !planned.IsWidened ? planned.Counted : null,
        };
        return new PendingSlice(whole, slice, _parts, pagesInMemory);
    }

    // A cursor belongs to its query, limit and all; with another limit the search begins again at the open slice.
    private void BeginSearch()
    {
        sink.Batch.Truncate(0);
        sink.KeepPage();
        _searchFrom = _sliceFrom;
        _cursor = null;
        // What earlier parts of the slice came to is counted again.
        _parts = new SliceParts();
    }

    private async Task HandOverAsync(ChannelWriter<PendingSlice> slices, PendingSlice pending, CancellationToken cancellationToken)
    {
        try
        {
            await prepare(pending.Batch, cancellationToken).ConfigureAwait(false);
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
    private long SureEnd(string? cursor)
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
}
