using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>What the parts of a slice came to that were too large for one transaction.</summary>
internal sealed class SliceParts
{
    public CommitCounts Earlier { get; set; }
}

/// <summary>A slice on its way to the store, with the place in memory that it takes.</summary>
internal sealed class PendingSlice(RecordBatch batch, SliceCommit slice, SliceParts parts, SemaphoreSlim place) : IDisposable
{
    public RecordBatch Batch => batch;

    public SliceCommit Slice => slice;

    public SliceParts Parts => parts;

    public void Dispose()
    {
        batch.Dispose();
        place.Release();
    }
}
