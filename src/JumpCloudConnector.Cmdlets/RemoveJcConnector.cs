using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Removes a connector with its key and position. Its records stay unless they are to go too.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.Connector, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveJcConnector : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectorName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Removes its records too.</summary>
    [Parameter]
    public SwitchParameter RemoveRecords { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        foreach (Connector connector in FindConnectors(store, Name))
        {
            string what = $"connector '{connector.Name}' of tenant '{connector.TenantName}' with its API key";
            if (!IsConfirmed(
                Force, RemoveRecords ? $"{what}, its position and all its records" : $"{what} and its position",
                RemoveRecords ? "The records cannot be brought back once JumpCloud no longer keeps the events."
                : "Its records stay. A new connector for the same organization begins at its own initial lookback and stores that span again."))
            {
                continue;
            }

            ConnectorRegistry registry = new(store!, Secrets);
            if (RemoveRecords)
            {
                // The connector goes last, so that a removal that was stopped can be taken up again; disabled, it collects nothing.
                registry.SetEnabled(connector.Name, false);
                if (!Run((_, stop) => Task.FromResult(store!.Records.RemoveRecords(connector.Id, stop)), out long removed)) continue;
                WriteVerbose($"{Words.Count(removed, "record")} of connector '{connector.Name}' {(removed == 1 ? "was" : "were")} removed.");
            }

            registry.Remove(connector.Name);
            // What a collection that was under way has committed meanwhile; it cannot commit any more.
            if (RemoveRecords) store!.Records.RemoveRecords(connector.Id, StopToken);
        }
    });
}
