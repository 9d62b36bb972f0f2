using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Switches connectors on or off.</summary>
public abstract class ConnectorSwitchCmdlet : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectorName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Returns the connectors.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What they are to be.</summary>
    protected abstract bool Enabled { get; }

    /// <summary>What is done, for -WhatIf.</summary>
    protected abstract string Action { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        foreach (Connector connector in FindConnectors(store, Name))
        {
            if (!ShouldProcess($"connector '{connector.Name}' of tenant '{connector.TenantName}'", Action)) continue;
            ConnectorRegistry registry = new(store!, Secrets);
            if (!registry.SetEnabled(connector.Name, Enabled)) WriteVerbose($"Connector '{connector.Name}' was {(Enabled ? "enabled" : "disabled")} already.");
            else if (Enabled) KeepForOverlaps(connector.Name);
            if (PassThru) WriteObject(registry.Describe(registry.Get(connector.Name)));
        }
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(null, WarnTogether);
}
