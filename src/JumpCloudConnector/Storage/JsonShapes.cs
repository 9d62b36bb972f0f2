using System.IO.Hashing;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Takes JSON texts apart into their shape, which is everything but the scalar values, and the values. Events of one type
/// share few shapes, and the values of one path resemble each other, so that both compress far better apart than together.
/// Knows the shapes it has seen; used by one thread.
/// </summary>
internal sealed class JsonShapes : IDisposable
{
    /// <summary>Stands in a shape where a value was taken out; no JSON text contains it.</summary>
    public const byte Mark = 0;

    // Servers that make up property names would fill the memory with shapes; beyond so many all are forgotten.
    private const int MaxKnown = 2048;

    private readonly Dictionary<ulong, JsonShape> _shapes = [];
    private readonly Dictionary<ulong, JsonColumn> _columns = [];
    private readonly ByteBuffer _shape = new(4096);
    private readonly List<JsonColumn> _slots = [];
    private readonly List<(ulong Path, bool IsArray)> _path = [];
    private (int Start, int Length)[] _values = new (int, int)[64];
    private int _count;

    /// <summary>Where the values of the text split last lie; strings without their quotes.</summary>
    public ReadOnlySpan<(int Start, int Length)> Values => _values.AsSpan(0, _count);

    /// <summary>Splits a valid JSON text.</summary>
    public JsonShape Split(ReadOnlySpan<byte> json)
    {
        TakeApart(json);
        ulong hash = XxHash3.HashToUInt64(_shape.Span);
        if (_shapes.TryGetValue(hash, out JsonShape? known) && known.Text.AsSpan().SequenceEqual(_shape.Span)) return known;
        return _shapes[hash] = new JsonShape(_shape.Span.ToArray(), FindColumns(_shape.Span));
    }

    /// <summary>Forgets every shape where there are too many; to be called between blocks.</summary>
    public void Trim()
    {
        if (_shapes.Count >= MaxKnown || _columns.Count >= MaxKnown) Forget();
    }

    public void Dispose()
    {
        Forget();
        _shape.Dispose();
    }

    private void Forget()
    {
        _shapes.Clear();
        foreach (JsonColumn column in _columns.Values) column.Bytes.Dispose();
        _columns.Clear();
    }

    private void TakeApart(ReadOnlySpan<byte> json)
    {
        _shape.Truncate(0);
        _count = 0;
        int copied = 0;
        int at = 0;
        while (at < json.Length)
        {
            switch (json[at])
            {
                case (byte)'"':
                    int end = EndOfString(json, at + 1);
                    int next = end + 1;
                    while (next < json.Length && json[next] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') next++;
                    if (next < json.Length && json[next] == ':')
                    {
                        // A property's name belongs to the shape.
                        at = next + 1;
                        break;
                    }

                    copied = TakeOut(json, copied, at + 1, end);
                    at = end + 1;
                    break;

                // Numbers, true, false and null.
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9') or (byte)'t' or (byte)'f' or (byte)'n':
                    int stop = at + 1;
                    while (stop < json.Length && json[stop] is not ((byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) stop++;
                    copied = TakeOut(json, copied, at, stop);
                    at = stop;
                    break;

                default:
                    at++;
                    break;
            }
        }

        _shape.Append(json.Slice(copied));
    }

    private int TakeOut(ReadOnlySpan<byte> json, int copied, int start, int end)
    {
        _shape.Append(json.Slice(copied, start - copied));
        _shape.Append(Mark);
        if (_count == _values.Length) Array.Resize(ref _values, _count * 2);
        _values[_count++] = (start, end - start);
        return end;
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        while (true)
        {
            at += json.Slice(at).IndexOfAny((byte)'"', (byte)'\\');
            if (json[at] == '"') return at;
            at += 2;
        }
    }

    /// <summary>The column of each value: values of one path share one, whatever shape they come in.</summary>
    private JsonColumn[] FindColumns(ReadOnlySpan<byte> shape)
    {
        _slots.Clear();
        _path.Clear();
        (ulong Path, bool IsArray) container = (0, true);
        ulong name = 0;
        int at = 0;
        while (at < shape.Length)
        {
            switch (shape[at])
            {
                case (byte)'{' or (byte)'[':
                    _path.Add(container);
                    container = (Join(container, name), shape[at] == '[');
                    break;
                case (byte)'}' or (byte)']':
                    container = _path[_path.Count - 1];
                    _path.RemoveAt(_path.Count - 1);
                    break;
                case (byte)'"' when shape[at + 1] != Mark:
                    int end = EndOfString(shape, at + 1);
                    name = XxHash3.HashToUInt64(shape.Slice(at + 1, end - at - 1));
                    at = end;
                    break;
                case (byte)'"':
                    // The value's mark and its other quote.
                    AddSlot(Join(container, name));
                    at += 2;
                    break;
                case Mark:
                    AddSlot(Join(container, name) + 1);
                    break;
            }

            at++;
        }

        return [.. _slots];
    }

    private static ulong Join((ulong Path, bool IsArray) container, ulong name) =>
        ((container.Path * 0x9E37_79B9_7F4A_7C15) ^ (container.IsArray ? 0x5Bul : name)) * 0xC2B2_AE3D_27D4_EB4F;

    private void AddSlot(ulong path)
    {
        if (!_columns.TryGetValue(path, out JsonColumn? column)) _columns[path] = column = new JsonColumn();
        _slots.Add(column);
    }
}

/// <summary>A JSON text without its values, and where those go.</summary>
internal sealed class JsonShape(byte[] text, JsonColumn[] columns)
{
    public byte[] Text => text;

    public JsonColumn[] Columns => columns;

    /// <summary>The block that it was last used in, and its number there.</summary>
    public (long Block, int Number) Place { get; set; }
}

/// <summary>The values of one path in the block at hand, each ended by a line break.</summary>
internal sealed class JsonColumn
{
    public ByteBuffer Bytes { get; } = new(1024);

    /// <summary>The block that it was last used in, and its number there.</summary>
    public (long Block, int Number) Place { get; set; }
}
