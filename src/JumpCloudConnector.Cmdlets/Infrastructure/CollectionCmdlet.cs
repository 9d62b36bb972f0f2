using JumpCloudConnector.Collection;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>A cmdlet that collects: shows results, progress and warnings, and keeps the log of turns.</summary>
public abstract class CollectionCmdlet : StoreCmdlet
{
    /// <summary>Runs work with a collector, which forwards what is new.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">How to collect.</param>
    /// <param name="outputRecords">True to write the new records instead of the results.</param>
    /// <param name="work">What the service is to do, and whom it is to tell.</param>
    protected void Collect(RecordStore store, CollectionOptions options, bool outputRecords, Func<CollectionService, RunLog, Task> work) => Run(async (pipeline, _) =>
    {
        PipelineObserver shown = new(pipeline, outputRecords);
        RunLog observer = new(RunLog.FolderOf(store.Folder), shown);
        using Collector collector = new(store, Secrets, options, vault: new PipelineVault(pipeline));
        try
        {
            await work(new CollectionService(store, Secrets, collector), observer).ConfigureAwait(false);
        }
        finally
        {
            shown.Finish();
        }
    });
}
