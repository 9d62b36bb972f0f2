using System.Management.Automation;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Lists syslog destinations: their settings, how far each has come and what is wrong.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.SyslogDestination)]
[OutputType(typeof(SyslogDestinationInfo))]
public sealed class GetJcSyslogDestination : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyslogDestinationNameCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        IReadOnlyList<SyslogDestination> found = FindDestinations(store, Name);
        if (store is null) return;
        foreach (SyslogDestinationInfo destination in new SyslogDestinationRegistry(store, Secrets).Describe(found, StopToken)) WriteObject(destination);
    });
}
