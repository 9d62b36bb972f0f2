namespace JumpCloudConnector.Connectors;

/// <summary>
/// A Data Analyzer profile: a named group of connectors. One that runs on the Data Processor collects only while it is in a
/// profile.
/// </summary>
public sealed record AnalyzerProfile
{
    /// <summary>The profile that there always is.</summary>
    public const string DefaultName = "Default";

    internal static readonly AnalyzerProfile Default = new() { Name = DefaultName, CreatedAt = DateTimeOffset.FromUnixTimeSeconds(0) };

    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The most streams of its connectors that are collected side by side; null for no limit of its own.</summary>
    public int? MaxConcurrentStreams { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A Data Analyzer profile as the administrator sees it.</summary>
public sealed record AnalyzerProfileInfo
{
    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The most streams of its connectors that are collected side by side; null for no limit of its own.</summary>
    public int? MaxConcurrentStreams { get; init; }

    /// <summary>The connectors that are in it.</summary>
    public required IReadOnlyList<string> ConnectorName { get; init; }

    /// <summary>When it was added; null for Default, which is always there.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The store it lies in, so that a pipeline stays with that store.</summary>
    public required string StorePath { get; init; }
}
