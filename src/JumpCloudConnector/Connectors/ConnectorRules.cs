using System.Net;

namespace JumpCloudConnector.Connectors;

/// <summary>What a connector may be. Every refusal names the value, the rule and the way out.</summary>
public static class ConnectorRules
{
    /// <summary>The longest interval: a longer one would lose events on the lowest plan, which keeps them for 15 days.</summary>
    public const int MaximumIntervalMinutes = 15 * 24 * 60;

    private const int MaximumNameLength = 128;

    /// <summary>Checks a whole connector.</summary>
    /// <exception cref="JcException">InvalidConnectorName, InvalidTenantName, InvalidInterval, InvalidContentType,
    /// InvalidRegion, InvalidLookback, InvalidRetention, InvalidProviderId, InvalidOrganizationId, InvalidRunOn, InvalidSensorName,
    /// InvalidApiKeyReference, InvalidServiceAccount, OrganizationRequired, InvalidProxy, ProxyAndNoProxy,
    /// InvalidCertificateAuthority, InsecureUri or InvalidUri.</exception>
    public static void Check(Connector connector)
    {
        CheckName(connector.Name);
        CheckText("InvalidTenantName", "tenant name", connector.TenantName);
        if (connector.IntervalMinutes is < 1 or > MaximumIntervalMinutes)
        {
            throw Refuse("InvalidInterval", connector.IntervalMinutes,
                $"An interval of {connector.IntervalMinutes} minutes is not possible. Give a whole number of minutes from 1 to {MaximumIntervalMinutes} (15 days, the shortest time that JumpCloud keeps events); 5 is the default.");
        }

        if (connector.ContentTypes.Count == 0)
        {
            throw Refuse("InvalidContentType", connector.Name,
                $"Connector '{connector.Name}' has no content type. Choose DirectoryInsights, SystemUser or both.");
        }

        foreach (ContentType type in connector.ContentTypes)
        {
            if (type is not (ContentType.DirectoryInsights or ContentType.SystemUser))
                throw Refuse("InvalidContentType", type, $"'{type}' is not a content type. Choose DirectoryInsights, SystemUser or both.");
        }

        if (connector.Region is not (Region.US or Region.EU or Region.IN))
        {
            throw Refuse("InvalidRegion", connector.Region,
                $"'{connector.Region}' is not a region. Choose US, EU or IN, where the organization lives: the API key is sent there.");
        }

        if (connector.InitialLookback < TimeSpan.Zero || connector.InitialLookback > Connector.MaximumLookback)
        {
            throw Refuse("InvalidLookback", connector.InitialLookback,
                $"An initial lookback of {connector.InitialLookback} is not possible. JumpCloud keeps events for 90 days at most: give 0 to 90d.");
        }

        CheckRetention(connector);
        if (connector.ProviderId is not null) CheckId("InvalidProviderId", "provider ID", connector.ProviderId);
        if (connector.OrganizationId is not null) CheckId("InvalidOrganizationId", "organization ID", connector.OrganizationId);
        if (connector.ProviderId is not null && connector.OrganizationId is not null)
        {
            throw Refuse("ProviderAndOrganization", connector.Name,
                "A provider ID collects every organization of the provider; an organization ID collects that one. Give one of the two.");
        }

        CheckRunOn(connector);
        CheckApiKeyReference(connector);
        CheckServiceAccount(connector);
        CheckProxy(connector);
        if (connector.CertificateAuthorityFile is { } file && !Path.IsPathRooted(file))
        {
            throw Refuse("InvalidCertificateAuthority", file,
                $"The file of certificate authorities '{file}' is not a full path, and a scheduled task starts in another folder. Give its full path.");
        }

        CheckUri("TokenUri", connector.TokenUri);
        CheckUri("InsightsUri", connector.InsightsUri);
        CheckUri("ConsoleUri", connector.ConsoleUri);
        if ((connector.InsightsUri is null) != (connector.ConsoleUri is null))
        {
            throw Refuse("InvalidUri", connector.Name,
                "InsightsUri and ConsoleUri go together: with one alone the credentials would go to two different installations. Give both or neither.");
        }
    }

    /// <summary>Checks that a connector's certificate authorities can be read on this machine, by this account.</summary>
    /// <exception cref="JcException">CertificateAuthorityNotRead or InvalidCertificateAuthority.</exception>
    public static void CheckCertificateAuthority(Connector connector)
    {
        if (connector.CertificateAuthorityFile is { } file) ServerTrust.Read(file);
    }

    /// <summary>Checks a connector's name: 1 to 128 printable single-byte characters, no wildcards, no blank ends.</summary>
    public static void CheckName(string name)
    {
        CheckText("InvalidConnectorName", "connector name", name);
        foreach (char character in name)
        {
            if (character > 0x7E)
            {
                throw Refuse("InvalidConnectorName", name,
                    $"The connector name '{name}' has the multibyte character '{character}'. Use single-byte characters only (letters, digits, space and punctuation of ASCII).");
            }

            if (character is '*' or '?' or '[' or ']')
            {
                throw Refuse("InvalidConnectorName", name,
                    $"The connector name '{name}' has '{character}', which commands read as a wildcard. Leave it out.");
            }
        }
    }

    internal static void CheckText(string errorId, string what, string value)
    {
        if (string.IsNullOrWhiteSpace(value)) throw Refuse(errorId, value, $"The {what} is empty. Give one.");
        if (value.Length > MaximumNameLength)
            throw Refuse(errorId, value, $"The {what} has {value.Length} characters. At most {MaximumNameLength} are possible.");
        if (value.Trim().Length != value.Length)
            throw Refuse(errorId, value, $"The {what} '{value}' begins or ends with a space. Leave it out.");
        foreach (char character in value)
        {
            if (char.IsControl(character))
                throw Refuse(errorId, value, $"The {what} has a control character (U+{(int)character:X4}). Leave it out.");
        }
    }

    private static void CheckRetention(Connector connector)
    {
        if (connector.Retention < Connector.MinimumRetention || connector.Retention > Connector.MaximumLookback)
        {
            throw Refuse("InvalidRetention", connector.Retention,
                $"A retention of {connector.Retention} is not possible. Give how long JumpCloud keeps the organization's events by its plan, from 1d to 90d; 90d is the default.");
        }

        if (connector.InitialLookback > connector.Retention)
        {
            throw Refuse("InvalidLookback", connector.InitialLookback,
                $"An initial lookback of {DurationText.Format(connector.InitialLookback)} reaches further back than the retention of {DurationText.Format(connector.Retention)}, and JumpCloud has nothing older. Give a shorter lookback or a longer retention.");
        }

        if (TimeSpan.FromMinutes(connector.IntervalMinutes) >= connector.Retention)
        {
            throw Refuse("InvalidRetention", connector.Retention,
                $"With an interval of {connector.IntervalMinutes} minutes and a retention of {DurationText.Format(connector.Retention)}, events would be gone before they are collected. Give a shorter interval or a longer retention.");
        }
    }

    private static void CheckRunOn(Connector connector)
    {
        if (connector.RunOn is not (RunOn.DataProcessor or RunOn.Sensor))
            throw Refuse("InvalidRunOn", connector.RunOn, $"'{connector.RunOn}' is nothing to run on. Choose DataProcessor or Sensor.");
        if (connector.RunOn == RunOn.Sensor)
        {
            if (connector.SensorName is null)
            {
                throw Refuse("InvalidSensorName", connector.Name,
                    $"Connector '{connector.Name}' runs on a sensor, but which one is not said. Give -SensorName: the name of the host that is to collect it.");
            }

            CheckText("InvalidSensorName", "sensor name", connector.SensorName);
            if (connector.AnalyzerProfile is not null)
            {
                throw Refuse("InvalidRunOn", connector.Name,
                    $"Connector '{connector.Name}' runs on a sensor, which has a profile of its own. Leave -AnalyzerProfile out.");
            }
        }
        else if (connector.SensorName is not null)
        {
            throw Refuse("InvalidRunOn", connector.Name,
                $"Connector '{connector.Name}' runs on the Data Processor, so a sensor name means nothing. Give -RunOn Sensor with it, or leave it out.");
        }
    }

    private static void CheckApiKeyReference(Connector connector)
    {
        if (connector.ApiKeySecret is not null) CheckText("InvalidApiKeyReference", "name of the secret", connector.ApiKeySecret);
        if (connector.ApiKeyVault is not null) CheckText("InvalidApiKeyReference", "name of the vault", connector.ApiKeyVault);
        if (connector.ApiKeyVariable is not null)
        {
            CheckText("InvalidApiKeyReference", "name of the environment variable", connector.ApiKeyVariable);
            if (connector.ApiKeyVariable.IndexOf('=') >= 0)
                throw Refuse("InvalidApiKeyReference", connector.Name, "No environment variable has '=' in its name. Give the variable's name, not what it holds.");
        }

        foreach (string? name in new[] { connector.ApiKeySecret, connector.ApiKeyVault, connector.ApiKeyVariable })
        {
            // JumpCloud's keys: jca_ and more, or 40 hexadecimal digits.
            if (name is null || !System.Text.RegularExpressions.Regex.IsMatch(name, "^(jca_[A-Za-z0-9]{20,}|[0-9A-Fa-f]{40})$")) continue;
            throw Refuse("PlainTextApiKey", connector.Name,
                "What was given as the name of a secret, a vault or a variable is an API key itself. It was not used. Give the name of the place that holds the key, or the key with -ApiKey; replace the key if others may have seen it.");
        }

        if (connector.ApiKeySecret is not null && connector.ApiKeyVariable is not null)
            throw Refuse("InvalidApiKeyReference", connector.Name, "An API key lies in a vault or in an environment variable, not in both. Give one of the two.");
        if (connector.ApiKeyVault is not null && connector.ApiKeySecret is null)
            throw Refuse("InvalidApiKeyReference", connector.Name, "A vault alone names no secret. Give -ApiKeySecret with it.");
    }

    private static void CheckServiceAccount(Connector connector)
    {
        if (connector.ServiceAccountClientId is not { } id) return;
        if (id.Length is 0 or > MaximumNameLength || id.Any(c => c is <= ' ' or >= (char)0x7F or ':'))
        {
            throw Refuse("InvalidServiceAccount", connector.Name,
                "The client ID of the service account is empty, too long, or has a space, a colon or a character outside ASCII. Copy it again from the Admin Portal (Settings, Service Accounts): it is the user name of -ServiceAccount.");
        }

        if (connector.ApiKeySecret is not null || connector.ApiKeyVault is not null || connector.ApiKeyVariable is not null)
            throw Refuse("InvalidApiKeyReference", connector.Name, "A connector has an API key or a service account, not both. Give one of the two.");
        if (connector.OrganizationId is null && connector.ProviderId is null)
        {
            throw Refuse("OrganizationRequired", connector.Name,
                $"Connector '{connector.Name}' has a service account, and JumpCloud answers those only where the organization is named. Give -OrganizationId, or -ProviderId for all of a provider's.");
        }
    }

    private static void CheckProxy(Connector connector)
    {
        if (connector.NoProxy && connector.Proxy is not null)
            throw Refuse("ProxyAndNoProxy", connector.Name, "-Proxy and -NoProxy contradict each other. Give one of the two.");
        if (connector.ProxyUser is not null && connector.Proxy is null)
            throw Refuse("InvalidProxy", connector.Name, "A proxy's user and password go to the proxy that is named with them, and to no other. Give -Proxy with -ProxyCredential.");
        if (connector.ProxyUser is { } user && (user.Length is 0 or > MaximumNameLength || user.IndexOf(':') >= 0 || user.Any(char.IsControl)))
            throw Refuse("InvalidProxy", connector.Name, "The proxy's user is empty, too long, or has a colon or a control character. Give another -ProxyCredential.");
        // Its text is never quoted, since people write passwords into it.
        if (connector.Proxy is { } proxy && (!proxy.IsAbsoluteUri || proxy.Scheme != Uri.UriSchemeHttp || proxy.UserInfo.Length > 0 || proxy.PathAndQuery != "/" || proxy.Fragment.Length > 0))
        {
            throw Refuse("InvalidProxy", connector.Name,
                "The proxy must be an address with http, a host and a port alone, such as http://proxy.example.com:3128. Give its user and password with -ProxyCredential, which keeps them protected; replace a password that was part of the address.");
        }
    }

    private static void CheckId(string errorId, string what, string value)
    {
        bool hex = value.Length == 24;
        foreach (char character in value) hex &= Uri.IsHexDigit(character);
        if (!hex)
        {
            throw Refuse(errorId, value,
                $"'{value}' is not {Words.WithArticle(what)}: JumpCloud's have 24 hexadecimal digits. Copy it from the Admin Portal (Organizations, the eye icon).");
        }
    }

    private static void CheckUri(string name, Uri? uri)
    {
        if (uri is null) return;
        if (!uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw Refuse("InvalidUri", name, $"{name} must be an absolute https address without user, query or fragment, such as https://api.jumpcloud.com/.");
        }

        if (uri.Scheme == Uri.UriSchemeHttp && !IsLoopback(uri))
        {
            throw Refuse("InsecureUri", uri,
                $"{name} '{uri}' would send the credentials in clear. Use https; plain http is allowed to this machine's loopback address only.");
        }
    }

    // Uri.IsLoopback also takes names that a hosts file may point elsewhere; localhost is the one that resolvers guarantee.
    private static bool IsLoopback(Uri uri) =>
        string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static JcException Refuse(string errorId, object? target, string message) =>
        new(errorId, JcErrorKind.InvalidInput, message, target);
}
