using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Copies a store into a file, also while others collect.</summary>
[Cmdlet(VerbsData.Backup, Nouns.Store, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(StoreBackup))]
public sealed class BackupJcStore : StoreCmdlet
{
    private const string Activity = "Backing up the store";

    /// <summary>The file, or a folder in which it gets a name of its own.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Replaces a backup that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Destination, () =>
    {
        string destination = FilePaths.ResolveFileOrFolder(this, Destination);
        if (OpenExisting() is not { } store)
            throw new JcException("StoreNotFound", JcErrorKind.NotFound, $"There is no store in '{StoreFolderInForce}' to back up. Name it with -StorePath.", StoreFolderInForce);
        if (!ShouldProcess($"store '{store.Folder}'", $"Back up to '{destination}'")) return;
        if (Run((pipeline, stop) => Task.FromResult(Backup(pipeline, store, destination, stop)), out StoreBackup? backup)) WriteObject(backup);
    });

    private StoreBackup Backup(IPipeline pipeline, RecordStore store, string destination, CancellationToken stop)
    {
        try
        {
            return store.Care.Backup(
                destination, Force, DateTimeOffset.UtcNow,
                part => pipeline.WriteProgress(new ProgressRecord(1, Activity, destination) { PercentComplete = (int)(part * 100) }), stop);
        }
        finally
        {
            pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
