using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Removes records from the store, by connector, tenant and time. They do not come back.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.IngestedRecord, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RecordRemoval))]
public sealed class RemoveJcIngestedRecord : PeriodCmdlet
{
    private const string Activity = "Removing records";

    private readonly List<string> _connectors = [];
    private readonly List<string> _tenants = [];

    /// <summary>Connectors, by the names in the records, with wildcards; also of those that are no longer there.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? ConnectorName { get; set; }

    /// <summary>Tenants, by the names in the records, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string[]? TenantName { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What only records have; there to refuse them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? StellarUuid { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(ConnectorName, () =>
    {
        RefuseRecords(StellarUuid);
        KeepStore();
        _connectors.AddRange(ConnectorName ?? []);
        _tenants.AddRange(TenantName ?? []);
    });

    /// <inheritdoc/>
    // At the end, so that it is asked once for all connectors of a pipeline.
    protected override void EndProcessing() => Guard(null, () =>
    {
        // A pipeline that brought no connector means none, not all.
        if (MyInvocation.ExpectingInput && _connectors.Count == 0 && _tenants.Count == 0) return;
        (long? after, long? before) = Period();
        if (_connectors.Count == 0 && _tenants.Count == 0 && after is null && before is null)
        {
            throw new JcException("NothingSelected", JcErrorKind.InvalidInput,
                "Say which records: -ConnectorName, -TenantName, -After, -Before or -Last. For all that there are, give -ConnectorName '*'.");
        }

        UseKeptStore();
        if (OpenExisting() is not { } store) return;
        RecordQuery query = new() { ConnectorNames = _connectors, TenantNames = [.. _tenants.Distinct(StringComparer.OrdinalIgnoreCase)], After = after, Before = before };
        if (!Run((_, stop) => Task.FromResult(store.Records.Remove(query, preview: true, null, stop)), out RemovedRecords found)) return;
        if (found.Records == 0)
        {
            WriteVerbose("No records match, so nothing is removed.");
            return;
        }

        string span = $"of {Local(Time(found.First))} to {Local(Time(found.Last))}";
        if (!IsConfirmed(
            Force, $"{Words.Count(found.Records, "record")}{Whose()} {span}",
            $"They cannot be brought back. Their keys stay, so that a collection does not store them again.{Unsent(store, query)}"))
        {
            return;
        }

        long size = store.Care.Describe().UsedBytes;
        if (!Run((pipeline, stop) => Task.FromResult(Remove(pipeline, store, query, stop)), out RemovedRecords removed)) return;
        WriteObject(new RecordRemoval
        {
            Records = removed.Records,
            FirstRecord = removed.First is { } first ? Time(first) : null,
            LastRecord = removed.Last is { } last ? Time(last) : null,
            FreedBytes = Math.Max(0, size - store.Care.Describe().UsedBytes),
            StorePath = store.Folder,
        });
    });

    private string Whose() => string.Concat(
        _connectors.Count == 0 ? "" : $" of {(_connectors.Count == 1 ? "connector" : "connectors")} {string.Join(", ", _connectors.Distinct(StringComparer.OrdinalIgnoreCase).Take(5).Select(n => $"'{n}'"))}{(_connectors.Count > 5 ? " and others" : "")}",
        _tenants.Count == 0 ? "" : $" of tenant {string.Join(", ", _tenants.Distinct(StringComparer.OrdinalIgnoreCase).Take(5).Select(n => $"'{n}'"))}");

    /// <summary>What of them syslog destinations have not got yet, and never will.</summary>
    private string Unsent(RecordStore store, RecordQuery query)
    {
        string unsent = "";
        foreach (Forwarding.SyslogDestination destination in store.Destinations.GetDestinations().Where(d => d.Enabled))
        {
            if (store.Destinations.GetState(destination.Id) is not { } state) continue;
            long waiting = store.Records.Remove(query with { AfterSequence = state.Position }, preview: true, null, StopToken).Records;
            if (waiting > 0) unsent += $" {Words.Count(waiting, "record")} of them, at most, syslog destination '{destination.Name}' has not got yet, and never will.";
        }

        return unsent;
    }

    private static RemovedRecords Remove(IPipeline pipeline, RecordStore store, RecordQuery query, CancellationToken stop)
    {
        try
        {
            RemovedRecords removed = store.Records.Remove(query, preview: false, (sum, part) =>
                pipeline.WriteProgress(new ProgressRecord(1, Activity, Words.Count(sum.Records, "record")) { PercentComplete = (int)(part * 100) }), stop);
            store.Care.GiveBackSpace(stop);
            return removed;
        }
        finally
        {
            pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private static DateTimeOffset Time(long? milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds ?? 0);
}
