namespace JumpCloudConnector.Forwarding;

/// <summary>How messages reach a syslog receiver.</summary>
public enum SyslogTransport
{
    /// <summary>RFC 5426: a datagram a message. Nobody ever learns whether it arrived.</summary>
    Udp = 1,

    /// <summary>RFC 6587: a stream. What was taken is known when the receiver closes in answer to an orderly end.</summary>
    Tcp,

    /// <summary>RFC 5425: that stream under TLS.</summary>
    Tls,

    /// <summary>The Reliable Event Logging Protocol: the receiver acknowledges each message.</summary>
    Relp,

    /// <summary>RELP under TLS.</summary>
    RelpTls,
}

/// <summary>What a message's text is.</summary>
public enum SyslogFormat
{
    /// <summary>The Interflow record, one line of JSON.</summary>
    Json = 1,

    /// <summary>ArcSight's Common Event Format.</summary>
    Cef,
}

/// <summary>What stands before the text.</summary>
public enum SyslogHeader
{
    /// <summary>RFC 5424, with structured data.</summary>
    Rfc5424 = 1,

    /// <summary>RFC 3164, for receivers that know nothing newer.</summary>
    Rfc3164,
}

/// <summary>How messages are told apart in a stream (RFC 6587).</summary>
public enum SyslogFraming
{
    /// <summary>The length in bytes before each message.</summary>
    OctetCounting = 1,

    /// <summary>A line feed behind each message.</summary>
    NewLine,
}

/// <summary>What becomes of a message that is larger than the destination takes.</summary>
public enum SyslogOversize
{
    /// <summary>The heaviest fields are left out and named.</summary>
    Trim = 1,

    /// <summary>Long texts are cut, and marked so.</summary>
    Truncate,

    /// <summary>It is not sent, and counted.</summary>
    Skip,
}

/// <summary>RFC 5424's facilities; the number that is sent is one less than the value here.</summary>
public enum SyslogFacility
{
    /// <summary>0.</summary>
    Kern = 1,

    /// <summary>1.</summary>
    User,

    /// <summary>2.</summary>
    Mail,

    /// <summary>3.</summary>
    Daemon,

    /// <summary>4: security and authorization.</summary>
    Auth,

    /// <summary>5.</summary>
    Syslog,

    /// <summary>6.</summary>
    Lpr,

    /// <summary>7.</summary>
    News,

    /// <summary>8.</summary>
    Uucp,

    /// <summary>9.</summary>
    Cron,

    /// <summary>10: security and authorization, kept private.</summary>
    AuthPriv,

    /// <summary>11.</summary>
    Ftp,

    /// <summary>12.</summary>
    Ntp,

    /// <summary>13: log audit.</summary>
    Audit,

    /// <summary>14: log alert.</summary>
    Alert,

    /// <summary>15.</summary>
    Clock,

    /// <summary>16.</summary>
    Local0,

    /// <summary>17.</summary>
    Local1,

    /// <summary>18.</summary>
    Local2,

    /// <summary>19.</summary>
    Local3,

    /// <summary>20.</summary>
    Local4,

    /// <summary>21.</summary>
    Local5,

    /// <summary>22.</summary>
    Local6,

    /// <summary>23.</summary>
    Local7,
}

/// <summary>RFC 5424's severities; the number that is sent is one less than the value here.</summary>
public enum SyslogSeverity
{
    /// <summary>0.</summary>
    Emergency = 1,

    /// <summary>1.</summary>
    Alert,

    /// <summary>2.</summary>
    Critical,

    /// <summary>3.</summary>
    Error,

    /// <summary>4.</summary>
    Warning,

    /// <summary>5.</summary>
    Notice,

    /// <summary>6.</summary>
    Informational,

    /// <summary>7.</summary>
    Debug,
}
