using System.Globalization;

namespace JumpCloudConnector.Records;

/// <summary>The fields that records can have, and what somebody may have meant who wrote another.</summary>
internal static class KnownFields
{
    /// <summary>JumpCloud's own object: what is in it is up to JumpCloud.</summary>
    public const string Vendor = "jumpcloud";

    /// <summary>Every field outside the vendor's object, as the writers of records name them.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "timestamp", "write_time", "stellar_uuid", "tenantid", "tenant_name", "connector_name", "org_id", "org_name", "msg_class",
        "msg_origin.source", "msg_origin.category", "msg_origin.processor.name", "msg_origin.processor.type",
        "event_category", "event_type", "event_status", "event_name", "reason", "severity",
        "user.name", "user.email", "user.id", "user.type", "srcip", "srcport", "srcip_username",
        "srcip_geo.countryCode", "srcip_geo.countryName", "srcip_geo.region", "srcip_geo.regionCode", "srcip_geo.city",
        "srcip_geo.continentCode", "srcip_geo.timezone", "srcip_geo.latitude", "srcip_geo.longitude",
        "resource.type", "resource.id", "resource.name", "host.name", "host.id", "application.name",
    ];

    private static readonly HashSet<string> s_numbers = new(StringComparer.Ordinal) { "timestamp", "write_time", "srcport", "srcip_geo.latitude", "srcip_geo.longitude" };

    // The first steps of the paths of all that a record can have.
    private static readonly HashSet<string> s_roots = new(All.Append(Vendor).Select(Root), StringComparer.Ordinal);

    // The names that records have as objects, and those of JumpCloud that have another one here.
    private static readonly Dictionary<string, string> s_otherNames = new(StringComparer.Ordinal)
    {
        ["service"] = "event_category", ["status"] = "event_status", ["outcome"] = "event_status", ["success"] = "event_status",
        ["user"] = "user.name", ["initiatedby"] = "user.name", ["email"] = "user.email",
        ["sourceip"] = "srcip", ["clientip"] = "srcip", ["ip"] = "srcip", ["ipaddress"] = "srcip", ["country"] = "srcip_geo.countryCode",
        ["organization"] = "org_name", ["organizationid"] = "org_id", ["organizationname"] = "org_name", ["connector"] = "connector_name", ["tenant"] = "tenant_name",
        ["type"] = "event_type", ["category"] = "event_category", ["name"] = "user.name", ["id"] = "user.id", ["message"] = "event_name", ["errormessage"] = "reason", ["time"] = "timestamp",
        ["application"] = "application.name", ["host"] = "host.name", ["resource"] = "resource.name", ["source"] = "msg_origin.source",
    };

    /// <summary>True for a field that a record can have: one with a value of its own, or any of the vendor's.</summary>
    public static bool HasValue(string field) =>
        field.StartsWith(Vendor + ".", StringComparison.Ordinal) || All.Contains(field, StringComparer.Ordinal);

    /// <summary>True for a field whose value is a number wherever it is there.</summary>
    public static bool IsNumber(string field) => s_numbers.Contains(field);

    /// <summary>What a field of numbers holds, where a text cannot be one of these; null where it can, or the field is none of numbers.</summary>
    /// <param name="field">The dotted path.</param>
    /// <param name="text">The text.</param>
    /// <param name="isWhole">Whether it is to be the value, and not a part of it.</param>
    public static string? NotAmong(string field, string text, bool isWhole)
    {
        if (!IsNumber(field)) return null;
        if (!isWhole) return text.All(c => char.IsDigit(c) || c is '-' or '+' or '.' or 'e' or 'E') ? null : "numbers";
        bool isNumber = decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number);
        return field switch
        {
            "srcport" => IsWholeNumber(text) && number <= 65_535 ? null : "ports, whole numbers from 0 to 65535",
            "srcip_geo.latitude" => isNumber && Math.Abs(number) <= 90 ? null : "degrees from -90 to 90",
            "srcip_geo.longitude" => isNumber && Math.Abs(number) <= 180 ? null : "degrees from -180 to 180",
            _ => IsWholeNumber(text) ? null : "times as milliseconds since 1970; GreaterThan and LessThan take a time such as 2026-01-31T08:00:00Z",
        };

        // Values are compared as texts, and no record writes a number with a zero before it.
        static bool IsWholeNumber(string text) => text.Length is > 0 and < 20 && text.All(c => c is >= '0' and <= '9') && (text[0] != '0' || text.Length == 1);
    }

    /// <summary>True for a path that leads nowhere in any record: there is nothing of the name of its first step.</summary>
    public static bool IsNowhere(string path) => !s_roots.Contains(Root(path));

    /// <summary>True for a field that only holds others, such as user: it is there or not, and has no value of its own.</summary>
    public static bool IsGroup(string field) =>
        field == Vendor || All.Any(f => f.StartsWith(field + ".", StringComparison.Ordinal));

    /// <summary>What is to be said of asking for a field that no record has a value in; null where one can have.</summary>
    /// <param name="field">The dotted path.</param>
    /// <param name="exists">Whether it is only asked if the field is there.</param>
    /// <param name="means">What comes of it.</param>
    public static string? Doubt(string field, bool exists, string means)
    {
        bool group = IsGroup(field);
        if (HasValue(field) || (group && exists)) return null;
        string fault = group ? $"'{field}' holds other fields and has no value of its own" : $"No record has a field '{field}'";
        string meant = field == Vendor ? "Name a field in it, such as 'jumpcloud.mfa'." : $"Did you mean '{Nearest(field)}'?";
        return $"{fault}, so {means}. {meant}";
    }

    private static string Root(string path) => path.IndexOf('.') is >= 0 and int dot ? path.Substring(0, dot) : path;

    /// <summary>The known field that is nearest to another name, or what that name would be in the vendor's object.</summary>
    public static string Nearest(string field)
    {
        int dot = field.IndexOf('.');
        if (dot > 0 && Likeness.Distance(Likeness.Letters(field.Substring(0, dot)), Vendor) <= 2) return Vendor + field.Substring(dot);

        string name = Likeness.Letters(field);
        if (s_otherNames.TryGetValue(name, out string? other)) return other;
        if (All.FirstOrDefault(f => f.StartsWith(field + ".", StringComparison.Ordinal)) is { } member) return member;
        string? same = All.FirstOrDefault(f => Likeness.Letters(f) == name) ?? All.FirstOrDefault(f => f.IndexOf('.') > 0 && Likeness.Letters(f.Substring(f.LastIndexOf('.'))) == name);
        if (same is not null) return same;
        (string near, int distance) = All.Select(f => (f, Likeness.Distance(name, Likeness.Letters(f)))).OrderBy(f => f.Item2).First();
        return distance <= Math.Max(1, name.Length / 4) ? near : $"{Vendor}.{field}";
    }
}
