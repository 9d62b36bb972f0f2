namespace JumpCloudSimulator;

/// <summary>
/// The checksum of two texts joined, from theirs: crc(a+b) = crc(a)·x^(8·|b|) + crc(b) in GF(2)[x] modulo the
/// polynomial of gzip, the way zlib's crc32_combine works.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    /// <summary>x^(2^n) modulo the polynomial.</summary>
    private static readonly uint[] s_powers = Powers();

    public static uint Of(byte value)
    {
        var crc = 0xFFFFFFFF ^ value;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? Polynomial : 0);
        }

        return ~crc;
    }

    public static uint Combine(uint first, uint second, long secondLength)
    {
        var shift = 0x80000000; // 1, that is x^0: the bits are reflected
        var bits = (ulong)secondLength;
        for (var n = 3; bits != 0; n++, bits >>= 1)
        {
            if ((bits & 1) != 0)
            {
                shift = Multiply(s_powers[n & 31], shift);
            }
        }

        return Multiply(shift, first) ^ second;
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (var mask = 0x80000000; mask != 0; mask >>= 1)
        {
            if ((a & mask) != 0)
            {
                product ^= b;
            }

            b = (b >> 1) ^ ((b & 1) != 0 ? Polynomial : 0);
        }

        return product;
    }

    private static uint[] Powers()
    {
        var powers = new uint[32];
        powers[0] = 0x40000000;
        for (var n = 1; n < powers.Length; n++)
        {
            powers[n] = Multiply(powers[n - 1], powers[n - 1]);
        }

        return powers;
    }
}
