using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Makes one syslog message of one record, as a destination wants it. Whatever the record, the message is one line, valid in
/// its format and not larger than the destination takes. Used by one thread.
/// </summary>
internal sealed class SyslogMessageFormatter : IDisposable
{
    private readonly SyslogDestination _destination;
    private readonly int _limit;
    private readonly SyslogHeaderWriter _header;
    private readonly JsonMessageWriter? _json;
    private readonly CefMessageWriter? _cef;
    private readonly RecordHeader _record = new();
    private readonly byte[] _prefix;

    /// <param name="destination">The receiver's settings.</param>
    /// <param name="machineName">HOSTNAME where the settings have none.</param>
    /// <param name="processId">PROCID.</param>
    /// <param name="zone">The zone of RFC 3164's time; this machine's unless another is given.</param>
    public SyslogMessageFormatter(SyslogDestination destination, string machineName, int processId, TimeZoneInfo? zone = null)
    {
        _destination = destination;
        _limit = destination.MaxMessageBytes > 0 ? destination.MaxMessageBytes
            : destination.Transport == SyslogTransport.Udp ? SyslogDestinationRules.MostDatagramBytes : int.MaxValue;
        _header = new SyslogHeaderWriter(destination, machineName, processId, zone ?? TimeZoneInfo.Local);
        bool isCef = destination.Format == SyslogFormat.Cef;
        if (isCef) _cef = new CefMessageWriter();
        else _json = new JsonMessageWriter();
        _prefix = [.. destination.ByteOrderMark ? "\uFEFF"u8 : default, .. destination.CeeCookie && !isCef ? "@cee: "u8 : default];
    }

    /// <summary>Appends the whole message, without framing.</summary>
    /// <param name="record">The record.</param>
    /// <param name="output">Where to.</param>
    /// <param name="fate">What became of it.</param>
    /// <returns>False where the message would be too large and the policy is to skip it; nothing was appended.</returns>
    public bool TryFormat(IngestedRecord record, ByteBuffer output, out SyslogMessageFate fate)
    {
        ReadOnlySpan<byte> json = record.Utf8.Span;
        _record.Read(json);
        SyslogSeverity severity = _header.SeverityOf(json, _record);
        int start = output.Length;
        AppendHeader(record, output, severity, SyslogHeaderDetail.Whole);

        // A line is never shorter than the record that it is made of: what is too large is not made first.
        if (_cef is not null || output.Length - start <= _limit - (long)json.Length)
        {
            if (_cef is not null) _cef.Append(output, json, _record, severity);
            else JsonMessageWriter.Append(output, json);
            fate = SyslogMessageFate.Whole;
            if (output.Length - start <= _limit) return true;
        }

        output.Truncate(start);
        if (_destination.Oversize == SyslogOversize.Skip)
        {
            fate = SyslogMessageFate.Skipped;
            return false;
        }

        // Half of the room is the text's, whatever names the header has.
        for (SyslogHeaderDetail detail = SyslogHeaderDetail.Whole; detail <= SyslogHeaderDetail.NoElement; detail++)
        {
            output.Truncate(start);
            AppendHeader(record, output, severity, detail);
            if (output.Length - start <= _limit / 2) break;
        }

        int room = _limit - (output.Length - start);
        bool truncate = _destination.Oversize == SyslogOversize.Truncate;
        fate = _cef is not null ? _cef.AppendFitting(output, json, _record, severity, room, truncate) : _json!.AppendFitting(output, json, room, truncate);
        return true;
    }

    public void Dispose()
    {
        _header.Dispose();
        _json?.Dispose();
        _cef?.Dispose();
    }

    private void AppendHeader(IngestedRecord record, ByteBuffer output, SyslogSeverity severity, SyslogHeaderDetail detail)
    {
        _header.Append(output, record.Utf8.Span, _record, record.Sequence, severity, detail);
        output.Append(_prefix);
    }
}
