using JumpCloudConnector.Collection;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Tests.Support;

/// <summary>Keeps what a collection tells, in the order it was told, and calls back at each commit.</summary>
public sealed class CollectionWatcher(Action<RecordBatch>? committed = null) : ICollectionObserver
{
    private readonly Lock _lock = new();
    private readonly List<CollectionResult> _results = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _notes = [];

    public IReadOnlyList<CollectionResult> Results
    {
        get { lock (_lock) return [.. _results]; }
    }

    public IReadOnlyList<string> Warnings
    {
        get { lock (_lock) return [.. _warnings]; }
    }

    public IReadOnlyList<string> Notes
    {
        get { lock (_lock) return [.. _notes]; }
    }

    public void Progressed(CollectionProgress progress)
    {
    }

    public void Committed(RecordBatch batch) => committed?.Invoke(batch);

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
        lock (_lock) _notes.Add(message);
    }
}
