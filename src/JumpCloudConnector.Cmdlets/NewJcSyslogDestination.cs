using System.Management.Automation;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Adds a syslog destination.</summary>
[Cmdlet(VerbsCommon.New, Nouns.SyslogDestination, SupportsShouldProcess = true)]
[OutputType(typeof(SyslogDestinationInfo))]
public sealed class NewJcSyslogDestination : SyslogSettingsCmdlet
{
    /// <summary>The unique name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The receiver's name or address.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Server", "ComputerName")]
    public string HostName { get; set; } = "";

    /// <summary>How messages get there.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(SyslogTransport))]
    public SyslogTransport Transport { get; set; }

    /// <summary>Where it begins: Now, Beginning, or a time.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SyslogStartTransformation(BlankIsNull = true)]
    [ArgumentCompleter(typeof(SyslogStartCompleter))]
    public SyslogStart? From { get; set; }

    /// <summary>Sends nothing for now.</summary>
    [Parameter]
    public SwitchParameter Disabled { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (!ApiKeyArgument.AcceptSecret(this, nameof(ClientCertificatePassword), ClientCertificatePassword)) return;
        SyslogDestination destination = Apply(new SyslogDestination
        {
            Id = Guid.Empty, Name = Name, HostName = HostName, Transport = Transport, Port = SyslogDestination.DefaultPort(Transport), Enabled = !Disabled,
            MaxMessageBytes = SyslogDestination.DefaultLimit(Transport),
        });
        SyslogDestinationRules.Check(destination);
        WarnOf(destination);
        SyslogStart start = From ?? SyslogStart.Now;
        if (ShouldProcess($"syslog destination '{Name}'", $"Add, sending {What(start)} to {HostName}:{destination.Port} over {Transport}"))
        {
            SyslogDestinationInfo added = new SyslogDestinationRegistry(OpenOrCreate(), Secrets).Add(destination, start, ClientCertificatePassword);
            // No warning: it is what the default says, and the object shows it.
            if (added.RecordsBefore > 0)
                WriteVerbose($"Of what is stored, {Words.Count(added.RecordsBefore.Value, "record")} came before the start of '{Name}' and will not be sent to it. Set-JcSyslogDestination '{Name}' -From Beginning sends all that is stored, -From 7d what is of the last seven days.");
            WriteObject(added);
        }
    });

    private static string What(SyslogStart start) => start switch
    {
        { Word: nameof(SyslogStart.Now) } => "what is collected from now on",
        { Word: nameof(SyslogStart.Beginning) } => "all that is stored and what is collected from now on",
        _ => $"events from {start} on",
    };
}
