using JumpCloudConnector.Collection;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Tests.Support;

/// <summary>Keeps what a collection tells, in the order it was told.</summary>
public sealed class CollectionWatcher : ICollectionObserver
{
    private readonly Lock _lock = new();
    private readonly List<CollectionResult> _results = [];
    private readonly List<string> _warnings = [];

    /// <summary>Called after each commit.</summary>
    public Action? OnCommit { get; init; }

    public IReadOnlyList<CollectionResult> Results
    {
        get { lock (_lock) return [.. _results]; }
    }

    public IReadOnlyList<string> Warnings
    {
        get { lock (_lock) return [.. _warnings]; }
    }

    public void Progressed(CollectionProgress progress)
    {
    }

    public void Committed(RecordBatch batch) => OnCommit?.Invoke();

    public void Completed(CollectionResult result)
    {
        lock (_lock) _results.Add(result);
    }

    public void Warned(string message)
    {
        lock (_lock) _warnings.Add(message);
    }

    public void Noted(string message)
    {
    }
}
