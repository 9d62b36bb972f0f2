using System.Management.Automation;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Removes a syslog destination with its place and counts.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.SyslogDestination, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveJcSyslogDestination : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyslogDestinationNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        foreach (SyslogDestination destination in FindDestinations(store, Name))
        {
            long behind = store!.Destinations.GetState(destination.Id) is { } state ? store.Destinations.CountBehind(state.Position) : 0;
            string consequence = behind == 0 ? "It has everything." : $"{Words.Count(behind, "record")} at most wait for it and are not sent; the records stay.";
            if (IsConfirmed(Force, $"syslog destination '{destination.Name}' with its place and counts", consequence))
                new SyslogDestinationRegistry(store, Secrets).Remove(destination.Name);
        }
    });
}
