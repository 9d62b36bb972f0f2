using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Makes records from what blocks keep of them, and finds what is to be kept of a record. Both ways are exact: a record that
/// would not come back byte for byte is kept whole. Used by one thread.
/// </summary>
internal sealed class RecordRenderer(Func<long, RecordOrigin> originOf) : IDisposable
{
    private readonly Dictionary<long, EventRecordWriter> _events = [];
    private readonly Dictionary<long, UserRecordWriter> _users = [];
    private readonly RecordBatch _batch = new();
    private readonly RecordHeader _header = new();

    /// <summary>The record; its bytes are good until the next call.</summary>
    public ReadOnlySpan<byte> Render(BlockEntry entry, ReadOnlySpan<byte> json)
    {
        if (entry.Kind == RecordKind.Whole) return json;
        _batch.Truncate(0);
        if (entry.Kind == RecordKind.Event)
        {
            if (!_events.TryGetValue(entry.Origin, out EventRecordWriter? writer))
                _events[entry.Origin] = writer = new EventRecordWriter(originOf(entry.Origin));
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
            reader.Read();
            writer.TryScan(ref reader);
            writer.WriteTime = entry.WriteTime;
            writer.Write(json, _batch);
        }
        else
        {
            if (!_users.TryGetValue(entry.Origin, out UserRecordWriter? writer))
                _users[entry.Origin] = writer = new UserRecordWriter(originOf(entry.Origin));
            writer.Write(json, UserChange.Added + (entry.Kind - RecordKind.UserAdded), entry.WriteTime, _batch);
        }

        return _batch.Json(0);
    }

    /// <summary>What is to be kept of a finished record.</summary>
    /// <param name="json">The record.</param>
    /// <param name="stream">Its stream's number.</param>
    /// <param name="timestamp">Its <c>timestamp</c>.</param>
    /// <param name="numberOf">Gives an origin its number.</param>
    /// <param name="kept">The part of the record to keep.</param>
    public BlockEntry TakeApart(ReadOnlySpan<byte> json, long stream, long timestamp, Func<RecordOrigin, long> numberOf, out ReadOnlySpan<byte> kept)
    {
        _header.Read(json);
        kept = json;
        BlockEntry whole = new(stream, 0, RecordKind.Whole, 0, timestamp);
        if (_header.VendorStart == 0 || KindOf(json) is not { } kind || _header.NumberOf(json, RecordHeader.WriteTime) is not { } writeTime
            || Text(json, RecordHeader.TenantId) is not { } tenantId || Text(json, RecordHeader.TenantName) is not { } tenantName
            || Text(json, RecordHeader.ConnectorName) is not { } connector)
        {
            return whole;
        }

        RecordOrigin origin = new(tenantId, tenantName, connector, Text(json, RecordHeader.OrganizationId), Text(json, RecordHeader.OrganizationName));
        ReadOnlySpan<byte> vendor = json.Slice(_header.VendorStart, json.Length - _header.VendorStart - 1);
        BlockEntry entry = whole with { Origin = numberOf(origin), Kind = kind, WriteTime = writeTime };
        try
        {
            if (!Render(entry, vendor).SequenceEqual(json)) return whole;
        }
        catch (JsonException)
        {
            return whole;
        }

        kept = vendor;
        return entry;
    }

    public void Dispose() => _batch.Dispose();

    private RecordKind? KindOf(ReadOnlySpan<byte> json) => Text(json, RecordHeader.MessageClass) switch
    {
        MessageClass.DirectoryInsights => RecordKind.Event,
        MessageClass.SystemUser => Text(json, RecordHeader.EventType) switch
        {
            "systemuser_added" => RecordKind.UserAdded,
            "systemuser_changed" => RecordKind.UserChanged,
            "systemuser_snapshot" => RecordKind.UserSnapshot,
            "systemuser_removed" => RecordKind.UserRemoved,
            _ => null,
        },
        _ => null,
    };

    private string? Text(ReadOnlySpan<byte> json, int field)
    {
        FieldValue value = _header[field];
        return value.IsString ? JsonText.Unescape(json.Slice(value.Start - 1, value.Length + 2)) : null;
    }
}
