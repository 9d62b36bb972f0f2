using System.Buffers;
using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.JumpCloud;

/// <summary>A page holds more bytes than we are willing to keep; it must be asked for with fewer rows.</summary>
internal sealed class PageTooLargeException(int rows, long bytes) : Exception("The page is larger than the limit.")
{
    public int Rows { get; } = rows;

    public long Bytes { get; } = bytes;
}

/// <summary>
/// Reads a page as it streams: a bare array of objects, or an object with the array under <c>results</c> and a
/// <c>totalCount</c>. Each object is scanned once where it lies; what is held is one buffer, as large as the largest object.
/// </summary>
internal sealed class JsonPageReader(IJsonItemSink sink, long maxBytes, long maxItemBytes = 256L << 20)
{
    private enum Place
    {
        Start,
        Wrapper,
        Items,
        AfterItems,
        End,
    }

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1000 };

    private JsonReaderState _state = new(Options);
    private Place _place = Place.Start;
    private bool _wrapped;

    public int Rows { get; private set; }

    public long Bytes { get; private set; }

    public long? TotalCount { get; private set; }

    /// <exception cref="JsonException">The bytes are not the JSON of a page, or end before its end.</exception>
    /// <exception cref="PageTooLargeException">The page has more bytes than it may have, and more than one row.</exception>
    public async Task ReadAsync(Func<byte[], int, int, Task<int>> read)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            sink.BeginPage();
            int filled = 0;
            int enough = 0;
            while (true)
            {
                int count = await read(buffer, filled, buffer.Length - filled).ConfigureAwait(false);
                filled += count;
                Bytes += count;
                // Part of a byte order mark says nothing yet.
                if (count > 0 && Bytes == filled && filled < 3 && "\uFEFF"u8.StartsWith(buffer.AsSpan(0, filled))) continue;
                // An object that is not whole yet is looked at again when its part has doubled, else a large one would be
                // scanned as often as there are reads.
                int used = count > 0 && filled < enough ? 0 : Consume(buffer.AsSpan(0, filled), isFinal: count == 0);
                if (used > 0) enough = 0;
                else if (filled >= enough) enough = filled * 2;
                if (count == 0) break;
                if (Bytes > maxBytes && Rows > 1) throw new PageTooLargeException(Rows, Bytes);
                filled -= used;
                if (filled > 0 && used > 0) Buffer.BlockCopy(buffer, used, buffer, 0, filled);
                if (filled == buffer.Length) buffer = Grow(buffer, filled);
            }

            if (_place != Place.End) throw new JsonException("The page ends before its end.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] Grow(byte[] buffer, int filled)
    {
        if (buffer.Length >= maxItemBytes) throw new JsonException($"One object of the page has more than {maxItemBytes} bytes.");
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        Buffer.BlockCopy(buffer, 0, larger, 0, filled);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>Takes every object that is whole in the buffer; returns how many bytes are done with.</summary>
    private int Consume(ReadOnlySpan<byte> buffer, bool isFinal)
    {
        if (_place == Place.Start && Rows == 0 && Bytes == buffer.Length && buffer.StartsWith("\uFEFF"u8)) buffer = SkipMark(buffer);
        Utf8JsonReader reader = new(buffer, isFinal, _state);
        Utf8JsonReader done = reader;
        while (_place != Place.End && reader.Read())
        {
            if (!Advance(ref reader, buffer)) break;
            done = reader;
        }

        if (_place == Place.End && reader.Read()) throw new JsonException("Something follows the page.");
        _state = done.CurrentState;
        return (int)done.BytesConsumed;
    }

    // A byte order mark is white space to us: replaced in the copy that the reader sees.
    private static ReadOnlySpan<byte> SkipMark(ReadOnlySpan<byte> buffer)
    {
        byte[] copy = buffer.ToArray();
        copy.AsSpan(0, 3).Fill((byte)' ');
        return copy;
    }

    private bool Advance(ref Utf8JsonReader reader, ReadOnlySpan<byte> buffer)
    {
        switch (_place)
        {
            case Place.Start when reader.TokenType == JsonTokenType.StartArray:
                _place = Place.Items;
                return true;

            case Place.Start when reader.TokenType == JsonTokenType.StartObject:
                _wrapped = true;
                _place = Place.Wrapper;
                return true;

            case Place.Items when reader.TokenType != JsonTokenType.EndArray:
                // Whatever stands there is taken: one row that is no object must not stop all that come behind it.
                int start = (int)reader.TokenStartIndex;
                if (!sink.TryScan(ref reader)) return false;
                sink.Take(buffer.Slice(start, (int)reader.BytesConsumed - start));
                Rows++;
                return true;

            case Place.Items when reader.TokenType == JsonTokenType.EndArray:
                _place = _wrapped ? Place.AfterItems : Place.End;
                return true;

            case Place.Wrapper or Place.AfterItems when reader.TokenType == JsonTokenType.PropertyName:
                return AdvanceProperty(ref reader);

            case Place.AfterItems when reader.TokenType == JsonTokenType.EndObject:
                _place = Place.End;
                return true;

            default:
                throw new JsonException("The page is not an array of objects.");
        }
    }

    private bool AdvanceProperty(ref Utf8JsonReader reader)
    {
        bool total = reader.ValueTextEquals("totalCount"u8);
        bool results = reader.ValueTextEquals("results"u8);
        if (!reader.Read()) return false;
        if (results && reader.TokenType == JsonTokenType.StartArray)
        {
            _place = Place.Items;
            return true;
        }

        if (total && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long count))
        {
            TotalCount = count;
            return true;
        }

        return reader.TrySkip();
    }
}
