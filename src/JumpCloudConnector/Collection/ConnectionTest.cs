using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>One thing that a connectivity test asked.</summary>
public sealed record ConnectionProbe
{
    /// <summary>What was asked: Organizations, DirectoryInsights, SystemUser.</summary>
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

    /// <summary>Each thing asked.</summary>
    public required IReadOnlyList<ConnectionProbe> Probes { get; init; }
}

/// <summary>Tests a connector: each host and each content type by itself, once, without repetition and without collecting.</summary>
public sealed class ConnectionTester(
    RecordStore store, SecretProtector secrets, CollectionOptions? options = null, TimeProvider? time = null, Func<HttpMessageHandler>? handlers = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Tests one connector. A good test clears its status; the faults found are in the result, never thrown.</summary>
    /// <exception cref="JcException">The store or the secret cannot be read.</exception>
    public async Task<ConnectionTestResult> TestAsync(Connector connector, CancellationToken cancellationToken = default)
    {
        byte[] secret = store.Connectors.GetSecret(connector.Id) ?? throw ConnectorRegistry.NotFound(connector.Name);
        string key;
        try
        {
            key = System.Text.Encoding.ASCII.GetString(secrets.Unprotect(connector.Id, secret));
        }
        catch (JcException e)
        {
            // A connector whose key cannot be read must not keep the others from being tested.
            return Result(connector, [new ConnectionProbe { Name = "ApiKey", HostName = Environment.MachineName, ErrorId = e.ErrorId, StatusCode = StatusCodes.Of(e), Message = e.Message }]);
        }

        JumpCloudClientOptions once = (options?.Client ?? new JumpCloudClientOptions()) with { MaxRetries = 0 };
        using HostGates gates = new(once.RequestsPerSecond);
        using JumpCloudClient client = new(
            connector.EffectiveInsightsUri, connector.EffectiveConsoleUri, key, once, gates, _time, handlers?.Invoke());

        List<ConnectionProbe> probes = [];
        string? organization = connector.OrganizationId;
        if (connector.ProviderId is not null)
        {
            probes.Add(await ProbeAsync("Organizations", connector.EffectiveConsoleUri, null, async meter =>
            {
                IReadOnlyList<Organization> all = await client.GetProviderOrganizationsAsync(connector.ProviderId, meter, cancellationToken).ConfigureAwait(false);
                organization = all.Count > 0 ? all[0].Id : null;
                return all.Count == 1 ? "1 organization" : $"{all.Count} organizations";
            }, cancellationToken).ConfigureAwait(false));
        }

        foreach (ContentType type in connector.ContentTypes)
            probes.Add(await ProbeAsync(connector, type, organization, client, cancellationToken).ConfigureAwait(false));

        // A good test clears the status of what it has asked: of a provider's organizations, the one.
        if (probes.TrueForAll(p => p.Success))
            store.Records.ClearStatus(connector.Id, connector.ProviderId is null ? null : [StreamKey.Listing, organization ?? StreamKey.PortalOrganization]);
        return Result(connector, probes);
    }

    private ConnectionTestResult Result(Connector connector, List<ConnectionProbe> probes)
    {
        ConnectionProbe? failed = probes.Find(p => !p.Success);
        return new ConnectionTestResult
        {
            ConnectorName = connector.Name,
            TenantName = connector.TenantName,
            Success = failed is null,
            Summary = failed is null ? "Success: " + string.Join(", ", probes.Select(p => p.Name)) : $"{failed.Name}: {failed.Message}",
            Latency = probes.Max(p => p.Latency),
            TestedAt = _time.GetUtcNow(),
            Probes = probes,
        };
    }

    private Task<ConnectionProbe> ProbeAsync(
        Connector connector, ContentType type, string? organization, JumpCloudClient client, CancellationToken cancellationToken)
    {
        RequestScope scope = connector.ProviderId is not null && organization is null
            ? new RequestScope(ProviderId: connector.ProviderId) : new RequestScope(organization);
        if (type == ContentType.DirectoryInsights)
        {
            return ProbeAsync(type.ToString(), connector.EffectiveInsightsUri, scope.OrganizationId, async meter =>
            {
                await client.LearnTimeAsync(scope, meter, cancellationToken).ConfigureAwait(false);
                long to = client.Clock.Now.ToUnixTimeMilliseconds() - 2;
                long count = await client.CountEventsAsync(scope, to - 3_600_000, to, meter, cancellationToken).ConfigureAwait(false);
                return $"{count} events in the last hour";
            }, cancellationToken);
        }

        return ProbeAsync(type.ToString(), connector.EffectiveConsoleUri, scope.OrganizationId, async meter =>
        {
            using UserPageSink sink = new(new UserRecordWriter(new RecordOrigin("", "", "", null, null)));
            (long total, _) = await client.GetSystemUsersAsync(scope, 0, 1, sink, meter, cancellationToken).ConfigureAwait(false);
            return $"{total} users";
        }, cancellationToken);
    }

    private async Task<ConnectionProbe> ProbeAsync(
        string name, Uri host, string? organizationId, Func<RequestMeter, Task<string>> ask, CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        ConnectionProbe probe = new() { Name = name, HostName = host.IsDefaultPort ? host.Host : host.Authority, OrganizationId = organizationId, Message = "" };
        try
        {
            string found = await ask(new RequestMeter()).ConfigureAwait(false);
            return probe with { Success = true, Message = found, Latency = _time.GetElapsedTime(started) };
        }
        catch (JumpCloudException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return probe with { Message = e.Message, ErrorId = e.ErrorId, StatusCode = StatusCodes.Of(e), Latency = _time.GetElapsedTime(started) };
        }
    }
}
