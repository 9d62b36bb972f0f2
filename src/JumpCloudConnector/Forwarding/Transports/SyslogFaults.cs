using System.Net.Sockets;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>The errors of the way to a receiver. Ids are public: scripts test for them.</summary>
internal static class SyslogFaults
{
    public static JcException HostNotFound(SyslogDestination destination, Exception inner) => new("SyslogHostNotFound", JcErrorKind.Network,
        $"{Of(destination)}: the name '{destination.HostName}' has no address here. Check the name, and this machine's DNS.", destination.HostName, inner);

    public static JcException ConnectionFailed(SyslogDestination destination, SocketException inner) => inner.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new("SyslogConnectionRefused", JcErrorKind.Network,
            $"{Of(destination)}: nothing listens there. Start the receiver, or correct the port with Set-JcSyslogDestination -Port.", destination.HostName, inner),
        SocketError.TimedOut => TimedOut(destination, "did not answer the connection"),
        _ => new("SyslogConnectionFailed", JcErrorKind.Network,
            $"{Of(destination)}: no connection: {inner.Message}. Check the way there: routes, firewalls, the address.", destination.HostName, inner),
    };

    public static JcException TimedOut(SyslogDestination destination, string what) => new("SyslogTimeout", JcErrorKind.Network,
        $"{Of(destination)}: it {what} within {DurationText.Format(destination.Timeout)}. Check firewalls on the way, and whether the receiver keeps up; a slow one may have more time with -Timeout.", destination.HostName);

    public static JcException TlsFailed(SyslogDestination destination, string why, Exception? inner) => new("SyslogTlsFailed", JcErrorKind.Network,
        $"{Of(destination)}: no TLS connection: {why} Check that the port is one for TLS, that both sides know TLS 1.2 or later, and whether the receiver asks for a client certificate.", destination.HostName, inner);

    public static JcException CertificateRejected(SyslogDestination destination, string problem) => new("SyslogCertificateRejected", JcErrorKind.Authentication,
        $"{Of(destination)}: its certificate is not accepted: {problem} Correct the receiver's certificate, or tell this side what to expect: -CertificateAuthorityFile, -TlsServerName or -CertificateFingerprint.", destination.HostName);

    public static JcException ClientCertificateNotRead(string what, string why, Exception? inner) => new("ClientCertificateNotRead", JcErrorKind.NotFound,
        $"The client certificate '{what}' cannot be used by the account '{Environment.UserName}': {why} Correct it with Set-JcSyslogDestination.", what, inner);

    public static JcException Closed(SyslogDestination destination, Exception? inner = null) => new("SyslogConnectionClosed", JcErrorKind.Network,
        $"{Of(destination)}: the receiver closed the connection. What it did not confirm is sent again; where it goes on closing, its log says why (a size limit, a certificate, a full disk).{MayWantCertificate(destination)}", destination.HostName, inner);

    public static JcException Stalled(SyslogDestination destination) => new("SyslogReceiverStalled", JcErrorKind.Network,
        $"{Of(destination)}: the receiver has taken nothing for {DurationText.Format(destination.Timeout)}. It is connected but does not read: look whether it hangs or its queue is full.", destination.HostName);

    public static JcException NotConfirmed(SyslogDestination destination) => new("SyslogNotConfirmed", JcErrorKind.Network,
        $"{Of(destination)}: the receiver has not read to the end of what was sent within {DurationText.Format(destination.Timeout)}, or does not close a connection that has ended. It is sent again. Where the receiver is only slow, give it more -Timeout; where this goes on, choose Relp, which acknowledges each message.", destination.HostName);

    public static JcException NotAcknowledged(SyslogDestination destination, long messages) => new("RelpNotAcknowledged", JcErrorKind.Network,
        $"{Of(destination)}: the receiver has acknowledged none of {Words.Count(messages, "message")} for {DurationText.Format(destination.Timeout)}. Look whether it hangs or its queue is full.", destination.HostName);

    public static JcException Rejected(SyslogDestination destination, string answer) => new("RelpRejected", JcErrorKind.Remote,
        $"{Of(destination)}: the receiver refuses: {answer}. Its log says more; what it refused is kept and sent again.", destination.HostName);

    public static JcException Protocol(SyslogDestination destination, string what) => new("RelpProtocolError", JcErrorKind.Remote,
        $"{Of(destination)}: what answers there does not speak RELP: {what}. Check port and transport; a plain syslog port takes Tcp.", destination.HostName);

    public static JcException ClosedAtOpening(SyslogDestination destination) => new("RelpProtocolError", JcErrorKind.Remote,
        $"{Of(destination)}: the receiver closes when a session is opened, as one does that does not speak RELP. Check port and transport; a plain syslog port takes Tcp.{MayWantCertificate(destination)}", destination.HostName);

    public static JcException TooLarge(SyslogDestination destination, int bytes, Exception inner) => new("SyslogDatagramTooLarge", JcErrorKind.InvalidInput,
        $"{Of(destination)}: the network takes no datagram of {bytes} bytes. Set a smaller -MaxMessageBytes, such as {SyslogDestination.DefaultMaxDatagramBytes}.", destination.HostName, inner);

    /// <summary>What broke a connection in use.</summary>
    public static JcException Broken(SyslogDestination destination, Task ended) => ended.Exception?.InnerException switch
    {
        JcException known => known,
        { } other => Closed(destination, other),
        null => Closed(destination),
    };

    // In TLS 1.3, one who shows no certificate learns only behind the handshake that it was wanted, and often by nothing but the end.
    private static string MayWantCertificate(SyslogDestination destination) =>
        !destination.IsTls || destination.ClientCertificateFile is not null || destination.ClientCertificateThumbprint is not null ? ""
            : " It may want a client certificate, and this destination has none: -ClientCertificateFile or -ClientCertificateThumbprint gives it one.";

    private static string Of(SyslogDestination destination) =>
        $"Syslog destination '{destination.Name}' ({destination.HostName}:{destination.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}, {destination.Transport})";
}
