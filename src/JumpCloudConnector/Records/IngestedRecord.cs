using System.Globalization;
using System.Text;

namespace JumpCloudConnector.Records;

/// <summary>
/// One Interflow record. <see cref="Json"/> is the whole of it, as stored; the other properties read its header when they
/// are asked for the first time.
/// </summary>
public sealed class IngestedRecord
{
    private readonly byte[] _utf8;
    private RecordHeader? _header;

    /// <summary>Wraps a stored record.</summary>
    /// <param name="sequence">Its place in the order of commits.</param>
    /// <param name="utf8">Its JSON; the record keeps the array.</param>
    public IngestedRecord(long sequence, byte[] utf8)
    {
        Sequence = sequence;
        _utf8 = utf8;
    }

    /// <summary>The place in the order of commits; -AfterSequence goes on behind it.</summary>
    public long Sequence { get; }

    /// <summary>The time of the event.</summary>
    public DateTimeOffset Timestamp => Time(RecordHeader.Timestamp);

    /// <summary>The time it was written here.</summary>
    public DateTimeOffset WriteTime => Time(RecordHeader.WriteTime);

    /// <summary><c>stellar_uuid</c>: the same event always gives the same one.</summary>
    public string? StellarUuid => Text(RecordHeader.Uuid);

    /// <summary><c>tenantid</c>.</summary>
    public string? TenantId => Text(RecordHeader.TenantId);

    /// <summary><c>tenant_name</c>.</summary>
    public string? TenantName => Text(RecordHeader.TenantName);

    /// <summary><c>connector_name</c>.</summary>
    public string? ConnectorName => Text(RecordHeader.ConnectorName);

    /// <summary><c>org_id</c>.</summary>
    public string? OrganizationId => Text(RecordHeader.OrganizationId);

    /// <summary><c>org_name</c>.</summary>
    public string? OrganizationName => Text(RecordHeader.OrganizationName);

    /// <summary><c>msg_class</c>.</summary>
    public string? MsgClass => Text(RecordHeader.MessageClass);

    /// <summary><c>msg_origin.source</c>.</summary>
    public string? Source => Text(RecordHeader.Source);

    /// <summary><c>msg_origin.category</c>.</summary>
    public string? Category => Text(RecordHeader.Category);

    /// <summary><c>event_category</c>: JumpCloud's service.</summary>
    public string? Service => Text(RecordHeader.Service);

    /// <summary><c>event_type</c>.</summary>
    public string? EventType => Text(RecordHeader.EventType);

    /// <summary><c>event_status</c>: success, failure, mfa or unknown.</summary>
    public string? EventStatus => Text(RecordHeader.EventStatus);

    /// <summary><c>event_name</c>.</summary>
    public string? EventName => Text(RecordHeader.EventName);

    /// <summary><c>reason</c>: why it failed.</summary>
    public string? Reason => Text(RecordHeader.Reason);

    /// <summary><c>severity</c>.</summary>
    public string? Severity => Text(RecordHeader.Severity);

    /// <summary><c>user.name</c>, or else <c>user.email</c>.</summary>
    public string? User => Text(RecordHeader.UserName) ?? Text(RecordHeader.UserEmail);

    /// <summary><c>srcip</c>.</summary>
    public string? SourceIp => Text(RecordHeader.SourceIp);

    /// <summary><c>resource.name</c>.</summary>
    public string? ResourceName => Text(RecordHeader.ResourceName);

    /// <summary><c>host.name</c>.</summary>
    public string? HostName => Text(RecordHeader.HostName);

    /// <summary><c>application.name</c>.</summary>
    public string? Application => Text(RecordHeader.Application);

    /// <summary><c>srcip_geo.countryCode</c>.</summary>
    public string? CountryCode => Text(RecordHeader.CountryCode);

    /// <summary>The whole record as JSON text, one line.</summary>
    public string Json => Encoding.UTF8.GetString(_utf8);

    /// <summary>The whole record's bytes. For this engine alone: as a property of objects they would be a column of every table.</summary>
    internal ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>The vendor's object, byte for byte as received but for line breaks between tokens.</summary>
    internal ReadOnlyMemory<byte> VendorUtf8 =>
        Header.VendorStart == 0 ? default : _utf8.AsMemory(Header.VendorStart, _utf8.Length - Header.VendorStart - 1);

    /// <inheritdoc/>
    public override string ToString() => Json;

    private RecordHeader Header
    {
        get
        {
            if (_header is { } known) return known;
            RecordHeader header = new();
            header.Read(_utf8);
            return _header = header;
        }
    }

    private DateTimeOffset Time(int field)
    {
        FieldValue value = Header[field];
        if (!value.IsNumber) return default;
        string digits = Encoding.ASCII.GetString(_utf8, value.Start, value.Length);
        return DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(digits, CultureInfo.InvariantCulture));
    }

    private string? Text(int field)
    {
        FieldValue value = Header[field];
        if (!value.IsString) return null;
        if (_utf8.AsSpan(value.Start, value.Length).IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(_utf8, value.Start, value.Length);

        return JsonText.Unescape(_utf8.AsSpan(value.Start - 1, value.Length + 2));
    }
}
