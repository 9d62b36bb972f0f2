namespace JumpCloudConnector.Storage;

/// <summary>Whether a store is sound.</summary>
public enum StoreState
{
    /// <summary>All that was looked at is as it should be.</summary>
    Healthy = 1,

    /// <summary>Something is not as it was written.</summary>
    Damaged,
}

/// <summary>Something that a test of a store found.</summary>
/// <param name="IsDamage">True for damage, false for what is to be watched.</param>
/// <param name="Area">What it is about: File, Block, Record, Sequence, Ledger or Disk.</param>
/// <param name="Message">What is the matter.</param>
public sealed record StoreFinding(bool IsDamage, string Area, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Area}: {Message}";
}

/// <summary>What a test of a store came to.</summary>
public sealed record StoreTest
{
    /// <summary>The store's folder, or the backup's file.</summary>
    public required string StorePath { get; init; }

    /// <summary>Sound or not.</summary>
    public StoreState State => Findings.Any(f => f.IsDamage) ? StoreState.Damaged : StoreState.Healthy;

    /// <summary>What was found.</summary>
    public required IReadOnlyList<StoreFinding> Findings { get; init; }

    /// <summary>Blocks that were opened.</summary>
    public long Blocks { get; init; }

    /// <summary>Records that were looked at.</summary>
    public long Records { get; init; }

    /// <summary>True where every page, index and key was looked at.</summary>
    public required bool IsFull { get; init; }

    /// <summary>When the test began.</summary>
    public required DateTimeOffset TestedAt { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The test of a store that cannot even be opened.</summary>
    public static StoreTest Unreadable(string folder, bool full, JcException fault) => new()
    {
        StorePath = folder, IsFull = full, TestedAt = DateTimeOffset.UtcNow, Findings = [new StoreFinding(true, "File", fault.Message)],
    };
}
