using System.IO.Hashing;
using System.Runtime.CompilerServices;

namespace JumpCloudConnector.Records;

/// <summary>
/// A 128-bit hash of a JSON value that does not depend on the order of an object's properties, on white space or on how
/// a string is escaped. Two 64-bit lanes; properties are added up, array elements are chained. Numbers count as written:
/// 1 and 1.0 differ, since a record must not lose a vendor's digit to an equal-looking one.
/// </summary>
internal readonly record struct ContentHash(ulong High, ulong Low)
{
    private const ulong PrimeA = 0x9E37_79B9_7F4A_7C15;
    private const ulong PrimeB = 0xC2B2_AE3D_27D4_EB4F;

    public static ContentHash OfBytes(ReadOnlySpan<byte> bytes, long kind)
    {
#if NET
        UInt128 hash = XxHash128.HashToUInt128(bytes, kind);
        return new ContentHash((ulong)(hash >> 64), (ulong)hash);
#else
        Span<byte> hash = stackalloc byte[16];
        XxHash128.Hash(bytes, hash, kind);
        return new ContentHash(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash.Slice(8)));
#endif
    }

    /// <summary>A property: its name bound to its value, ready to be added to its object.</summary>
    public ContentHash Bind(ContentHash value) => new(
        Mix((High * PrimeA) + value.High), Mix((Low * PrimeB) + Rotate(value.Low, 32)));

    /// <summary>Adds a property to an object; the order does not matter.</summary>
    public ContentHash Add(ContentHash property) => new(High + property.High, Low + property.Low);

    /// <summary>Appends an element to an array; the order matters.</summary>
    public ContentHash Chain(ContentHash element) => new(
        Mix((High * PrimeB) + element.High), Mix((Low * PrimeA) + Rotate(element.Low, 17)));

    /// <summary>Closes an object or array of that many members.</summary>
    public ContentHash Close(int members, ulong kind) => new(
        Mix(High + ((ulong)members * PrimeA) + kind), Mix(Low + ((ulong)members * PrimeB) + (kind << 32)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong x)
    {
        x ^= x >> 33;
        x *= 0xFF51_AFD7_ED55_8CCD;
        x ^= x >> 33;
        x *= 0xC4CE_B9FE_1A85_EC53;
        return x ^ (x >> 33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Rotate(ulong x, int by) => (x << by) | (x >> (64 - by));
}
