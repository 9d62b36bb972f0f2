using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Removes a task that collects. Connectors and records stay.</summary>
[Cmdlet(VerbsLifecycle.Unregister, Nouns.CollectionTask, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class UnregisterJcCollectionTask : PSCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CollectionTaskNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => CollectionTasks.ForEach(this, Name, task =>
    {
        if (ShouldProcess($"task '{task.Name}' ({task.Scheduler})", "Remove; nothing collects any more unless another task or a person does"))
            Schedulers.Current().Unregister(task.Name);
    });
}
