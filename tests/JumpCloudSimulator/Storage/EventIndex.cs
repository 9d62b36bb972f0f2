namespace JumpCloudSimulator;

/// <summary>One row of an organization's index: where an event lies and how it sorts.</summary>
internal struct Row
{
    public UInt128 Id;
    public long Milliseconds;
    public byte[] Segment;
    public int Offset;
    public int Length;
    public short Service;

    /// <summary>The same event as another row: a double of the server's.</summary>
    public bool IsDouble;

    public readonly ReadOnlyMemory<byte> Json => Segment.AsMemory(Offset, Length);

    public readonly bool IsBefore(long milliseconds, UInt128 id) =>
        Milliseconds < milliseconds || (Milliseconds == milliseconds && Id < id);
}

/// <summary>
/// Rows in the order (millisecond, index id). It never changes: adding rows makes another one. In a segment the
/// events stand in this order with commas between, so that most of a page is one span of memory.
/// </summary>
internal sealed class EventIndex
{
    public static readonly EventIndex Empty = new([], new GzipBlocks([]));

    public static readonly IComparer<Row> Order =
        Comparer<Row>.Create(static (a, b) => a.IsBefore(b.Milliseconds, b.Id) ? -1 : b.IsBefore(a.Milliseconds, a.Id) ? 1 : 0);

    private EventIndex(Row[] rows, GzipBlocks blocks)
    {
        Rows = rows;
        Blocks = blocks;
        foreach (ref readonly var row in rows.AsSpan())
        {
            Doubles += row.IsDouble ? 1 : 0;
        }
    }

    public Row[] Rows { get; }

    public int Doubles { get; }

    public GzipBlocks Blocks { get; }

    /// <summary>The first row at or after a millisecond.</summary>
    public int From(long milliseconds) => From(milliseconds, UInt128.Zero);

    /// <summary>The first row at or after a cursor.</summary>
    public int From(long milliseconds, UInt128 id)
    {
        int low = 0, high = Rows.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Rows[middle].IsBefore(milliseconds, id))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The first row after a cursor.</summary>
    public int After(long milliseconds, UInt128 id)
    {
        var at = From(milliseconds, id);
        while (at < Rows.Length && Rows[at].Milliseconds == milliseconds && Rows[at].Id == id)
        {
            at++;
        }

        return at;
    }

    /// <summary>This index and more rows, which need not be sorted.</summary>
    public EventIndex Add(Row[] added)
    {
        if (added.Length == 0)
        {
            return this;
        }

        Array.Sort(added, Order);
        if (Rows.Length == 0)
        {
            return new EventIndex(added, new GzipBlocks(added));
        }

        var merged = new Row[Rows.Length + added.Length];
        var unchanged = From(added[0].Milliseconds, added[0].Id);
        Array.Copy(Rows, merged, unchanged);
        int i = unchanged, j = 0, k = unchanged;
        while (i < Rows.Length && j < added.Length)
        {
            merged[k++] = added[j].IsBefore(Rows[i].Milliseconds, Rows[i].Id) ? added[j++] : Rows[i++];
        }

        Array.Copy(Rows, i, merged, k, Rows.Length - i);
        Array.Copy(added, j, merged, k + Rows.Length - i, added.Length - j);
        return new EventIndex(merged, new GzipBlocks(merged, Blocks, unchanged));
    }

    /// <summary>The events [first, end) with commas between, in as few spans of memory as they lie in.</summary>
    public void AppendSpans(int first, int end, List<ReadOnlyMemory<byte>> parts) => AppendSpans(Rows, first, end, parts);

    public static void AppendSpans(Row[] rows, int first, int end, List<ReadOnlyMemory<byte>> parts)
    {
        var i = first;
        while (i < end)
        {
            ref readonly var start = ref rows[i];
            var stop = start.Offset + start.Length;
            var next = i + 1;
            while (next < end && rows[next].Segment == start.Segment && rows[next].Offset == stop + 1)
            {
                stop = rows[next].Offset + rows[next].Length;
                next++;
            }

            if (i > first)
            {
                parts.Add(Bytes.Comma);
            }

            parts.Add(start.Segment.AsMemory(start.Offset, stop - start.Offset));
            i = next;
        }
    }
}

internal static class Bytes
{
    public static readonly byte[] Comma = [(byte)','];
    public static readonly byte[] Open = [(byte)'['];
    public static readonly byte[] Close = [(byte)']'];
}
