using System.Management.Automation;
using JumpCloudConnector.Scheduling;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Lists the tasks that collect, as the system's scheduler knows them.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.CollectionTask)]
[OutputType(typeof(CollectionTaskInfo))]
public sealed class GetJcCollectionTask : PSCmdlet
{
    /// <summary>Names, with wildcards; all where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CollectionTaskNameCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => CollectionTasks.ForEach(this, Name, task => WriteObject(task));
}
