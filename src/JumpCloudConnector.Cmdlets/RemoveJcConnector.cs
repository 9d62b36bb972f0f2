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
            if (!IsConfirmed(Force, $"connector '{connector.Name}' of tenant '{connector.TenantName}'", 
                RemoveRecords ? "Remove it with its API key, its collection position and all its records"
                : "Remove it with its API key and collection position. Its records stay; a new connector for the same organization begins at its own initial lookback and stores that span again"))
                continue;
            ConnectorRegistry registry = new(store!, Secrets);
            if (RemoveRecords)
            {
                // The connector goes last, so that a removal that was stopped can be taken up again; disabled, it collects nothing.
                registry.SetEnabled(connector.Name, false);
                if (!Run((_, stop) => Task.FromResult(store!.Records.RemoveRecords(connector.Id, stop)), out long removed)) continue;
                WriteVerbose($"{removed} records of connector '{connector.Name}' were removed.");
            }

            registry.Remove(connector.Name);
            // What a collection that was under way has committed meanwhile; it cannot commit any more.
            if (RemoveRecords) store!.Records.RemoveRecords(connector.Id, StopToken);
        }
    });
}
