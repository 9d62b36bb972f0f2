using System.Management.Automation;
using JumpCloudConnector.Filters;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Changes a log filter. What it excluded before is not brought back, and what is stored stays.</summary>
[Cmdlet(VerbsCommon.Set, Nouns.LogFilter, SupportsShouldProcess = true)]
[OutputType(typeof(LogFilterInfo))]
public sealed class SetJcLogFilter : StoreCmdlet
{
    /// <summary>The filter's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LogFilterNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>1 to 10 conditions, all of which must hold; they replace those there are.</summary>
    [Parameter(Position = 1)]
    [ConditionTransformation]
    [ArgumentCompleter(typeof(ConditionCompleter))]
    public LogFilterCondition[]? Condition { get; set; }

    /// <summary>The tenant whose connectors may use it; $null for any.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string? TenantName { get; set; }

    /// <summary>Returns the changed filter.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (Condition is null && !MyInvocation.BoundParameters.ContainsKey(nameof(TenantName)))
            throw new JcException("NothingToChange", JcErrorKind.InvalidInput, "Give -Condition or -TenantName; there is nothing else to set.", Name);
        if (OpenExisting() is not { } store) throw LogFilterRegistry.NotFound(Name, StoreFolderInForce);
        LogFilterRegistry registry = new(store);
        LogFilter changed = Change(registry.Get(Name));
        LogFilterRules.Check(changed);
        if (Condition is not null) WarnOfConditions(store, Condition);
        if (MyInvocation.BoundParameters.ContainsKey(nameof(TenantName)) && registry.Doubt(changed.TenantName) is { } doubt) WriteWarning(doubt);
        if (!ShouldProcess($"log filter '{changed.Name}'", $"Change, to exclude records where {string.Join(" and ", changed.Conditions)}")) return;
        LogFilterInfo result = registry.Update(Name, Change);
        if (PassThru) WriteObject(result);
    });

    private LogFilter Change(LogFilter filter) => filter with
    {
        Conditions = Condition ?? filter.Conditions,
        TenantName = !MyInvocation.BoundParameters.ContainsKey(nameof(TenantName)) ? filter.TenantName : string.IsNullOrWhiteSpace(TenantName) ? null : TenantName,
    };
}
