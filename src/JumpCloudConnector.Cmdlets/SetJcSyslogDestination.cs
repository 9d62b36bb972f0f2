using System.Management.Automation;
using System.Reflection;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Changes a syslog destination. What is not given stays.</summary>
[Cmdlet(VerbsCommon.Set, Nouns.SyslogDestination, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(SyslogDestinationInfo))]
public sealed class SetJcSyslogDestination : SyslogSettingsCmdlet
{
    private bool _isPortGiven, _isLimitGiven;

    /// <summary>The destination's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SyslogDestinationNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The receiver's name or address.</summary>
    [Parameter]
    [Alias("Server", "ComputerName")]
    public string? HostName { get; set; }

    /// <summary>How messages get there; a port and a size limit that are the old transport's defaults become the new one's.</summary>
    [Parameter]
    [EnumTransformation(typeof(SyslogTransport), BlankIsNull = true)]
    public SyslogTransport? Transport { get; set; }

    /// <summary>Where it goes on: Now, Beginning, or a time. Asks first.</summary>
    [Parameter]
    [SyslogStartTransformation(BlankIsNull = true)]
    [ArgumentCompleter(typeof(SyslogStartCompleter))]
    public SyslogStart? From { get; set; }

    /// <summary>Sends to it again, from where it stopped.</summary>
    [Parameter]
    public SwitchParameter Enable { get; set; }

    /// <summary>Sends nothing for now; retention does not wait for it then.</summary>
    [Parameter]
    public SwitchParameter Disable { get; set; }

    /// <summary>Does not ask before the place is moved.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the changed destination.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    // What is bound by now stands on the command line.
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        (_isPortGiven, _isLimitGiven) = (IsGiven(nameof(Port)), IsGiven(nameof(MaxMessageBytes)));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (!ApiKeyArgument.AcceptSecret(this, nameof(ClientCertificatePassword), ClientCertificatePassword)) return;
        if (Enable && Disable)
            throw new JcException("InvalidSyslogDestination", JcErrorKind.InvalidInput, "A destination is either sent to or not. Give one of -Enable and -Disable.", Name);
        if (!MyInvocation.BoundParameters.Keys.Any(IsSetting))
        {
            throw new JcException("NothingToChange", JcErrorKind.InvalidInput,
                $"No setting was given for syslog destination '{Name}', so nothing was changed. Give one, such as -HostName, -Port, -Format, -Query, -From, -Enable or -Disable; Get-Help Set-JcSyslogDestination -Parameter * lists them all.", Name);
        }

        if (OpenExisting() is not { } store) throw SyslogDestinationRegistry.NotFound(Name, StoreFolderInForce);
        SyslogDestinationRegistry registry = new(store, Secrets);
        SyslogDestination present = registry.Get(Name);
        SyslogDestination changed = SyslogDestinationRegistry.Changed(present, Change);
        WarnOf(changed);
        if (From is not null ? !IsMoveConfirmed(store, changed) : !ShouldProcess($"syslog destination '{present.Name}'", "Change")) return;
        SyslogDestinationInfo result = registry.Update(Name, Change, From, ClientCertificatePassword);
        if (PassThru) WriteObject(result);
    });

    private static bool IsSetting(string parameter) =>
        typeof(SyslogSettingsCmdlet).GetProperty(parameter, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) is not null
        || parameter is nameof(HostName) or nameof(Transport) or nameof(From) or nameof(Enable) or nameof(Disable);

    private bool IsMoveConfirmed(RecordStore store, SyslogDestination present)
    {
        string consequence = From switch
        {
            { Word: nameof(SyslogStart.Now) } => "What it has not got yet is never sent to it.",
            { Word: nameof(SyslogStart.Beginning) } => $"All that is stored is sent again, {Words.Count(store.Destinations.CountBehind(0), "record")} at most.",
            _ => $"Events from {From} on are sent, {Words.Count(new SyslogDestinationRegistry(store, Secrets).CountFrom(present, From!.Time!.Value, StopToken), "record")} of what is stored, again where it has them already; older ones that it has not got yet never are.",
        };
        string what = $"the place of syslog destination '{present.Name}' to {From}";
        // Whatever -ConfirmPreference says of changes: this one cannot be taken back at the receiver.
        if (!IsConfirmed(Force, $"Move {what}. {consequence}", $"Move {what}? {consequence}", "Confirm")) return false;
        bool isAsked = Force || IsGiven("Confirm") || GetVariableValue("ConfirmPreference") is ConfirmImpact.Low or ConfirmImpact.Medium;
        return isAsked || ShouldContinue($"Move {what}? {consequence}", "Confirm");
    }

    private SyslogDestination Change(SyslogDestination destination)
    {
        SyslogDestination changed = Apply(destination);
        SyslogTransport transport = Transport ?? destination.Transport;
        return changed with
        {
            HostName = string.IsNullOrEmpty(HostName) ? changed.HostName : HostName!,
            Transport = transport,
            Port = Of(_isPortGiven, Port, destination.Port, SyslogDestination.DefaultPort(destination.Transport), SyslogDestination.DefaultPort(transport)),
            MaxMessageBytes = Of(
                _isLimitGiven, MaxMessageBytes, destination.MaxMessageBytes,
                SyslogDestination.DefaultLimit(destination.Transport), SyslogDestination.DefaultLimit(transport)),
            Enabled = Enable || (!Disable && destination.Enabled),
        };
    }

    /// <summary>A number whose default depends on the transport: where it had the old one's default, it takes the new one's.</summary>
    // What a piped destination brings is what it has, and not what somebody asks for.
    private static int Of(bool isGiven, int? value, int present, int oldDefault, int newDefault) =>
        value is { } wanted && (isGiven || wanted != present) ? wanted : present == oldDefault ? newDefault : present;
}
