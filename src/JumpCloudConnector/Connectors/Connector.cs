namespace JumpCloudConnector.Connectors;

/// <summary>What a connector shows to JumpCloud, and where it is kept.</summary>
public enum CredentialType
{
    /// <summary>An API key that is kept in the store.</summary>
    ApiKey = 1,

    /// <summary>An API key in a vault of SecretManagement.</summary>
    ApiKeySecret,

    /// <summary>An API key in an environment variable.</summary>
    ApiKeyVariable,

    /// <summary>A service account, whose secret is kept in the store.</summary>
    ServiceAccount,
}

/// <summary>What an administrator added: whose data is collected, from where and how often. Holds no secret.</summary>
public sealed record Connector
{
    /// <summary>The default of <see cref="IntervalMinutes"/>, from the specification.</summary>
    public const int DefaultIntervalMinutes = 5;

    /// <summary>The default of <see cref="InitialLookback"/>.</summary>
    public static readonly TimeSpan DefaultLookback = TimeSpan.FromHours(24);

    /// <summary>The longest retention that JumpCloud sells; nothing older can be asked for.</summary>
    public static readonly TimeSpan MaximumLookback = TimeSpan.FromDays(90);

    /// <summary>The shortest retention that makes sense: JumpCloud's lowest plan keeps events for 15 days.</summary>
    public static readonly TimeSpan MinimumRetention = TimeSpan.FromDays(1);

    // One for all regions, as far as JumpCloud says.
    private static readonly Uri JumpCloudTokenUri = new("https://admin-oauth.id.jumpcloud.com/oauth2/token");

    /// <summary>The identity; names may be given again after a removal, this never is.</summary>
    public required Guid Id { get; init; }

    /// <summary>The unique name, single-byte characters only.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant whose name is on every record.</summary>
    public required string TenantName { get; init; }

    /// <summary>The tenant's stable id, given by the store when the tenant is first named.</summary>
    public required string TenantId { get; init; }

    /// <summary>Which hosts collect it.</summary>
    public RunOn RunOn { get; init; } = RunOn.DataProcessor;

    /// <summary>The host that collects it, where it runs on a sensor; null otherwise.</summary>
    public string? SensorName { get; init; }

    /// <summary>The Data Analyzer profile it is in; null for none, and always null on a sensor, which has its own.</summary>
    public string? AnalyzerProfile { get; init; }

    /// <summary>False while it is switched off: nothing is collected, and nothing of it is lost.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The name of the secret that holds the API key, where it lies in a SecretManagement vault.</summary>
    public string? ApiKeySecret { get; init; }

    /// <summary>The vault of <see cref="ApiKeySecret"/>; null for the default one.</summary>
    public string? ApiKeyVault { get; init; }

    /// <summary>The environment variable that holds the API key, where it is kept in one.</summary>
    public string? ApiKeyVariable { get; init; }

    /// <summary>The client ID of the service account that is used instead of an API key; its secret is kept in the store.</summary>
    public string? ServiceAccountClientId { get; init; }

    /// <summary>Another endpoint that gives the service account its access tokens.</summary>
    public Uri? TokenUri { get; init; }

    /// <summary>The last four characters of a key that is kept in the store; null where it is not, or is too short to show any.</summary>
    public string? ApiKeyEnding { get; init; }

    /// <summary>When the key, or what it is referred to by, was set.</summary>
    public DateTimeOffset ApiKeySetAt { get; init; }

    /// <summary>When the key expires, where that is known.</summary>
    public DateTimeOffset? ApiKeyExpiresAt { get; init; }

    /// <summary>The provider of the Multi-Tenant Portal; null for a single organization.</summary>
    public string? ProviderId { get; init; }

    /// <summary>The one organization to collect, where the key reaches many; null otherwise.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Minutes between collections.</summary>
    public int IntervalMinutes { get; init; } = DefaultIntervalMinutes;

    /// <summary>What is collected.</summary>
    public required IReadOnlyList<ContentType> ContentTypes { get; init; }

    /// <summary>How far back the first collection reaches.</summary>
    public TimeSpan InitialLookback { get; init; } = DefaultLookback;

    /// <summary>How long JumpCloud keeps the organization's events: 90 days, on the lowest plan 15.</summary>
    public TimeSpan Retention { get; init; } = MaximumLookback;

    /// <summary>When it was last switched on again; null where it never was off.</summary>
    public DateTimeOffset? EnabledAt { get; init; }

    /// <summary>How far behind the watermark each cycle reads again for events that arrived late.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How often every system user is recorded, changed or not.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The region, which gives the hosts unless they are set.</summary>
    public Region Region { get; init; } = Region.US;

    /// <summary>Another Directory Insights host: a private gateway or a simulator.</summary>
    public Uri? InsightsUri { get; init; }

    /// <summary>Another console host: a private gateway or a simulator.</summary>
    public Uri? ConsoleUri { get; init; }

    /// <summary>The proxy to use instead of the system's.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>True to use no proxy, whatever the system has.</summary>
    public bool NoProxy { get; init; }

    /// <summary>The user that <see cref="Proxy"/> asks for; the password is kept in the store.</summary>
    public string? ProxyUser { get; init; }

    /// <summary>The file of certificate authorities that are trusted besides the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>The log filters attached to it, by name; each excludes records.</summary>
    public IReadOnlyList<string> LogFilters { get; init; } = [];

    /// <summary>When it was added; its schedule's grid starts here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Counts up with every change; a change made to an older one is refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Counts up when the key or an address changes: what was learnt with the old ones must be learnt again.</summary>
    public int AccessVersion { get; init; } = 1;

    /// <summary>What is shown to JumpCloud, and where it is kept.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public CredentialType CredentialType => ServiceAccountClientId is not null ? CredentialType.ServiceAccount
        : ApiKeySecret is not null ? CredentialType.ApiKeySecret
        : ApiKeyVariable is not null ? CredentialType.ApiKeyVariable
        : CredentialType.ApiKey;

    /// <summary>The endpoint in force that gives access tokens: the console host's, where that is not JumpCloud's.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Uri EffectiveTokenUri => TokenUri
        ?? (ConsoleUri is null ? JumpCloudTokenUri : new Uri(ConsoleUri.AbsoluteUri.TrimEnd('/') + "/oauth2/token"));

    /// <summary>The Directory Insights host in force.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Uri EffectiveInsightsUri => InsightsUri ?? RegionHost("api");

    /// <summary>The console host in force.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Uri EffectiveConsoleUri => ConsoleUri ?? RegionHost("console");

    private Uri RegionHost(string host) => new(Region switch
    {
        Region.EU => $"https://{host}.eu.jumpcloud.com/",
        Region.IN => $"https://{host}.in.jumpcloud.com/",
        _ => $"https://{host}.jumpcloud.com/",
    });
}
