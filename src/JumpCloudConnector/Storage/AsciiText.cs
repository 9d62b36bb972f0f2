using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;
namespace JumpCloudConnector.Storage;

/// <summary>Finds an ASCII text in UTF-8, in any case, without decoding it.</summary>
internal sealed class AsciiText
{
    // How rare signs are in JSON of events, the rarest first: the anchor to look for is the rarest of the text.
    private const string Rarest = "~^`|<>?!$%&'()*+;=#@zqjxkvwyQZXJKVWY/bfghup_0123456789-.mdlcsrnioaet ,:[]{}\"";

    private readonly byte[] _upper;
    private readonly byte[] _lower;
    private readonly int _anchor;

    private AsciiText(string text)
    {
        _upper = new byte[text.Length];
        _lower = new byte[text.Length];
        int best = int.MaxValue;
        for (int i = 0; i < text.Length; i++)
        {
            _upper[i] = (byte)(text[i] is >= 'a' and <= 'z' ? text[i] - 32 : text[i]);
            _lower[i] = (byte)(text[i] is >= 'A' and <= 'Z' ? text[i] + 32 : text[i]);
            int rank = Rarest.IndexOf((char)_lower[i]);
            if (rank >= best) continue;
            best = rank;
            _anchor = i;
        }
    }

    /// <summary>How many bytes it has.</summary>
    public int Length => _upper.Length;

    /// <summary>The text, or nothing where it is empty or has other characters.</summary>
    public static AsciiText? From(string? text) => string.IsNullOrEmpty(text) || text!.Any(c => c >= 0x80) ? null : new AsciiText(text!);

    public bool IsIn(ReadOnlySpan<byte> bytes) => IndexIn(bytes) >= 0;

    /// <summary>Where it first is, or -1.</summary>
    [MethodImpl(HotPath.Optimized)]
    public int IndexIn(ReadOnlySpan<byte> bytes)
    {
        byte upper = _upper[_anchor], lower = _lower[_anchor];
        for (int from = _anchor; from <= bytes.Length - (Length - _anchor); from++)
        {
            ReadOnlySpan<byte> rest = bytes.Slice(from, bytes.Length - (Length - _anchor) - from + 1);
            int at = upper == lower ? rest.IndexOf(upper) : rest.IndexOfAny(upper, lower);
            if (at < 0) return -1;
            from += at;
            if (IsAt(bytes.Slice(from - _anchor, Length))) return from - _anchor;
        }

        return -1;
    }

    /// <summary>How far bytes are what the text is behind so many of its signs.</summary>
    public int LengthInCommon(ReadOnlySpan<byte> bytes, int from)
    {
        int most = Math.Min(bytes.Length, Length - from);
        int length = 0;
        while (length < most && (bytes[length] == _upper[from + length] || bytes[length] == _lower[from + length])) length++;
        return length;
    }

    private bool IsAt(ReadOnlySpan<byte> text) => LengthInCommon(text, 0) == Length;
}
