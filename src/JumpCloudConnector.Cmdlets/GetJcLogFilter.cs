using System.Management.Automation;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Lists log filters, where they are attached and what they have excluded.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.LogFilter)]
[OutputType(typeof(LogFilterInfo))]
public sealed class GetJcLogFilter : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LogFilterNameCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        IReadOnlyList<LogFilter> found = FindLogFilters(store, Name);
        if (store is null) return;
        foreach (LogFilterInfo filter in new LogFilterRegistry(store).Describe(found)) WriteObject(filter);
    });
}
