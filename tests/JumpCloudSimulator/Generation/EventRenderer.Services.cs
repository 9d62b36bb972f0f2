using System.Globalization;

namespace JumpCloudSimulator;

/// <summary>Everything that is not a sign-in: devices, and the services written from the vendor's field tables.</summary>
internal sealed partial class EventRenderer
{
    private static readonly string[] s_unknownServices = ["quantum_vault", "edge_gateway", "ai_guardrails", "browser_patch"];
    private static readonly string[] s_mdmRequests = ["RestartDevice", "ProfileList", "DeviceInformation", "SecurityInfo", "InstallProfile", "OSUpdateStatus", "CertificateList"];
    private static readonly string[] s_changed = ["lastname", "email", "department", "password", "suspended", "groups", "mfa.exclusionUntil", "Attribut übergeordnet"];

    private void WriteEvent()
    {
        switch (_plan.Kind)
        {
            case EventKind.SsoAuth: SsoAuth(); break;
            case EventKind.UserLogin: UserLogin(); break;
            case EventKind.AdminLogin: AdminLogin(); break;
            case EventKind.Radius: Radius(); break;
            case EventKind.LdapBind: Ldap(search: false); break;
            case EventKind.LdapSearch: Ldap(search: true); break;
            case EventKind.SystemLogin: SystemLogin(); break;
            case EventKind.SystemOther: FromTable(EventData.Systems); break;
            case EventKind.Software: SoftwareChange(); break;
            case EventKind.Mdm: Mdm(huge: false); break;
            case EventKind.MdmHuge: Mdm(huge: true); break;
            case EventKind.Objects: FromTable(EventData.Objects); break;
            case EventKind.Passwords: FromTable(EventData.Passwords); break;
            case EventKind.Alerts: FromTable(EventData.Alerts); break;
            case EventKind.Saas: FromTable(EventData.Saas); break;
            case EventKind.Access: FromTable(EventData.Access); break;
            case EventKind.Assets: FromTable(EventData.Assets); break;
            case EventKind.Reports: FromTable(EventData.Reports); break;
            case EventKind.Storage: FromTable(EventData.Storage); break;
            case EventKind.Notifications: FromTable(EventData.Notifications); break;
            case EventKind.Newer: FromTable(EventData.Objects, _random.Pick(EventData.NewerTypes), _random.Pick(EventData.OtherServices)); break;
            case EventKind.Unknown: Unknown(); break;
            case EventKind.Portal: FromTable(EventData.Portal); break;
        }

        if (Has(Traps.UnknownServices) && Chance(0.02))
        {
            Raw("x_new_field"u8, "{\"introduced\":\"without notice\",\"values\":[1,2.50,null,{\"ключ\":\"значение\"}]}"u8);
        }
    }

    /// <summary>An event of the vendor's field table: each field most of the time, the usual ones with live values.</summary>
    private void FromTable(ServiceSchema schema, string? eventType = null, string? service = null)
    {
        eventType ??= _random.Pick(schema.EventTypes);
        Header(service ?? schema.Service, eventType);
        var byAdmin = Chance(0.7);
        var admin = _random.Pick(_world.Admins);
        var person = SomePerson();
        foreach (var field in schema.Fields)
        {
            switch (field.Name)
            {
                case "id" or "service" or "event_type" or "timestamp" or "organization" or "provider" or "@version":
                    break;
                case "client_ip":
                    Origin();
                    break;
                case "geoip" or "Geoip":
                    break; // with the address
                case "useragent" or "user_agent":
                    if (Chance(0.8))
                    {
                        UserAgent(Chance(0.7) ? "useragent"u8 : "user_agent"u8);
                    }

                    break;
                case "initiated_by":
                    if (_plan.Kind == EventKind.Alerts && Has(Traps.InitiatedByForms) && Chance(0.5))
                    {
                        Raw("initiated_by"u8, "[{\"field\":\"Status\",\"from\":\"Open\",\"to\":\"Acknowledged\"},{\"field\":\"Remark\",\"from\":\"\",\"to\":\"Acked alert\"}]"u8);
                    }
                    else if (eventType is not ("user_lockout" or "risk_event_created"))
                    {
                        InitiatedBy(byAdmin ? admin : person, byAdmin ? "admin" : "user");
                    }

                    break;
                case "changes":
                    Changes();
                    break;
                case "resource":
                    TableResource(schema, person);
                    break;
                case "success":
                    _json.WriteBoolean("success"u8, Chance(0.95));
                    break;
                case "username":
                    _json.WriteString("username"u8, person.Username);
                    break;
                case "error_message":
                    NullOr("error_message"u8, "");
                    break;
                case "system":
                    Machine("system"u8, _world.Devices[_random.Skewed(_world.Devices.Length)]);
                    break;
                case "auth_context":
                    AuthContext(success: true);
                    break;
                case "total_space_used" or "object_storage_item_version_size":
                    _json.WritePropertyName(field.Name);
                    _json.WriteRawValue(HugeNumber(), true);
                    break;
                default:
                    TableExample(field);
                    break;
            }
        }
    }

    private void TableExample(SchemaField field)
    {
        var chance = _random.NextDouble();
        if (chance < 0.3)
        {
            return;
        }

        _json.WritePropertyName(field.Name);
        if (chance < 0.36 && Has(Traps.Nulls))
        {
            _json.WriteNullValue();
        }
        else if (field.Name.EndsWith("_id", StringComparison.Ordinal))
        {
            _json.WriteStringValue(AnyId());
        }
        else
        {
            _json.WriteRawValue(field.Example, skipInputValidation: true);
        }
    }

    private void TableResource(ServiceSchema schema, Person person)
    {
        if (ReferenceEquals(schema, EventData.Saas))
        {
            var application = _random.Pick(_world.Applications);
            Raw("resource"u8, $$"""{"application_id":"{{application.Name}}","application_name":"{{application.Label}}","application_category":"Identity and Access"}""");
        }
        else if (ReferenceEquals(schema, EventData.Alerts))
        {
            Raw("resource"u8, $$"""{"id":"{{AnyId()}}","context":"{\"rule\":\"disk \\u003e 90%\",\"n\":{{_random.Below(100)}}}","source_id":"{{_random.Pick(_world.Devices).Id}}","source_type":"device","reference_id":"{{AnyId()}}"}""");
        }
        else if (Chance(0.8))
        {
            Resource("user"u8, person);
        }
        else
        {
            _json.WriteStartObject("resource"u8);
            _json.WriteString("id"u8, AnyId());
            _json.WriteString("type"u8, "user_group"u8);
            _json.WriteString("name"u8, _random.Pick(Names.Groups));
            _json.WriteEndObject();
        }
    }

    private void Changes()
    {
        if (Has(Traps.Nulls) && Chance(0.1))
        {
            _json.WriteNull("changes"u8);
            return;
        }

        _json.WriteStartArray("changes"u8);
        for (var i = _random.Below(5); i > 0; i--)
        {
            _json.WriteStartObject();
            _json.WriteString("field"u8, _random.Pick(s_changed));
            if (Chance(0.8))
            {
                AnyJson("from"u8);
            }

            AnyJson("to"u8);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void SoftwareChange()
    {
        var name = _random.Pick(Names.Software);
        var device = _world.Devices[_random.Skewed(_world.Devices.Length)];
        var version = string.Create(CultureInfo.InvariantCulture, $"{_random.Below(130)}.{_random.Below(30)}.{_random.Below(9000)}");
        var type = _random.Below(10) switch { < 2 => "software_add", < 8 => "software_change", < 9 => "software_remove", _ => "software_change_request" };
        Header("software", type);
        Machine("system"u8, device);
        _json.WriteStartObject("application"u8);
        _json.WriteString("name"u8, name);
        _json.WriteString("version"u8, version);
        _json.WriteString("path"u8, device.Os == "Windows" ? $@"C:\Program Files\{name}\bin" : $"/Applications/{name}.app");
        _json.WriteString("publisher"u8, "Publisher GmbH & Co. KG"u8);
        _json.WriteString("uninstall_string"u8, $@"""C:\Program Files\{name}\uninstall.exe"" /S _?=C:\Program Files\{name}");
        if (Has(Traps.HugeIntegers))
        {
            Raw("install_size"u8, HugeNumber());
        }

        _json.WriteEndObject();
        _json.WriteStartArray("changes"u8);
        _json.WriteStartObject();
        _json.WriteString("field"u8, "version"u8);
        _json.WriteString("from"u8, string.Create(CultureInfo.InvariantCulture, $"{_random.Below(130)}.{_random.Below(30)}.{_random.Below(9000)}"));
        _json.WriteString("to"u8, version);
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteStartObject("resource"u8);
        _json.WriteString("id"u8, device.Id);
        _json.WriteString("type"u8, "system"u8);
        _json.WriteEndObject();
        _json.WriteString("app_management_source"u8, "JumpCloud App Catalog"u8);
    }

    private void Mdm(bool huge)
    {
        var request = huge ? "InstalledApplicationList" : _random.Pick(s_mdmRequests);
        var success = Chance(0.93);
        Header("mdm", "mdm_command_result");
        _json.WriteString("mdm_type"u8, Chance(0.7) ? "apple"u8 : "windows"u8);
        _json.WriteString("device_object_id"u8, _world.Devices[_random.Skewed(_world.Devices.Length)].Id);
        _json.WriteString("device_manager_object_id"u8, AnyId());
        _json.WriteString("command_uuid"u8, AnyUuid());
        _json.WriteString("request_type"u8, request);
        Raw("command"u8, $$"""{"request_type":"{{request}}"}""");
        _json.WriteString("status"u8, success ? "Acknowledged"u8 : "Error"u8);
        _json.WriteBoolean("success"u8, success);
        if (!success)
        {
            Raw("error_chain"u8, "[{\"error_code\":12021,\"error_domain\":\"MCMDMErrorDomain\",\"localized_description\":\"“Install” ist kein gültiger Befehl.\",\"us_english_description\":\"“Install” is not a valid command.\"}]"u8);
        }

        Origin();
        InitiatedBy(_random.Pick(_world.Admins), "admin");
        if (!huge)
        {
            _json.WriteString("result"u8, "successful enrollment of device"u8);
            return;
        }

        _json.WriteStartArray("result"u8);
        for (var i = 375 + _random.Below(50); i > 0; i--)
        {
            var name = _random.Pick(Names.Software);
            _json.WriteStartObject();
            _json.WriteString("Name"u8, name);
            _json.WriteString("Identifier"u8, string.Create(CultureInfo.InvariantCulture, $"com.example.{(uint)_random.Next():x8}.{i}"));
            _json.WriteString("ShortVersion"u8, string.Create(CultureInfo.InvariantCulture, $"{_random.Below(130)}.{_random.Below(30)}"));
            _json.WriteString("Version"u8, string.Create(CultureInfo.InvariantCulture, $"{_random.Below(1000000)}"));
            _json.WriteNumber("BundleSize"u8, (long)(_random.Next() >> 28));
            _json.WriteBoolean("HasUpdateAvailable"u8, Chance(0.1));
            _json.WriteBoolean("Installing"u8, false);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Unknown()
    {
        Header(_random.Pick(s_unknownServices), string.Create(CultureInfo.InvariantCulture, $"never_seen_{_random.Below(12)}"));
        Origin();
        InitiatedBy(SomePerson(), Chance(0.5) ? "user" : "ai_agent");
        Raw("counter"u8, HugeNumber());
        Raw("payload"u8, "{\"\":\"empty name\",\"a.b\":{\"c\":[[[]],{}]},\"emoji 🚀\":\"\\ud83d\\ude80 und Ähnliches\",\"ratio\":0.10,\"none\":null}"u8);
        _json.WriteString("note"u8, string.Concat(Enumerable.Repeat("Lorem ipsum dolor sit amet, ", 6 + _random.Below(20))));
        if (Has(Traps.LoneSurrogates))
        {
            Raw("cut"u8, "\"cut off \\ud83d\""u8);
        }
    }
}
