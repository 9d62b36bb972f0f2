namespace JumpCloudConnector.Storage;

/// <summary>Why a span was read.</summary>
public enum SliceKind
{
    /// <summary>The newest data of a turn; for system users, a walk.</summary>
    Live = 1,

    /// <summary>Older data that was still open: a first run's lookback, or what an outage left.</summary>
    Backfill,

    /// <summary>Read again because the API counts more than was received.</summary>
    Audit,

    /// <summary>Read again because somebody asked for it.</summary>
    Reread,

    /// <summary>Not read: JumpCloud has it no longer. There is a gap of the same span.</summary>
    Gap,
}

/// <summary>A slice as it is committed: the span and what was received for it. Times are epoch milliseconds.</summary>
/// <param name="From">First millisecond of the span.</param>
/// <param name="To">First millisecond after the span.</param>
public sealed record SliceCommit(long From, long To)
{
    /// <summary>Why it was read.</summary>
    public SliceKind Kind { get; init; } = SliceKind.Live;

    /// <summary>How many events the API counted in it before it was read; null where it was not asked.</summary>
    public long? Counted { get; init; }

    /// <summary>False for a part of a slice too large for one transaction: its records are kept, but nothing is claimed yet.</summary>
    public bool Complete { get; init; } = true;

    /// <summary>Pages received whole for it.</summary>
    public int Pages { get; init; }

    /// <summary>What earlier parts of the same slice came to.</summary>
    public CommitCounts Earlier { get; init; }

    /// <summary>Where the stream's first collection began; set once.</summary>
    public long StreamStart { get; init; }

    /// <summary>The log filters that the batch's entries name by number.</summary>
    public IReadOnlyList<Guid> Filters { get; init; } = [];

    /// <summary>Time of the commit.</summary>
    public long Time { get; init; }
}

/// <summary>What became of the records of a commit.</summary>
/// <param name="Received">All of them.</param>
/// <param name="New">Those that are in the store now and were not before.</param>
/// <param name="Repeated">Those the store had.</param>
/// <param name="Filtered">Those that log filters excluded.</param>
public readonly record struct CommitCounts(long Received, long New, long Repeated, long Filtered)
{
    /// <summary>Adds up.</summary>
    public CommitCounts Plus(CommitCounts other) => new(
        Received + other.Received, New + other.New, Repeated + other.Repeated, Filtered + other.Filtered);
}

/// <summary>A system user as last recorded.</summary>
/// <param name="UserId">JumpCloud's <c>_id</c>.</param>
/// <param name="Hash">The hash of the content.</param>
/// <param name="Sequence">The place of its last record.</param>
public sealed record UserState(string UserId, Records.RecordKey Hash, long Sequence);
