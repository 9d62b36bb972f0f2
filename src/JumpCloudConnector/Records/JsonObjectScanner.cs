using System.Runtime.CompilerServices;
using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>Where a field's value lies, counted from the first byte of the scanned object; strings without their quotes.</summary>
internal readonly record struct FieldValue(int Start, int Length, JsonTokenType Type)
{
    public bool IsString => Type == JsonTokenType.String;

    public bool IsNumber => Type == JsonTokenType.Number;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}

/// <summary>
/// Goes over one JSON object once and leaves the places of the mapped fields and the hash of the whole content. Makes no
/// object per field and no string; one scanner is used for one stream of objects, on one thread.
/// </summary>
internal sealed class JsonObjectScanner
{
    private const ulong ObjectKind = 0xB1;
    private const ulong ArrayKind = 0xB2;
    private const long NameKind = 1;
    private const long RawKind = 0x100;
    private const int MaxNames = 4096;

    private readonly FieldMap _map;
    private readonly FieldValue[] _values;
    private Frame[] _frames = new Frame[32];
    private byte[] _unescaped = new byte[256];
    private readonly Dictionary<(int Container, ulong Hash), Name> _names = [];
    private Name _last = new(-1, [], default, new FieldMap.Node([], -1, 0));

    public JsonObjectScanner(FieldMap map)
    {
        _map = map;
        _values = new FieldValue[map.Count];
    }

    /// <summary>The hash of the last object scanned.</summary>
    public ContentHash Hash { get; private set; }

    /// <summary>The value of a field in the last object scanned; <see cref="JsonTokenType.None"/> where it is absent.</summary>
    public FieldValue this[int field] => _values[field];

    /// <summary>
    /// A string's characters as they stand in the JSON last scanned, escapes and all; nothing for a blank or another type.
    /// </summary>
    [MethodImpl(HotPath.Optimized)]
    public ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> json, int field)
    {
        FieldValue value = _values[field];
        if (!value.IsString) return default;
        ReadOnlySpan<byte> text = value.Of(json);
        foreach (byte character in text)
            if (character != ' ') return text;
        return default;
    }

    public static ContentHash HashOfName(ReadOnlySpan<byte> name) => ContentHash.OfBytes(name, NameKind);

    /// <summary>
    /// Scans the object whose first brace the reader stands on. Any other value passes too: it has no fields, only a hash.
    /// </summary>
    /// <returns>False when the reader ran out of bytes; the scan must then be done again from the brace.</returns>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    [MethodImpl(HotPath.Optimized)]
    public bool TryScan(ref Utf8JsonReader reader)
    {
        Array.Clear(_values, 0, _values.Length);
        long origin = reader.TokenStartIndex;
        int depth = 0;
        bool isRootArray = reader.TokenType == JsonTokenType.StartArray;
        if (reader.TokenType != JsonTokenType.StartObject && !isRootArray)
        {
            Hash = HashOfValue(ref reader);
            return true;
        }

        _frames[0] = new Frame { Container = isRootArray ? 0 : FieldMap.Root, IsArray = isRootArray };

        while (reader.Read())
        {
            ref Frame frame = ref _frames[depth];
            ContentHash value;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    frame.Name = NameAt(ref reader, frame.Container);
                    continue;

                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    bool isArray = reader.TokenType == JsonTokenType.StartArray;
                    int container = isArray || frame.IsArray ? 0 : frame.Name.Node.Container;
                    if (++depth == _frames.Length) Array.Resize(ref _frames, depth * 2);
                    _frames[depth] = new Frame { Container = container, IsArray = isArray };
                    continue;

                case JsonTokenType.EndObject:
                case JsonTokenType.EndArray:
                    value = frame.Hash.Close(frame.Members, frame.IsArray ? ArrayKind : ObjectKind);
                    if (depth-- == 0)
                    {
                        Hash = value;
                        return true;
                    }

                    break;

                default:
                    value = HashOfValue(ref reader);
                    if (!frame.IsArray && frame.Name.Node.Field >= 0)
                    {
                        int quote = reader.TokenType == JsonTokenType.String ? 1 : 0;
                        _values[frame.Name.Node.Field] = new FieldValue(
                            (int)(reader.TokenStartIndex - origin) + quote, reader.ValueSpan.Length, reader.TokenType);
                    }

                    break;
            }

            ref Frame parent = ref _frames[depth];
            parent.Members++;
            parent.Hash = parent.IsArray ? parent.Hash.Chain(value) : parent.Hash.Add(parent.Name.Hash.Bind(value));
        }

        return false;
    }

    /// <summary>
    /// What is known of the property's name that the reader stands on. Events of one type have the same names in the same
    /// order, so that those two which followed last are tried before a name is hashed.
    /// </summary>
    [MethodImpl(HotPath.Optimized)]
    private Name NameAt(ref Utf8JsonReader reader, int container)
    {
        Name last = _last;
        if (!reader.ValueIsEscaped)
        {
            if (last.Next is { } next && next.Container == container && reader.ValueSpan.SequenceEqual(next.Text)) return _last = next;
            if (last.OrNext is { } other && other.Container == container && reader.ValueSpan.SequenceEqual(other.Text))
            {
                (last.Next, last.OrNext) = (other, last.Next);
                return _last = other;
            }
        }

        ReadOnlySpan<byte> text = Unescaped(ref reader, out long kind);
        ContentHash hash = ContentHash.OfBytes(text, NameKind | kind);
        if (!_names.TryGetValue((container, hash.Low), out Name? name) || name.Hash != hash || !text.SequenceEqual(name.Text))
        {
            if (container == 0 || !_map.TryFind(container, text, hash.Low, out FieldMap.Node node)) node = new FieldMap.Node([], -1, 0);
            // Servers that make up names would fill the memory with them.
            if (_names.Count >= MaxNames) _names.Clear();
            _names[(container, hash.Low)] = name = new Name(container, text.ToArray(), hash, node);
        }

        (last.Next, last.OrNext) = (name, last.Next);
        return _last = name;
    }

    [MethodImpl(HotPath.Optimized)]
    private ContentHash HashOfValue(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> value = Unescaped(ref reader, out long kind);
        return ContentHash.OfBytes(value, (long)reader.TokenType | kind);
    }

    [MethodImpl(HotPath.Optimized)]
    private ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader, out long kind)
    {
        kind = 0;
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (_unescaped.Length < reader.ValueSpan.Length) _unescaped = new byte[reader.ValueSpan.Length * 2];
        try
        {
            return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: not text, but the record must keep it all the same, so the raw bytes count, and
            // as such, or they would pass for the text that is written with a backslash of its own.
            kind = RawKind;
            return reader.ValueSpan;
        }
    }

    /// <summary>A property's name in a container of the map, 0 where none of it is mapped.</summary>
    private sealed class Name(int container, byte[] text, ContentHash hash, FieldMap.Node node)
    {
        public int Container => container;

        /// <summary>Unescaped.</summary>
        public byte[] Text => text;

        public ContentHash Hash => hash;

        public FieldMap.Node Node => node;

        /// <summary>The name that came after it the last time.</summary>
        public Name? Next { get; set; }

        /// <summary>The one that did before that.</summary>
        public Name? OrNext { get; set; }
    }

    private struct Frame
    {
        public ContentHash Hash;
        public Name Name;
        public int Members;
        public int Container;
        public bool IsArray;
    }
}
