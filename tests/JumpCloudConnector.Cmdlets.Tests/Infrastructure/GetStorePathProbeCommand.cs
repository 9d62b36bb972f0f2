using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets.Tests.Infrastructure;

/// <summary>Gives the store path as a cmdlet of the module sees it.</summary>
[Cmdlet(VerbsCommon.Get, "StorePathProbe")]
[OutputType(typeof(string))]
public sealed class GetStorePathProbeCommand : JcCmdlet
{
    protected override void ProcessRecord()
    {
        try
        {
            WriteObject(ResolveStorePath());
        }
        catch (JcException exception)
        {
            Report(exception);
        }
    }
}
