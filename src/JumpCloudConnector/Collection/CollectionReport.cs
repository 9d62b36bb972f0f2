using JumpCloudConnector.Records;

namespace JumpCloudConnector.Collection;

/// <summary>Gathers the results of a run and passes on what happens to whoever watches.</summary>
internal sealed class CollectionReport(ICollectionObserver? observer)
{
    private readonly List<CollectionResult> _results = [];

    public IReadOnlyList<CollectionResult> Results
    {
        get { lock (_results) return [.. _results]; }
    }

    public void Add(CollectionResult result)
    {
        lock (_results) _results.Add(result);
        observer?.Completed(result);
    }

    public void Progressed(CollectionProgress progress) => observer?.Progressed(progress);

    public void Committed(RecordBatch batch) => observer?.Committed(batch);

    public void Warned(string message) => observer?.Warned(message);

    public void Noted(string message) => observer?.Noted(message);
}
