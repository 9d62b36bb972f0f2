namespace JumpCloudConnector.Storage;

/// <summary>
/// What to look for. Unset means any; texts match in any case, with <c>*</c> and <c>?</c> as wildcards. Times are epoch
/// milliseconds of the event.
/// </summary>
public sealed record RecordQuery
{
    /// <summary>Connector names.</summary>
    public IReadOnlyList<string> ConnectorNames { get; init; } = [];

    /// <summary>Tenant names.</summary>
    public IReadOnlyList<string> TenantNames { get; init; } = [];

    /// <summary>Organizations, by id or name.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary><c>msg_class</c>.</summary>
    public IReadOnlyList<string> MessageClasses { get; init; } = [];

    /// <summary><c>msg_origin.source</c>.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary><c>msg_origin.category</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary><c>event_category</c>: JumpCloud's service.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary><c>event_type</c>.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    /// <summary><c>event_status</c>.</summary>
    public IReadOnlyList<string> EventStatuses { get; init; } = [];

    /// <summary><c>user.name</c>, <c>user.email</c> or <c>user.id</c>.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary><c>srcip</c>.</summary>
    public IReadOnlyList<string> SourceIps { get; init; } = [];

    /// <summary>A text anywhere in the record's JSON.</summary>
    public string? Text { get; init; }

    /// <summary>At or after.</summary>
    public long? After { get; init; }

    /// <summary>Before.</summary>
    public long? Before { get; init; }

    /// <summary>Only records behind this place in the order of commits; the answer is then in that order.</summary>
    public long? AfterSequence { get; init; }

    /// <summary>At most so many.</summary>
    public long? First { get; init; }

    /// <summary>Oldest first instead of newest first.</summary>
    public bool Oldest { get; init; }
}
