using System.Text;
using System.Text.Json;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Makes records and messages for tests.</summary>
internal static class Messages
{
    public const long WriteTime = 1_700_000_000_123;

    public static RecordOrigin Origin { get; } = new("8d1f", "Acme", "main", null, "Acme Ltd");

    public static SyslogDestination Destination { get; } = new() { Id = default, Name = "d", HostName = "receiver.example", Port = 514, Transport = SyslogTransport.Tcp };

    /// <summary>An event's record, as the engine makes it.</summary>
    public static IngestedRecord Event(string json, RecordOrigin? origin = null, long sequence = 1) => Event(Encoding.UTF8.GetBytes(json), origin, sequence);

    public static IngestedRecord Event(byte[] json, RecordOrigin? origin = null, long sequence = 1)
    {
        using RecordBatch batch = new();
        EventRecordWriter writer = new(origin ?? Origin) { WriteTime = WriteTime };
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        Assert.True(writer.TryScan(ref reader));
        writer.Write(json, batch);
        return new IngestedRecord(sequence, batch.Json(0).ToArray());
    }

    public static IngestedRecord User(string json, UserChange change = UserChange.Added, RecordOrigin? origin = null)
    {
        using RecordBatch batch = new();
        new UserRecordWriter(origin ?? Origin).Write(Encoding.UTF8.GetBytes(json), change, WriteTime, batch);
        return new IngestedRecord(7, batch.Json(0).ToArray());
    }

    /// <summary>A record as it stands, such as no writer makes.</summary>
    public static IngestedRecord Raw(string json) => new(1, Encoding.UTF8.GetBytes(json));

    /// <summary>The message, or null where it is skipped; what stood in the buffer before must stay.</summary>
    public static byte[]? Format(SyslogDestination destination, IngestedRecord record, out SyslogMessageFate fate, TimeZoneInfo? zone = null)
    {
        using SyslogMessageFormatter formatter = new(destination, "collector.example", 4711, zone ?? TimeZoneInfo.Utc);
        using ByteBuffer output = new(16);
        output.Append("before"u8);
        bool made = formatter.TryFormat(record, output, out fate);
        Assert.Equal("before"u8.ToArray(), output.Span[..6].ToArray());
        Assert.Equal(made, fate != SyslogMessageFate.Skipped);
        if (made) return output.Span[6..].ToArray();
        Assert.Equal(6, output.Length);
        return null;
    }

    public static SyslogMessage Parse(SyslogDestination destination, IngestedRecord record, TimeZoneInfo? zone = null) =>
        SyslogMessageReader.Parse(Format(destination, record, out _, zone));

    /// <summary>A string with what no UTF-16 text has replaced, as encoders do.</summary>
    public static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
