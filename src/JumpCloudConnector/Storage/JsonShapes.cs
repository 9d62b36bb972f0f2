using System.IO.Hashing;
using System.Runtime.CompilerServices;
#if NET
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
#endif
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Takes JSON texts apart into their shape, which is everything but the scalar values, and the values. The shape of an object
/// is a row of parts, one a property: properties come and go in any combination, but of each there are few forms. Values of
/// one path resemble each other, so that shapes and values compress far better apart than together. Knows what it has seen;
/// used by one thread.
/// </summary>
internal sealed class JsonShapes : IDisposable
{
    /// <summary>Stands in a part where a value was taken out; no JSON text contains it.</summary>
    public const byte Mark = 0;

    // Servers that make up property names would fill the memory; beyond so many all are forgotten.
    private const int MaxShapes = 8192;
    private const int MaxParts = 2048;

    private const ulong Prime = 0x9E37_79B9_7F4A_7C15;

    private readonly Dictionary<ulong, JsonShape> _shapes = [];
    private readonly Dictionary<ulong, JsonPart> _parts = [];
    private readonly Dictionary<ulong, JsonColumn> _columns = [];
    private readonly List<JsonPart> _row = [];
    private readonly ByteBuffer _part = new(4096);
    private readonly List<JsonColumn> _slots = [];
    private readonly List<(ulong Path, bool IsArray)> _path = [];
    private JsonPart _last = new(0, [], []);
    private (int Start, int Length)[] _values = new (int, int)[64];
    private int _count;

    // How far the text was copied into parts, how deep it is there, and whether it is an object's.
    private int _copied;
    private int _depth;
    private bool _isObject;

    /// <summary>Where the values of the text split last lie; strings without their quotes.</summary>
    public ReadOnlySpan<(int Start, int Length)> Values => _values.AsSpan(0, _count);

    /// <summary>Splits a valid JSON text.</summary>
    [MethodImpl(HotPath.Optimized)]
    public JsonShape Split(ReadOnlySpan<byte> json)
    {
        TakeApart(json);
        ulong hash = 0;
        foreach (JsonPart part in _row) hash = ((hash << 7) | (hash >> 57)) ^ (part.Hash * Prime);
        if (_shapes.TryGetValue(hash, out JsonShape? known) && IsRow(known.Parts)) return known;
        return _shapes[hash] = new JsonShape([.. _row]);
    }

    /// <summary>Forgets what there is too much of; to be called between blocks.</summary>
    public void Trim()
    {
        if (_parts.Count >= MaxParts || _columns.Count >= MaxParts) Forget();
        else if (_shapes.Count >= MaxShapes) _shapes.Clear();
    }

    public void Dispose()
    {
        Forget();
        _part.Dispose();
    }

    private void Forget()
    {
        _shapes.Clear();
        _parts.Clear();
        _last = new JsonPart(0, [], []);
        foreach (JsonColumn column in _columns.Values) column.Bytes.Dispose();
        _columns.Clear();
    }

    private bool IsRow(JsonPart[] parts)
    {
        if (parts.Length != _row.Count) return false;
        for (int i = 0; i < parts.Length; i++)
            if (parts[i] != _row[i]) return false;
        return true;
    }

    [MethodImpl(HotPath.Optimized)]
    private void TakeApart(ReadOnlySpan<byte> json)
    {
        _row.Clear();
        _part.Truncate(0);
        _count = _copied = _depth = 0;
        _isObject = false;
        int behind = 0;
        int at = 0;
#if NET
        at = TakeApartAhead(json, ref behind);
#endif
        // What is not in whole vectors, and everything where there are none.
        for (int quote; (quote = json.Slice(at).IndexOf((byte)'"')) >= 0; at = behind)
        {
            TakeBetween(json, behind, at + quote);
            behind = Close(json, at + quote + 1, EndOfString(json, at + quote + 1));
        }

        TakeBetween(json, behind, json.Length);
        ClosePart(json, json.Length);
    }

#if NET
    /// <summary>Takes whole vectors apart, as far as there are any.</summary>
    /// <param name="json">The text.</param>
    /// <param name="behind">The first byte behind the last string that was taken.</param>
    /// <returns>Where to go on; not inside a string.</returns>
    [MethodImpl(HotPath.Optimized)]
    private int TakeApartAhead(ReadOnlySpan<byte> json, ref int behind)
    {
        int at = 0;
        ref byte first = ref MemoryMarshal.GetReference(json);
        int open = -1;
        while (at + Vector256<byte>.Count <= json.Length)
        {
            Vector256<byte> bytes = Vector256.LoadUnsafe(ref first, (nuint)at);
            uint quotes = Vector256.Equals(bytes, Vector256.Create((byte)'"')).ExtractMostSignificantBits();
            uint escapes = Vector256.Equals(bytes, Vector256.Create((byte)'\\')).ExtractMostSignificantBits();
            int next = at + Vector256<byte>.Count;
            for (uint signs = quotes | escapes; signs != 0; signs &= signs - 1)
            {
                int sign = at + BitOperations.TrailingZeroCount(signs);
                if (open < 0)
                {
                    TakeBetween(json, behind, sign);
                    open = sign + 1;
                    continue;
                }

                bool isEscaped = json[sign] == '\\';
                behind = Close(json, open, isEscaped ? EndOfString(json, sign) : sign);
                open = -1;
                if (!isEscaped) continue;
                next = behind;
                break;
            }

            at = next;
        }

        // The rest begins with the string that is open here.
        if (open >= 0) at = behind = open - 1;
        return at;
    }
#endif

    /// <summary>
    /// Looks at what stands between two strings: takes out numbers, <c>true</c>, <c>false</c> and <c>null</c>, and ends a part
    /// before the comma behind each property of the object.
    /// </summary>
    [MethodImpl(HotPath.Optimized)]
    private void TakeBetween(ReadOnlySpan<byte> json, int from, int to)
    {
        for (int at = from; at < to; at++)
        {
            switch (json[at])
            {
                case (byte)'{' or (byte)'[':
                    if (_depth++ == 0) _isObject = json[at] == '{';
                    break;
                case (byte)'}' or (byte)']':
                    if (--_depth == 0 && _isObject) ClosePart(json, at);
                    break;
                case (byte)',':
                    if (_depth == 1 && _isObject) ClosePart(json, at);
                    break;
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9') or (byte)'t' or (byte)'f' or (byte)'n':
                    int start = at;
                    while (at + 1 < to && json[at + 1] is not ((byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) at++;
                    TakeOut(json, start, at + 1);
                    break;
            }
        }
    }

    /// <summary>Takes a string out, but for the name of a property, which belongs to the shape.</summary>
    /// <returns>The first byte behind it and its colon.</returns>
    [MethodImpl(HotPath.Optimized)]
    private int Close(ReadOnlySpan<byte> json, int start, int end)
    {
        int next = end + 1;
        while (next < json.Length && json[next] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') next++;
        if (next < json.Length && json[next] == ':') return next + 1;
        TakeOut(json, start, end);
        return end + 1;
    }

    [MethodImpl(HotPath.Optimized)]
    private void TakeOut(ReadOnlySpan<byte> json, int start, int end)
    {
        Span<byte> part = _part.Reserve(start - _copied + 1);
        json.Slice(_copied, start - _copied).CopyTo(part);
        part[part.Length - 1] = Mark;
        if (_count == _values.Length) Array.Resize(ref _values, _count * 2);
        _values[_count++] = (start, end - start);
        _copied = end;
    }

    /// <summary>
    /// Ends the part under way. Texts of one kind have the same parts in much the same order, so that those two which followed
    /// last are tried first.
    /// </summary>
    [MethodImpl(HotPath.Optimized)]
    private void ClosePart(ReadOnlySpan<byte> json, int end)
    {
        _part.Append(json.Slice(_copied, end - _copied));
        _copied = end;
        ReadOnlySpan<byte> text = _part.Span;
        if (_last.Next is not { } part || !text.SequenceEqual(part.Text))
        {
            part = _last.OrNext;
            if (part is null || !text.SequenceEqual(part.Text))
            {
                ulong hash = XxHash3.HashToUInt64(text);
                if (!_parts.TryGetValue(hash, out part) || !text.SequenceEqual(part.Text))
                    _parts[hash] = part = new JsonPart(hash, text.ToArray(), FindColumns(text));
            }

            (_last.Next, _last.OrNext) = (part, _last.Next);
        }

        _row.Add(_last = part);
        _part.Truncate(0);
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
    private JsonColumn[] FindColumns(ReadOnlySpan<byte> part)
    {
        _slots.Clear();
        _path.Clear();
        (ulong Path, bool IsArray) container = (0, true);
        ulong name = 0;
        if (part[0] is (byte)',' or (byte)'}')
        {
            // Not the first part of an object: the object is open.
            _path.Add(container);
            container = (Join(container, name), false);
        }

        int at = 0;
        while (at < part.Length)
        {
            switch (part[at])
            {
                case (byte)'{' or (byte)'[':
                    _path.Add(container);
                    container = (Join(container, name), part[at] == '[');
                    break;
                case (byte)'}' or (byte)']':
                    container = _path[_path.Count - 1];
                    _path.RemoveAt(_path.Count - 1);
                    break;
                case (byte)'"' when part[at + 1] != Mark:
                    int end = EndOfString(part, at + 1);
                    name = XxHash3.HashToUInt64(part.Slice(at + 1, end - at - 1));
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

/// <summary>A JSON text without its values: a row of parts.</summary>
internal sealed class JsonShape(JsonPart[] parts)
{
    public JsonPart[] Parts => parts;

    /// <summary>The block that it was last used in, and its number there.</summary>
    public (long Block, int Number) Place { get; set; }
}

/// <summary>A property of an object without its values, or another text as a whole, and where the values go.</summary>
internal sealed class JsonPart(ulong hash, byte[] text, JsonColumn[] columns)
{
    public ulong Hash => hash;

    public byte[] Text => text;

    public JsonColumn[] Columns => columns;

    /// <summary>The part that came after it the last time.</summary>
    public JsonPart? Next { get; set; }

    /// <summary>The one that did before that.</summary>
    public JsonPart? OrNext { get; set; }

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
