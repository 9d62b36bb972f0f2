namespace JumpCloudConnector.Collection;

/// <summary>One thing that a connectivity test asked.</summary>
public sealed record ConnectionProbe
{
    /// <summary>What was asked: DNS, TCP, TLS, AccessToken, Organization, Organizations, DirectoryInsights or SystemUser;
    /// ApiKey, ServiceAccount, Proxy or CertificateAuthority where what was set of these cannot be used at all.</summary>
    public required string Name { get; init; }

    /// <summary>The host it was asked of.</summary>
    public required string HostName { get; init; }

    /// <summary>The organization it was asked about, or null.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>True when the answer was good.</summary>
    public bool Success { get; init; }

    /// <summary>How long the answer took.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>0 when good; otherwise as in <see cref="CollectionResult.StatusCode"/>.</summary>
    public int StatusCode { get; init; }

    /// <summary>The error's stable id, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The part of the configuration at fault: ApiKey, ServiceAccount, TokenUri, ProviderId, OrganizationId, Role, Licence, Proxy,
    /// CertificateAuthority, Network, Tls or Service;
    /// null where the answer was good.</summary>
    public string? Part { get; init; }

    /// <summary>What was found, or what is wrong and what to do.</summary>
    public required string Message { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {(Success ? "ok" : ErrorId)}";
}

/// <summary>What a connectivity test came to. It tests connection and authentication, not the flow of data.</summary>
public sealed record ConnectionTestResult
{
    /// <summary>The connector.</summary>
    public required string ConnectorName { get; init; }

    /// <summary>Its tenant.</summary>
    public required string TenantName { get; init; }

    /// <summary>True when every probe was good.</summary>
    public bool Success { get; init; }

    /// <summary>One line for all probes.</summary>
    public required string Summary { get; init; }

    /// <summary>The slowest good answer.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset TestedAt { get; init; }

    /// <summary>What should be looked at though no probe is at fault: other connectors that collect the same.</summary>
    public IReadOnlyList<string> Warning { get; init; } = [];

    /// <summary>Each thing asked.</summary>
    public required IReadOnlyList<ConnectionProbe> Probes { get; init; }
}
