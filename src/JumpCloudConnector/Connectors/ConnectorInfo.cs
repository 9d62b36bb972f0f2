using JumpCloudConnector.Collection;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Connectors;

/// <summary>The health of one stream of a connector.</summary>
public sealed record StreamHealth
{
    /// <summary>The organization's id, or null for the key's own and for the portal.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>The organization's name where it is known.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>What is collected.</summary>
    public ContentType ContentType { get; init; }

    /// <summary>0 when healthy.</summary>
    public int StatusCode { get; init; }

    /// <summary>The error's stable id, or null.</summary>
    public string? StatusId { get; init; }

    /// <summary>The error in words, or null.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>When the status was set.</summary>
    public DateTimeOffset? StatusTime { get; init; }

    /// <summary>Everything before this instant is in the store.</summary>
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>Last successful contact.</summary>
    public DateTimeOffset? LastActivity { get; init; }

    /// <summary>Last time that something new arrived.</summary>
    public DateTimeOffset? LastDataReceived { get; init; }

    /// <summary>Failed turns since the last good one.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>A lasting fault keeps it from its turns until then.</summary>
    public DateTimeOffset? ParkedUntil { get; init; }

    /// <summary>True where the last turn left part of its span for the next one, which goes on at once.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Since when the provider no longer lists the organization, or null.</summary>
    public DateTimeOffset? GoneSince { get; init; }

    /// <summary>Gaps that nobody has acknowledged.</summary>
    public int UnconfirmedGaps { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{OrganizationName ?? OrganizationId ?? "own organization"}, {ContentType}: {StatusId ?? "ok"}";
}

/// <summary>How old the newest data of a connector is.</summary>
public enum DataAge
{
    /// <summary>Less than an hour.</summary>
    Good = 1,

    /// <summary>Less than a day.</summary>
    Warning,

    /// <summary>A day or more.</summary>
    Bad,
}

/// <summary>
/// A connector as the administrator sees it: what was set and how it fares. Scalars at the top level, so that it survives
/// remoting. Never holds a secret.
/// </summary>
public sealed record ConnectorInfo
{
    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string TenantName { get; init; }

    /// <summary>The tenant's stable id.</summary>
    public required string TenantId { get; init; }

    /// <summary>The connector's stable id.</summary>
    public required Guid Id { get; init; }

    /// <summary>IdP: what JumpCloud is in the overview of connectors.</summary>
    public string Category { get; } = "IdP";

    /// <summary>JumpCloud.</summary>
    public string Type { get; } = "JumpCloud";

    /// <summary>Collect: what a connector does.</summary>
    public string Function { get; } = "Collect";

    /// <summary>True: it collects.</summary>
    public bool IsCollect { get; } = true;

    /// <summary>False: it does not respond.</summary>
    public bool IsRespond { get; }

    /// <summary>False: JumpCloud's own alerts are not mapped.</summary>
    public bool NativeAlertsMapped { get; }

    /// <summary>Syslog: the index that its records are found in.</summary>
    public string Index { get; } = "Syslog";

    /// <summary>Which hosts collect it.</summary>
    public RunOn RunOn { get; init; }

    /// <summary>The host that collects it, where it runs on a sensor.</summary>
    public string? SensorName { get; init; }

    /// <summary>The Data Analyzer profile it is in, or null.</summary>
    public string? AnalyzerProfile { get; init; }

    /// <summary>False while it is switched off.</summary>
    public bool Enabled { get; init; }

    /// <summary>What it shows to JumpCloud, and where that is kept.</summary>
    public CredentialType CredentialType { get; init; }

    /// <summary>The client ID of the service account, or null.</summary>
    public string? ServiceAccountClientId { get; init; }

    /// <summary>The endpoint in force that gives the service account its tokens; null with an API key.</summary>
    public Uri? TokenUri { get; init; }

    /// <summary>The name of the vault's secret that holds the API key, or null.</summary>
    public string? ApiKeySecret { get; init; }

    /// <summary>That vault's name, or null for the default one.</summary>
    public string? ApiKeyVault { get; init; }

    /// <summary>The environment variable that holds the API key, or null.</summary>
    public string? ApiKeyVariable { get; init; }

    /// <summary>The last four characters of a key that is kept in the store, to tell it from another; never more.</summary>
    public string? ApiKeyEnding { get; init; }

    /// <summary>When the key, or what refers to it, was set.</summary>
    public DateTimeOffset ApiKeySetAt { get; init; }

    /// <summary>When the key expires, where that is known.</summary>
    public DateTimeOffset? ApiKeyExpiresAt { get; init; }

    /// <summary>The provider of the Multi-Tenant Portal, or null.</summary>
    public string? ProviderId { get; init; }

    /// <summary>The one organization collected, where the key reaches many, or null.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Minutes between collections.</summary>
    public int IntervalMinutes { get; init; }

    /// <summary>What is collected.</summary>
    public required IReadOnlyList<ContentType> ContentType { get; init; }

    /// <summary>The log filters attached to it; each excludes records.</summary>
    public required IReadOnlyList<string> LogFilter { get; init; }

    /// <summary>How far back the first collection reaches.</summary>
    public TimeSpan InitialLookback { get; init; }

    /// <summary>How long JumpCloud keeps the organization's events.</summary>
    public TimeSpan Retention { get; init; }

    /// <summary>The region.</summary>
    public Region Region { get; init; }

    /// <summary>The Directory Insights host in force.</summary>
    public required Uri InsightsUri { get; init; }

    /// <summary>The console host in force.</summary>
    public required Uri ConsoleUri { get; init; }

    /// <summary>The proxy used instead of the system's, or null.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The user that proxy asks for, or null.</summary>
    public string? ProxyUser { get; init; }

    /// <summary>True where no proxy is used, whatever the system has.</summary>
    public bool NoProxy { get; init; }

    /// <summary>The file of certificate authorities that are trusted besides the system's, or null.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>0 when healthy; otherwise the HTTP status, or a number of 1000 and more for faults without one.</summary>
    public int StatusCode { get; init; }

    /// <summary>The error's stable id, or null.</summary>
    public string? StatusId { get; init; }

    /// <summary>The status in words.</summary>
    public required string StatusMessage { get; init; }

    /// <summary>When the status was set, or null before the first turn.</summary>
    public DateTimeOffset? StatusTime { get; init; }

    /// <summary>Last successful contact of any stream.</summary>
    public DateTimeOffset? LastActivity { get; init; }

    /// <summary>Last time that any stream received something new.</summary>
    public DateTimeOffset? LastDataReceived { get; init; }

    /// <summary>How old the newest data is: good under an hour, warning under a day, bad beyond; null before the first.</summary>
    public DataAge? DataAge { get; init; }

    /// <summary>How far the slowest stream is behind, or null before the first turn.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>True where a stream's last turn left part of its span for the next one, which goes on at once.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Gaps of all streams that nobody has acknowledged.</summary>
    public int UnconfirmedGaps { get; init; }

    /// <summary>
    /// When its next turn comes, or came due where nothing has collected it since; null where none comes on this host: it is
    /// disabled, in no profile, or of another sensor.
    /// </summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>Failed turns of the worst stream since its last good one.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>One per organization and content type.</summary>
    public required IReadOnlyList<StreamHealth> Streams { get; init; }

    /// <summary>The store it lies in, so that a pipeline stays with that store.</summary>
    public required string StorePath { get; init; }

    internal static ConnectorInfo From(
        Connector connector, IReadOnlyList<StreamInfo> all, IReadOnlyDictionary<long, int> unconfirmedGaps, IReadOnlyCollection<string> hosts,
        string storePath, DateTimeOffset now)
    {
        List<StreamInfo> streams = [.. all.Where(s => connector.ContentTypes.Contains(s.Key.ContentType))];
        if (connector.ProviderId is null && streams.Count > 0)
        {
            // Streams of an organization that the connector was turned away from are history.
            string own = connector.OrganizationId ?? streams.OrderByDescending(s => s.LastTurn ?? s.Created).First().Key.OrganizationId;
            streams.RemoveAll(s => s.Key.OrganizationId != own);
        }

        List<CollectionStream> collected = [.. streams.Where(s => s.Key.OrganizationId != StreamKey.Listing).Select(s => new CollectionStream(connector, s))];
        // An organization that the provider no longer lists is nobody's trouble any more; its streams show how it ended.
        List<StreamInfo> failing = [.. streams.Where(s => s.StatusCode != 0 && s.Gone is null)];
        Hindrance? hindrance = Eligibility.Of(connector, Environment.MachineName, hosts);
        bool hasTurns = hindrance is null;
        // On another sensor it is collected as it should be: what its streams show holds.
        if (hindrance is { Id: "SensorElsewhere" }) hindrance = null;
        StreamInfo? worst = failing.OrderByDescending(s => s.ConsecutiveFailures).FirstOrDefault();
        List<CollectionStream> listed = collected.FindAll(s => s.Info.Gone is null);
        long? slowest = listed.Count == 0 || listed.Exists(s => s.Info.Watermark is null) ? null : listed.Min(s => s.Info.Watermark);
        return new ConnectorInfo
        {
            Id = connector.Id,
            Name = connector.Name,
            TenantName = connector.TenantName,
            TenantId = connector.TenantId,
            RunOn = connector.RunOn,
            SensorName = connector.SensorName,
            AnalyzerProfile = connector.AnalyzerProfile,
            Enabled = connector.Enabled,
            CredentialType = connector.CredentialType,
            ServiceAccountClientId = connector.ServiceAccountClientId,
            TokenUri = connector.ServiceAccountClientId is null ? null : connector.EffectiveTokenUri,
            ApiKeySecret = connector.ApiKeySecret,
            ApiKeyVault = connector.ApiKeyVault,
            ApiKeyVariable = connector.ApiKeyVariable,
            ApiKeyEnding = connector.ApiKeyEnding,
            ApiKeySetAt = connector.ApiKeySetAt,
            ApiKeyExpiresAt = connector.ApiKeyExpiresAt,
            ProviderId = connector.ProviderId,
            OrganizationId = connector.OrganizationId,
            IntervalMinutes = connector.IntervalMinutes,
            ContentType = connector.ContentTypes,
            LogFilter = connector.LogFilters,
            InitialLookback = connector.InitialLookback,
            Retention = connector.Retention,
            Region = connector.Region,
            InsightsUri = connector.EffectiveInsightsUri,
            ConsoleUri = connector.EffectiveConsoleUri,
            Proxy = connector.Proxy,
            ProxyUser = connector.ProxyUser,
            NoProxy = connector.NoProxy,
            CertificateAuthorityFile = connector.CertificateAuthorityFile,
            CreatedAt = connector.CreatedAt,
            ModifiedAt = connector.ModifiedAt,
            StatusCode = hindrance?.Code ?? worst?.StatusCode ?? 0,
            StatusId = hindrance?.Id ?? worst?.StatusId,
            StatusMessage = hindrance?.Message ?? Describe(worst, failing.Count, streams.Count, listed.Count > 0 ? listed.ConvertAll(s => s.Info) : streams),
            StatusTime = Time(worst?.StatusTime ?? streams.Max(s => s.StatusTime)),
            LastActivity = Time(streams.Max(s => s.LastActivity)),
            LastDataReceived = Time(streams.Max(s => s.LastDataReceived)),
            DataAge = AgeOf(streams.Max(s => s.LastDataReceived), now),
            Lag = slowest is { } ms ? now - DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
            IsBehind = collected.Exists(s => s.Info.IsBehind),
            UnconfirmedGaps = collected.Sum(s => GapsOf(s, unconfirmedGaps)),
            NextRun = !hasTurns ? null : collected.Count == 0 ? connector.CreatedAt
                : DueSchedule.HasNewContent(connector, streams) ? connector.ModifiedAt : collected.Min(s => NextRunOf(s, now)),
            ConsecutiveFailures = worst?.ConsecutiveFailures ?? 0,
            // An array: PowerShell's [0] gives the whole of a collection expression's read-only list.
            Streams = collected.Select(s => Health(s, GapsOf(s, unconfirmedGaps))).ToArray(),
            StorePath = storePath,
        };
    }

    private static DataAge? AgeOf(long? lastData, DateTimeOffset now) => Time(lastData) is not { } last ? null
        : now - last < TimeSpan.FromHours(1) ? Connectors.DataAge.Good
        : now - last < TimeSpan.FromDays(1) ? Connectors.DataAge.Warning
        : Connectors.DataAge.Bad;

    private static string Describe(StreamInfo? worst, int failing, int all, List<StreamInfo> listed)
    {
        if (worst is not null) return (all == 1 ? "" : $"{failing} of {all} streams failing: ") + worst.StatusMessage;
        if (listed.Count == 0) return "Not collected yet";
        string[] waiting = [.. listed.Select(WaitOf).OfType<string>()];
        return waiting.Length == 0 ? "Healthy"
            : waiting.Length == listed.Count ? waiting[0]
            : $"{waiting.Length} of {listed.Count} streams: {char.ToLowerInvariant(waiting[0][0])}{waiting[0].Substring(1)}";
    }

    /// <summary>What a stream without a fault still waits for; null where its last turn went well.</summary>
    private static string? WaitOf(StreamInfo stream) => stream switch
    {
        { StatusTime: null, LastActivity: null } => "Not collected yet",
        // What is known of it is of another access.
        { StatusTime: null } => "Changed, not tried yet",
        { LastActivity: null } => "Tested, not collected yet",
        // A turn that goes well sets both.
        _ when stream.StatusTime != stream.LastActivity => "Tested, not collected again yet",
        _ => null,
    };

    private static DateTimeOffset NextRunOf(CollectionStream stream, DateTimeOffset now) =>
        stream.ParkedUntil(now) is { } parked && parked > stream.NextRun ? parked : stream.NextRun;

    private static int GapsOf(CollectionStream stream, IReadOnlyDictionary<long, int> gaps) => gaps.TryGetValue(stream.Info.Id, out int count) ? count : 0;

    private static StreamHealth Health(CollectionStream stream, int unconfirmedGaps) => new()
    {
        OrganizationId = stream.OrganizationId,
        OrganizationName = stream.OrganizationName,
        ContentType = stream.Info.Key.ContentType,
        StatusCode = stream.Info.StatusCode,
        StatusId = stream.Info.StatusId,
        StatusMessage = stream.Info.StatusMessage,
        StatusTime = Time(stream.Info.StatusTime),
        Watermark = Time(stream.Info.Watermark),
        LastActivity = Time(stream.Info.LastActivity),
        LastDataReceived = Time(stream.Info.LastDataReceived),
        ConsecutiveFailures = stream.Info.ConsecutiveFailures,
        ParkedUntil = Time(stream.Info.ParkedUntil),
        IsBehind = stream.Info.IsBehind,
        GoneSince = Time(stream.Info.Gone),
        UnconfirmedGaps = unconfirmedGaps,
    };

    private static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;
}
