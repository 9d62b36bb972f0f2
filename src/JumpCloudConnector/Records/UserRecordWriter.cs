using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>Why a system user has a new record.</summary>
public enum UserChange
{
    /// <summary>Seen for the first time.</summary>
    Added = 1,

    /// <summary>Its content differs from the last record.</summary>
    Changed,

    /// <summary>Recorded because every user is, from time to time.</summary>
    Snapshot,

    /// <summary>No longer in the directory; the record holds the user as last seen.</summary>
    Removed,
}

/// <summary>Turns system users into Interflow records. A record's time is that of the collection.</summary>
internal sealed class UserRecordWriter
{
    private const int Id = 0, UserName = 1, Email = 2, First = 3, Last = 4, Display = 5, Organization = 6;

    private static readonly FieldMap Map = new("_id", "username", "email", "firstname", "lastname", "displayname", "organization");

    /// <summary>The names of the properties that <c>user</c> is taken from.</summary>
    public static IReadOnlyList<string> UserProperties { get; } = Map.NamesOf(Id, UserName, Email);

    private readonly JsonObjectScanner _scanner = new(Map);
    private readonly RecordOrigin _origin;
    private readonly RecordTemplate _template;

    public UserRecordWriter(RecordOrigin origin)
    {
        _origin = origin;
        _template = new RecordTemplate(origin, MessageClass.SystemUser, MessageClass.SystemUserSource);
    }

    /// <summary>The content of the user scanned last, whatever the order of its properties.</summary>
    public RecordKey ContentKey => new(_scanner.Hash.High, _scanner.Hash.Low);

    public bool TryScan(ref Utf8JsonReader reader) => _scanner.TryScan(ref reader);

    /// <summary>The <c>_id</c> of the user scanned last, or null where it has none.</summary>
    public string? UserId(ReadOnlySpan<byte> json) =>
        _scanner[Id] is { IsString: true, Length: > 0 } id ? System.Text.Encoding.UTF8.GetString(id.Of(json).ToArray()) : null;

    /// <summary>Writes a user as a record; the user need not be the one scanned last.</summary>
    public void Write(ReadOnlySpan<byte> json, UserChange change, long time, RecordBatch batch)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        _scanner.TryScan(ref reader);

        ByteBuffer output = batch.Bytes;
        int start = output.Length;
        RecordKey key = KeyOf(_scanner.Hash, time, change);
        _template.WriteHeader(output, time, time, key, Text(json, Organization));
        output.Append(",\"event_category\":\"systemuser\",\"event_type\":\"systemuser_"u8);
        output.Append(change switch
        {
            UserChange.Added => "added\""u8,
            UserChange.Changed => "changed\""u8,
            UserChange.Removed => "removed\""u8,
            _ => "snapshot\""u8,
        });
        WriteUser(output, json);
        output.Append(",\"jumpcloud\":"u8);
        int vendorStart = output.Length - start;
        EventRecordWriter.AppendOneLine(output, json);
        output.Append((byte)'}');
        batch.Origin = _origin;
        batch.Close(start, new RecordEntry
        {
            Kind = RecordKind.UserAdded + (byte)(change - UserChange.Added), VendorStart = vendorStart, WriteTime = time, Milliseconds = time, Timestamp = time,
            Key = key, Filter = -1,
        });
    }

    /// <summary>What <c>stellar_uuid</c> shows: a user's content recurs, with another time or another kind of change.</summary>
    internal static RecordKey KeyOf(ContentHash content, long time, UserChange change)
    {
        ContentHash identity = content.Chain(new ContentHash((ulong)time, (ulong)change));
        return new RecordKey(identity.High, identity.Low);
    }

    private void WriteUser(ByteBuffer output, ReadOnlySpan<byte> json)
    {
        output.Append(",\"user\":{\"type\":\"user\""u8);
        Append(output, ",\"name\":\""u8, Text(json, UserName));
        Append(output, ",\"email\":\""u8, Text(json, Email));
        Append(output, ",\"id\":\""u8, Text(json, Id));
        output.Append("},\"resource\":{\"type\":\"systemuser\""u8);
        Append(output, ",\"id\":\""u8, Text(json, Id));
        ReadOnlySpan<byte> display = Text(json, Display);
        ReadOnlySpan<byte> first = Text(json, First);
        ReadOnlySpan<byte> last = Text(json, Last);
        if (!display.IsEmpty)
        {
            Append(output, ",\"name\":\""u8, display);
        }
        else if (!first.IsEmpty || !last.IsEmpty)
        {
            output.Append(",\"name\":\""u8);
            output.Append(first);
            if (!first.IsEmpty && !last.IsEmpty) output.Append((byte)' ');
            output.Append(last);
            output.Append((byte)'"');
        }

        output.Append((byte)'}');
    }

    private static void Append(ByteBuffer output, ReadOnlySpan<byte> opening, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return;
        output.Append(opening);
        output.Append(text);
        output.Append((byte)'"');
    }

    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json, int field) => _scanner.TextOf(json, field);
}
