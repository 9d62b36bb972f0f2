using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Collection;

/// <summary>How a stream's turn ended.</summary>
public enum CollectionState
{
    /// <summary>Everything up to <see cref="CollectionResult.Watermark"/> is in the store.</summary>
    Collected = 1,

    /// <summary>Its turn has not come; nothing was asked.</summary>
    NotDue,

    /// <summary>Another process collects it now; the message says which.</summary>
    Leased,

    /// <summary>It failed and is tried again at the next turn.</summary>
    Failed,

    /// <summary>A lasting fault (key, licence, role) was met earlier; it is tried again at a slow pace.</summary>
    Parked,

    /// <summary>The collection was stopped by the user; what was committed stays.</summary>
    Stopped,

    /// <summary>It is disabled, in no Data Analyzer profile, or another host's; the message says which.</summary>
    Inactive,
}

/// <summary>What one stream's turn came to. One of these per (connector, organization, content type).</summary>
public sealed record CollectionResult
{
    /// <summary>The connector's name.</summary>
    public required string ConnectorName { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string TenantName { get; init; }

    /// <summary>The organization's id; null where the key has but one and it is not known yet, or for the provider's portal.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>The organization's name, where it is known.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>What was collected.</summary>
    public ContentType? ContentType { get; init; }

    /// <summary>How it ended.</summary>
    public CollectionState State { get; init; }

    /// <summary>Rows that the API sent for this turn's span.</summary>
    public long Fetched { get; init; }

    /// <summary>Records that are new in the store.</summary>
    public long New { get; init; }

    /// <summary>Rows the store had already.</summary>
    public long Repeated { get; init; }

    /// <summary>Rows that log filters excluded.</summary>
    public long Filtered { get; init; }

    /// <summary>Pages received whole.</summary>
    public int Pages { get; init; }

    /// <summary>Requests sent, the repeated ones too.</summary>
    public int Requests { get; init; }

    /// <summary>Requests that had to be repeated.</summary>
    public int Retries { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Start of the span that was read.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Everything before this instant is in the store.</summary>
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>
    /// How much time is not collected yet, where a time limit ended the turn before all was read; the next run goes on.
    /// Zero when everything up to now is in the store.
    /// </summary>
    public TimeSpan Backlog { get; init; }

    /// <summary>When its next turn comes.</summary>
    public DateTimeOffset? NextRun { get; init; }

    /// <summary>0 when healthy; otherwise the HTTP status, or a number of 1000 and more for faults without one.</summary>
    public int StatusCode { get; init; }

    /// <summary>The stable id of the error, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What happened and what to do, or null.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The log filters that excluded rows.</summary>
    internal IReadOnlyList<string> ExcludedBy { get; init; } = [];

    /// <summary>This turn and the one before it as one.</summary>
    internal CollectionResult After(CollectionResult earlier) => this with
    {
        Fetched = earlier.Fetched + Fetched,
        New = earlier.New + New,
        Repeated = earlier.Repeated + Repeated,
        Filtered = earlier.Filtered + Filtered,
        ExcludedBy = [.. earlier.ExcludedBy.Union(ExcludedBy)],
        Pages = earlier.Pages + Pages,
        Requests = earlier.Requests + Requests,
        Retries = earlier.Retries + Retries,
        Duration = earlier.Duration + Duration,
        From = earlier.From < From || From is null ? earlier.From : From,
    };
}
