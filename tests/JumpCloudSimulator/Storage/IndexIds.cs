namespace JumpCloudSimulator;

/// <summary>
/// The ids that events have in the index: 20 characters of base64url, 120 bits. The alphabet is in ASCII order,
/// so that numbers compare as their texts do, and the index can sort numbers.
/// </summary>
internal static class IndexIds
{
    public const int Length = 20;
    private const string Alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    private static readonly UInt128 s_mask = (UInt128.One << 120) - 1;

    public static UInt128 Create(ulong seed, ulong ordinal) =>
        new UInt128(Prng.Mix(seed, ordinal, 0xA1), Prng.Mix(seed, ordinal, 0xB2)) & s_mask;

    public static string Format(UInt128 id) => string.Create(Length, id, static (span, value) =>
    {
        for (var i = span.Length - 1; i >= 0; i--)
        {
            span[i] = Alphabet[(int)((ulong)value & 63)];
            value >>= 6;
        }
    });

    public static bool TryParse(string text, out UInt128 id)
    {
        id = UInt128.Zero;
        if (text.Length != Length)
        {
            return false;
        }

        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            id = (id << 6) | (uint)digit;
        }

        return true;
    }
}
