using System.Runtime.CompilerServices;
using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>
/// Turns Directory Insights events into Interflow records: header, normalised fields, then the event byte for byte under
/// <c>jumpcloud</c>. Which source fields feed which normalised one, and in what order of preference, is decided here.
/// </summary>
internal sealed class EventRecordWriter
{
    private static readonly FieldMap Map = new(
        "timestamp", "service", "event_type", "organization", "success", "sso_token_success", "error_message",
        "outer.error_message", "message", "detail", "severity", "client_ip", "src_ip", "username", "jc_initiated_by_email",
        "initiated_by.id", "initiated_by.type", "initiated_by.email", "initiated_by.username",
        "resource.id", "resource.type", "resource.name", "resource.username", "resource.email",
        "system.id", "system.hostname", "system.displayName",
        "auth_context.system.id", "auth_context.system.hostname", "auth_context.system.displayName",
        "application.name", "application.display_label",
        "geoip.country_code", "geoip.country_code2", "geoip.country_name", "geoip.region_name", "geoip.region_code",
        "geoip.city_name", "geoip.continent_code", "geoip.timezone", "geoip.latitude", "geoip.longitude");

    private static class Field
    {
        public const int Timestamp = 0, Service = 1, EventType = 2, Organization = 3, Success = 4, SsoSuccess = 5, Error = 6,
            OuterError = 7, Message = 8, Detail = 9, Severity = 10, ClientIp = 11, SourceIp = 12, UserName = 13,
            InitiatorEmail = 14, ById = 15, ByType = 16, ByEmail = 17, ByUserName = 18,
            ResourceId = 19, ResourceType = 20, ResourceName = 21, ResourceUserName = 22, ResourceEmail = 23,
            SystemId = 24, SystemHost = 25, SystemName = 26, AuthSystemId = 27, AuthSystemHost = 28, AuthSystemName = 29,
            Application = 30, ApplicationLabel = 31, Country = 32, Country2 = 33, CountryName = 34, Region = 35,
            RegionCode = 36, City = 37, Continent = 38, TimeZone = 39, Latitude = 40, Longitude = 41;
    }

    /// <summary>The names of the properties that <c>user</c> is taken from.</summary>
    public static IReadOnlyList<string> UserProperties { get; } = Map.NamesOf(
        Field.UserName, Field.InitiatorEmail, Field.ById, Field.ByEmail, Field.ByUserName, Field.ResourceUserName, Field.ResourceEmail);

    /// <summary>Those that <c>srcip</c> is taken from.</summary>
    public static IReadOnlyList<string> SourceIpProperties { get; } = Map.NamesOf(Field.ClientIp, Field.SourceIp);

    /// <summary>That of <c>event_type</c>.</summary>
    public static IReadOnlyList<string> EventTypeProperties { get; } = Map.NamesOf(Field.EventType);

    /// <summary>That of <c>event_category</c>.</summary>
    public static IReadOnlyList<string> ServiceProperties { get; } = Map.NamesOf(Field.Service);

    private readonly JsonObjectScanner _scanner = new(Map);
    private readonly RecordOrigin _origin;
    private readonly RecordTemplate _template;
    private RecordPlaces _places;
    private int _start;

    public EventRecordWriter(RecordOrigin origin)
    {
        _origin = origin;
        _template = new RecordTemplate(origin, MessageClass.DirectoryInsights, MessageClass.DirectoryInsightsSource);
    }

    /// <summary>The time of writing that records get, epoch milliseconds.</summary>
    public long WriteTime { get; set; }

    /// <summary>Reads one event; false when the reader ran out of bytes.</summary>
    public bool TryScan(ref Utf8JsonReader reader) => _scanner.TryScan(ref reader);

    /// <summary>Writes the event scanned last as a record; returns its time in epoch milliseconds, or 0 where it has none.</summary>
    [MethodImpl(HotPath.Optimized)]
    public long Write(ReadOnlySpan<byte> json, RecordBatch batch)
    {
        ByteBuffer output = batch.Bytes;
        int start = _start = output.Length;
        FieldValue time = _scanner[Field.Timestamp];
        long milliseconds = time.IsString && EventTime.TryParse(time.Of(json), out long parsed) ? parsed : 0;
        RecordKey key = new(_scanner.Hash.High, _scanner.Hash.Low);

        long timestamp = milliseconds == 0 ? WriteTime : milliseconds;
        int organization = _template.WriteHeader(output, timestamp, WriteTime, key, Text(json, Field.Organization));
        _places = new RecordPlaces
        {
            AreKnown = true, OrganizationId = new(output.Length - _template.AfterOrganization.Length - 1 - organization - start, organization),
        };
        WriteWhat(output, json);
        WriteWho(output, json);
        WriteWhere(output, json);
        WriteOnWhat(output, json);
        output.Append(",\"jumpcloud\":"u8);
        int vendorStart = output.Length - start;
        AppendOneLine(output, json);
        output.Append((byte)'}');
        batch.Origin = _origin;
        batch.Close(start, new RecordEntry
        {
            Kind = RecordKind.Event, VendorStart = vendorStart, WriteTime = WriteTime, Milliseconds = milliseconds, Timestamp = timestamp, Key = key, Filter = -1,
            Places = _places,
        });
        return milliseconds;
    }

    /// <summary>
    /// Appends a vendor's object as it came. Only line breaks go, and those can stand between tokens alone, since JSON
    /// allows none inside a string; a record is one line.
    /// </summary>
    internal static void AppendOneLine(ByteBuffer output, ReadOnlySpan<byte> json)
    {
        int lineBreak;
        while ((lineBreak = json.IndexOfAny((byte)'\r', (byte)'\n')) >= 0)
        {
            output.Append(json.Slice(0, lineBreak));
            json = json.Slice(lineBreak + 1);
        }

        output.Append(json);
    }

    [MethodImpl(HotPath.Optimized)]
    private void WriteWhat(ByteBuffer output, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> service = Text(json, Field.Service);
        Append(output, ",\"event_category\":"u8, service);
        _places.Service = Written(output, service);
        ReadOnlySpan<byte> type = Text(json, Field.EventType);
        Append(output, ",\"event_type\":"u8, type);
        _places.EventType = Written(output, type);
        Append(output, ",\"event_status\":"u8, Status(json));
        Append(output, ",\"event_name\":"u8, First(json, Field.Message, Field.Detail));
        Append(output, ",\"reason\":"u8, First(json, Field.Error, Field.OuterError));
        Append(output, ",\"severity\":"u8, Text(json, Field.Severity));
    }

    /// <summary>
    /// success | failure | mfa | unknown. <c>sso_auth</c> has no <c>success</c>: there a token is a login, none with an
    /// error a failure, and none without an error an MFA step.
    /// </summary>
    private ReadOnlySpan<byte> Status(ReadOnlySpan<byte> json)
    {
        if (Boolean(json, Field.Success) is bool success) return success ? "success"u8 : "failure"u8;
        return Boolean(json, Field.SsoSuccess) switch
        {
            true => "success"u8,
            false => Text(json, Field.Error).IsEmpty ? "mfa"u8 : "failure"u8,
            null => "unknown"u8,
        };
    }

    [MethodImpl(HotPath.Optimized)]
    private void WriteWho(ByteBuffer output, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> name = First(json, Field.ByUserName, Field.UserName);
        ReadOnlySpan<byte> email = First(json, Field.ByEmail, Field.InitiatorEmail);
        ReadOnlySpan<byte> id = Text(json, Field.ById);
        if (name.IsEmpty && email.IsEmpty && id.IsEmpty)
        {
            // Lockouts and risk events have no initiator; they are about the user they name.
            name = Text(json, Field.ResourceUserName);
            email = Text(json, Field.ResourceEmail);
        }

        if (email.IsEmpty && name.IndexOf((byte)'@') > 0) email = name;
        Group user = new(output, ",\"user\":{"u8);
        user.Append("\"name\":"u8, name);
        _places.UserName = Written(output, name);
        user.Append("\"email\":"u8, email);
        _places.UserEmail = Written(output, email);
        user.Append("\"id\":"u8, id);
        _places.UserId = Written(output, id);
        user.Append("\"type\":"u8, Text(json, Field.ByType));
        user.Close();
        _userName = name.IsEmpty ? Range(json, email) : Range(json, name);
    }

    /// <summary>Where the string written last lies in its record.</summary>
    private RecordPlaces.Place Written(ByteBuffer output, ReadOnlySpan<byte> text) =>
        text.IsEmpty ? default : new(output.Length - 1 - text.Length - _start, text.Length);

    // The user's name is wanted twice; as a range, since a span cannot be a field.
    private (int Start, int Length) _userName;

    private static (int Start, int Length) Range(ReadOnlySpan<byte> json, ReadOnlySpan<byte> part) =>
        part.IsEmpty || !json.Overlaps(part, out int start) ? (0, 0) : (start, part.Length);

    [MethodImpl(HotPath.Optimized)]
    private void WriteWhere(ByteBuffer output, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> address = First(json, Field.ClientIp, Field.SourceIp);
        address = SplitPort(address, out ReadOnlySpan<byte> port);
        Append(output, ",\"srcip\":"u8, address);
        _places.SourceIp = Written(output, address);
        if (!port.IsEmpty)
        {
            output.Append(",\"srcport\":"u8);
            output.Append(port);
        }

        Append(output, ",\"srcip_username\":"u8, json.Slice(_userName.Start, _userName.Length));
        Group geo = new(output, ",\"srcip_geo\":{"u8);
        geo.Append("\"countryCode\":"u8, First(json, Field.Country, Field.Country2));
        geo.Append("\"countryName\":"u8, Text(json, Field.CountryName));
        geo.Append("\"region\":"u8, Text(json, Field.Region));
        geo.Append("\"regionCode\":"u8, Text(json, Field.RegionCode));
        geo.Append("\"city\":"u8, Text(json, Field.City));
        geo.Append("\"continentCode\":"u8, Text(json, Field.Continent));
        geo.Append("\"timezone\":"u8, Text(json, Field.TimeZone));
        geo.AppendRaw("\"latitude\":"u8, Number(json, Field.Latitude));
        geo.AppendRaw("\"longitude\":"u8, Number(json, Field.Longitude));
        geo.Close();
    }

    [MethodImpl(HotPath.Optimized)]
    private void WriteOnWhat(ByteBuffer output, ReadOnlySpan<byte> json)
    {
        Group resource = new(output, ",\"resource\":{"u8);
        resource.Append("\"type\":"u8, Text(json, Field.ResourceType));
        resource.Append("\"id\":"u8, Text(json, Field.ResourceId));
        resource.Append("\"name\":"u8, First(json, Field.ResourceName, Field.ResourceUserName, Field.ResourceEmail));
        resource.Close();
        Group host = new(output, ",\"host\":{"u8);
        host.Append("\"name\":"u8, First(json, Field.SystemHost, Field.SystemName, Field.AuthSystemHost, Field.AuthSystemName));
        host.Append("\"id\":"u8, First(json, Field.SystemId, Field.AuthSystemId));
        host.Close();
        Group application = new(output, ",\"application\":{"u8);
        application.Append("\"name\":"u8, First(json, Field.Application, Field.ApplicationLabel));
        application.Close();
    }

    /// <summary>Takes <c>::ffff:</c> and a port off an address: <c>1.2.3.4:5</c>, <c>[::1]:5</c>.</summary>
    private static ReadOnlySpan<byte> SplitPort(ReadOnlySpan<byte> address, out ReadOnlySpan<byte> port)
    {
        port = default;
        if (address.IsEmpty) return address;
        if (address[0] == '[' && address.IndexOf((byte)']') is var close and > 0)
        {
            ReadOnlySpan<byte> rest = address.Slice(close + 1);
            if (rest.Length > 1 && rest[0] == ':') port = PortOf(rest.Slice(1));
            address = address.Slice(1, close - 1);
        }

        if (IsMapped(address)) address = address.Slice(MappedLength);

        int colon = address.LastIndexOf((byte)':');
        if (colon > 0 && address.IndexOf((byte)'.') is > 0 and var dot && dot < colon && PortOf(address.Slice(colon + 1)) is { IsEmpty: false } found)
        {
            port = found;
            address = address.Slice(0, colon);
        }

        return address;
    }

    private const int MappedLength = 7;

    /// <summary>True for an IPv4 address written as IPv6: <c>::ffff:1.2.3.4</c>, in either case.</summary>
    private static bool IsMapped(ReadOnlySpan<byte> address)
    {
        if (address.Length <= MappedLength || address[0] != ':' || address[1] != ':' || address[6] != ':') return false;
        foreach (byte digit in address.Slice(2, 4))
            if ((digit | 0x20) != 'f') return false;
        return address.IndexOf((byte)'.') > 0;
    }

    private static ReadOnlySpan<byte> PortOf(ReadOnlySpan<byte> text) =>
        text.Length <= 5 && System.Buffers.Text.Utf8Parser.TryParse(text, out ushort port, out int used)
        && used == text.Length && port > 0 && text[0] != '0' ? text : default;

    private ReadOnlySpan<byte> First(ReadOnlySpan<byte> json, int a, int b, int c = -1, int d = -1)
    {
        ReadOnlySpan<byte> text = Text(json, a);
        if (text.IsEmpty) text = Text(json, b);
        if (text.IsEmpty && c >= 0) text = Text(json, c);
        if (text.IsEmpty && d >= 0) text = Text(json, d);
        return text;
    }

    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json, int field) => _scanner.TextOf(json, field);

    /// <summary>A number as it stands in the JSON; some services write theirs as a string.</summary>
    private ReadOnlySpan<byte> Number(ReadOnlySpan<byte> json, int field)
    {
        FieldValue value = _scanner[field];
        return value.IsNumber || (value.IsString && IsPlainNumber(value.Of(json))) ? value.Of(json) : default;
    }

    /// <summary>True for <c>-12.5</c> and the like, which JSON takes as a number as it stands.</summary>
    private static bool IsPlainNumber(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] == '-') text = text.Slice(1);
        int dot = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = dot < 0 ? text : text.Slice(0, dot);
        return AreDigits(whole) && (whole.Length == 1 || whole[0] != '0') && (dot < 0 || AreDigits(text.Slice(dot + 1)));
    }

    private static bool AreDigits(ReadOnlySpan<byte> text)
    {
        foreach (byte character in text)
            if (character is < (byte)'0' or > (byte)'9') return false;
        return !text.IsEmpty;
    }

    private bool? Boolean(ReadOnlySpan<byte> json, int field)
    {
        FieldValue value = _scanner[field];
        return value.Type switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.String when value.Of(json).SequenceEqual("true"u8) => true,
            JsonTokenType.String when value.Of(json).SequenceEqual("false"u8) => false,
            _ => null,
        };
    }

    private static void Append(ByteBuffer output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return;
        Span<byte> to = output.Reserve(name.Length + text.Length + 2);
        name.CopyTo(to);
        to[name.Length] = (byte)'"';
        text.CopyTo(to.Slice(name.Length + 1));
        to[to.Length - 1] = (byte)'"';
    }

    /// <summary>A nested object that is only there when it has a member.</summary>
    private ref struct Group(ByteBuffer output, ReadOnlySpan<byte> opening)
    {
        private readonly ReadOnlySpan<byte> _opening = opening;
        private bool _open;

        public void Append(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty) return;
            Open();
            EventRecordWriter.Append(output, name, text);
        }

        public void AppendRaw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            if (value.IsEmpty) return;
            Open();
            output.Append(name);
            output.Append(value);
        }

        public readonly void Close()
        {
            if (_open) output.Append((byte)'}');
        }

        private void Open()
        {
            if (_open) output.Append((byte)',');
            else output.Append(_opening);
            _open = true;
        }
    }
}
