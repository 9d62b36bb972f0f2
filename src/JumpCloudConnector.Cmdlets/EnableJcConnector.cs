using System.Management.Automation;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Switches connectors on. Its position, key, filters and status are as they were.</summary>
[Cmdlet(VerbsLifecycle.Enable, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorInfo))]
public sealed class EnableJcConnector : ConnectorSwitchCmdlet
{
    /// <inheritdoc/>
    protected override bool Enabled => true;

    /// <inheritdoc/>
    protected override string Action => "Enable";
}
