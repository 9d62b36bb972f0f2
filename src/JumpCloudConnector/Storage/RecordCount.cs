namespace JumpCloudConnector.Storage;

/// <summary>What records are counted by.</summary>
public enum RecordGroup
{
    /// <summary><c>connector_name</c>.</summary>
    ConnectorName = 1,

    /// <summary><c>tenant_name</c>.</summary>
    TenantName,

    /// <summary><c>org_id</c> together with <c>org_name</c>.</summary>
    Organization,

    /// <summary><c>msg_class</c>.</summary>
    MsgClass,

    /// <summary><c>event_category</c>: JumpCloud's service.</summary>
    Service,

    /// <summary><c>event_type</c>.</summary>
    EventType,

    /// <summary><c>event_status</c>: the outcome.</summary>
    EventStatus,

    /// <summary><c>user.name</c>, or else <c>user.email</c>.</summary>
    User,

    /// <summary><c>srcip</c>.</summary>
    SourceIp,
}

/// <summary>How records are counted: by some of their values, by time, both or neither.</summary>
public sealed record RecordGrouping
{
    /// <summary>What to count by; each once.</summary>
    public IReadOnlyList<RecordGroup> By { get; init; } = [];

    /// <summary>The length of the intervals of time to count by, or null.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Whose hours and days the intervals are.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    /// <summary>
    /// Up to when intervals without records are given too, epoch milliseconds; null up to the last record. They are given
    /// where records are counted by time alone.
    /// </summary>
    public long? Until { get; init; }

    /// <summary>At most so many groups, the largest; with an interval, of each.</summary>
    public long? First { get; init; }
}

/// <summary>How many records there are of a group. What was not counted by is null.</summary>
public sealed record RecordCount
{
    /// <summary>How many records.</summary>
    public required long Count { get; init; }

    /// <summary>Which part of all that were counted, in percent.</summary>
    public required double Percent { get; init; }

    /// <summary>Where its interval of time begins; null without intervals.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The connector's name.</summary>
    public string? ConnectorName { get; init; }

    /// <summary>The tenant's name.</summary>
    public string? TenantName { get; init; }

    /// <summary>The organization's id.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>The organization's name.</summary>
    public string? OrganizationName { get; init; }

    /// <summary><c>msg_class</c>.</summary>
    public string? MsgClass { get; init; }

    /// <summary>JumpCloud's service.</summary>
    public string? Service { get; init; }

    /// <summary>The type of event.</summary>
    public string? EventType { get; init; }

    /// <summary>The outcome.</summary>
    public string? EventStatus { get; init; }

    /// <summary>The user.</summary>
    public string? User { get; init; }

    /// <summary>The source address.</summary>
    public string? SourceIp { get; init; }

    /// <summary>The group in words: its values, or "(all)".</summary>
    public required string Group { get; init; }

    /// <summary>The oldest record's time; null where there is none.</summary>
    public DateTimeOffset? FirstRecord { get; init; }

    /// <summary>The newest record's time.</summary>
    public DateTimeOffset? LastRecord { get; init; }

    /// <summary>The store's folder.</summary>
    public required string StorePath { get; init; }
}
