using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Removes records from the store, by connector, tenant and time. They do not come back.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.IngestedRecord, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RecordRemoval))]
public sealed class RemoveJcIngestedRecord : RecordInputCmdlet
{
    private const string Activity = "Removing records";

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Work()
    {
        (long? after, long? before) = Period();
        if (Input.IsEmpty && after is null && before is null)
        {
            throw new JcException("NothingSelected", JcErrorKind.InvalidInput,
                "Say which records: -ConnectorName, -TenantName, -After, -Before or -Last. For all that there are, give -ConnectorName '*'.");
        }

        UseKeptStore();
        if (OpenWithConnectors() is not { } store) return;
        RecordQuery query = new() { ConnectorNames = Input.Connectors, TenantNames = Input.Tenants, After = after, Before = before };
        WarnOfUnknownNames(store, query);
        if (!Run((_, stop) => Task.FromResult(store.Records.Remove(query, preview: true, null, stop)), out RemovedRecords found)) return;
        if (found.Records == 0)
        {
            if (IsPreview) ShouldProcess($"Remove 0 records{Whose()}, since none matches.", "", "Confirm");
            else WriteVerbose("No records match, so nothing is removed.");
            SayWhatWasSearched(store, query);
            return;
        }

        string span = $"of {TimeText.Utc(found.First ?? 0)} to {TimeText.Utc(found.Last ?? 0)}";
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
    }

    private string Whose() => string.Concat(
        Input.Connectors.Count == 0 ? "" : $" of {(Input.Connectors.Count == 1 ? "connector" : "connectors")} {string.Join(", ", Input.Connectors.Distinct(StringComparer.OrdinalIgnoreCase).Take(5).Select(n => $"'{n}'"))}{(Input.Connectors.Count > 5 ? " and others" : "")}",
        Input.Tenants.Count == 0 ? "" : $" of tenant {string.Join(", ", Input.Tenants.Take(5).Select(n => $"'{n}'"))}");

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

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
