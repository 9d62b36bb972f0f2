namespace JumpCloudConnector.Forwarding;

/// <summary>How a destination fares.</summary>
public enum SyslogDestinationState
{
    /// <summary>It was reached, and has everything that there is for it.</summary>
    UpToDate = 1,

    /// <summary>Records wait for it.</summary>
    Behind,

    /// <summary>The last attempt failed; the error says why.</summary>
    Failed,

    /// <summary>Nothing is sent to it.</summary>
    Disabled,

    /// <summary>Nothing waits for it, and it was never reached the way it is set up now.</summary>
    NotTried,
}

/// <summary>A destination as the administrator sees it: what was set, and how far it has come.</summary>
public sealed record SyslogDestinationInfo
{
    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>How it fares.</summary>
    public required SyslogDestinationState State { get; init; }

    /// <summary>The receiver's name or address.</summary>
    public required string HostName { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>How messages get there.</summary>
    public required SyslogTransport Transport { get; init; }

    /// <summary>False where nothing is sent.</summary>
    public required bool Enabled { get; init; }

    /// <summary>The sequence up to which everything was confirmed.</summary>
    public required long Position { get; init; }

    /// <summary>Records behind that place; where the destination has a filter, those that it has to look at.</summary>
    public required long LagRecords { get; init; }

    /// <summary>How long the oldest unsent record has been in the store; null where nothing waits.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>The sequence behind which it began, or was told to go on; null where an earlier build added it.</summary>
    public long? StartPosition { get; init; }

    /// <summary>Stored records that came before its start and are not sent; where a query chooses, at most so many. Null where the start is not known.</summary>
    public long? RecordsBefore { get; init; }

    /// <summary>The time of the oldest unsent record's event.</summary>
    public DateTimeOffset? OldestUnsent { get; init; }

    /// <summary>When the receiver last confirmed something, a test too; null where it was not reached yet the way it is set up now.</summary>
    public DateTimeOffset? LastConfirmed { get; init; }

    /// <summary>Messages written, those of a second time too.</summary>
    public required long Sent { get; init; }

    /// <summary>Messages confirmed; over Udp, where nothing is ever confirmed, those that this machine sent off.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>Messages left out for their size.</summary>
    public required long Skipped { get; init; }

    /// <summary>Messages written again after a broken connection.</summary>
    public required long Resent { get; init; }

    /// <summary>Bytes of the messages written.</summary>
    public required long Bytes { get; init; }

    /// <summary>Records that retention had to remove before they were sent.</summary>
    public required long Lost { get; init; }

    /// <summary>The id of the fault that lasts, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What happened and what to do, or null.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>When it was met.</summary>
    public DateTimeOffset? ErrorTime { get; init; }

    /// <summary>What a message's text is.</summary>
    public required SyslogFormat Format { get; init; }

    /// <summary>What stands before it.</summary>
    public required SyslogHeader Header { get; init; }

    /// <summary>How messages are told apart in a stream; null where the transport does that.</summary>
    public SyslogFraming? Framing { get; init; }

    /// <summary>The facility.</summary>
    public required SyslogFacility Facility { get; init; }

    /// <summary>The severity by event_status.</summary>
    public required IReadOnlyDictionary<string, SyslogSeverity> Severity { get; init; }

    /// <summary>APP-NAME.</summary>
    public required string AppName { get; init; }

    /// <summary>HOSTNAME of the header; null for the sending machine's name.</summary>
    public string? OriginHostName { get; init; }

    /// <summary>The private enterprise number of the structured data.</summary>
    public required int EnterpriseNumber { get; init; }

    /// <summary>Bytes that a message may have; 0 for any number.</summary>
    public required int MaxMessageBytes { get; init; }

    /// <summary>What becomes of larger ones.</summary>
    public required SyslogOversize Oversize { get; init; }

    /// <summary>Whether texts begin with a byte order mark.</summary>
    public required bool ByteOrderMark { get; init; }

    /// <summary>Whether JSON follows the cookie @cee:.</summary>
    public required bool CeeCookie { get; init; }

    /// <summary>Connectors whose records are sent; all where none is named.</summary>
    public required IReadOnlyList<string> ConnectorName { get; init; }

    /// <summary>Tenants, likewise.</summary>
    public required IReadOnlyList<string> TenantName { get; init; }

    /// <summary>msg_class, likewise.</summary>
    public required IReadOnlyList<string> MsgClass { get; init; }

    /// <summary>The query that records must match.</summary>
    public string? Query { get; init; }

    /// <summary>Events before this are not sent.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Unacknowledged messages that a RELP receiver may owe.</summary>
    public required int Window { get; init; }

    /// <summary>How long the receiver may take for anything.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The name that the receiver's certificate must have.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>A file of certificate authorities besides the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>SHA-256 of the one certificate that the receiver must have.</summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>A file with this side's certificate and key.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>This side's certificate in the Windows store.</summary>
    public string? ClientCertificateThumbprint { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>The store it lies in, so that a pipeline stays with that store.</summary>
    public required string StorePath { get; init; }
}
