using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>
/// Finds the values of dotted paths in a record: one pass, no objects. A path goes through arrays, so that it may have many
/// values; reading stops before the vendor's object where no path leads into it.
/// </summary>
internal sealed class RecordFields
{
    private readonly FieldMap _map;
    private readonly bool _intoVendor;
    private readonly List<(int Field, FieldValue Value)> _values = [];

    public RecordFields(FieldMap map, bool intoVendor)
    {
        _map = map;
        _intoVendor = intoVendor;
    }

    /// <summary>What was found, in the record's order. An object or an array that is itself asked for has its first token as value,
    /// an array its elements besides.</summary>
    public IReadOnlyList<(int Field, FieldValue Value)> Values => _values;

    /// <summary>Where the vendor's object begins, or 0 where the record has none.</summary>
    public int VendorStart { get; private set; }

    public void Read(ReadOnlySpan<byte> json)
    {
        _values.Clear();
        VendorStart = 0;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        ReadObject(ref reader, FieldMap.Root);
    }

    private void ReadObject(ref Utf8JsonReader reader, int container)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = reader.ValueSpan;
            bool vendor = container == FieldMap.Root && name.SequenceEqual("jumpcloud"u8);
            if (!_map.TryFind(container, name, JsonObjectScanner.HashOfName(name).Low, out FieldMap.Node node)) node = new FieldMap.Node([], -1, 0);
            reader.Read();
            if (vendor)
            {
                // The vendor's object is the last of a record, so that nothing behind it is missed.
                VendorStart = (int)reader.TokenStartIndex;
                if (!_intoVendor) return;
            }

            ReadValue(ref reader, node.Field, node.Container);
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, int field, int container)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                if (field >= 0) Add(ref reader, field);
                if (container > 0) ReadObject(ref reader, container);
                else reader.Skip();
                break;
            case JsonTokenType.StartArray:
                if (field >= 0) Add(ref reader, field);
                if (field < 0 && container == 0) reader.Skip();
                else while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) ReadValue(ref reader, field, container);
                break;
            default:
                if (field >= 0) Add(ref reader, field);
                break;
        }
    }

    private void Add(ref Utf8JsonReader reader, int field)
    {
        int quote = reader.TokenType == JsonTokenType.String ? 1 : 0;
        _values.Add((field, new FieldValue((int)reader.TokenStartIndex + quote, reader.ValueSpan.Length, reader.TokenType)));
    }
}
