using System.Management.Automation;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Adds a log filter. It excludes nothing until it is attached to a connector.</summary>
[Cmdlet(VerbsCommon.New, Nouns.LogFilter, SupportsShouldProcess = true)]
[OutputType(typeof(LogFilterInfo))]
public sealed class NewJcLogFilter : StoreCmdlet
{
    /// <summary>The unique name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>1 to 10 conditions, all of which must hold.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ConditionTransformation]
    [ArgumentCompleter(typeof(ConditionCompleter))]
    public LogFilterCondition[] Condition { get; set; } = [];

    /// <summary>The tenant whose connectors may use it; any where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string? TenantName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        LogFilter filter = new()
        {
            Id = Guid.Empty, Name = Name, TenantName = string.IsNullOrWhiteSpace(TenantName) ? null : TenantName,
            Conditions = Condition, CreatedAt = default, ModifiedAt = default,
        };
        LogFilterRules.Check(filter);
        // A store that is not there yet has nothing to be held against.
        RecordStore? store = RecordStore.Exists(StoreFolderInForce) ? OpenOrCreate() : null;
        WarnOfConditions(store, Condition);
        if (store is not null && new LogFilterRegistry(store).Doubt(filter.TenantName) is { } doubt) WriteWarning(doubt);
        if (ShouldProcess($"log filter '{Name}'", $"Add, excluding records where {string.Join(" and ", Condition.AsEnumerable())}"))
            WriteObject(new LogFilterRegistry(OpenOrCreate()).Add(filter));
    });
}
