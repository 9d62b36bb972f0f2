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
        _input.Add(ConnectorName, TenantName);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(null, () =>
    {
        // A pipeline that brought no connector means none, not all.
        if (MyInvocation.ExpectingInput && _input.IsEmpty) return;
        UseKeptStore();
        RecordStore? store = OpenWithConnectors();
        IReadOnlyList<Connector> connectors = FindConnectors(store, _input.Connectors, _input.Tenants);
        if (store is null) return;
        foreach (GapInfo gap in GapInfo.Of(store, connectors))
        {
            if ((Reason is null || Reason.Contains(gap.Reason)) && !(Unconfirmed && gap.ConfirmedAt is not null)) WriteObject(gap);
        }
    });
}
