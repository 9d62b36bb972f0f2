using System.Management.Automation;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Switches connectors off. Nothing of it is lost; Enable-JcConnector lets it go on where it stopped.</summary>
[Cmdlet(VerbsLifecycle.Disable, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorInfo))]
public sealed class DisableJcConnector : ConnectorSwitchCmdlet
{
    /// <inheritdoc/>
    protected override bool Enabled => false;

    /// <inheritdoc/>
    protected override string Action => "Disable";
}
