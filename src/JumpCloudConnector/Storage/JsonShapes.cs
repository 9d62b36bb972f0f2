using System.IO.Hashing;
using System.Runtime.CompilerServices;
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
    // Servers that make up property names would fill the memory; beyond so many all are forgotten.
    private const int MaxShapes = 8192;
    private const int MaxParts = 2048;

    private const ulong Prime = 0x9E37_79B9_7F4A_7C15;

    private readonly Dictionary<ulong, JsonShape> _shapes = [];
    private readonly Dictionary<ulong, JsonPart> _parts = [];
    private readonly Dictionary<ulong, JsonColumn> _columns = [];
    private readonly JsonForms _forms = new();
    private readonly List<JsonPart> _row = [];
    private readonly List<JsonColumn> _slots = [];
    private readonly List<(ulong Path, bool IsArray)> _path = [];

    // The parts of forms that others have numbered.
    private JsonFormTable? _others;
    private JsonPart?[] _partOf = [];
    private JsonValue[] _values = new JsonValue[64];
    private int _count;

    /// <summary>Where the values of the text split last lie.</summary>
    public ReadOnlySpan<JsonValue> Values => _values.AsSpan(0, _count);

    /// <summary>Splits a valid JSON text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="makeup">How it is made up, if that is known.</param>
    [MethodImpl(HotPath.Optimized)]
    public JsonShape Split(ReadOnlySpan<byte> json, JsonMakeup makeup = default)
    {
        _row.Clear();
        if (makeup.Table is { } table) FollowMakeup(json, table, makeup.Bytes);
        else TakeApart(json);
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

    public void Dispose() => Forget();

    private void Forget()
    {
        _shapes.Clear();
        _parts.Clear();
        _forms.Clear();
        _others = null;
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

    private void TakeApart(ReadOnlySpan<byte> json)
    {
        _forms.Begin();
        for (int at = 0; at < json.Length;)
        {
            JsonPart? part = (JsonPart?)_forms.TryTake(json, ref at);
            if (part is null) _forms.Add(part = PartOf(_forms.Spell(json, ref at)));
            _row.Add(part);
        }

        _count = 0;
        Put(_forms.Values);
    }

    private void Put(ReadOnlySpan<JsonValue> values)
    {
        if (_values.Length < _count + values.Length) Array.Resize(ref _values, (_count + values.Length) * 2);
        values.CopyTo(_values.AsSpan(_count));
        _count += values.Length;
    }

    /// <summary>Finds parts and values without a look at the text, but for forms that are not known.</summary>
    [MethodImpl(HotPath.Optimized)]
    private void FollowMakeup(ReadOnlySpan<byte> json, JsonFormTable table, ReadOnlySpan<byte> makeup)
    {
        if (table != _others) _partOf = new JsonPart?[64];
        _others = table;
        int place = 0;
        _count = 0;
        for (int at = 0; at < makeup.Length;)
        {
            int number = PackedNumbers.ReadInt(makeup, ref at);
            if (number == 0)
            {
                int end = place + PackedNumbers.ReadInt(makeup, ref at);
                _forms.Begin();
                _row.Add(PartOf(_forms.Spell(json.Slice(0, end), ref place)));
                Put(_forms.Values);
                continue;
            }

            if (number >= _partOf.Length) Array.Resize(ref _partOf, Math.Max(number + 1, _partOf.Length * 2));
            JsonPart part = _partOf[number] ??= PartOf(table[number].Text);
            _row.Add(part);
            JsonForm.Piece[] pieces = part.Pieces;
            if (_values.Length < _count + pieces.Length) Array.Resize(ref _values, Math.Max(_count + pieces.Length, _values.Length * 2));
            for (int i = 0; i < pieces.Length; i++)
            {
                place += pieces[i].Length;
                if (pieces[i].Then == JsonForm.Follower.None) break;
                int length = PackedNumbers.ReadInt(makeup, ref at);
                _values[_count++] = new JsonValue(place, length, false);
                place += length;
            }
        }
    }

    private JsonPart PartOf(ReadOnlySpan<byte> text)
    {
        ulong hash = XxHash3.HashToUInt64(text);
        if (!_parts.TryGetValue(hash, out JsonPart? part) || !text.SequenceEqual(part.Text)) _parts[hash] = part = new JsonPart(hash, text, FindColumns(text));
        return part;
    }

    /// <summary>The column of each value: values of one path share one, whatever shape they come in.</summary>
    private JsonColumn[] FindColumns(ReadOnlySpan<byte> part)
    {
        _slots.Clear();
        _path.Clear();
        (ulong Path, bool IsArray) container = (0, true);
        ulong name = 0;
        if (JsonFormWalker.IsInside(part))
        {
            _path.Add(container);
            container = (Join(container, name), false);
        }

        JsonFormWalker walker = new(part);
        while (walker.MoveNext())
        {
            switch (walker.Kind)
            {
                case JsonFormWalker.Token.Open:
                    _path.Add(container);
                    container = (Join(container, name), walker.IsArray);
                    break;
                case JsonFormWalker.Token.Close:
                    container = _path[_path.Count - 1];
                    _path.RemoveAt(_path.Count - 1);
                    break;
                case JsonFormWalker.Token.Name:
                    name = XxHash3.HashToUInt64(walker.Name.Slice(1, walker.Name.Length - 2));
                    break;
                case JsonFormWalker.Token.String:
                    AddSlot(Join(container, name));
                    break;
                case JsonFormWalker.Token.Other:
                    AddSlot(Join(container, name) + 1);
                    break;
            }
        }

        return [.. _slots];
    }

    private static ulong Join((ulong Path, bool IsArray) container, ulong name) =>
        ((container.Path * Prime) ^ (container.IsArray ? 0x5Bul : name)) * 0xC2B2_AE3D_27D4_EB4F;

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
internal sealed class JsonPart(ulong hash, ReadOnlySpan<byte> text, JsonColumn[] columns) : JsonForm(text)
{
    public ulong Hash => hash;

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
