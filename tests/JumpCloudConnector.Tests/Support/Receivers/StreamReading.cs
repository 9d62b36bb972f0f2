using System.Globalization;
using System.Text;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>Reads what is framed by lengths from a stream.</summary>
internal sealed class StreamReading(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    /// <summary>An octet-counted message (RFC 6587); null where the stream ends, also in the middle of one.</summary>
    public async Task<byte[]?> ReadMessageAsync(CancellationToken cancellationToken)
    {
        string? length = await ReadWordAsync(' ', cancellationToken);
        return length is null ? null : await ReadBytesAsync(Number(length), cancellationToken);
    }

    /// <summary>A frame of RELP; null where the stream ends, also in the middle of one.</summary>
    public async Task<RelpFrame?> ReadFrameAsync(CancellationToken cancellationToken)
    {
        if (await ReadWordAsync(' ', cancellationToken) is not { } number || await ReadWordAsync(' ', cancellationToken) is not { } command) return null;
        StringBuilder digits = new();
        int next;
        while ((next = await ReadByteAsync(cancellationToken)) is >= '0' and <= '9') digits.Append((char)next);
        if (next < 0) return null;
        byte[]? data = [];
        // A frame without data has no space behind the length either.
        if (next == ' ')
        {
            data = await ReadBytesAsync(Number(digits.ToString()), cancellationToken);
            next = await ReadByteAsync(cancellationToken);
        }

        if (data is null || next < 0) return null;
        return next == '\n' ? new RelpFrame(Number(number), command, data) : throw new InvalidDataException($"Frame {number} ends with byte {next}.");
    }

    /// <summary>Whether nothing more comes before the end of the stream.</summary>
    public async Task<bool> IsAtEndAsync(CancellationToken cancellationToken) => await ReadByteAsync(cancellationToken) < 0;

    private static int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new InvalidDataException($"'{digits}' is not a number.");

    private async Task<string?> ReadWordAsync(char end, CancellationToken cancellationToken)
    {
        StringBuilder word = new();
        while (await ReadByteAsync(cancellationToken) is var next && next != end)
        {
            if (next < 0) return null;
            if (word.Append((char)next).Length > 32) throw new InvalidDataException($"'{word}' goes on.");
        }

        return word.ToString();
    }

    private async Task<byte[]?> ReadBytesAsync(int length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length;)
        {
            if (_start == _end && !await FillAsync(cancellationToken)) return null;
            int part = Math.Min(length - i, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(i));
            _start += part;
            i += part;
        }

        return bytes;
    }

    private async ValueTask<int> ReadByteAsync(CancellationToken cancellationToken) =>
        _start < _end || await FillAsync(cancellationToken) ? _buffer[_start++] : -1;

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken);
        return _end > 0;
    }
}
