using System.Collections.Concurrent;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Tests.Support;

/// <summary>Hears a collection, and calls back at each commit.</summary>
internal sealed class Listener(Action<RecordBatch>? committed = null) : ICollectionObserver
{
    private readonly ConcurrentQueue<string> _warnings = new();

    public IReadOnlyList<string> Warnings => [.. _warnings];

    public void Progressed(CollectionProgress progress)
    {
    }

    public void Committed(RecordBatch batch) => committed?.Invoke(batch);

    public void Completed(CollectionResult result)
    {
    }

    public void Warned(string message) => _warnings.Enqueue(message);

    public void Noted(string message)
    {
    }
}
