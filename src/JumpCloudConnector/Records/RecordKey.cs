using System.Buffers.Binary;

namespace JumpCloudConnector.Records;

/// <summary>
/// The identity of a record, 128 bits: what the store keeps a key of and what the record shows as <c>stellar_uuid</c>.
/// The same event always gives the same key, in whatever order and spacing the server writes it.
/// </summary>
public readonly record struct RecordKey
{
    /// <summary>Makes a key from a content hash, stamped as a UUID of version 8 (RFC 9562: vendor-defined bits).</summary>
    public RecordKey(ulong high, ulong low)
    {
        High = (high & 0xFFFF_FFFF_FFFF_0FFF) | 0x8000;
        Low = (low & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000;
    }

    /// <summary>The first eight bytes.</summary>
    public ulong High { get; }

    /// <summary>The last eight bytes.</summary>
    public ulong Low { get; }

    /// <summary>Writes the key's 16 bytes in network order.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination.Slice(8), Low);
    }

    /// <summary>Reads the 16 bytes that <see cref="CopyTo"/> wrote.</summary>
    public static RecordKey Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source.Slice(8)));

    /// <summary>Writes the UUID's 36 characters as UTF-8.</summary>
    public void Format(Span<byte> destination)
    {
        ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
        int at = 0;
        for (int i = 0; i < 32; i++)
        {
            if (i is 8 or 12 or 16 or 20) destination[at++] = (byte)'-';
            ulong half = i < 16 ? High : Low;
            destination[at++] = hex[(int)((half >> (60 - ((i & 15) * 4))) & 15)];
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        byte[] text = new byte[36];
        Format(text);
        return System.Text.Encoding.ASCII.GetString(text);
    }
}
