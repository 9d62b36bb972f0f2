using System.Globalization;

namespace JumpCloudConnector.Connectors;

/// <summary>
/// A connector's settings as the columns of a table, for files of many connectors. No secret is among them: of an API key
/// there is at most where it lies, of a service account and of a proxy's user the name.
/// </summary>
internal static class ConnectorColumns
{
    /// <summary>Stands for "in no Data Analyzer profile", which an empty cell does not mean.</summary>
    private const string NoProfile = "(none)";

    /// <summary>Stands for "no proxy, whatever the system has"; an empty cell means the system's.</summary>
    private const string NoProxy = "(none)";

    // What somebody may have put into a file for want of knowing better.
    private static readonly string[] InClear = ["ApiKey", "ServiceAccount", "ServiceAccountSecret", "ClientSecret", "ProxyCredential", "ProxyPassword"];

    private sealed record Column(string Name, Func<Connector, string?> Get, Func<Connector, string, Connector> Set);

    private static readonly Column[] All =
    [
        new("Name", c => c.Name, (c, v) => c with { Name = v }),
        new("TenantName", c => c.TenantName, (c, v) => c with { TenantName = v }),
        new("RunOn", c => c.RunOn.ToString(), (c, v) => c with { RunOn = Named<RunOn>(v) }),
        new("SensorName", c => c.SensorName, (c, v) => c with { SensorName = v }),
        new("AnalyzerProfile", c => c.RunOn == RunOn.Sensor ? null : c.AnalyzerProfile ?? NoProfile, (c, v) => c with { AnalyzerProfile = v == NoProfile ? null : v }),
        new("Enabled", c => c.Enabled ? "true" : "false", (c, v) => c with { Enabled = Boolean(v) }),
        new("ContentType", c => string.Join(";", c.ContentTypes), (c, v) => c with { ContentTypes = [.. Split(v, ',', ';').Select(Named<ContentType>).Distinct()] }),
        new("IntervalMinutes", c => c.IntervalMinutes.ToString(CultureInfo.InvariantCulture), (c, v) => c with { IntervalMinutes = Whole(v) }),
        new("InitialLookback", c => c.InitialLookback.ToString("c", CultureInfo.InvariantCulture), (c, v) => c with { InitialLookback = Duration(v) }),
        new("Retention", c => c.Retention.ToString("c", CultureInfo.InvariantCulture), (c, v) => c with { Retention = Duration(v) }),
        new("LogFilter", c => string.Join(";", c.LogFilters), (c, v) => c with { LogFilters = [.. Split(v, ';')] }),
        new("ProviderId", c => c.ProviderId, (c, v) => c with { ProviderId = v }),
        new("OrganizationId", c => c.OrganizationId, (c, v) => c with { OrganizationId = v }),
        new("Region", c => c.Region.ToString(), (c, v) => c with { Region = Named<Region>(v) }),
        new("InsightsUri", c => c.InsightsUri?.OriginalString, (c, v) => c with { InsightsUri = Address(v) }),
        new("ConsoleUri", c => c.ConsoleUri?.OriginalString, (c, v) => c with { ConsoleUri = Address(v) }),
        new("TokenUri", c => c.TokenUri?.OriginalString, (c, v) => c with { TokenUri = Address(v) }),
        new("ServiceAccountClientId", c => c.ServiceAccountClientId, (c, v) => c with { ServiceAccountClientId = v }),
        new("ApiKeySecret", c => c.ApiKeySecret, (c, v) => c with { ApiKeySecret = v }),
        new("ApiKeyVault", c => c.ApiKeyVault, (c, v) => c with { ApiKeyVault = v }),
        new("ApiKeyVariable", c => c.ApiKeyVariable, (c, v) => c with { ApiKeyVariable = v }),
        new("ApiKeyExpiresAt", c => c.ApiKeyExpiresAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), (c, v) => c with { ApiKeyExpiresAt = Time(v) }),
        new("Proxy", c => c.NoProxy ? NoProxy : c.Proxy?.OriginalString, (c, v) => v == NoProxy ? c with { NoProxy = true, Proxy = null, ProxyUser = null } : c with { NoProxy = false, Proxy = ProxyAddress(v) }),
        new("ProxyUser", c => c.ProxyUser, (c, v) => c with { ProxyUser = v }),
        new("CertificateAuthorityFile", c => c.CertificateAuthorityFile, (c, v) => c with { CertificateAuthorityFile = v }),
    ];

    /// <summary>The columns' names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(c => c.Name)];

    /// <summary>A connector's settings, in the order of <see cref="Names"/>; empty where one is not set.</summary>
    public static IReadOnlyList<string> Values(Connector connector) => [.. All.Select(c => c.Get(connector) ?? "")];

    /// <summary>Which settings of two connectors differ.</summary>
    public static IReadOnlyList<string> Differences(Connector one, Connector other) =>
        [.. All.Where(c => !string.Equals(c.Get(one) ?? "", c.Get(other) ?? "", StringComparison.Ordinal)).Select(c => c.Name)];

    /// <summary>A connector with the settings of a line; what is empty stays as it is.</summary>
    /// <exception cref="JcException">InvalidConnectorFile where a column is unknown; InvalidValue, with the column.</exception>
    public static Connector Apply(Connector connector, IEnumerable<KeyValuePair<string, string>> cells)
    {
        foreach ((string name, string value) in cells.Select(c => (c.Key, c.Value.Trim())))
        {
            Column column = Array.Find(All, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name);
            if (value.Length == 0) continue;
            try
            {
                connector = column.Set(connector, value);
            }
            catch (FormatException e)
            {
                throw new JcException("InvalidValue", JcErrorKind.InvalidInput, $"{column.Name}{(column.Name == "Proxy" ? "" : $" '{value}'")} cannot be used. {e.Message}", name, e);
            }
        }

        return connector;
    }

    /// <summary>Refuses a column that a connector does not have, rather than leaving out what somebody wanted to set.</summary>
    public static JcException Unknown(string name) => InClear.Contains(name, StringComparer.OrdinalIgnoreCase)
        ? new JcException("PlainTextApiKey", JcErrorKind.InvalidInput,
            $"The file has a column {name}, which is for secrets. It was not used. Take the column out, delete the file's copies, and give API keys with -ApiKey, or with ApiKeySecret or ApiKeyVariable in each line, service accounts with -ServiceAccount, passwords of proxies with Set-JcConnector -ProxyCredential; replace keys and secrets that others may have read.", name)
        : new JcException("InvalidConnectorFile", JcErrorKind.InvalidInput,
            $"A connector has no setting '{name}'. The columns are: {string.Join(", ", Names)}.", name);

    private static IEnumerable<string> Split(string text, params char[] separators) =>
        text.Split(separators).Select(p => p.Trim()).Where(p => p.Length > 0);

    private static T Named<T>(string text)
        where T : struct, Enum
    {
        // One name: not a number, and not several, which would add up to another.
        return text.All(char.IsLetter) && Enum.TryParse(text, ignoreCase: true, out T value) ? value : throw new FormatException($"'{text}' is no {typeof(T).Name}. Get-Help New-JcConnector -Parameter {typeof(T).Name} tells what there is.");
    }

    private static bool Boolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "1" => true,
        "FALSE" or "NO" or "0" => false,
        _ => throw new FormatException("Give true or false."),
    };

    private static int Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number : throw new FormatException("Give a whole number.");

    private static TimeSpan Duration(string text) =>
        DurationText.TryParse(text, out TimeSpan duration) ? duration : throw new FormatException("Give a duration such as 24h or 7d.");

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        ? uri : throw new FormatException("Give an absolute https address.");

    // Never quoted: an address of a proxy may have a password in it.
    private static Uri ProxyAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && uri.UserInfo.Length == 0
        ? uri : throw new FormatException("Give the proxy's address without user and password, such as http://proxy.example.com:3128, or (none).");

    private static DateTimeOffset Time(string text) =>
        // Dates with slashes read differently from country to country.
        text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time)
            ? time : throw new FormatException("Give a time such as 2026-12-31 or 2026-12-31T08:00:00Z.");
}
