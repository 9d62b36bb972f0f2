using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>A field of the vendor's table for a service, with its example as JSON.</summary>
internal sealed record SchemaField(string Name, byte[] Example);

/// <summary>A service: what events of it are called, and the fields they can have.</summary>
internal sealed record ServiceSchema(string Service, string[] EventTypes, SchemaField[] Fields);

/// <summary>The vendor's tables, read once from the embedded copies.</summary>
internal static class EventData
{
    private static readonly JsonDocument s_schemas = Open("schemas-by-service.json");
    private static readonly JsonDocument s_catalog = Open("event-type-catalog.json");

    /// <summary>Services that a query may name, as documented.</summary>
    public static readonly string[] DocumentedServices =
    [
        "access_management", "alerts", "all", "asset_management", "directory", "ldap", "mdm", "notifications",
        "object_storage", "password_manager", "radius", "reports", "saas_app_management", "software", "sso", "systems",
    ];

    /// <summary>Services that are accepted without being documented.</summary>
    public static readonly string[] OtherServices =
    [
        "alert", "workflows", "password_vault", "pam", "access_certification", "genai", "aigw", "ai_admin",
        "adbridge_user", "generic_di", "di_events", "saas_management",
    ];

    public static readonly ServiceSchema Alerts = Schema("alerts", "Alert Attributes", "Alert Events");
    public static readonly ServiceSchema Objects = Schema("directory", "Directory Attributes", "Directory - Object Events", "Directory - User and Admin Events", "Directory - Command and Policy Events", "Directory - Integrations");
    public static readonly ServiceSchema Passwords = Schema("password_manager", "Password Manager Attributes", "Password Manager Events");
    public static readonly ServiceSchema Portal = Schema("directory", "MTP/MSP Events", "What are the MTP activity events?");
    public static readonly ServiceSchema Systems = Schema("systems", "Systems Attributes", "Systems Events");
    public static readonly ServiceSchema Notifications = Schema("notifications", "Notification Attributes", "Notification Channel Events");
    public static readonly ServiceSchema Storage = Schema("object_storage", "Object Storage Attributes", "Object Storage Events");
    public static readonly ServiceSchema Saas = Schema("saas_app_management", "SaaS App Management Attributes", "SaaS Management Events");
    public static readonly ServiceSchema Access = Schema("access_management", "Access Management Attributes", "Access Management Events");
    public static readonly ServiceSchema Reports = Schema("reports", "Reports Attributes", "Reports Events");
    public static readonly ServiceSchema Assets = Schema("asset_management", "Asset Management Attributes", "Asset Management Events");

    /// <summary>Event types seen in live tenants that the documentation does not have.</summary>
    public static readonly string[] NewerTypes = TypesOf("jc-cli catalog (live-observed / newer)");

    /// <summary>Every top-level field of any table: what "fields" may name.</summary>
    public static readonly HashSet<string> KnownFields = ReadKnownFields();

    /// <summary>Real events, as they were published.</summary>
    public static readonly string[] Samples = [.. Text("events-automation-library.ndjson").Split('\n', StringSplitOptions.RemoveEmptyEntries), Text("event-admin_login_attempt.json").Trim()];

    private static ServiceSchema Schema(string service, string table, params string[] sections)
    {
        var fields = new List<SchemaField>();
        foreach (var property in s_schemas.RootElement.GetProperty(table).GetProperty("assembled_example").EnumerateObject())
        {
            fields.Add(new SchemaField(property.Name, JsonSerializer.SerializeToUtf8Bytes(property.Value)));
        }

        return new ServiceSchema(service, [.. sections.SelectMany(TypesOf)], [.. fields]);
    }

    private static string[] TypesOf(string section) =>
        [.. s_catalog.RootElement.EnumerateObject().Where(p => p.Value.GetProperty("section").GetString() == section).Select(p => p.Name)];

    private static HashSet<string> ReadKnownFields()
    {
        var known = new HashSet<string>(StringComparer.Ordinal)
        {
            "@version", "auth_method", "auth_type", "eap_type", "error_message", "idp_initiated", "jc_initiated_by_email",
            "mfa", "mfa_meta", "nas_mfa_state", "outer", "sso_token_success", "success", "useragent", "user_agent", "username",
        };
        foreach (var table in s_schemas.RootElement.EnumerateObject())
        {
            foreach (var property in table.Value.GetProperty("assembled_example").EnumerateObject())
            {
                known.Add(property.Name);
            }
        }

        return known;
    }

    private static JsonDocument Open(string name) => JsonDocument.Parse(Text(name));

    private static string Text(string name)
    {
        using var stream = typeof(EventData).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The embedded file {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
