using System.Management.Automation;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Sends one marked message to a syslog destination and says how far it got.</summary>
[Cmdlet(VerbsDiagnostic.Test, Nouns.SyslogDestination)]
[OutputType(typeof(SyslogDestinationTest), typeof(bool))]
public sealed class TestJcSyslogDestination : StoreCmdlet
{
    /// <summary>Names, with wildcards; all destinations where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyslogDestinationNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Returns True or False instead of the details.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenForWork();
        foreach (SyslogDestination destination in FindDestinations(store, Name))
        {
            if (!Run((_, stop) => new SyslogDestinationTester(store!, Secrets).TestAsync(destination, stop), out SyslogDestinationTest? result)) continue;
            WriteObject(Quiet ? result!.Succeeded : (object)result!);
        }
    });
}
