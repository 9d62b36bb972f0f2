using System.Management.Automation;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Tries a log filter on what is stored: how much it would have excluded, with samples. Changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, Nouns.LogFilter, DefaultParameterSetName = ByName)]
[OutputType(typeof(LogFilterTestResult))]
public sealed class TestJcLogFilter : PeriodCmdlet
{
    private const string ByName = "Name";
    private const string ByCondition = "Condition";

    private string? _warnedOf;

    /// <summary>Names, with wildcards.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    // Here too, to be refused with a reason.
    [Parameter(ParameterSetName = ByCondition, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, DontShow = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LogFilterNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Conditions to try before a filter is made of them.</summary>
    [Parameter(ParameterSetName = ByCondition, Mandatory = true)]
    [ConditionTransformation]
    [ArgumentCompleter(typeof(ConditionCompleter))]
    public LogFilterCondition[] Condition { get; set; } = [];

    /// <summary>The connectors whose records are tried, with wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? ConnectorName { get; set; }

    /// <summary>How many samples to return.</summary>
    [Parameter]
    [IntTransformation(Largest = 1000)]
    [ValidateRange(0, 1000)]
    public int SampleSize { get; set; } = 5;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (ParameterSetName == ByCondition && Name.Length > 0)
        {
            throw new JcException("NameAndCondition", JcErrorKind.InvalidInput,
                "-Name tries a log filter that there is, -Condition what you think of. Give one of the two.", Name);
        }

        RecordStore? store = OpenForWork();
        IReadOnlyList<LogFilter> filters = ParameterSetName == ByName ? FindLogFilters(store, Name)
            : [new LogFilter { Id = Guid.Empty, Name = "(conditions)", Conditions = Condition, CreatedAt = default, ModifiedAt = default }];
        foreach (LogFilter filter in filters)
        {
            LogFilterRules.Check(filter);
            WarnOfConditions(store, filter.Conditions);
        }

        if (store is null) return;
        (long? after, long? before) = Period();
        RecordQuery query = new() { ConnectorNames = ConnectorName ?? [], After = after, Before = before };
        IReadOnlyCollection<string> doubts = [.. new SearchAdvice(store, query).Doubts(StopToken)];
        foreach (string doubt in doubts) WriteWarning(doubt);
        foreach (LogFilter filter in filters)
        {
            if (Run((_, stop) => Task.FromResult(new LogFilterRegistry(store).Test(filter, query, SampleSize, stop)), out LogFilterTestResult? result))
            {
                // A name that is misspelt is reason enough.
                if (result!.Tested == 0 && doubts.Count == 0) WarnOfNothing(store);
                WriteObject(result);
            }
        }
    });

    // That nothing would be excluded says nothing where there was nothing to try it on; once for all filters.
    private void WarnOfNothing(RecordStore store)
    {
        if (_warnedOf == store.Folder) return;
        _warnedOf = store.Folder;
        WriteWarning(store.Records.GetSpan().Count == 0 ? $"There was nothing to try a log filter on. {HasNoRecords(store)}"
            : "There was nothing to try a log filter on: the store has no record of that span and those connectors. Give a wider span, or leave -After, -Before, -Last and -ConnectorName out.");
    }
}
