using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets.Tests.Infrastructure;

/// <summary>Runs a test's work through the module's base class.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PumpProbe", SupportsShouldProcess = true)]
[OutputType(typeof(object))]
public sealed class InvokePumpProbeCommand : JcCmdlet
{
    [Parameter(Mandatory = true)]
    public Func<IPipeline, CancellationToken, Task> Work { get; set; } = null!;

    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    protected override void ProcessRecord() => Run(Work);
}
