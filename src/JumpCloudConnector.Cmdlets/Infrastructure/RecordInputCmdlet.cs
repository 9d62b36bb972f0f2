using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// A cmdlet that works on records of connectors, by the names in the records: at the end, once for all connectors of a pipeline.
/// </summary>
public abstract class RecordInputCmdlet : PeriodCmdlet
{
    /// <summary>Connectors, by the names in the records, with wildcards; also of those that are no longer there.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public virtual string[]? ConnectorName { get; set; }

    /// <summary>Tenants, by the names in the records, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string[]? TenantName { get; set; }

    /// <summary>What only records have; there to refuse them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? StellarUuid { get; set; }

    /// <summary>What only counts have; there to refuse them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? Percent { get; set; }

    /// <summary>Which connectors and tenants were named.</summary>
    private protected ConnectorInput Input { get; } = new();

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(ConnectorName, () =>
    {
        RefuseRecords();
        RefuseCounts();
        KeepStore();
        Input.Add(ConnectorName, TenantName);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(null, () =>
    {
        // A pipeline that brought no connector means none, not all.
        if (!MyInvocation.ExpectingInput || !Input.IsEmpty) Work();
    });

    /// <summary>Does the cmdlet's work, once all input has come.</summary>
    protected abstract void Work();

    /// <summary>Warns of names and values that neither the store nor JumpCloud's documentation knows: most are misspelt.</summary>
    private protected void WarnOfUnknownNames(RecordStore store, RecordQuery query)
    {
        foreach (string doubt in new SearchAdvice(store, query).Doubts(StopToken)) WriteWarning(doubt);
    }

    /// <summary>
    /// Warns where nothing was found of what no record has, and says what was searched and what rules everything out, so that
    /// nobody is left to wonder.
    /// </summary>
    private protected void SayWhatWasSearched(RecordStore store, RecordQuery query)
    {
        foreach (string unknown in new SearchAdvice(store, query).Unknown(StopToken)) WriteWarning(unknown);
        if (!IsVerbose) return;
        (long count, long? first, long? last) = store.Records.GetSpan();
        if (count == 0)
        {
            WriteVerbose(HasNoRecords(store));
            return;
        }

        string span = $"{TimeText.Utc(first!.Value)} to {TimeText.Utc(last!.Value)}";
        string asked = query.After is null && query.Before is null ? "without bounds of time"
            : $"from {(query.After is { } a ? TimeText.Utc(a) : "the beginning")} to {(query.Before is { } b ? TimeText.Utc(b) : "the end")}";
        if (query.IngestedAfter is { } written) asked += $", what was written since {TimeText.Utc(written)}";
        if (query.AfterSequence is { } sequence) asked += $", what lies behind sequence {sequence}";
        WriteVerbose($"Nothing matched. Searched {asked}; the store's {Words.Count(count, "record")} {(count == 1 ? "is" : "are")} of {span}.");
        foreach (string reason in new SearchAdvice(store, query).Reasons(StopToken)) WriteVerbose(reason);
    }

    /// <summary>
    /// Ends the command where the pipeline brings records: their connectors' names bind as a connector's do, and the command
    /// would work on everything of those connectors.
    /// </summary>
    private void RefuseRecords()
    {
        if (StellarUuid is null) return;
        ThrowTerminatingError(ErrorRecords.From(new JcException("RecordsNotTaken", JcErrorKind.InvalidInput,
            $"{MyInvocation.MyCommand.Name} takes connectors from a pipeline, not records: it would work on all records of their connectors. Give it the criteria by which you found them. Send-JcSyslog is what takes records.", StellarUuid)));
    }

    /// <summary>
    /// Ends the command where the pipeline brings counts: what they were counted by is not what they were found by, and a group of
    /// anything but connectors and tenants would be none at all.
    /// </summary>
    private void RefuseCounts()
    {
        if (Percent is null) return;
        ThrowTerminatingError(ErrorRecords.From(new JcException("CountsNotTaken", JcErrorKind.InvalidInput,
            $"{MyInvocation.MyCommand.Name} takes connectors from a pipeline, not counts: a count has its group, and not the criteria by which its records were found. Give those, and the group's value, such as {{ Get-JcIngestedRecord -EventStatus failure -SourceIp $_.SourceIp }} in ForEach-Object.")));
    }
}
