using System.Text;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>A frame of RELP: number, command and data. The shape is <c>TXNR SP COMMAND SP DATALEN [SP DATA] LF</c>.</summary>
internal readonly record struct RelpFrame(int Number, string Command, string Data);

/// <summary>Reads a receiver's frames. Those are short: answers and the word that it closes.</summary>
internal sealed class RelpReader(Stream stream)
{
    // Far more than any answer has; a longer one is none.
    private const int MostData = 64 << 10, LongestHead = 64;

    // What nearly every frame has.
    private const string Response = "rsp", Usual = "200 OK";

    private readonly byte[] _bytes = new byte[MostData + (2 * LongestHead)];
    private int _at;
    private int _end;

    /// <summary>Reads a frame; null at the end of the stream.</summary>
    /// <exception cref="FormatException">It is no frame.</exception>
    public async Task<RelpFrame?> ReadAsync()
    {
        RelpFrame frame;
        while (!TryRead(out frame))
            if (!await FillAsync().ConfigureAwait(false)) return null;
        return frame;
    }

    /// <summary>Takes a frame of what was read already; false where none is whole.</summary>
    /// <exception cref="FormatException">It is no frame.</exception>
    public bool TryRead(out RelpFrame frame)
    {
        frame = default;
        ReadOnlySpan<byte> rest = _bytes.AsSpan(_at, _end - _at);
        int at = 0;
        if (!TryWord(rest, ref at, out ReadOnlySpan<byte> number, out _) || !TryWord(rest, ref at, out ReadOnlySpan<byte> command, out _)
            || !TryWord(rest, ref at, out ReadOnlySpan<byte> length, out byte behind))
        {
            return rest.Length > LongestHead ? throw new FormatException($"it begins with '{Shown(rest)}'") : false;
        }

        if (!TryNumber(number, 999_999_999, out int txn) || !TryNumber(length, MostData, out int bytes)) throw new FormatException($"it begins with '{Shown(rest)}'");
        string data = "";
        if (behind == ' ')
        {
            if (rest.Length - at < bytes + 1) return false;
            ReadOnlySpan<byte> text = rest.Slice(at, bytes);
            data = text.SequenceEqual("200 OK"u8) ? Usual : Encoding.UTF8.GetString(text.ToArray());
            at += bytes;
            if (rest[at] != '\n') throw new FormatException($"a frame does not end where it should: '{Shown(rest)}'");
            at++;
        }

        _at += at;
        frame = new RelpFrame(txn, command.SequenceEqual("rsp"u8) ? Response : Encoding.ASCII.GetString(command.ToArray()), data);
        return true;
    }

    /// <summary>A word and what stands behind it, a space or a line feed.</summary>
    private static bool TryWord(ReadOnlySpan<byte> rest, ref int at, out ReadOnlySpan<byte> word, out byte behind)
    {
        word = default;
        behind = 0;
        int length = rest.Slice(at).IndexOfAny((byte)' ', (byte)'\n');
        if (length < 0) return false;
        word = rest.Slice(at, length);
        behind = rest[at + length];
        at += length + 1;
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, int most, out int number) =>
        System.Buffers.Text.Utf8Parser.TryParse(text, out number, out int read) && read == text.Length && number >= 0 && number <= most;

    private static string Shown(ReadOnlySpan<byte> bytes) =>
        new([.. Encoding.ASCII.GetString(bytes.Slice(0, Math.Min(40, bytes.Length)).ToArray()).Select(c => c is >= ' ' and < (char)127 ? c : '?')]);

    /// <summary>Reads what has come; false at the end of the stream.</summary>
    /// <exception cref="FormatException">A frame has no end.</exception>
    public async Task<bool> FillAsync()
    {
        if (_at > 0)
        {
            Buffer.BlockCopy(_bytes, _at, _bytes, 0, _end - _at);
            (_at, _end) = (0, _end - _at);
        }

        if (_end == _bytes.Length) throw new FormatException("a frame has no end");
        int read = await stream.ReadAsync(_bytes, _end, _bytes.Length - _end, CancellationToken.None).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
