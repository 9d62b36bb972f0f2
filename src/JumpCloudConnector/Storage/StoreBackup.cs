namespace JumpCloudConnector.Storage;

/// <summary>A copy of a store in one file, whole and checked.</summary>
public sealed record StoreBackup
{
    /// <summary>The file with its folder.</summary>
    public required string FullName { get; init; }

    /// <summary>The file's name alone.</summary>
    public string Name => Path.GetFileName(FullName);

    /// <summary>Its size.</summary>
    public required long Bytes { get; init; }

    /// <summary>Records that are in it.</summary>
    public required long Records { get; init; }

    /// <summary>The last place in the order of commits that it has.</summary>
    public required long LastSequence { get; init; }

    /// <summary>When it was begun: what was committed later is not in it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The store's folder.</summary>
    public required string StorePath { get; init; }

    /// <inheritdoc/>
    // As a FileInfo, so that it can be piped into what takes a path.
    public override string ToString() => FullName;
}
