namespace JumpCloudConnector.Forwarding;

/// <summary>A syslog receiver, as it is set up. Its place in the store is kept apart from this.</summary>
public sealed record SyslogDestination
{
    /// <summary>The app name of messages unless another is set.</summary>
    public const string DefaultAppName = "JumpCloudConnector";

    /// <summary>RFC 5612's number for examples: this product has none of its own.</summary>
    public const int DefaultEnterpriseNumber = 32473;

    /// <summary>What rsyslog takes as it is delivered, in bytes.</summary>
    public const int DefaultMaxMessageBytes = 8192;

    /// <summary>What a datagram carries without being cut up on an Ethernet, with some room for tunnels.</summary>
    public const int DefaultMaxDatagramBytes = 1400;

    /// <summary>How long a receiver may take for anything.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The identity; a name may be given again after a removal, this never is.</summary>
    public required Guid Id { get; init; }

    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The receiver's name or address.</summary>
    public required string HostName { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>How messages get there.</summary>
    public required SyslogTransport Transport { get; init; }

    /// <summary>False to send nothing for now; the place is kept, and retention does not wait for it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>What a message's text is.</summary>
    public SyslogFormat Format { get; init; } = SyslogFormat.Json;

    /// <summary>What stands before it.</summary>
    public SyslogHeader Header { get; init; } = SyslogHeader.Rfc5424;

    /// <summary>How messages are told apart over Tcp and Tls.</summary>
    public SyslogFraming Framing { get; init; } = SyslogFraming.OctetCounting;

    /// <summary>The facility of all messages.</summary>
    public SyslogFacility Facility { get; init; } = SyslogFacility.AuthPriv;

    /// <summary>The severity by <c>event_status</c> (success, failure, mfa, unknown); others are Informational.</summary>
    public IReadOnlyDictionary<string, SyslogSeverity> Severity { get; init; } = DefaultSeverity;

    /// <summary>Failures are warnings, everything else is information.</summary>
    public static IReadOnlyDictionary<string, SyslogSeverity> DefaultSeverity { get; } = new Dictionary<string, SyslogSeverity>(StringComparer.OrdinalIgnoreCase)
    {
        ["success"] = SyslogSeverity.Informational, ["failure"] = SyslogSeverity.Warning,
        ["mfa"] = SyslogSeverity.Informational, ["unknown"] = SyslogSeverity.Informational,
    };

    /// <summary>APP-NAME, or RFC 3164's TAG: 1 to 48 characters of printable ASCII.</summary>
    public string AppName { get; init; } = DefaultAppName;

    /// <summary>HOSTNAME of the header; null for this machine's name.</summary>
    public string? OriginHostName { get; init; }

    /// <summary>The private enterprise number of the structured data's element.</summary>
    public int EnterpriseNumber { get; init; } = DefaultEnterpriseNumber;

    /// <summary>Bytes that a message may have, header and all, without its framing; 0 for any number.</summary>
    public int MaxMessageBytes { get; init; } = DefaultMaxMessageBytes;

    /// <summary>What becomes of larger ones.</summary>
    public SyslogOversize Oversize { get; init; } = SyslogOversize.Trim;

    /// <summary>Whether the text begins with UTF-8's byte order mark, as RFC 5424 has it and hardly a receiver likes it.</summary>
    public bool ByteOrderMark { get; init; }

    /// <summary>Whether JSON follows the cookie <c>@cee:</c>, by which rsyslog's mmjsonparse knows it.</summary>
    public bool CeeCookie { get; init; }

    /// <summary>Connectors whose records are sent, with wildcards; all where none is named.</summary>
    public IReadOnlyList<string> ConnectorNames { get; init; } = [];

    /// <summary>Tenants, likewise.</summary>
    public IReadOnlyList<string> TenantNames { get; init; } = [];

    /// <summary><c>msg_class</c>, likewise.</summary>
    public IReadOnlyList<string> MessageClasses { get; init; } = [];

    /// <summary>A query in Lucene's syntax that records must match.</summary>
    public string? Query { get; init; }

    /// <summary>Events before this time are not sent (epoch milliseconds); null for all behind the place.</summary>
    public long? NotBefore { get; init; }

    /// <summary>The sequence behind which it began, or was last told to go on; null where that was not kept yet.</summary>
    public long? StartPosition { get; init; }

    /// <summary>Unacknowledged messages that a RELP receiver may owe.</summary>
    public int Window { get; init; } = 512;

    /// <summary>How long the receiver may take to be connected to, to take data and to acknowledge it.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>The name that the receiver's certificate must have; null for <see cref="HostName"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>A file of certificate authorities besides the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>
    /// SHA-256 (64 hex digits) of the receiver's certificate: it must be that one, whoever issued it and whatever its name.
    /// </summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>A file with this side's certificate and key: PKCS #12, or PEM on PowerShell 7.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>This side's certificate in the Windows store, of the machine or the account.</summary>
    public string? ClientCertificateThumbprint { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Counts up with every change.</summary>
    public int Version { get; init; } = 1;

    /// <summary>True where the receiver is reached under TLS.</summary>
    public bool IsTls => Transport is SyslogTransport.Tls or SyslogTransport.RelpTls;

    /// <summary>True where a receiver that was reached by another's settings would be reached by these in the same way.</summary>
    internal bool IsSameWay(SyslogDestination other) =>
        (HostName, Port, Transport, TlsServerName, CertificateAuthorityFile, CertificateFingerprint, ClientCertificateFile, ClientCertificateThumbprint)
        == (other.HostName, other.Port, other.Transport, other.TlsServerName, other.CertificateAuthorityFile, other.CertificateFingerprint, other.ClientCertificateFile, other.ClientCertificateThumbprint);

    /// <summary>The port that a transport has unless another is given; RELP has no number of its own, rsyslog's documentation takes 2514.</summary>
    public static int DefaultPort(SyslogTransport transport) => transport switch
    {
        SyslogTransport.Tls => 6514,
        SyslogTransport.Relp or SyslogTransport.RelpTls => 2514,
        _ => 514,
    };

    /// <summary>The bytes that a message may have over a transport unless another limit is given.</summary>
    public static int DefaultLimit(SyslogTransport transport) => transport == SyslogTransport.Udp ? DefaultMaxDatagramBytes : DefaultMaxMessageBytes;
}
