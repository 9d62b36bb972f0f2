using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Storage;

/// <summary>Names a stream: the unit that has a watermark, a lease and a health.</summary>
/// <param name="ConnectorId">The connector.</param>
/// <param name="OrganizationId">The organization; empty for the one that the key belongs to,
/// <see cref="PortalOrganization"/> for the provider's own events.</param>
/// <param name="ContentType">What is collected.</param>
public sealed record StreamKey(Guid ConnectorId, string OrganizationId, ContentType ContentType)
{
    /// <summary>Stands for the Multi-Tenant Portal's own events, which belong to no organization.</summary>
    public const string PortalOrganization = "portal";

    /// <summary>
    /// Stands for the listing of a provider's organizations. It holds no data, but its health is part of the connector's.
    /// </summary>
    public const string Listing = "organizations";
}

/// <summary>A stream as the store knows it. Times are epoch milliseconds.</summary>
public sealed record StreamInfo
{
    /// <summary>The store's number for the stream.</summary>
    public required long Id { get; init; }

    /// <summary>Which stream.</summary>
    public required StreamKey Key { get; init; }

    /// <summary>The organization's name as last seen, or null.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>Where the first collection began, or null before it.</summary>
    public long? Start { get; init; }

    /// <summary>The end of the unbroken run of committed slices, or null before the first.</summary>
    public long? Watermark { get; init; }

    /// <summary>When the store first heard of it.</summary>
    public required long Created { get; init; }

    /// <summary>When the last turn was taken, or null before the first.</summary>
    public long? LastTurn { get; init; }

    /// <summary>0 when healthy; see <see cref="Collection.CollectionResult.StatusCode"/>.</summary>
    public int StatusCode { get; init; }

    /// <summary>The stable id of the last error, or null when healthy.</summary>
    public string? StatusId { get; init; }

    /// <summary>The last error in words, or null when healthy.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>When the status was set.</summary>
    public long? StatusTime { get; init; }

    /// <summary>Last successful contact.</summary>
    public long? LastActivity { get; init; }

    /// <summary>Last time that something new arrived.</summary>
    public long? LastDataReceived { get; init; }

    /// <summary>Failed turns since the last good one.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>A lasting fault keeps the stream from its turns until then; null when it does not.</summary>
    public long? ParkedUntil { get; init; }

    /// <summary>When every system user was last recorded, or null.</summary>
    public long? LastSnapshot { get; init; }

    /// <summary>True where the last turn left part of its span for the next one, which is then due at once.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Since when the provider no longer lists the organization, or null.</summary>
    public long? Gone { get; init; }
}

/// <summary>What a turn leaves in the stream's row besides its data. Times are epoch milliseconds.</summary>
public sealed record StreamOutcome
{
    /// <summary>When the turn ended.</summary>
    public required long Time { get; init; }

    /// <summary>When the turn began, or null where it was none: then neither the failures counted nor a pause change.</summary>
    public long? Turn { get; init; }

    /// <summary>0 when it went well.</summary>
    public int StatusCode { get; init; }

    /// <summary>The error's id, or null.</summary>
    public string? StatusId { get; init; }

    /// <summary>The error's message, or null.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>Keeps the stream from its turns until then, or null.</summary>
    public long? ParkedUntil { get; init; }

    /// <summary>True where part of its span was left for the next turn.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Set when this turn recorded every system user.</summary>
    public bool Snapshot { get; init; }
}
