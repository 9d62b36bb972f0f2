using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Tests whether a store is sound. Changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, Nouns.Store)]
[OutputType(typeof(StoreTest), typeof(bool))]
public sealed class TestJcStore : StoreCmdlet
{
    private const string Activity = "Testing the store";

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
        Guard(StorePath, () =>
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
        try
        {
            if (OpenExisting() is not { } store) return null;
            return Run((pipeline, stop) => Task.FromResult(Test(pipeline, store, stop)), out StoreTest? test) ? test : null;
        }
        catch (JcException e) when (e.ErrorId == "StoreDamaged")
        {
            // That is what was asked.
            return StoreTest.Unreadable(StoreFolderInForce, Full, e);
        }
    }

    private StoreTest Test(IPipeline pipeline, RecordStore store, CancellationToken stop)
    {
        try
        {
            return store.Care.Test(
                Full, (what, part) => pipeline.WriteProgress(new ProgressRecord(1, Activity, what) { PercentComplete = (int)(part * 100) }), stop);
        }
        finally
        {
            pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
