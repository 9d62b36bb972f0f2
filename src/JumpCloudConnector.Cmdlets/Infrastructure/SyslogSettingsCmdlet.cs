using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Cmdlets;

/// <summary>A cmdlet that sets up a syslog destination: what adding and changing one have in common.</summary>
public abstract class SyslogSettingsCmdlet : StoreCmdlet
{
    /// <summary>The receiver's port; by default 514, 6514 for Tls, 2514 for Relp and RelpTls.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true, Largest = 65_535)]
    public int? Port { get; set; }

    /// <summary>What a message's text is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(SyslogFormat), BlankIsNull = true)]
    public SyslogFormat? Format { get; set; }

    /// <summary>What stands before it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(SyslogHeader), BlankIsNull = true)]
    public SyslogHeader? Header { get; set; }

    /// <summary>How messages are told apart over Tcp and Tls.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(SyslogFraming), BlankIsNull = true)]
    public SyslogFraming? Framing { get; set; }

    /// <summary>The facility of all messages.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(SyslogFacility), BlankIsNull = true)]
    public SyslogFacility? Facility { get; set; }

    /// <summary>The severity by outcome; outcomes that are not named keep theirs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SeverityTransformation(BlankIsNull = true)]
    public IReadOnlyDictionary<string, SyslogSeverity>? Severity { get; set; }

    /// <summary>APP-NAME of the header.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? AppName { get; set; }

    /// <summary>HOSTNAME of the header; this machine's name where it is empty.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? OriginHostName { get; set; }

    /// <summary>The private enterprise number of the structured data's element.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true)]
    public int? EnterpriseNumber { get; set; }

    /// <summary>Bytes that a message may have; 0 for any number.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true, Largest = SyslogDestinationRules.MostMessageBytes)]
    public int? MaxMessageBytes { get; set; }

    /// <summary>What becomes of larger ones.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(SyslogOversize), BlankIsNull = true)]
    public SyslogOversize? Oversize { get; set; }

    /// <summary>Begins each text with UTF-8's byte order mark.</summary>
    [Parameter]
    public SwitchParameter ByteOrderMark { get; set; }

    /// <summary>Puts the cookie @cee: before JSON, by which rsyslog's mmjsonparse knows it.</summary>
    [Parameter]
    public SwitchParameter CeeCookie { get; set; }

    /// <summary>Connectors whose records are sent, with wildcards; all where the list is empty.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [SupportsWildcards]
    [NameListTransformation]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? ConnectorName { get; set; }

    /// <summary>Tenants, likewise.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [SupportsWildcards]
    [NameListTransformation]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string[]? TenantName { get; set; }

    /// <summary>msg_class, likewise.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [SupportsWildcards]
    [NameListTransformation]
    [ArgumentCompleter(typeof(MsgClassCompleter))]
    public string[]? MsgClass { get; set; }

    /// <summary>A query in Lucene's syntax that records must match; none where it is empty.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(QueryCompleter))]
    public string? Query { get; set; }

    /// <summary>Unacknowledged messages that a RELP receiver may owe.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true, Largest = SyslogDestinationRules.MostWindow)]
    public int? Window { get; set; }

    /// <summary>How long the receiver may take to be connected to, to take data and to acknowledge it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TimeSpanTransformation(BlankIsNull = true)]
    public TimeSpan? Timeout { get; set; }

    /// <summary>The name that the receiver's certificate must have; its host name where it is empty.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? TlsServerName { get; set; }

    /// <summary>A file of certificate authorities besides the system's; none where it is empty.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? CertificateAuthorityFile { get; set; }

    /// <summary>SHA-256 of the one certificate that the receiver must have; none where it is empty.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? CertificateFingerprint { get; set; }

    /// <summary>A file with this side's certificate and key; none where it is empty.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ClientCertificateFile { get; set; }

    /// <summary>That file's password; it is kept in the store, protected.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ApiKeyTransformation]
    public SecureString? ClientCertificatePassword { get; set; }

    /// <summary>This side's certificate in the Windows store; none where it is empty.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ClientCertificateThumbprint { get; set; }

    /// <summary>The settings with what was given; what was not given stays.</summary>
    protected SyslogDestination Apply(SyslogDestination destination) => destination with
    {
        Port = Port ?? destination.Port,
        Format = Format ?? destination.Format,
        Header = Header ?? destination.Header,
        Framing = Framing ?? destination.Framing,
        Facility = Facility ?? destination.Facility,
        Severity = Severity is null ? destination.Severity : With(destination.Severity, Severity),
        AppName = string.IsNullOrEmpty(AppName) ? destination.AppName : AppName!,
        OriginHostName = Text(nameof(OriginHostName), OriginHostName, destination.OriginHostName),
        EnterpriseNumber = EnterpriseNumber ?? destination.EnterpriseNumber,
        MaxMessageBytes = MaxMessageBytes ?? destination.MaxMessageBytes,
        Oversize = Oversize ?? destination.Oversize,
        ByteOrderMark = IsGiven(nameof(ByteOrderMark)) ? ByteOrderMark : destination.ByteOrderMark,
        CeeCookie = IsGiven(nameof(CeeCookie)) ? CeeCookie : destination.CeeCookie,
        ConnectorNames = IsGiven(nameof(ConnectorName)) ? ConnectorName ?? [] : destination.ConnectorNames,
        TenantNames = IsGiven(nameof(TenantName)) ? TenantName ?? [] : destination.TenantNames,
        MessageClasses = IsGiven(nameof(MsgClass)) ? MsgClass ?? [] : destination.MessageClasses,
        Query = Text(nameof(Query), Query, destination.Query),
        Window = Window ?? destination.Window,
        Timeout = Timeout ?? destination.Timeout,
        TlsServerName = Text(nameof(TlsServerName), TlsServerName, destination.TlsServerName),
        CertificateAuthorityFile = FilePath(nameof(CertificateAuthorityFile), CertificateAuthorityFile, destination.CertificateAuthorityFile),
        CertificateFingerprint = Text(nameof(CertificateFingerprint), CertificateFingerprint, destination.CertificateFingerprint),
        ClientCertificateFile = FilePath(nameof(ClientCertificateFile), ClientCertificateFile, destination.ClientCertificateFile),
        ClientCertificateThumbprint = Text(nameof(ClientCertificateThumbprint), ClientCertificateThumbprint, destination.ClientCertificateThumbprint),
    };

    /// <summary>Warns of what is possible and may yet surprise: a transport that promises nothing, and files that are not there.</summary>
    protected void WarnOf(SyslogDestination destination)
    {
        if (destination.Transport == SyslogTransport.Udp)
            WriteWarning($"Udp cannot promise that a message arrives, and nobody learns of one that does not. Where none may be lost, use Relp, Tls or Tcp for destination '{destination.Name}'.");
        foreach (string doubt in SyslogDestinationRules.Doubts(destination)) WriteWarning(doubt);
        try
        {
            SyslogDestinationRules.CheckFiles(destination);
        }
        catch (JcException e)
        {
            // The host that sends may have them.
            WriteWarning($"Syslog destination '{destination.Name}': {e.Message}");
        }
    }

    /// <summary>True where a parameter was given.</summary>
    protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private static Dictionary<string, SyslogSeverity> With(IReadOnlyDictionary<string, SyslogSeverity> present, IReadOnlyDictionary<string, SyslogSeverity> given)
    {
        Dictionary<string, SyslogSeverity> merged = new(StringComparer.OrdinalIgnoreCase);
        foreach (KeyValuePair<string, SyslogSeverity> pair in present.Concat(given)) merged[pair.Key] = pair.Value;
        return merged;
    }

    private string? Text(string parameter, string? given, string? present) => !IsGiven(parameter) ? present : string.IsNullOrWhiteSpace(given) ? null : given;

    private string? FilePath(string parameter, string? given, string? present) =>
        !IsGiven(parameter) ? present : string.IsNullOrWhiteSpace(given) ? null : FilePaths.Resolve(this, given!);
}
