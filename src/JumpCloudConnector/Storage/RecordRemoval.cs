namespace JumpCloudConnector.Storage;

/// <summary>Records that were removed by hand.</summary>
public sealed record RecordRemoval
{
    /// <summary>How many.</summary>
    public required long Records { get; init; }

    /// <summary>The oldest one's time.</summary>
    public DateTimeOffset? FirstRecord { get; init; }

    /// <summary>The newest one's time.</summary>
    public DateTimeOffset? LastRecord { get; init; }

    /// <summary>By how many bytes the store has become smaller.</summary>
    public required long FreedBytes { get; init; }

    /// <summary>The store's folder.</summary>
    public required string StorePath { get; init; }
}
