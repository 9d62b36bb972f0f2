using System.Net;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Writes a record as a message's text in ArcSight's Common Event Format, version 0:
/// <c>CEF:0|JumpCloud|Directory Insights|1.0|event_type|event_name|severity|extension</c>; the product is <c>System Users</c>
/// for their records, and a record without an <c>event_name</c> has its <c>event_type</c> as name, one without that "unknown". Used by one thread.
/// </summary>
/// <remarks>
/// The extension's fields, each there only where the record has a value:
/// <list type="table">
/// <item><term>rt</term><description>timestamp, epoch milliseconds</description></item>
/// <item><term>externalId</term><description>stellar_uuid</description></item>
/// <item><term>cat</term><description>event_category</description></item>
/// <item><term>act</term><description>event_type</description></item>
/// <item><term>outcome</term><description>event_status</description></item>
/// <item><term>reason</term><description>reason</description></item>
/// <item><term>suser</term><description>user.name, or else user.email</description></item>
/// <item><term>suid</term><description>user.id</description></item>
/// <item><term>src</term><description>srcip, where it is IPv4</description></item>
/// <item><term>c6a2</term><description>srcip, where it is IPv6; c6a2Label is "Source IPv6 Address"</description></item>
/// <item><term>shost</term><description>srcip, where it is neither</description></item>
/// <item><term>spt</term><description>srcport</description></item>
/// <item><term>dhost</term><description>host.name</description></item>
/// <item><term>destinationServiceName</term><description>application.name</description></item>
/// <item><term>msg</term><description>event_name, or else a sentence of event_type, event_status, user and what it was done to</description></item>
/// <item><term>cs1 to cs6</term><description>tenant_name, connector_name, org_name, msg_class, resource.name, srcip_geo.countryCode; the labels are tenant, connector, organization, msg_class, resource, country</description></item>
/// <item><term>flexString1</term><description>the fields left out of a message that would be too large; its label is "trimmed"</description></item>
/// <item><term>flexString2</term><description>"true" where texts were cut; its label is "truncated"</description></item>
/// </list>
/// Values have no spaces at their ends, since receivers take those for the space between fields.
/// </remarks>
internal sealed class CefMessageWriter : IDisposable
{
    private const int MaxShortType = 64;
    private const int MaxShortName = 128;

    private readonly List<CefField> _fields = [];
    private readonly ByteBuffer _unescaped = new(1024);
    private readonly ByteBuffer _sentence = new(512);
    private readonly ByteBuffer _whole = new(2048);

    /// <summary>Appends the record whole.</summary>
    public void Append(ByteBuffer output, ReadOnlySpan<byte> json, RecordHeader record, SyslogSeverity severity)
    {
        AppendHeader(output, json, record, severity, shorten: false);
        Append(output, json, record);
    }

    /// <summary>Appends what fits of a record that is too large.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="json">The record.</param>
    /// <param name="record">Its fields.</param>
    /// <param name="severity">Its severity.</param>
    /// <param name="room">How many bytes the text may have; at least 400.</param>
    /// <param name="truncate">True to cut texts before fields are left out.</param>
    public SyslogMessageFate AppendFitting(ByteBuffer output, ReadOnlySpan<byte> json, RecordHeader record, SyslogSeverity severity, int room, bool truncate)
    {
        _whole.Truncate(0);
        Append(_whole, json, record, severity);
        if (_whole.Length <= room)
        {
            output.Append(_whole.Span);
            return SyslogMessageFate.Whole;
        }

        int start = output.Length;
        AppendHeader(output, json, record, severity, shorten: _fields[0].Start > room / 2);
        return new CefFit(_fields, _whole).Append(output, room - (output.Length - start), truncate);
    }

    public void Dispose()
    {
        _unescaped.Dispose();
        _sentence.Dispose();
        _whole.Dispose();
    }

    private void AppendHeader(ByteBuffer output, ReadOnlySpan<byte> json, RecordHeader record, SyslogSeverity severity, bool shorten)
    {
        bool users = Raw(json, record, RecordHeader.MessageClass).SequenceEqual("jumpcloud_systemuser"u8);
        output.Append(users ? "CEF:0|JumpCloud|System Users|1.0|"u8 : "CEF:0|JumpCloud|Directory Insights|1.0|"u8);
        int type = output.Length;
        if (!TryAppendHeaderField(output, Raw(json, record, RecordHeader.EventType), shorten ? MaxShortType : int.MaxValue)) output.Append("unknown|"u8);
        int typeEnd = output.Length;
        if (!TryAppendHeaderField(output, Raw(json, record, RecordHeader.EventName), shorten ? MaxShortName : int.MaxValue))
        {
            output.Reserve(typeEnd - type);
            output.Array.AsSpan(type, typeEnd - type).CopyTo(output.Array.AsSpan(typeEnd));
        }

        output.Append(severity switch
        {
            SyslogSeverity.Emergency => "10|"u8,
            SyslogSeverity.Alert => "9|"u8,
            SyslogSeverity.Critical => "8|"u8,
            SyslogSeverity.Error => "7|"u8,
            SyslogSeverity.Warning => "6|"u8,
            SyslogSeverity.Notice => "4|"u8,
            SyslogSeverity.Informational => "3|"u8,
            _ => "1|"u8,
        });
    }

    /// <summary>False where there is no text, or nothing but what becomes spaces.</summary>
    private bool TryAppendHeaderField(ByteBuffer output, ReadOnlySpan<byte> raw, int most)
    {
        int start = output.Length;
        MessageText.Append(output, MessageText.Unescape(raw, _unescaped), TextEscaping.CefHeader);
        if (output.Length - start > most)
        {
            output.Truncate(start + MessageText.SafeLength(output.Span.Slice(start), most - JsonTexts.CutMark.Length));
            output.Append(JsonTexts.CutMark);
        }

        foreach (byte character in output.Span.Slice(start))
        {
            if (character == ' ') continue;
            output.Append((byte)'|');
            return true;
        }

        output.Truncate(start);
        return false;
    }

    private void Append(ByteBuffer output, ReadOnlySpan<byte> json, RecordHeader record)
    {
        _fields.Clear();
        FieldValue time = record[RecordHeader.Timestamp];
        Add(output, CefKey.Time, time.IsNumber ? time.Of(json) : default);
        Add(output, CefKey.Id, Text(json, record, RecordHeader.Uuid));
        Add(output, CefKey.Category, Text(json, record, RecordHeader.Service));
        Add(output, CefKey.Action, Text(json, record, RecordHeader.EventType));
        Add(output, CefKey.Outcome, Text(json, record, RecordHeader.EventStatus));
        Add(output, CefKey.Reason, Text(json, record, RecordHeader.Reason));
        Add(output, CefKey.User, Text(json, record, User(record)));
        Add(output, CefKey.UserId, Text(json, record, RecordHeader.UserId));
        AddAddress(output, Text(json, record, RecordHeader.SourceIp));
        FieldValue port = record[RecordHeader.SourcePort];
        Add(output, CefKey.SourcePort, port.IsNumber ? port.Of(json) : default);
        Add(output, CefKey.Host, Text(json, record, RecordHeader.HostName));
        Add(output, CefKey.Application, Text(json, record, RecordHeader.Application));
        Add(output, CefKey.Message, Message(json, record));
        Add(output, CefKey.Tenant, Text(json, record, RecordHeader.TenantName));
        Add(output, CefKey.Connector, Text(json, record, RecordHeader.ConnectorName));
        Add(output, CefKey.Organization, Text(json, record, RecordHeader.OrganizationName));
        Add(output, CefKey.MessageClass, Text(json, record, RecordHeader.MessageClass));
        Add(output, CefKey.Resource, Text(json, record, RecordHeader.ResourceName));
        Add(output, CefKey.Country, Text(json, record, RecordHeader.CountryCode));
    }

    private void Add(ByteBuffer output, CefKey key, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && MessageText.Decode(text, out int length) is var first && (first == ' ' || (MessageText.IsControl(first) && first is not ('\n' or '\r'))))
            text = text.Slice(length);
        if (text.IsEmpty) return;
        if (_fields.Count > 0) output.Append((byte)' ');
        int start = output.Length;
        output.Append(key.Opening);
        int value = output.Length;
        MessageText.Append(output, text, TextEscaping.CefExtension);
        int end = output.Length;
        while (output.Array[end - 1] == ' ') end--;
        output.Truncate(end);
        output.Append(key.Label);
        _fields.Add(new CefField(key, start, value, end - value, output.Length));
    }

    private void AddAddress(ByteBuffer output, ReadOnlySpan<byte> address)
    {
        if (address.IsEmpty) return;
        Add(output, IsIPv4(address) ? CefKey.Source : IsIPv6(address) ? CefKey.SourceIPv6 : CefKey.SourceHost, address);
    }

    private static bool IsIPv4(ReadOnlySpan<byte> text)
    {
        for (int part = 0; part < 4; part++)
        {
            if (!System.Buffers.Text.Utf8Parser.TryParse(text, out byte _, out int used) || text[0] == '+') return false;
            text = text.Slice(used);
            if (part == 3) return text.IsEmpty;
            if (text.IsEmpty || text[0] != '.') return false;
            text = text.Slice(1);
        }

        return false;
    }

    private static bool IsIPv6(ReadOnlySpan<byte> text) =>
        text.Length is >= 2 and <= 64 && text.IndexOf((byte)':') >= 0 && text[0] != '['
        && IPAddress.TryParse(System.Text.Encoding.UTF8.GetString(text.ToArray()), out _);

    private ReadOnlySpan<byte> Message(ReadOnlySpan<byte> json, RecordHeader record)
    {
        ReadOnlySpan<byte> name = Text(json, record, RecordHeader.EventName);
        if (!name.IsEmpty) return name;
        _sentence.Truncate(0);
        AppendWord(json, record, RecordHeader.EventType, default);
        AppendWord(json, record, RecordHeader.EventStatus, ": "u8);
        AppendWord(json, record, User(record), " by "u8);
        int thing = Raw(json, record, RecordHeader.Application).IsEmpty ? RecordHeader.ResourceName : RecordHeader.Application;
        AppendWord(json, record, Raw(json, record, thing).IsEmpty ? RecordHeader.HostName : thing, " on "u8);
        return _sentence.Span;
    }

    private void AppendWord(ReadOnlySpan<byte> json, RecordHeader record, int field, ReadOnlySpan<byte> before)
    {
        ReadOnlySpan<byte> text = Text(json, record, field);
        if (text.IsEmpty) return;
        if (_sentence.Length > 0) _sentence.Append(before);
        _sentence.Append(text);
    }

    private static int User(RecordHeader record) => record[RecordHeader.UserName].IsString ? RecordHeader.UserName : RecordHeader.UserEmail;

    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json, RecordHeader record, int field) => MessageText.Unescape(Raw(json, record, field), _unescaped);

    private static ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> json, RecordHeader record, int field) =>
        record[field] is { IsString: true } value ? value.Of(json) : default;
}
