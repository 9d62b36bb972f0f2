using System.Management.Automation;
using System.Reflection;

namespace JumpCloudConnector.Cmdlets.Tests.Infrastructure;

/// <summary>Takes a number of objects and then wants no more, as Select-Object -First does (which the bare engine lacks).</summary>
[Cmdlet(VerbsLifecycle.Stop, "Upstream")]
[OutputType(typeof(object))]
public sealed class StopUpstreamCommand : PSCmdlet
{
    private int _count;

    [Parameter(Mandatory = true)]
    public int First { get; set; }

    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        if (++_count < First) return;
        Type type = typeof(PSCmdlet).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;
        throw (Exception)Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, [this], null)!;
    }
}
