using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Tests a connector's connection and authentication, each host and content type by itself.</summary>
[Cmdlet(VerbsDiagnostic.Test, Nouns.Connector)]
[OutputType(typeof(ConnectionTestResult), typeof(bool))]
public sealed class TestJcConnector : StoreCmdlet
{
    // Both of a pair say the same.
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Names, with wildcards; all connectors where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectorName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Returns True or False instead of the details.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenWithConnectors();
        foreach (Connector connector in FindConnectors(store, Name))
        {
            KeepKeys([connector]);
            if (!Run((pipeline, stop) => new ConnectionTester(store!, Secrets, vault: new PipelineVault(pipeline)).TestAsync(connector, stop), out ConnectionTestResult? result)) continue;
            foreach (string warning in result!.Warning)
                if (_told.Add(warning)) WriteWarning(warning);
            WriteObject(Quiet ? result.Success : (object)result);
        }
    });

    /// <inheritdoc/>
    // Behind the last result: of keys that expire on one day it is said once.
    protected override void EndProcessing() => Guard(null, WarnTogether);
}
