namespace JumpCloudConnector.Connectors;

/// <summary>What an administrator added: whose data is collected, from where and how often. Holds no secret.</summary>
public sealed record Connector
{
    /// <summary>The default of <see cref="IntervalMinutes"/>, from the specification.</summary>
    public const int DefaultIntervalMinutes = 5;

    /// <summary>The default of <see cref="InitialLookback"/>.</summary>
    public static readonly TimeSpan DefaultLookback = TimeSpan.FromHours(24);

    /// <summary>The longest retention that JumpCloud sells; nothing older can be asked for.</summary>
    public static readonly TimeSpan MaximumLookback = TimeSpan.FromDays(90);

    /// <summary>The identity; names may be given again after a removal, this never is.</summary>
    public required Guid Id { get; init; }

    /// <summary>The unique name, single-byte characters only.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant whose name is on every record.</summary>
    public required string TenantName { get; init; }

    /// <summary>The tenant's stable id, given by the store when the tenant is first named.</summary>
    public required string TenantId { get; init; }

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
