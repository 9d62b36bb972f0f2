using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Lists connectors with their health.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Connector)]
[OutputType(typeof(ConnectorInfo))]
public sealed class GetJcConnector : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectorName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Tenants, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string[]? TenantName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        IReadOnlyList<Connector> found = FindConnectors(store, Name, TenantName);
        if (store is null) return;
        foreach (ConnectorInfo connector in new ConnectorRegistry(store, Secrets).Describe(found)) WriteObject(connector);
    });
}
