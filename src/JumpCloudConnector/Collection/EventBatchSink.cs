using System.Text.Json;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Collection;

/// <summary>Writes a page's events into a batch as finished records, and knows how far the page surely reaches.</summary>
internal sealed class EventBatchSink(EventRecordWriter writer, FilterSet filters, TimeProvider time, long from, long to) : IJsonItemSink
{
    private int _pageStart;
    private long _last;
    private bool _ordered;

    public RecordBatch Batch { get; private set; } = new();

    /// <summary>
    /// The page's last event, where the page is in order; null where it is not. The server may sort by a rounded
    /// millisecond where we cut, so a step back by one is order too.
    /// </summary>
    public long? LastInOrder => _ordered && _last > 0 ? _last : null;

    /// <summary>Goes on with another batch; what it holds already belongs to earlier pages.</summary>
    public void Use(RecordBatch batch)
    {
        Batch = batch;
        _pageStart = batch.Count;
    }

    /// <summary>What is in the batch stays there, whatever becomes of the next page.</summary>
    public void KeepPage() => _pageStart = Batch.Count;

    public void BeginPage()
    {
        Batch.Truncate(_pageStart);
        writer.WriteTime = time.GetUtcNow().ToUnixTimeMilliseconds();
        _last = 0;
        _ordered = true;
    }

    public bool TryScan(ref Utf8JsonReader reader) => writer.TryScan(ref reader);

    public void Take(ReadOnlySpan<byte> json)
    {
        long milliseconds = writer.Write(json, Batch);
        Batch[Batch.Count - 1].Filter = filters.Excludes(Batch.Json(Batch.Count - 1));
        if (milliseconds == 0) return;
        _ordered &= milliseconds >= _last - 1;
        _last = Math.Max(_last, milliseconds);

        // A request reaches one millisecond past both ends; what lies there belongs to the neighbouring slices.
        if (milliseconds == from - 1 || milliseconds == to || milliseconds == to + 1) Batch.Truncate(Batch.Count - 1);
    }
}
