namespace JumpCloudConnector.Records;

/// <summary>The fields of a record's header and where their values lie. Reading stops before the vendor's object.</summary>
internal sealed class RecordHeader
{
    public const int Timestamp = 0, WriteTime = 1, Uuid = 2, TenantId = 3, TenantName = 4, ConnectorName = 5, OrganizationId = 6,
        OrganizationName = 7, MessageClass = 8, Source = 9, Category = 10, Service = 11, EventType = 12, EventStatus = 13,
        EventName = 14, Reason = 15, Severity = 16, UserName = 17, UserEmail = 18, UserId = 19, SourceIp = 20,
        ResourceName = 21, HostName = 22, Application = 23, CountryCode = 24, SourcePort = 25;

    private static readonly FieldMap Map = new(
        "timestamp", "write_time", "stellar_uuid", "tenantid", "tenant_name", "connector_name", "org_id", "org_name",
        "msg_class", "msg_origin.source", "msg_origin.category", "event_category", "event_type", "event_status",
        "event_name", "reason", "severity", "user.name", "user.email", "user.id", "srcip", "resource.name", "host.name",
        "application.name", "srcip_geo.countryCode", "srcport");

    private readonly RecordFields _fields = new(Map, intoVendor: false);
    private readonly FieldValue[] _values = new FieldValue[Map.Count];

    public FieldValue this[int field] => _values[field];

    /// <summary>Where the vendor's object begins, or 0 where the record has none.</summary>
    public int VendorStart => _fields.VendorStart;

    /// <summary>A field's value as a number, or null where it is none.</summary>
    public long? NumberOf(ReadOnlySpan<byte> json, int field)
    {
        FieldValue value = _values[field];
        return value.IsNumber && System.Buffers.Text.Utf8Parser.TryParse(value.Of(json), out long number, out _) ? number : null;
    }

    public void Read(ReadOnlySpan<byte> json)
    {
        Array.Clear(_values, 0, _values.Length);
        _fields.Read(json);
        for (int i = 0; i < _fields.Values.Count; i++)
        {
            (int field, FieldValue value) = _fields.Values[i];
            _values[field] = value;
        }
    }
}
