using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>A growing run of bytes from the shared pool, with what is needed to write JSON by hand.</summary>
internal sealed class ByteBuffer : IDisposable
{
    private byte[] _bytes;

    public ByteBuffer(int capacity) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public byte[] Array => _bytes;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public void Truncate(int length) => Length = length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
        Span<byte> span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Append(byte value) => Reserve(1)[0] = value;

    public void AppendNumber(long value)
    {
        Span<byte> digits = Reserve(20);
        System.Buffers.Text.Utf8Formatter.TryFormat(value, digits, out int written);
        Length -= 20 - written;
    }

    /// <summary>Appends <c>"name":"value"</c>, escaped; for texts of our own, not on the hot path.</summary>
    public void AppendProperty(string name, string value)
    {
        Append((byte)'"');
        Append(Encoding.UTF8.GetBytes(name));
        Append("\":\""u8);
        Append(JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        Append((byte)'"');
    }

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + count));
        Buffer.BlockCopy(_bytes, 0, larger, 0, Length);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    public override string ToString() => Encoding.UTF8.GetString(_bytes, 0, Length);

    public void Dispose()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        Length = 0;
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
    }
}
