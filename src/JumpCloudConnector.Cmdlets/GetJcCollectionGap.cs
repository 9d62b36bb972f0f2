using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Lists spans that may lack events for good.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.CollectionGap)]
[OutputType(typeof(GapInfo))]
public sealed class GetJcCollectionGap : StoreCmdlet
{
    private readonly List<string> _connectors = [];
    private readonly List<string> _tenants = [];

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

    /// <summary>Causes.</summary>
    [Parameter]
    [ListTransformation(typeof(GapReason))]
    public GapReason[]? Reason { get; set; }

    /// <summary>Only those that nobody has acknowledged.</summary>
    [Parameter]
    public SwitchParameter Unconfirmed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(ConnectorName, () =>
    {
        KeepStore();
        _connectors.AddRange(ConnectorName ?? []);
        _tenants.AddRange(TenantName ?? []);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(null, () =>
    {
        // A pipeline that brought no connector means none, not all.
        if (MyInvocation.ExpectingInput && _connectors.Count == 0 && _tenants.Count == 0) return;
        UseKeptStore();
        RecordStore? store = OpenExisting();
        IReadOnlyList<Connector> connectors = FindConnectors(store, _connectors, _tenants);
        if (store is null) return;
        foreach (GapInfo gap in GapInfo.Of(store, connectors))
        {
            if ((Reason is null || Reason.Contains(gap.Reason)) && !(Unconfirmed && gap.ConfirmedAt is not null)) WriteObject(gap);
        }
    });
}
