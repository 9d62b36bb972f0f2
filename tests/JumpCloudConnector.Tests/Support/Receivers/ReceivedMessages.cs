using System.Globalization;
using System.Text;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>
/// The file that a receiver writes: each message with its length in bytes and a space before it and a line feed behind it, so
/// that any byte may be in it.
/// </summary>
internal sealed class ReceivedMessages(string path)
{
    private long _counted;
    private int _count;

    /// <summary>The whole messages that lie there, in order; what is still being written is left out.</summary>
    public IEnumerable<byte[]> Enumerate()
    {
        using FileStream? stream = Open(0);
        while (stream is not null && ReadLength(stream) is { } length)
        {
            byte[] message = new byte[length];
            if (stream.ReadAtLeast(message, length, throwOnEndOfStream: false) < length || !ReadEnd(stream)) yield break;
            yield return message;
        }
    }

    /// <summary>The number of whole messages; reads only what has come since it was last asked for.</summary>
    public int Count()
    {
        using FileStream? stream = Open(_counted);
        long size = stream?.Length ?? 0;
        while (stream is not null && ReadLength(stream) is { } length && stream.Position + length < size)
        {
            stream.Seek(length, SeekOrigin.Current);
            if (!ReadEnd(stream)) break;
            _counted = stream.Position;
            _count++;
        }

        return _count;
    }

    /// <summary>Takes away what a killed receiver has left of a message, so that the next one begins where it should.</summary>
    public void CutTornEnd()
    {
        if (!File.Exists(path)) return;
        Count();
        using FileStream stream = new(path, FileMode.Open, FileAccess.Write);
        stream.SetLength(_counted);
    }

    /// <summary>Fails at the first message that differs; for many and large ones, which a comparison byte by byte is slow for.</summary>
    public static void AssertEqual(IReadOnlyList<byte[]> expected, IReadOnlyList<byte[]> actual)
    {
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
            if (!expected[i].AsSpan().SequenceEqual(actual[i])) Xunit.Assert.Fail($"Message {i}\nis not   {Shown(expected[i])}\nbut      {Shown(actual[i])}");
        Xunit.Assert.Equal(expected.Count, actual.Count);

        static string Shown(byte[] message) => $"{Encoding.Latin1.GetString(message.AsSpan(0, Math.Min(300, message.Length)))} ({message.Length} bytes)";
    }

    private static int? ReadLength(FileStream stream)
    {
        Span<char> digits = stackalloc char[10];
        for (int i = 0; i < digits.Length; i++)
        {
            int next = stream.ReadByte();
            if (next < 0) return null;
            if (next == ' ') return int.Parse(digits[..i], NumberStyles.None, CultureInfo.InvariantCulture);
            digits[i] = (char)next;
        }

        throw new InvalidDataException($"{stream.Name}: no length of a message before {stream.Position}.");
    }

    private static bool ReadEnd(FileStream stream) => stream.ReadByte() switch
    {
        '\n' => true,
        < 0 => false,
        _ => throw new InvalidDataException($"{stream.Name}: a message is longer than its length says, at {stream.Position}."),
    };

    private FileStream? Open(long position)
    {
        if (!File.Exists(path)) return null;
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        stream.Position = position;
        return stream;
    }
}
