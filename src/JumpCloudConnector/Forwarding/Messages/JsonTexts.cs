using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Makes a record smaller by cutting its long texts, all to one length, the largest that fits. Those that say whose record it
/// is stay whole. Used by one thread.
/// </summary>
internal sealed class JsonTexts
{
    /// <summary>Texts are not cut below this: rather than leave stumps of everything, fields are left out.</summary>
    public const int Shortest = 64;

    /// <summary>The end of a text that was cut, as UTF-8.</summary>
    public static ReadOnlySpan<byte> CutMark => "…[truncated]"u8;

    /// <summary>The member that says that texts were cut.</summary>
    public static ReadOnlySpan<byte> RecordMark => ",\"truncated\":true"u8;

    private (int Start, int Length)[] _texts = new (int, int)[64];
    private int _count;

    /// <summary>Reads where the record's long texts are.</summary>
    public void Read(ReadOnlySpan<byte> json)
    {
        _count = 0;
        bool keep = false;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                keep = reader.CurrentDepth == 1 && JsonMembers.IsEssential(reader.ValueSpan);
            }
            else if (reader.TokenType == JsonTokenType.String && !keep && reader.ValueSpan.Length > Shortest)
            {
                if (_count == _texts.Length) Array.Resize(ref _texts, _count * 2);
                _texts[_count++] = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            }
        }
    }

    /// <summary>The largest length of texts, at least <see cref="Shortest"/>, with which the record loses so many bytes; if none does, that.</summary>
    public int LengthFor(int bytes) => LengthFor(_texts.AsSpan(0, _count), bytes);

    /// <summary>True where a text is longer.</summary>
    public bool AreLongerThan(int length)
    {
        foreach ((_, int whole) in _texts.AsSpan(0, _count))
            if (whole > length) return true;
        return false;
    }

    /// <summary>The same of any texts.</summary>
    public static int LengthFor(ReadOnlySpan<(int Start, int Length)> texts, int bytes)
    {
        int low = Shortest, high = Shortest;
        foreach ((_, int length) in texts) high = Math.Max(high, length);
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            long lost = 0;
            foreach ((_, int length) in texts) lost += Math.Max(0, length - middle);
            if (lost >= bytes) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    /// <summary>Appends the record, every longer text cut to so many bytes, mark and all.</summary>
    public void AppendCut(ReadOnlySpan<byte> json, ByteBuffer output, int length)
    {
        int copied = 0;
        foreach ((int start, int whole) in _texts.AsSpan(0, _count))
        {
            if (whole <= length) continue;
            int kept = MessageText.SafeLength(json.Slice(start, whole), length - CutMark.Length);
            output.Append(json.Slice(copied, start + kept - copied));
            output.Append(CutMark);
            copied = start + whole;
        }

        output.Append(json.Slice(copied));
    }
}
