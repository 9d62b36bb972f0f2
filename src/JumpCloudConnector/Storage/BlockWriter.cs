using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace JumpCloudConnector.Storage;

/// <summary>What of a record is not in the vendor's object.</summary>
/// <param name="Stream">The stream's number.</param>
/// <param name="Origin">The number of the record's origin.</param>
/// <param name="Kind">How it is made from the vendor's object.</param>
/// <param name="WriteTime">Its <c>write_time</c>, epoch milliseconds.</param>
/// <param name="Timestamp">Its <c>timestamp</c>, epoch milliseconds.</param>
internal readonly record struct BlockEntry(long Stream, long Origin, RecordKind Kind, long WriteTime, long Timestamp);

/// <summary>
/// Packs records into a block: of each the vendor's object, taken apart into shape and values, and the little that the rest
/// of the record is made from. One zstd frame with a checksum. Used by one thread at a time, block after block.
/// </summary>
internal sealed class BlockWriter : IDisposable
{
    /// <summary>The layout of a block's inside; its first byte.</summary>
    public const byte Format = 2;

    /// <summary>An older layout, which has shapes in one piece.</summary>
    public const byte FormatOfWholeShapes = 1;

    /// <summary>Records in a block at most.</summary>
    public const int MaxRecords = 1024;

    /// <summary>Bytes of vendors' objects at which a block is full.</summary>
    public const int FullAt = 2 << 20;

    private const int Level = 2;

    private readonly Compressor _compressor = new(Level);
    private readonly JsonShapes _split = new();
    private readonly List<JsonShape> _shapes = [];
    private readonly List<JsonPart> _parts = [];
    private readonly List<JsonColumn> _columns = [];
    private readonly List<BlockEntry> _entries = [];
    private readonly List<long> _sequences = [];
    private readonly List<int> _shapeOf = [];
    private readonly ByteBuffer _plain = new(1 << 20);
    private readonly ByteBuffer _packed = new(1 << 18);
    private long _block = 1;

    public BlockWriter() => _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);

    public int Count => _entries.Count;

    /// <summary>Bytes of the objects that it has.</summary>
    public int Size { get; private set; }

    public bool IsFull => Count >= MaxRecords || Size >= FullAt;

    /// <summary>Adds a record.</summary>
    /// <param name="offset">Its sequence, counted from the block's first one; ascending.</param>
    /// <param name="entry">What is not in the object.</param>
    /// <param name="json">The vendor's object, or the whole record where it is kept as it is.</param>
    [MethodImpl(HotPath.Optimized)]
    public void Add(long offset, BlockEntry entry, ReadOnlySpan<byte> json)
    {
        JsonShape shape = _split.Split(json);
        if (shape.Place.Block != _block)
        {
            shape.Place = (_block, _shapes.Count);
            _shapes.Add(shape);
        }

        _shapeOf.Add(shape.Place.Number);
        _entries.Add(entry);
        _sequences.Add(offset);
        ReadOnlySpan<(int Start, int Length)> values = _split.Values;
        foreach (JsonPart part in shape.Parts)
        {
            if (part.Place.Block != _block)
            {
                part.Place = (_block, _parts.Count);
                _parts.Add(part);
            }

            Append(part.Columns, values, json);
            values = values.Slice(part.Columns.Length);
        }

        Size += json.Length;
    }

    [MethodImpl(HotPath.Optimized)]
    private void Append(JsonColumn[] columns, ReadOnlySpan<(int Start, int Length)> values, ReadOnlySpan<byte> json)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            JsonColumn column = columns[i];
            if (column.Place.Block != _block)
            {
                column.Place = (_block, _columns.Count);
                _columns.Add(column);
                column.Bytes.Truncate(0);
            }

            (int start, int length) = values[i];
            Span<byte> line = column.Bytes.Reserve(length + 1);
            json.Slice(start, length).CopyTo(line);
            line[length] = (byte)'\n';
        }
    }

    /// <summary>Gives the block, whose bytes are good until the next one is given, and begins the next.</summary>
    [MethodImpl(HotPath.Optimized)]
    public ReadOnlySpan<byte> Finish()
    {
        _plain.Truncate(0);
        _plain.Append(Format);
        _plain.AppendNumberOf(Count);
        WriteEntries();
        _plain.AppendNumberOf(_parts.Count);
        _plain.AppendNumberOf(_columns.Count);
        foreach (JsonPart part in _parts)
        {
            _plain.AppendNumberOf(part.Text.Length);
            _plain.Append(part.Text);
            foreach (JsonColumn column in part.Columns) _plain.AppendNumberOf(column.Place.Number);
        }

        _plain.AppendNumberOf(_shapes.Count);
        foreach (JsonShape shape in _shapes)
        {
            _plain.AppendNumberOf(shape.Parts.Length);
            foreach (JsonPart part in shape.Parts) _plain.AppendNumberOf(part.Place.Number);
        }

        foreach (JsonColumn column in _columns) _plain.AppendNumberOf(column.Bytes.Length);
        foreach (JsonColumn column in _columns) _plain.Append(column.Bytes.Span);
        _packed.Truncate(0);
        int length = _compressor.Wrap(_plain.Span, _packed.Reserve(Compressor.GetCompressBound(_plain.Length)));
        _packed.Truncate(length);
        Clear();
        return _packed.Span;
    }

    /// <summary>Forgets what was added.</summary>
    public void Clear()
    {
        _block++;
        _shapes.Clear();
        _parts.Clear();
        _columns.Clear();
        _entries.Clear();
        _sequences.Clear();
        _shapeOf.Clear();
        Size = 0;
        _split.Trim();
    }

    public void Dispose()
    {
        _compressor.Dispose();
        _split.Dispose();
        _plain.Dispose();
        _packed.Dispose();
    }

    [MethodImpl(HotPath.Optimized)]
    private void WriteEntries()
    {
        long last = -1;
        foreach (long sequence in _sequences)
        {
            _plain.AppendNumberOf(sequence - last - 1);
            last = sequence;
        }

        foreach (BlockEntry entry in _entries) _plain.AppendNumberOf(entry.Stream);
        foreach (BlockEntry entry in _entries) _plain.AppendNumberOf(entry.Origin);
        foreach (BlockEntry entry in _entries) _plain.Append((byte)entry.Kind);
        last = 0;
        foreach (BlockEntry entry in _entries)
        {
            _plain.AppendSigned(entry.WriteTime - last);
            last = entry.WriteTime;
        }

        last = 0;
        foreach (BlockEntry entry in _entries)
        {
            _plain.AppendSigned(entry.Timestamp - last);
            last = entry.Timestamp;
        }

        foreach (int shape in _shapeOf) _plain.AppendNumberOf(shape);
    }
}
