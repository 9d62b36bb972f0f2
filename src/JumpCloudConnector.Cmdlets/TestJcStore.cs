using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Tests whether a store is sound. Changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, Nouns.Store, DefaultParameterSetName = OfStore)]
[OutputType(typeof(StoreTest), typeof(bool))]
public sealed class TestJcStore : StoreCmdlet
{
    private const string OfStore = "Store", OfBackup = "Backup";

    private const string Activity = "Testing the store";

    /// <summary>A file that Backup-JcStore has made, instead of a store.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfBackup, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string BackupFile { get; set; } = "";

    /// <summary>Looks at every page, index and key too, which takes longer.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>Returns True or False instead of the details: True where the store is sound.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // What could not be tested, for whatever reason, is not sound.
        bool isSound = false;
        Guard(ParameterSetName == OfBackup ? BackupFile : StorePath, () =>
        {
            if (Test() is not { } test) return;
            isSound = test.State == StoreState.Healthy;
            foreach (StoreFinding finding in test.Findings)
            {
                if (Quiet) WriteVerbose(finding.ToString());
                else if (!finding.IsDamage) WriteWarning(finding.Message);
            }

            if (!Quiet) WriteObject(test);
        });
        if (Quiet) WriteObject(isSound);
    }

    private StoreTest? Test()
    {
        bool ofBackup = ParameterSetName == OfBackup;
        string file = ofBackup ? FilePaths.Resolve(this, BackupFile) : "";
        try
        {
            if (ofBackup) return Show((progress, stop) => Tested(file, progress, stop));
            return OpenForWork() is { } store ? Show((progress, stop) => store.Care.Test(Full, progress, stop)) : null;
        }
        catch (JcException e) when (e.ErrorId == "StoreDamaged")
        {
            // That is what was asked.
            return StoreTest.Unreadable(StoreFolderInForce, Full, e);
        }
    }

    private StoreTest Tested(string file, Action<string, double> progress, CancellationToken stop)
    {
        try
        {
            return RecordStore.TestBackup(file, Full, progress, stop);
        }
        catch (JcException e) when (e.ErrorId == "StoreDamaged")
        {
            return StoreTest.Unreadable(file, Full, e);
        }
    }

    private StoreTest? Show(Func<Action<string, double>, CancellationToken, StoreTest> test) =>
        Run((pipeline, stop) => Task.FromResult(Show(pipeline, test, stop)), out StoreTest? result) ? result : null;

    private static StoreTest Show(IPipeline pipeline, Func<Action<string, double>, CancellationToken, StoreTest> test, CancellationToken stop)
    {
        try
        {
            return test((what, part) => pipeline.WriteProgress(new ProgressRecord(1, Activity, what) { PercentComplete = (int)(part * 100) }), stop);
        }
        finally
        {
            pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
