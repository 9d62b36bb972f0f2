using System.Buffers;

namespace JumpCloudConnector.Records;

/// <summary>What happened to a record of a batch when it was committed.</summary>
public enum RecordFate
{
    /// <summary>Not committed yet.</summary>
    Pending = 1,

    /// <summary>New, and in the store.</summary>
    Stored,

    /// <summary>The store had it already.</summary>
    Repeated,

    /// <summary>A log filter excluded it; its key is kept.</summary>
    Filtered,
}

/// <summary>One record of a batch: where its JSON lies, and what the store needs to know of it.</summary>
public struct RecordEntry
{
    /// <summary>Which of the batch's segments it lies in.</summary>
    internal int Segment { get; set; }

    /// <summary>First byte in the segment.</summary>
    internal int Offset { get; set; }

    /// <summary>Length in bytes.</summary>
    public int Length { get; internal set; }

    /// <summary>The event's time as epoch milliseconds, cut; 0 where the event has none that can be read.</summary>
    public long Milliseconds { get; internal set; }

    /// <summary>The record's own <c>timestamp</c>: the event's time, or the time of writing where it has none.</summary>
    public long Timestamp { get; internal set; }

    /// <summary>The record's own <c>write_time</c>.</summary>
    public long WriteTime { get; internal set; }

    /// <summary>Where the vendor's object begins, counted from the record's first byte; it ends before the last one.</summary>
    internal int VendorStart { get; set; }

    /// <summary>How the record was made from it.</summary>
    internal RecordKind Kind { get; set; }

    /// <summary>Where the values lie that it is searched by.</summary>
    internal RecordPlaces Places { get; set; }

    /// <summary>The record's identity.</summary>
    public RecordKey Key { get; internal set; }

    /// <summary>The number of the log filter that excludes it, or -1.</summary>
    public int Filter { get; internal set; }

    /// <summary>What became of it.</summary>
    public RecordFate Fate { get; internal set; }

    /// <summary>Its place in the order of commits, once stored.</summary>
    public long Sequence { get; internal set; }
}

/// <summary>
/// Finished records on their way from a page to the store: their bytes, in segments of like size that every batch can use
/// again, and a narrow entry each. Not thread safe; it is handed from the fetching side to the committing one whole.
/// </summary>
public sealed class RecordBatch : IDisposable
{
    private const int FirstCapacity = 64 * 1024;
    private const int SegmentCapacity = 1024 * 1024;

    // A segment ends where another record of the usual size might no longer fit; a large one makes its segment larger.
    private const int SegmentFull = SegmentCapacity - (16 * 1024);

    private readonly List<ByteBuffer> _segments = [new(FirstCapacity)];
    private RecordEntry[] _entries = ArrayPool<RecordEntry>.Shared.Rent(256);
    private int _sizeOfFull;

    /// <summary>Where the next record is written.</summary>
    internal ByteBuffer Bytes => _segments[_segments.Count - 1];

    /// <summary>Whose records they are; all of a batch are one stream's.</summary>
    internal RecordOrigin? Origin { get; set; }

    /// <summary>What the store has made of the batch ahead of its commit.</summary>
    internal IDisposable? Prepared { get; set; }

    /// <summary>How many records.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the records' JSON in bytes.</summary>
    public int Size => _sizeOfFull + Bytes.Length;

    /// <summary>The entry of a record, by reference.</summary>
    public ref RecordEntry this[int index] => ref _entries[index];

    /// <summary>The JSON of a record as UTF-8.</summary>
    public ReadOnlySpan<byte> Json(int index) => _segments[_entries[index].Segment].Span.Slice(_entries[index].Offset, _entries[index].Length);

    /// <summary>The vendor's object of a record.</summary>
    internal ReadOnlySpan<byte> Vendor(int index)
    {
        ReadOnlySpan<byte> json = Json(index);
        int start = _entries[index].VendorStart;
        return json.Slice(start, json.Length - start - 1);
    }

    /// <summary>Adds what was written to <see cref="Bytes"/> since <paramref name="offset"/> as one record.</summary>
    internal void Close(int offset, in RecordEntry entry)
    {
        if (Count == _entries.Length)
        {
            RecordEntry[] more = ArrayPool<RecordEntry>.Shared.Rent(Count * 2);
            Array.Copy(_entries, more, Count);
            ArrayPool<RecordEntry>.Shared.Return(_entries);
            _entries = more;
        }

        _entries[Count++] = entry with
        {
            Segment = _segments.Count - 1,
            Offset = offset,
            Length = Bytes.Length - offset,
            Fate = RecordFate.Pending,
        };
        if (Bytes.Length < SegmentFull) return;
        _sizeOfFull += Bytes.Length;
        _segments.Add(new ByteBuffer(SegmentCapacity));
    }

    /// <summary>Forgets every record from <paramref name="count"/> on; a page that is asked for again starts so.</summary>
    internal void Truncate(int count)
    {
        if (count >= Count) return;
        ref RecordEntry first = ref _entries[count];
        while (_segments.Count - 1 > first.Segment)
        {
            Bytes.Dispose();
            _segments.RemoveAt(_segments.Count - 1);
            _sizeOfFull -= Bytes.Length;
        }

        Bytes.Truncate(first.Offset);
        Count = count;
    }

    /// <summary>Moves the records at or after a millisecond into another batch; their slice is not read to its end yet.</summary>
    internal void MoveFrom(long milliseconds, RecordBatch destination)
    {
        destination.Origin = Origin;
        int kept = 0;
        while (kept < Count && Stays(kept)) kept++;
        int last = kept;
        for (int i = kept; i < Count; i++)
        {
            if (Stays(i))
            {
                // Behind a record that goes: its bytes stay where they are, only the entry moves up.
                _entries[last++] = _entries[i];
                continue;
            }

            int offset = destination.Bytes.Length;
            destination.Bytes.Append(Json(i));
            destination.Close(offset, _entries[i]);
        }

        Count = last;

        bool Stays(int index) => _entries[index].Milliseconds < milliseconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Prepared?.Dispose();
        Prepared = null;
        foreach (ByteBuffer segment in _segments) segment.Dispose();
        _segments.Clear();
        RecordEntry[] entries = _entries;
        _entries = [];
        Count = 0;
        if (entries.Length > 0) ArrayPool<RecordEntry>.Shared.Return(entries);
    }
}
