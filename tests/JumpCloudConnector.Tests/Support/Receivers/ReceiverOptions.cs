using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>The rsyslog module that takes plain TCP.</summary>
internal enum RsyslogTcpInput
{
    /// <summary>The one that also knows TLS.</summary>
    ImTcp,

    /// <summary>The faster one of Linux.</summary>
    ImPTcp,
}

/// <summary>The library under rsyslog's TLS.</summary>
internal enum RsyslogTlsLibrary
{
    OpenSsl,

    GnuTls,
}

/// <summary>What rsyslog reads in a message besides keeping it.</summary>
internal enum RsyslogParsing
{
    /// <summary>Nothing: the message is kept as it came.</summary>
    None,

    /// <summary>The header's fields.</summary>
    Header,

    /// <summary>Those, and the text as JSON, by mmjsonparse.</summary>
    Json,

    /// <summary>The same, where the text begins with the cookie <c>@cee:</c> only.</summary>
    CeeJson,
}

/// <summary>What a receiver under TLS shows and asks for, as PEM.</summary>
internal sealed record ReceiverTls
{
    public required string Certificate { get; init; }

    public required string Key { get; init; }

    /// <summary>The authority by which clients' certificates are judged.</summary>
    public required string Authority { get; init; }

    /// <summary>Refuse clients that show no certificate of the authority.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>A name that a client's certificate must have besides; rsyslog only.</summary>
    public string? PermittedPeer { get; init; }

    /// <summary>A certificate that the authority has issued, or not, with those between it and the root.</summary>
    public static ReceiverTls Of(TestAuthority authority, X509Certificate2 certificate, params X509Certificate2[] between) => new()
    {
        Certificate = string.Concat([certificate.ExportCertificatePem(), "\n", .. between.Select(c => c.ExportCertificatePem() + "\n")]),
        Key = TestAuthority.KeyPem(certificate) + "\n",
        Authority = authority.Pem + "\n",
    };
}

/// <summary>How a receiver is to be reached and what it does with what it gets.</summary>
internal sealed record ReceiverOptions
{
    public required SyslogTransport Transport { get; init; }

    /// <summary>rsyslog's stream inputs take either at any time; syslog-ng has a source for each.</summary>
    public SyslogFraming Framing { get; init; } = SyslogFraming.OctetCounting;

    /// <summary>Bytes; rsyslog cuts what is longer, or makes several messages of it.</summary>
    public int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Needed for TLS.</summary>
    public ReceiverTls? Tls { get; init; }

    /// <summary>
    /// True for rsyslog's defaults: control characters become <c>#</c> and three octal digits as a message comes in, and a
    /// line feed at its end goes. False to keep all of it, but for NUL, which rsyslog always writes <c>#000</c>.
    /// </summary>
    public bool EscapeControlCharacters { get; init; }

    public RsyslogParsing Parsing { get; init; }

    public RsyslogTcpInput TcpInput { get; init; }

    public RsyslogTlsLibrary TlsLibrary { get; init; }

    /// <summary>What a TLS transport comes with; says so where it is missing.</summary>
    public ReceiverTls RequiredTls => Tls ?? throw new InvalidOperationException($"{Transport} needs {nameof(Tls)}.");
}
