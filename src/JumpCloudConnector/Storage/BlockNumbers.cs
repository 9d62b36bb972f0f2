using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>Numbers in blocks: seven bits a byte, the lowest first; signed ones folded so that small ones are short.</summary>
internal static class BlockNumbers
{
    public static void AppendNumberOf(this ByteBuffer buffer, long value)
    {
        ulong rest = (ulong)value;
        while (rest >= 0x80)
        {
            buffer.Append((byte)(rest | 0x80));
            rest >>= 7;
        }

        buffer.Append((byte)rest);
    }

    public static void AppendSigned(this ByteBuffer buffer, long value) => buffer.AppendNumberOf((value << 1) ^ (value >> 63));

    [MethodImpl(HotPath.Optimized)]
    public static long Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return (long)value;
        }

        throw new InvalidDataException("A number in the block has no end.");
    }

    public static int ReadInt(ReadOnlySpan<byte> bytes, ref int at) => checked((int)Read(bytes, ref at));

    public static long ReadSigned(ReadOnlySpan<byte> bytes, ref int at)
    {
        long folded = Read(bytes, ref at);
        return (long)((ulong)folded >> 1) ^ -(folded & 1);
    }
}
