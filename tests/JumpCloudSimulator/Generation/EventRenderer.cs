using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>
/// Writes planned events as JSON. One instance a thread; what an event says depends on its plan alone, so that the
/// number of threads changes nothing. The templates for each service are in the other parts of this class.
/// </summary>
internal sealed partial class EventRenderer : IDisposable
{
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly World _world;
    private readonly Traps _traps;
    private readonly ArrayBufferWriter<byte> _buffer = new(128 * 1024);
    private readonly Utf8JsonWriter _json;
    private EventPlan _plan;
    private Prng _random;
    private string _service = "";

    public EventRenderer(World world, Traps traps)
    {
        _world = world;
        _traps = traps;
        _json = new Utf8JsonWriter(_buffer, WriterOptions);
    }

    /// <summary>Writes one event; answers its service.</summary>
    public string Render(in EventPlan plan, IBufferWriter<byte> target)
    {
        _plan = plan;
        _random = new Prng(plan.Seed);
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        WriteEvent();
        _json.WriteEndObject();
        _json.Flush();
        var style = new Prng(plan.Seed ^ 0x57).Below(100);
        if (!Has(Traps.WhiteSpace) || style >= 8 || plan.Kind == EventKind.MdmHuge)
        {
            target.Write(_buffer.WrittenSpan);
        }
        else
        {
            JsonStyle.Write(_buffer.WrittenSpan, target, style switch { 0 => JsonLayout.Indented, 1 => JsonLayout.IndentedCrLf, _ => JsonLayout.Spaced });
        }

        return _service;
    }

    public void Dispose() => _json.Dispose();

    /// <summary>An event's time in RFC 3339 with trailing zeros of the fraction trimmed, but not for the three-digit services.</summary>
    public static string Timestamp(long nanoseconds, int digits)
    {
        var seconds = DateTimeOffset.UnixEpoch.AddSeconds(nanoseconds / 1_000_000_000).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = (nanoseconds % 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture)[..digits];
        if (digits != 3)
        {
            fraction = fraction.TrimEnd('0');
        }

        return fraction.Length == 0 ? seconds + "Z" : $"{seconds}.{fraction}Z";
    }

    private bool Has(Traps trap) => (_traps & trap) != 0;

    private bool Chance(double p) => _random.Chance(p);

    /// <summary>24 hex digits: the event's second, five random bytes and its number, as ObjectIds are.</summary>
    private string EventId() =>
        string.Create(CultureInfo.InvariantCulture, $"{(uint)(_plan.Nanoseconds / 1_000_000_000):x8}{Prng.Mix(_plan.Seed, 0x1D) >> 24:x10}{_plan.Ordinal & 0xFFFFFF:x6}");

    private string AnyId() => World.Hex(_random.Next());

    private string AnyUuid() => Uuid(_random.Next(), _random.Next());

    private static string Uuid(ulong a, ulong b) =>
        string.Create(CultureInfo.InvariantCulture, $"{(uint)(a >> 32):x8}-{(ushort)(a >> 16):x4}-3{(ushort)a & 0xFFF:x3}-{((ushort)(b >> 48) & 0x3FFF) | 0x8000:x4}-{b & 0xFFFF_FFFF_FFFF:x12}");

    private Person SomePerson() => _plan.IsKnownFailure ? _world.People[0] : _world.People[_random.Skewed(_world.People.Length)];

    private Address SomeAddress() => _world.Addresses[_random.Skewed(_world.Addresses.Length)];

    /// <summary>What every event has: id, type, service, time, organization, provider, version.</summary>
    private void Header(string service, string eventType, bool withId = true)
    {
        _service = service;
        if (withId)
        {
            _json.WriteString("id"u8, EventId());
        }

        _json.WriteString("service"u8, service);
        _json.WriteString("event_type"u8, eventType);
        _json.WriteString("timestamp"u8, Timestamp(_plan.Nanoseconds, _plan.Digits));
        if (Chance(0.9))
        {
            _json.WriteString("@version"u8, "1"u8);
        }
        else
        {
            _json.WriteNumber("@version"u8, 1);
        }

        Tenant();
    }

    private void Tenant()
    {
        if (_world.IsPortal)
        {
            _json.WriteNull("organization"u8);
            _json.WriteString("provider"u8, _world.ProviderId);
            return;
        }

        _json.WriteString("organization"u8, _world.OrganizationId);
        var form = _random.Below(4);
        if (_world.ProviderId is { } provider && form < 2)
        {
            _json.WriteString("provider"u8, provider);
        }
        else if (form == 2)
        {
            NullOr("provider"u8, "");
        }
        else
        {
            _json.WriteString("provider"u8, ""u8);
        }
    }

    private void NullOr(ReadOnlySpan<byte> name, string value)
    {
        if (Has(Traps.Nulls))
        {
            _json.WriteNull(name);
        }
        else
        {
            _json.WriteString(name, value);
        }
    }

    private void ClientIp(Address address, ReadOnlySpan<byte> name)
    {
        var form = Has(Traps.ClientIpForms) ? _random.Below(100) : 99;
        var isV6 = address.Ip.Contains(':', StringComparison.Ordinal);
        switch (form)
        {
            case < 5:
                break; // absent
            case < 10:
                var port = 1024 + _random.Below(64000);
                _json.WriteString(name, isV6 ? string.Create(CultureInfo.InvariantCulture, $"[{address.Ip}]:{port}") : string.Create(CultureInfo.InvariantCulture, $"{address.Ip}:{port}"));
                break;
            case < 16 when !isV6:
                _json.WriteString(name, "::ffff:" + address.Ip);
                break;
            case 16 when Has(Traps.Nulls):
                _json.WriteNull(name);
                break;
            default:
                _json.WriteString(name, address.Ip);
                break;
        }
    }

    /// <summary>Where the request came from: the address and what is known of it.</summary>
    private void Origin()
    {
        var address = SomeAddress();
        ClientIp(address, "client_ip"u8);
        if (Chance(0.9))
        {
            _json.WritePropertyName("geoip"u8);
            _json.WriteRawValue(address.Geo, skipInputValidation: true);
        }
    }

    /// <summary>Who did it, in one of the forms that are seen.</summary>
    private void InitiatedBy(Person person, string type)
    {
        var form = Has(Traps.InitiatedByForms) && !_plan.IsKnownFailure ? _random.Below(100) : 99;
        switch (form)
        {
            case < 12:
                _json.WriteString("jc_initiated_by_email"u8, person.Email); // and no initiated_by at all
                return;
            case < 14:
                _json.WriteStartArray("initiated_by"u8);
                Person(person, type, email: true);
                _json.WriteEndArray();
                return;
            case < 16 when Has(Traps.Nulls):
                _json.WriteNull("initiated_by"u8);
                return;
            default:
                _json.WritePropertyName("initiated_by"u8);
                Person(person, type, email: form % 2 == 0 && !_plan.IsKnownFailure);
                return;
        }
    }

    private void Person(Person person, string type, bool email)
    {
        _json.WriteStartObject();
        _json.WriteString("id"u8, person.Id);
        _json.WriteString("type"u8, type);
        if (email || type == "admin")
        {
            _json.WriteString("email"u8, person.Email);
        }
        else
        {
            _json.WriteString("username"u8, person.Username);
        }

        _json.WriteEndObject();
    }

    /// <summary>What the vendor's own clients cannot agree on: a change's old and new value can be anything.</summary>
    private void AnyJson(ReadOnlySpan<byte> name)
    {
        _json.WritePropertyName(name);
        switch (Has(Traps.AnyJsonInChanges) ? _random.Below(10) : 0)
        {
            case 1: _json.WriteNumberValue(_random.Below(100000)); break;
            case 2: _json.WriteBooleanValue(Chance(0.5)); break;
            case 3: _json.WriteNullValue(); break;
            case 4: _json.WriteRawValue("[]"u8, true); break;
            case 5: _json.WriteRawValue("[{\"name\":\"primary\",\"value\":[1,2,{\"deep\":null}]},\"text\",3.50]"u8, true); break;
            case 6: _json.WriteRawValue("{\"enabled\":true,\"days\":[\"mon\",\"tue\"],\"window\":{\"from\":\"08:00\",\"to\":\"17:30\"}}"u8, true); break;
            case 7: _json.WriteRawValue(HugeNumber(), true); break;
            case 8: _json.WriteRawValue("\"tab\\t quote\\\" slash\\/ line\\n \\u00e9\\u4e2d \\ud83d\\ude80 back\\\\\""u8, true); break;
            default: _json.WriteStringValue(AnyUuid()); break;
        }
    }

    private ReadOnlySpan<byte> HugeNumber() => !Has(Traps.HugeIntegers) ? "42"u8 : _random.Below(6) switch
    {
        0 => "9007199254740993"u8,
        1 => "18446744073709551615"u8,
        2 => "123456789012345678901234567890"u8,
        3 => "-9223372036854775808"u8,
        4 => "1.0"u8,
        _ => "1.2300E+5"u8,
    };

    private void Raw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _json.WritePropertyName(name);
        _json.WriteRawValue(value, skipInputValidation: true);
    }

    private void Raw(ReadOnlySpan<byte> name, string value) => Raw(name, Encoding.UTF8.GetBytes(value));
}
