using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Reads again what Test-JcIngestion found missing or open.</summary>
[Cmdlet(VerbsDiagnostic.Repair, Nouns.Ingestion, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CollectionResult), typeof(Forwarding.ForwardingResult))]
public sealed class RepairJcIngestion : CollectionCmdlet
{
    private readonly List<IngestionTest> _tests = [];

    /// <summary>What Test-JcIngestion gave.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public IngestionTest[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(InputObject, () =>
    {
        // Given as an argument, the tests still say which store they are of.
        foreach (IngestionTest test in InputObject)
        {
            if (!IsStoreGiven) StorePath = test.StorePath;
            KeepStore();
        }

        _tests.AddRange(InputObject);
    });

    /// <inheritdoc/>
    // At the end, so that all connectors of a pipeline are read side by side, each stream once.
    protected override void EndProcessing() => Guard(null, () =>
    {
        UseKeptStore();
        if (OpenWithConnectors() is not { } store) return;
        List<RereadRequest> requests = [];
        foreach (IGrouping<string, IngestionTest> tests in _tests.Where(HasRepair).GroupBy(t => t.ConnectorName, StringComparer.OrdinalIgnoreCase))
        {
            Guard(tests.Key, () =>
            {
                Connector connector = new ConnectorRegistry(store, Secrets).Get(tests.Key);
                // Refused before anything is asked.
                RereadRequest.Repair(store, connector, tests);
                List<IngestionTest> wanted = [.. tests.Where(t => ShouldProcess(Target(t), Action(t)))];
                if (wanted.Count > 0) requests.Add(RereadRequest.Repair(store, connector, wanted));
            });
        }

        if (requests.Count == 0) return;
        WarnOfKeys(requests.Select(r => r.Connector));
        Collect(store, new CollectionOptions(), outputRecords: false, (service, observer) => service.RereadAsync(requests, observer, observer, StopToken));
    });

    private bool IsStoreGiven => MyInvocation.BoundParameters.ContainsKey(nameof(StorePath));

    private bool HasRepair(IngestionTest test)
    {
        if (test.State == IngestionState.Complete) WriteVerbose($"Nothing is to be repaired: {Target(test)} is complete.");
        else if (test.Missing.Count + test.Open.Count > 0) return true;
        else WriteWarning($"Nothing that can be repaired was found: {Target(test)}. {test.Message}");
        return false;
    }

    private static string Target(IngestionTest test) =>
        (test.OrganizationName ?? test.OrganizationId) is { } organization ? $"organization '{organization}' of connector '{test.ConnectorName}'" : $"connector '{test.ConnectorName}'";

    private static string Action(IngestionTest test)
    {
        List<string> what = [];
        if (test.Missing.Count > 0) what.Add($"{Count(test.MissingCount, "missing event")} in {Count(test.Missing.Count, "span")}");
        if (test.Open.Count > 0)
            what.Add($"{Count(test.Open.Count, "span")} of {DurationText.Format(TimeSpan.FromTicks(test.Open.Sum(o => (o.To - o.From).Ticks)))} that {(test.Open.Count == 1 ? "was" : "were")} not collected yet");
        return $"Read again: {string.Join(", and ", what)}";
    }

    private static string Count(long number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
