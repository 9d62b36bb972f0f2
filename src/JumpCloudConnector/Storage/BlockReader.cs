using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;
using ZstdSharp;

namespace JumpCloudConnector.Storage;

/// <summary>Goes over the records of a block, one after the other. Used by one thread; serves block after block.</summary>
internal sealed partial class BlockReader : IDisposable
{
    private readonly Decompressor _decompressor = new();
    private readonly ByteBuffer _json = new(4096);
    private byte[] _bytes = [];
    private int _length;
    private long[] _streams = [];
    private long[] _origins = [];
    private RecordKind[] _kinds = [];
    private long[] _writeTimes = [];
    private long[] _timestamps = [];
    private long[] _sequences = [];
    private int[] _shapeOf = [];
    private Shape[] _shapes = [];
    private int[] _partNumbers = new int[1024];
    private Part[] _parts = [];
    private int[] _columnNumbers = new int[256];

    // Of each place for a value, how much of its part's text stands before it, from the place before.
    private int[] _textLengths = new int[256];
    private Column[] _columns = [];

    // Of each shape, how many records were passed over since the last one that was put together; and of which it is more than 0.
    private readonly List<int> _shapesPassed = [];
    private readonly List<int> _partsPassed = [];
    private int[] _passed = [];
    private int[] _passedParts = [];
    private int _read = -1;

    /// <summary>How many records the block has.</summary>
    public int Count { get; private set; }

    /// <summary>The number of the record at hand, from 0.</summary>
    public int Index { get; private set; }

    /// <summary>Its place in the order of commits.</summary>
    public long Sequence => _sequences[Index];

    /// <summary>What is not in its object.</summary>
    public BlockEntry Entry => EntryAt(Index);

    /// <summary>What is not in the objects, of all records.</summary>
    public IEnumerable<BlockEntry> Entries => Enumerable.Range(0, Count).Select(EntryAt);

    /// <summary>What is not in the object of a record by its number.</summary>
    public BlockEntry EntryAt(int index) => new(_streams[index], _origins[index], _kinds[index], _writeTimes[index], _timestamps[index]);

    /// <summary>Its object, or the whole record where it is kept as it is; until the next step.</summary>
    public ReadOnlySpan<byte> Json
    {
        get
        {
            if (_read != Index) Assemble();
            return _json.Span;
        }
    }

    private ReadOnlySpan<byte> Plain => _bytes.AsSpan(0, _length);

    /// <summary>Opens a block; <see cref="MoveNext"/> goes to its first record.</summary>
    /// <param name="packed">What <see cref="BlockWriter.Finish"/> gave.</param>
    /// <param name="first">The sequence that offsets are counted from.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a layout that is not known here.</exception>
    public void Open(ReadOnlySpan<byte> packed, long first)
    {
        try
        {
            int size = checked((int)Decompressor.GetDecompressedSize(packed));
            if (_bytes.Length < size) _bytes = new byte[Math.Max(size, _bytes.Length + (_bytes.Length / 2))];
            _length = _decompressor.Unwrap(packed, _bytes.AsSpan(0, size));
        }
        catch (Exception e) when (e is ZstdException or OverflowException)
        {
            throw new InvalidDataException($"A block of records cannot be unpacked: {e.Message}", e);
        }

        ReadOnlySpan<byte> bytes = Plain;
        if (bytes.IsEmpty || bytes[0] is not (BlockWriter.Format or BlockWriter.FormatOfWholeShapes)) throw new InvalidDataException("A block of records has a layout that is not known here.");
        int at = 1;
        Count = BlockNumbers.ReadInt(bytes, ref at);
        Index = -1;
        _read = -1;
        _shapesPassed.Clear();
        _partsPassed.Clear();
        ReadEntries(bytes, ref at, first);
        ReadParts(bytes, ref at);
        ReadShapes(bytes, ref at);
        ReadColumns(bytes, ref at);
    }

    /// <summary>Goes to the next record; false behind the last. One whose object nobody asks for costs next to nothing.</summary>
    public bool MoveNext()
    {
        if (Index >= 0 && Index < Count && _read != Index && _passed[_shapeOf[Index]]++ == 0) _shapesPassed.Add(_shapeOf[Index]);
        return ++Index < Count;
    }

    [MethodImpl(HotPath.Optimized)]
    private void Assemble()
    {
        CountPassed();
        ReadOnlySpan<byte> bytes = Plain;
        _json.Truncate(0);
        foreach (int number in PartsOf(_shapes[_shapeOf[Index]])) Assemble(bytes, _parts[number]);
        _read = Index;
    }

    [MethodImpl(HotPath.Optimized)]
    private void Assemble(ReadOnlySpan<byte> bytes, Part part)
    {
        ReadOnlySpan<byte> text = bytes.Slice(part.Start, part.Length);
        for (int slot = part.FirstColumn; slot < part.FirstColumn + part.Columns; slot++)
        {
            int mark = _textLengths[slot];
            _json.Append(text.Slice(0, mark));
            text = text.Slice(mark + 1);
            ref Column column = ref _columns[_columnNumbers[slot]];
            column.At += LengthOfLines(bytes.Slice(column.At), column.Passed);
            column.Passed = 0;
            ReadOnlySpan<byte> values = bytes.Slice(column.At);
            int end = values.IndexOf((byte)'\n');
            _json.Append(values.Slice(0, end));
            column.At += end + 1;
        }

        _json.Append(text);
    }

    private ReadOnlySpan<int> PartsOf(Shape shape) => _partNumbers.AsSpan(shape.Start, shape.Count);

    private ReadOnlySpan<int> ColumnsOf(Part part) => _columnNumbers.AsSpan(part.FirstColumn, part.Columns);

    /// <summary>The records passed over since the last one that was put together have values that are to be passed over too.</summary>
    [MethodImpl(HotPath.Optimized)]
    private void CountPassed()
    {
        foreach (int shape in _shapesPassed)
        {
            foreach (int part in PartsOf(_shapes[shape]))
            {
                if (_passedParts[part] == 0) _partsPassed.Add(part);
                _passedParts[part] += _passed[shape];
            }

            _passed[shape] = 0;
        }

        foreach (int part in _partsPassed)
        {
            foreach (int column in ColumnsOf(_parts[part])) _columns[column].Passed += _passedParts[part];
            _passedParts[part] = 0;
        }

        _shapesPassed.Clear();
        _partsPassed.Clear();
    }

    [MethodImpl(HotPath.Optimized)]
    private static int LengthOfLines(ReadOnlySpan<byte> bytes, int lines)
    {
        int at = 0;
#if NET
        const int Stride = 512;
        // Many short lines are counted faster than they are found.
        while (lines > 0 && bytes.Length - at > Stride)
        {
            int here = CountLines(bytes.Slice(at, Stride));
            // With the last of them found, the one after it would be begun.
            if (here >= lines) break;
            lines -= here;
            at += Stride;
        }
#endif
        for (; lines > 0; lines--) at += bytes.Slice(at).IndexOf((byte)'\n') + 1;
        return at;
    }

    public void Dispose()
    {
        _decompressor.Dispose();
        _json.Dispose();
    }

    [MethodImpl(HotPath.Optimized)]
    private void ReadEntries(ReadOnlySpan<byte> bytes, ref int at, long first)
    {
        if (_sequences.Length < Count)
        {
            _sequences = new long[Count];
            _streams = new long[Count];
            _origins = new long[Count];
            _kinds = new RecordKind[Count];
            _writeTimes = new long[Count];
            _timestamps = new long[Count];
            _shapeOf = new int[Count];
        }

        long last = first - 1;
        for (int i = 0; i < Count; i++) _sequences[i] = last = last + 1 + BlockNumbers.Read(bytes, ref at);
        for (int i = 0; i < Count; i++) _streams[i] = BlockNumbers.Read(bytes, ref at);
        for (int i = 0; i < Count; i++) _origins[i] = BlockNumbers.Read(bytes, ref at);
        for (int i = 0; i < Count; i++) _kinds[i] = (RecordKind)bytes[at++];
        last = 0;
        for (int i = 0; i < Count; i++) _writeTimes[i] = last += BlockNumbers.ReadSigned(bytes, ref at);
        last = 0;
        for (int i = 0; i < Count; i++) _timestamps[i] = last += BlockNumbers.ReadSigned(bytes, ref at);
        for (int i = 0; i < Count; i++) _shapeOf[i] = BlockNumbers.ReadInt(bytes, ref at);
    }

    [MethodImpl(HotPath.Optimized)]
    private void ReadParts(ReadOnlySpan<byte> bytes, ref int at)
    {
        _parts = new Part[BlockNumbers.ReadInt(bytes, ref at)];
        _passedParts = new int[_parts.Length];
        _columns = new Column[BlockNumbers.ReadInt(bytes, ref at)];
        int first = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            int length = BlockNumbers.ReadInt(bytes, ref at);
            int start = at;
            at += length;
            int slots = 0;
            for (ReadOnlySpan<byte> text = bytes.Slice(start, length); ; slots++)
            {
                int mark = text.IndexOf(JsonShapes.Mark);
                if (mark < 0) break;
                Grow(ref _textLengths, first + slots + 1);
                _textLengths[first + slots] = mark;
                text = text.Slice(mark + 1);
            }

            Grow(ref _columnNumbers, first + slots);
            for (int slot = 0; slot < slots; slot++) _columnNumbers[first + slot] = BlockNumbers.ReadInt(bytes, ref at);
            _parts[i] = new Part(start, length, first, slots);
            first += slots;
        }
    }

    [MethodImpl(HotPath.Optimized)]
    private void ReadShapes(ReadOnlySpan<byte> bytes, ref int at)
    {
        bool arePartsWhole = bytes[0] == BlockWriter.FormatOfWholeShapes;
        _shapes = new Shape[arePartsWhole ? _parts.Length : BlockNumbers.ReadInt(bytes, ref at)];
        _passed = new int[_shapes.Length];
        int first = 0;
        for (int i = 0; i < _shapes.Length; i++)
        {
            int parts = arePartsWhole ? 1 : BlockNumbers.ReadInt(bytes, ref at);
            Grow(ref _partNumbers, first + parts);
            for (int part = 0; part < parts; part++) _partNumbers[first + part] = arePartsWhole ? i : BlockNumbers.ReadInt(bytes, ref at);
            _shapes[i] = new Shape(first, parts);
            first += parts;
        }
    }

    private void ReadColumns(ReadOnlySpan<byte> bytes, ref int at)
    {
        for (int i = 0; i < _columns.Length; i++) _columns[i].Length = BlockNumbers.ReadInt(bytes, ref at);
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].Start = _columns[i].At = at;
            at += _columns[i].Length;
        }
    }

    private static void Grow(ref int[] numbers, int count)
    {
        if (numbers.Length < count) Array.Resize(ref numbers, Math.Max(count, numbers.Length * 2));
    }

    private struct Column
    {
        public int Start;
        public int Length;

        // The next value to be read, but for those of records that were passed over since.
        public int At;
        public int Passed;
    }

    /// <summary>Where a shape's part numbers lie.</summary>
    private readonly record struct Shape(int Start, int Count);

    /// <summary>Where a part's text and its column numbers lie.</summary>
    private readonly record struct Part(int Start, int Length, int FirstColumn, int Columns);
}
