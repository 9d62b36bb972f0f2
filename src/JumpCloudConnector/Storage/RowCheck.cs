using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Tells whether a record that no block has yet is what was received. A block has a checksum; such a record has its uuid, which
/// is a hash of the vendor's object. Used by one thread.
/// </summary>
internal sealed class RowCheck
{
    private const string CutShort = "it is cut short";

    private static readonly UserChange[] s_changes = [UserChange.Added, UserChange.Changed, UserChange.Snapshot, UserChange.Removed];
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 1000 };
    private static readonly byte[] s_events = Encoding.UTF8.GetBytes(MessageClass.DirectoryInsights);
    private static readonly byte[] s_users = Encoding.UTF8.GetBytes(MessageClass.SystemUser);

    private readonly RecordHeader _header = new();
    private readonly JsonObjectScanner _scanner = new(new FieldMap());
    private readonly byte[] _uuid = new byte[36];

    /// <summary>Ends the reading of a record that is not what was received.</summary>
    /// <exception cref="InvalidDataException">Something is the matter with it.</exception>
    public void Ensure(long sequence, ReadOnlySpan<byte> json, long timestamp)
    {
        if (FaultOf(json, timestamp) is { } fault) throw new InvalidDataException($"The record with the sequence {sequence} is not as it was received: {fault}.");
    }

    /// <summary>What is the matter with a record; null where nothing is.</summary>
    /// <param name="json">The record.</param>
    /// <param name="timestamp">The time that it is found by.</param>
    public string? FaultOf(ReadOnlySpan<byte> json, long timestamp)
    {
        try
        {
            _header.Read(json);
            // Of what others wrote it is known that it is JSON, and nothing else.
            if (!IsOurs(json)) return IsWhole(json) ? null : CutShort;
            if (_header.VendorStart == 0) return "it has no object of JumpCloud";
            if (_header.NumberOf(json, RecordHeader.Timestamp) != timestamp) return "its timestamp is not the time that it is found by";
            // The brace behind it ends the record.
            Utf8JsonReader reader = new(json.Slice(_header.VendorStart, json.Length - _header.VendorStart - 1), s_options);
            if (!reader.Read() || !_scanner.TryScan(ref reader) || reader.Read()) return CutShort;
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException)
        {
            return $"it is no JSON ({e.Message.TrimEnd('.')})";
        }

        FieldValue uuid = _header[RecordHeader.Uuid];
        ContentHash hash = _scanner.Hash;
        if (IsOf(json, uuid, new RecordKey(hash.High, hash.Low))) return null;
        // A user's has the time and the kind of change in it.
        foreach (UserChange change in s_changes)
            if (IsOf(json, uuid, UserRecordWriter.KeyOf(hash, timestamp, change))) return null;
        return "its stellar_uuid is not that of its content";
    }

    private bool IsOurs(ReadOnlySpan<byte> json)
    {
        FieldValue value = _header[RecordHeader.MessageClass];
        return value.IsString && (value.Of(json).SequenceEqual(s_events) || value.Of(json).SequenceEqual(s_users));
    }

    private static bool IsWhole(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, s_options);
        return reader.Read() && reader.TrySkip() && !reader.Read();
    }

    private bool IsOf(ReadOnlySpan<byte> json, FieldValue uuid, RecordKey key)
    {
        key.Format(_uuid);
        return uuid.IsString && uuid.Of(json).SequenceEqual(_uuid);
    }
}
