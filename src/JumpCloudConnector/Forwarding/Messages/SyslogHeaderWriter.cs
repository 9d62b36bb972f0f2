using System.Text;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>How much of a record a message's header tells, where there is little room.</summary>
internal enum SyslogHeaderDetail
{
    /// <summary>All of it.</summary>
    Whole = 1,

    /// <summary>The names of tenant and connector are cut to <see cref="SyslogHeaderWriter.ShortValue"/> bytes.</summary>
    ShortNames,

    /// <summary>They are left out.</summary>
    NoNames,

    /// <summary>The whole element of this product is left out.</summary>
    NoElement,
}

/// <summary>
/// Writes what stands before a message's text, after RFC 5424 or RFC 3164. Structured data is <c>meta</c> with the record's
/// sequence, cut to what RFC 5424 has numbers for, and <c>jumpcloud@PEN</c> with tenant, connector, msg_class, sequence and
/// uuid. Used by one thread.
/// </summary>
internal sealed class SyslogHeaderWriter : IDisposable
{
    /// <summary>What is left of a value that is to be short.</summary>
    public const int ShortValue = 64;

    private const int MaxHostName = 255;
    private const int MaxAppName = 48;
    private const int MaxMessageId = 32;
    private const int MaxTag = 32;
    private const long MaxSequenceId = int.MaxValue;

    private readonly bool _isRfc5424;
    private readonly (byte[] Status, SyslogSeverity Severity)[] _severities;
    private readonly byte[][] _priorities;
    private readonly byte[] _origin;
    private readonly byte[] _element;
    private readonly SyslogTimeWriter _time;
    private readonly ByteBuffer _unescaped = new(1024);

    public SyslogHeaderWriter(SyslogDestination destination, string machineName, int processId, TimeZoneInfo zone)
    {
        _isRfc5424 = destination.Header == SyslogHeader.Rfc5424;
        _severities = [.. destination.Severity.Select(s => (Encoding.UTF8.GetBytes(s.Key.ToLowerInvariant()), s.Value))];
        string version = _isRfc5424 ? ">1 " : ">";
        _priorities = [.. Enumerable.Range(0, 8).Select(s => (byte[])[(byte)'<', .. MessageText.Digits((((int)destination.Facility - 1) * 8) + s), .. Encoding.ASCII.GetBytes(version)])];

        string? host = string.IsNullOrWhiteSpace(destination.OriginHostName) ? machineName : destination.OriginHostName;
        byte[] pid = MessageText.Digits(processId);
        _origin = _isRfc5424
            ? [(byte)' ', .. MessageText.LegalName(host, MaxHostName), (byte)' ', .. MessageText.LegalName(destination.AppName, MaxAppName), (byte)' ', .. pid, (byte)' ']
            : [(byte)' ', .. MessageText.LegalName(host, MaxHostName, "-._:"), (byte)' ', .. MessageText.LegalName(destination.AppName, MaxTag, "-_."), (byte)'[', .. pid, .. "]: "u8];
        _element = [.. "[jumpcloud@"u8, .. MessageText.Digits(destination.EnterpriseNumber)];
        _time = new SyslogTimeWriter(zone);
    }

    /// <summary>The severity of a record by its <c>event_status</c>.</summary>
    public SyslogSeverity SeverityOf(ReadOnlySpan<byte> json, RecordHeader record)
    {
        FieldValue status = record[RecordHeader.EventStatus];
        if (!status.IsString) return SyslogSeverity.Informational;
        ReadOnlySpan<byte> text = status.Of(json);
        foreach ((byte[] known, SyslogSeverity severity) in _severities)
            if (text.SequenceEqual(known)) return severity;
        return SyslogSeverity.Informational;
    }

    /// <summary>Appends the header, with the space behind it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="json">The record.</param>
    /// <param name="record">Its fields.</param>
    /// <param name="sequence">Its place in the order of commits.</param>
    /// <param name="severity">Its severity.</param>
    /// <param name="detail">How much to tell.</param>
    public void Append(ByteBuffer output, ReadOnlySpan<byte> json, RecordHeader record, long sequence, SyslogSeverity severity, SyslogHeaderDetail detail)
    {
        output.Append(_priorities[(int)severity - 1]);
        long time = Number(json, record[RecordHeader.Timestamp]) ?? Number(json, record[RecordHeader.WriteTime]) ?? long.MinValue;
        if (!_isRfc5424)
        {
            _time.AppendRfc3164(output, time);
            output.Append(_origin);
            return;
        }

        ReadOnlySpan<byte> vendorTime = default;
        if (record.VendorStart > 0 && Raw(json, record[RecordHeader.MessageClass]).SequenceEqual("jumpcloud_directoryinsights"u8))
            vendorTime = SyslogTimeWriter.FindVendorTime(json.Slice(record.VendorStart, json.Length - record.VendorStart - 1));
        SyslogTimeWriter.AppendRfc5424(output, time, vendorTime);
        output.Append(_origin);
        if (!MessageText.TryAppendName(output, MessageText.Unescape(Raw(json, record[RecordHeader.EventType]), _unescaped), MaxMessageId)) output.Append((byte)'-');

        output.Append(" [meta sequenceId=\""u8);
        output.AppendNumber(sequence < 1 ? 1 : ((sequence - 1) % MaxSequenceId) + 1);
        output.Append("\"]"u8);
        if (detail < SyslogHeaderDetail.NoElement)
        {
            output.Append(_element);
            if (detail < SyslogHeaderDetail.NoNames)
            {
                Append(output, " tenant=\""u8, Raw(json, record[RecordHeader.TenantName]), detail);
                Append(output, " connector=\""u8, Raw(json, record[RecordHeader.ConnectorName]), detail);
            }

            Append(output, " msg_class=\""u8, Raw(json, record[RecordHeader.MessageClass]), detail);
            output.Append(" sequence=\""u8);
            output.AppendNumber(sequence);
            output.Append((byte)'"');
            Append(output, " uuid=\""u8, Raw(json, record[RecordHeader.Uuid]), detail);
            output.Append((byte)']');
        }

        output.Append((byte)' ');
    }

    public void Dispose() => _unescaped.Dispose();

    private void Append(ByteBuffer output, ReadOnlySpan<byte> opening, ReadOnlySpan<byte> raw, SyslogHeaderDetail detail)
    {
        if (raw.IsEmpty) return;
        output.Append(opening);
        int start = output.Length;
        MessageText.Append(output, MessageText.Unescape(raw, _unescaped), TextEscaping.StructuredData);
        if (detail > SyslogHeaderDetail.Whole) output.Truncate(start + MessageText.SafeLength(output.Span.Slice(start), ShortValue));
        output.Append((byte)'"');
    }

    private static ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> json, FieldValue value) => value.IsString ? value.Of(json) : default;

    private static long? Number(ReadOnlySpan<byte> json, FieldValue value) =>
        value.IsNumber && System.Buffers.Text.Utf8Parser.TryParse(value.Of(json), out long number, out int used) && used == value.Length ? number : null;
}
