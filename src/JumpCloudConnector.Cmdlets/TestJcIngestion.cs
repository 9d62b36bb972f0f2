using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Proves that nothing is missing: holds JumpCloud's count of events against the ledger and the store.</summary>
[Cmdlet(VerbsDiagnostic.Test, Nouns.Ingestion)]
[OutputType(typeof(IngestionTest), typeof(bool))]
public sealed class TestJcIngestion : PeriodCmdlet
{
    private const string Activity = "Counting events at JumpCloud";

    private readonly ConnectorInput _input = new();

    /// <summary>Connectors, with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? ConnectorName { get; set; }

    /// <summary>Tenants, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string[]? TenantName { get; set; }

    /// <summary>Returns one True or False instead of the details: True where all of it is complete.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(ConnectorName, () =>
    {
        KeepStore();
        _input.Add(ConnectorName, TenantName);
    });

    /// <inheritdoc/>
    // At the end, so that all connectors of a pipeline are tested side by side.
    protected override void EndProcessing()
    {
        // What could not be tested, for whatever reason, is not complete.
        bool complete = false;
        Guard(null, () => complete = Test());
        if (Quiet) WriteObject(complete);
    }

    private bool Test()
    {
        (DateTimeOffset? after, DateTimeOffset? before) = PeriodTimes();
        UseKeptStore();
        IReadOnlyList<Connector> connectors = [];
        RecordStore? store = null;
        bool all = true;
        // A pipeline that brought no connector means none, not all.
        if (!MyInvocation.ExpectingInput || !_input.IsEmpty)
        {
            store = OpenWithConnectors();
            connectors = FindConnectors(store, _input.Connectors, _input.Tenants);
            // One that was named and is not there is an error already, and not complete.
            all = _input.Connectors.All(n => n.IndexOfAny(['*', '?']) >= 0 || connectors.Any(c => string.Equals(c.Name, n, StringComparison.OrdinalIgnoreCase)));
        }

        foreach (Connector connector in connectors.Where(c => !c.ContentTypes.Contains(ContentType.DirectoryInsights)))
            WriteVerbose($"Connector '{connector.Name}' collects no events. Its users have no count by time; each walk over them is tested by itself.");
        WarnOfKeys(connectors);
        int done = 0, bad = 0, tested = 0;
        if (connectors.Count > 0 && !Run((pipeline, stop) => TestAsync(pipeline, store!, connectors, Take, after, before, stop))) return false;
        // Where there is no connector at all, or none of a name, that is said already; patterns and tenants that no connector has are not.
        bool isSaid = (!MyInvocation.ExpectingInput && HasNothing(store)) || (connectors.Count == 0 && !all);
        if (tested == 0 && !isSaid) WriteWarning(done == 0 ? "There were no events of any connector to test." : "Nothing was to be collected in this span, so nothing was tested.");
        return all && tested > 0 && bad == 0;

        // Called under the lock of those who test.
        int Take(IngestionTest result)
        {
            if (result.State != IngestionState.Complete) bad++;
            // A span without length was not tested.
            if (result.State != IngestionState.Complete || result.From < result.To) tested++;
            return ++done;
        }
    }

    private async Task TestAsync(
        IPipeline pipeline, RecordStore store, IReadOnlyList<Connector> connectors, Func<IngestionTest, int> take,
        DateTimeOffset? after, DateTimeOffset? before, CancellationToken stop)
    {
        IngestionTester tester = new(store, Secrets, vault: new PipelineVault(pipeline));
        object turn = new();
        await tester.TestAsync(connectors, after, before, Tested, stop).ConfigureAwait(false);
        pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });

        void Tested(IngestionTest result)
        {
            int done;
            lock (turn) done = take(result);
            int streams = Math.Max(done, tester.Streams);
            pipeline.WriteProgress(new ProgressRecord(1, Activity, $"{done} of {streams} organizations") { PercentComplete = done * 100 / streams });
            if (!Quiet) pipeline.WriteObject(result);
            else if (result.State != IngestionState.Complete) pipeline.WriteVerbose($"{result.ConnectorName}, {result.OrganizationName ?? result.OrganizationId ?? "own organization"}: {result.Message}");
        }
    }
}
