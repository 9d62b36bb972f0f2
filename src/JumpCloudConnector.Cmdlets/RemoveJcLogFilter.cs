using System.Management.Automation;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Removes a log filter and detaches it from the connectors that have it.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.LogFilter, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveJcLogFilter : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LogFilterNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        foreach (LogFilterInfo filter in store is null ? [] : new LogFilterRegistry(store).Describe(FindLogFilters(store, Name)).ToList())
        {
            string from = filter.ConnectorName.Count == 0 ? "It is attached to no connector." : $"It is detached from {string.Join(", ", filter.ConnectorName)}, which will keep what it left out.";
            if (IsConfirmed(Force, $"log filter '{filter.Name}' with its counts", from)) new LogFilterRegistry(store!).Remove(filter.Name);
        }

        if (store is null) FindLogFilters(null, Name);
    });
}
