using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Shows which spans of time were read, what came of them, and what is open or lost.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.CollectionLedger)]
[OutputType(typeof(LedgerEntry))]
public sealed class GetJcCollectionLedger : PeriodCmdlet
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

    /// <summary>Organizations, by id or name, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(OrganizationCompleter))]
    public string[]? Organization { get; set; }

    /// <summary>What was collected.</summary>
    [Parameter]
    [ListTransformation(typeof(ContentType))]
    public ContentType[]? ContentType { get; set; }

    /// <summary>How finely: spans, days, or every row.</summary>
    [Parameter]
    [EnumTransformation(typeof(LedgerDetail))]
    public LedgerDetail Detail { get; set; } = LedgerDetail.Span;

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
        (DateTimeOffset? after, DateTimeOffset? before) = PeriodTimes();
        UseKeptStore();
        RecordStore? store = OpenWithConnectors();
        IReadOnlyList<Connector> connectors = FindConnectors(store, _input.Connectors, _input.Tenants);
        if (store is null) return;
        foreach (string doubt in new SearchAdvice(store, new RecordQuery { Organizations = Organization ?? [] }).Doubts(StopToken)) WriteWarning(doubt);
        LedgerQuery query = new() { Organizations = Organization ?? [], ContentTypes = ContentType ?? [], After = after, Before = before, Detail = Detail };
        long found = 0;
        foreach (LedgerEntry entry in LedgerReport.Read(store, connectors, query, DateTimeOffset.UtcNow))
        {
            found++;
            WriteObject(entry);
        }

        if (found == 0) WriteVerbose("Nothing matched: nothing was collected yet of what was asked for, or not in that time.");
    });
}
