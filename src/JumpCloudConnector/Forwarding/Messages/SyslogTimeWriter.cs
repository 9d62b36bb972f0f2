using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Writes the time of a message as the headers want it. RFC 5424 takes up to six digits of fraction: an event keeps as many
/// of its own as that, cut and not rounded. Used by one thread.
/// </summary>
internal sealed class SyslogTimeWriter(TimeZoneInfo zone)
{
    private const int MaxFraction = 6;
    private const long MillisecondsPerMinute = 60_000;
    private const long MinMilliseconds = -62_135_596_800_000;
    private const long MaxMilliseconds = 253_402_300_799_999;

    private readonly byte[] _localMinute = new byte[13];
    private long _minute = long.MinValue;

    /// <summary>RFC 5424's TIMESTAMP in UTC.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="milliseconds">The record's own time, epoch milliseconds.</param>
    /// <param name="text">What JumpCloud wrote, or nothing; it counts where it is that time.</param>
    public static void AppendRfc5424(ByteBuffer output, long milliseconds, ReadOnlySpan<byte> text)
    {
        if (milliseconds is < MinMilliseconds or > MaxMilliseconds)
        {
            output.Append((byte)'-');
            return;
        }

        // RFC 5424 has no leap second; in epoch milliseconds it lies inside its minute.
        bool own = EventTime.TryParse(text, out long parsed) && parsed == milliseconds && !text.Slice(17, 2).SequenceEqual("60"u8);
        if (own && (text[text.Length - 1] | 0x20) == 'z')
        {
            output.Append(text.Slice(0, 10));
            output.Append((byte)'T');
            output.Append(text.Slice(11, 8));
        }
        else
        {
            AppendSeconds(output, milliseconds);
        }

        if (own)
        {
            int digits = 0;
            if (text[19] == '.') while (text[20 + digits] is >= (byte)'0' and <= (byte)'9') digits++;
            if (digits > 0) output.Append(text.Slice(19, Math.Min(digits, MaxFraction) + 1));
        }
        else
        {
            int fraction = (int)(((milliseconds % 1000) + 1000) % 1000);
            Span<byte> digits = output.Reserve(4);
            digits[0] = (byte)'.';
            digits[1] = (byte)('0' + (fraction / 100));
            Two(digits, 2, fraction % 100);
        }

        output.Append((byte)'Z');
    }

    /// <summary>RFC 3164's time, <c>Mmm dd hh:mm:ss</c>, in the zone.</summary>
    public void AppendRfc3164(ByteBuffer output, long milliseconds)
    {
        milliseconds = Math.Min(Math.Max(milliseconds, MinMilliseconds), MaxMilliseconds);
        long offset = milliseconds - MinMilliseconds;
        long minute = offset / MillisecondsPerMinute;
        if (minute != _minute)
        {
            // No zone's offset has seconds, and none changes within a minute.
            DateTime local = TimeZoneInfo.ConvertTimeFromUtc(new DateTime(minute * TimeSpan.TicksPerMinute, DateTimeKind.Utc), zone);
            "JanFebMarAprMayJunJulAugSepOctNovDec"u8.Slice((local.Month - 1) * 3, 3).CopyTo(_localMinute);
            _localMinute[3] = (byte)' ';
            Two(_localMinute, 4, local.Day);
            if (local.Day < 10) _localMinute[4] = (byte)' ';
            _localMinute[6] = (byte)' ';
            Two(_localMinute, 7, local.Hour);
            _localMinute[9] = (byte)':';
            Two(_localMinute, 10, local.Minute);
            _localMinute[12] = (byte)':';
            _minute = minute;
        }

        output.Append(_localMinute);
        Two(output.Reserve(2), 0, (int)(offset % MillisecondsPerMinute / 1000));
    }

    /// <summary>The event's <c>timestamp</c> in the vendor's object, as it is written there; nothing where it has none.</summary>
    public static ReadOnlySpan<byte> FindVendorTime(ReadOnlySpan<byte> vendor)
    {
        ReadOnlySpan<byte> found = default;
        Utf8JsonReader reader = new(vendor, new JsonReaderOptions { MaxDepth = int.MaxValue });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool matches = !reader.ValueIsEscaped && reader.ValueSpan.SequenceEqual("timestamp"u8);
            reader.Read();
            if (!matches)
            {
                reader.Skip();
                continue;
            }

            found = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
            reader.Skip();

            // Of two members with one name the last counts, as it does for the record's own time.
            if (vendor.Slice((int)reader.BytesConsumed).IndexOf("\"timestamp\""u8) < 0) break;
        }

        return found;
    }

    private static void AppendSeconds(ByteBuffer output, long milliseconds)
    {
        DateTime time = new((milliseconds - MinMilliseconds) * TimeSpan.TicksPerMillisecond, DateTimeKind.Utc);
        Span<byte> text = output.Reserve(19);
        Two(text, 0, time.Year / 100);
        Two(text, 2, time.Year % 100);
        text[4] = text[7] = (byte)'-';
        Two(text, 5, time.Month);
        Two(text, 8, time.Day);
        text[10] = (byte)'T';
        Two(text, 11, time.Hour);
        text[13] = text[16] = (byte)':';
        Two(text, 14, time.Minute);
        Two(text, 17, time.Second);
    }

    private static void Two(Span<byte> text, int at, int number)
    {
        text[at] = (byte)('0' + (number / 10));
        text[at + 1] = (byte)('0' + (number % 10));
    }
}
