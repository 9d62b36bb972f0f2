using System.Globalization;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>Which characters a part of a message puts a backslash before.</summary>
internal enum TextEscaping
{
    /// <summary>RFC 5424, PARAM-VALUE: quotes, backslashes, closing brackets.</summary>
    StructuredData = 1,

    /// <summary>CEF, the fields before the extension: backslashes and pipes.</summary>
    CefHeader,

    /// <summary>CEF, values of the extension: backslashes and equal signs; line breaks are written <c>\n</c> and <c>\r</c>.</summary>
    CefExtension,
}

/// <summary>
/// Text as UTF-8 on its way from JSON into a message. Bytes that are no UTF-8, and halves of surrogate pairs, become U+FFFD:
/// receivers drop or damage a message that has them.
/// </summary>
internal static class MessageText
{
    private const int Replacement = 0xFFFD;

    /// <summary>Where the first byte is that is not printable ASCII, or -1.</summary>
    public static int IndexOfUnusual(ReadOnlySpan<byte> text)
    {
#if NET
        return text.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
#else
        // Eight bytes at a time: each has its high bit set where it is below 0x20, above 0x7E or not ASCII at all.
        const ulong High = 0x8080_8080_8080_8080, Ones = 0x0101_0101_0101_0101;
        int at = 0;
        ReadOnlySpan<ulong> words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(text);
        for (; at < words.Length; at++)
        {
            ulong word = words[at];
            ulong low = word & ~High;
            ulong printable = (low + (0x60 * Ones)) & ~(low + Ones) & ~word & High;
            if (printable != High) break;
        }

        for (at *= 8; at < text.Length; at++)
            if (text[at] is < 0x20 or > 0x7E) return at;
        return -1;
#endif
    }

    /// <summary>True for what some line reader or terminal takes for a line break or a command: it never stands in a message as it is.</summary>
    public static bool IsControl(int character) => character is < 0x20 or (>= 0x7F and <= 0x9F) or 0x2028 or 0x2029;

    /// <summary>The first character and its length in bytes. A byte that begins none is U+FFFD, one byte long.</summary>
    public static int Decode(ReadOnlySpan<byte> text, out int length)
    {
        int first = text[0];
        length = 1;
        if (first < 0x80) return first;
        int count = first switch { >= 0xC2 and <= 0xDF => 2, >= 0xE0 and <= 0xEF => 3, >= 0xF0 and <= 0xF4 => 4, _ => 0 };
        if (count == 0 || text.Length < count) return Replacement;
        int character = first & (0x7F >> count);
        for (int i = 1; i < count; i++)
        {
            if ((text[i] & 0xC0) != 0x80) return Replacement;
            character = (character << 6) | (text[i] & 0x3F);
        }

        // Written longer than needed, half of a pair, or beyond what Unicode has.
        if ((count == 3 && character < 0x800) || (count == 4 && character is < 0x10000 or > 0x10FFFF) || character is >= 0xD800 and <= 0xDFFF) return Replacement;
        length = count;
        return character;
    }

    public static void AppendCharacter(ByteBuffer output, int character)
    {
        if (character < 0x80)
        {
            output.Append((byte)character);
            return;
        }

        int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
        Span<byte> bytes = output.Reserve(more + 1);
        for (int i = more; i > 0; i--)
        {
            bytes[i] = (byte)(0x80 | (character & 0x3F));
            character >>= 6;
        }

        bytes[0] = (byte)(character | (more switch { 1 => 0xC0, 2 => 0xE0, _ => 0xF0 }));
    }

    /// <summary>The text of a JSON string without its quotes; what has no escape is given back as it is.</summary>
    /// <param name="raw">The characters between the quotes.</param>
    /// <param name="scratch">Where a text with escapes is written; what it had is lost.</param>
    public static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw, ByteBuffer scratch)
    {
        int escape = raw.IndexOf((byte)'\\');
        if (escape < 0) return raw;
        scratch.Truncate(0);
        while (escape >= 0)
        {
            scratch.Append(raw.Slice(0, escape));
            raw = raw.Slice(escape);
            AppendCharacter(scratch, Unescape(raw, out int length));
            raw = raw.Slice(length);
            escape = raw.IndexOf((byte)'\\');
        }

        scratch.Append(raw);
        return scratch.Span;
    }

    private static int Unescape(ReadOnlySpan<byte> raw, out int length)
    {
        length = 2;
        switch (raw[1])
        {
            case (byte)'b': return '\b';
            case (byte)'f': return '\f';
            case (byte)'n': return '\n';
            case (byte)'r': return '\r';
            case (byte)'t': return '\t';
            case (byte)'u': break;
            default: return raw[1];
        }

        int unit = Unit(raw);
        length = UnitLength(raw);
        if (length == 12) return 0x10000 + ((unit - 0xD800) << 10) + (Unit(raw.Slice(6)) - 0xDC00);
        return unit is >= 0xD800 and <= 0xDFFF ? Replacement : unit;
    }

    /// <summary>The bytes of the escape that begins here: 2, 6, or 12 for a surrogate pair.</summary>
    private static int UnitLength(ReadOnlySpan<byte> raw)
    {
        if (raw[1] != 'u') return 2;
        return Unit(raw) is >= 0xD800 and <= 0xDBFF && raw.Length >= 12 && raw[6] == '\\' && raw[7] == 'u'
            && Unit(raw.Slice(6)) is >= 0xDC00 and <= 0xDFFF ? 12 : 6;
    }

    private static int Unit(ReadOnlySpan<byte> escape)
    {
        int unit = 0;
        foreach (byte digit in escape.Slice(2, 4)) unit = (unit << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return unit;
    }

    /// <summary>
    /// The longest beginning of an escaped text, of JSON, CEF or structured data, that has at most so many bytes and cuts no
    /// escape, no character and no pair of surrogates.
    /// </summary>
    public static int SafeLength(ReadOnlySpan<byte> escaped, int most)
    {
        if (escaped.Length <= most) return escaped.Length;
        int at = 0;
        while (at < most)
        {
            int next;
            if (escaped[at] == '\\') next = at + UnitLength(escaped.Slice(at));
            else if (escaped[at] < 0x80) next = at + 1;
            else
            {
                Decode(escaped.Slice(at), out int length);
                next = at + length;
            }

            if (next > most) break;
            at = next;
        }

        return at;
    }

    /// <summary>Appends a text escaped; control characters become spaces.</summary>
    public static void Append(ByteBuffer output, ReadOnlySpan<byte> text, TextEscaping escaping)
    {
        if (IsPlain(text, escaping))
        {
            output.Append(text);
            return;
        }

        while (!text.IsEmpty)
        {
            int character = Decode(text, out int length);
            text = text.Slice(length);
            if (escaping == TextEscaping.CefExtension && character is '\n' or '\r')
            {
                output.Append(character == '\n' ? "\\n"u8 : "\\r"u8);
                continue;
            }

            if (IsControl(character)) character = ' ';
            else if (IsSpecial(character, escaping)) output.Append((byte)'\\');
            AppendCharacter(output, character);
        }
    }

    private static bool IsPlain(ReadOnlySpan<byte> text, TextEscaping escaping)
    {
        if (IndexOfUnusual(text) >= 0) return false;
        int special = escaping switch
        {
            TextEscaping.StructuredData => text.IndexOfAny((byte)'\\', (byte)'"', (byte)']'),
            TextEscaping.CefHeader => text.IndexOfAny((byte)'\\', (byte)'|'),
            _ => text.IndexOfAny((byte)'\\', (byte)'='),
        };
        return special < 0;
    }

    private static bool IsSpecial(int character, TextEscaping escaping) => character == '\\' || escaping switch
    {
        TextEscaping.StructuredData => character is '"' or ']',
        TextEscaping.CefHeader => character == '|',
        _ => character == '=',
    };

    /// <summary>Appends a JSON text as one line that no receiver alters: valid and of the same values, whatever it was.</summary>
    public static void AppendJsonLine(ByteBuffer output, ReadOnlySpan<byte> json)
    {
        int unusual = IndexOfUnusual(json);
        while (unusual >= 0)
        {
            output.Append(json.Slice(0, unusual));
            json = json.Slice(unusual);
            int character = Decode(json, out int length);

            // JSON has bytes below 0x20 between tokens only.
            if (character < 0x20) output.Append((byte)' ');
            else if (IsControl(character)) AppendEscape(output, character);
            else AppendCharacter(output, character);
            json = json.Slice(length);
            unusual = IndexOfUnusual(json);
        }

        output.Append(json);
    }

    private static void AppendEscape(ByteBuffer output, int character)
    {
        Span<byte> escape = output.Reserve(6);
        escape[0] = (byte)'\\';
        escape[1] = (byte)'u';
        for (int i = 0; i < 4; i++) escape[2 + i] = "0123456789abcdef"u8[(character >> (12 - (i * 4))) & 15];
    }

    /// <summary>Makes a name of a header legal: printable ASCII, with an underscore for every other character.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="text">The name; nothing is appended for a blank one.</param>
    /// <param name="most">How many characters it may have.</param>
    /// <param name="alsoLegal">Null where all printable ASCII is legal, otherwise what is besides letters and digits.</param>
    /// <returns>False where there is no name.</returns>
    public static bool TryAppendName(ByteBuffer output, ReadOnlySpan<byte> text, int most, string? alsoLegal = null)
    {
        while (!text.IsEmpty && text[0] <= 0x20) text = text.Slice(1);
        while (!text.IsEmpty && text[text.Length - 1] <= 0x20) text = text.Slice(0, text.Length - 1);
        if (text.IsEmpty) return false;
        for (int count = 0; count < most && !text.IsEmpty; count++)
        {
            int character = Decode(text, out int length);
            text = text.Slice(length);
            bool legal = character is > 0x20 and < 0x7F
                && (alsoLegal is null || char.IsLetterOrDigit((char)character) || alsoLegal.IndexOf((char)character) >= 0);
            output.Append(legal ? (byte)character : (byte)'_');
        }

        return true;
    }

    /// <summary>A name of a header from a setting, made legal; "-" for a blank one.</summary>
    public static byte[] LegalName(string? name, int most, string? alsoLegal = null)
    {
        using ByteBuffer buffer = new(256);
        if (!TryAppendName(buffer, System.Text.Encoding.UTF8.GetBytes(name ?? ""), most, alsoLegal)) buffer.Append((byte)'-');
        return buffer.Span.ToArray();
    }

    /// <summary>A number's digits.</summary>
    public static byte[] Digits(long number) => System.Text.Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
