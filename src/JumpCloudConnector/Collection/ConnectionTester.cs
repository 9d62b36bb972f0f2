using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Tests a connector: each host and each content type by itself, once, without repetition and without collecting. One test
/// at a time in a store.
/// </summary>
public sealed class ConnectionTester(
    RecordStore store, SecretProtector secrets, CollectionOptions? options = null, TimeProvider? time = null,
    Func<HttpMessageHandler>? handlers = null, ISecretVault? vault = null)
{
    // A connector with both content types, at hosts that answer nothing.
    private static readonly TimeSpan LongestTest = TimeSpan.FromMinutes(10);

    // After a good test the failing streams have their turn once the test's own requests are forgotten.
    private static readonly TimeSpan PauseAfterTest = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Tests one connector. The outcome clears or sets its status; the faults found are in the result, never thrown.</summary>
    /// <exception cref="JcException">TestUnderWay when another test runs in this store, or the store cannot be read.</exception>
    public async Task<ConnectionTestResult> TestAsync(Connector connector, CancellationToken cancellationToken = default)
    {
        LeaseAnswer answer = store.Connectors.AcquireTestLease(LeaseOwner.ThisProcess(), Now(), LongestTest);
        if (answer.Lease is null)
        {
            throw new JcException("TestUnderWay", JcErrorKind.Leased,
                $"A connector of this store is being tested by {answer.Holder}; one test runs at a time. Try again when it has ended.", connector.Name);
        }

        try
        {
            List<Organization> reached = [];
            (List<ConnectionProbe> probes, string? organization) = await ProbeAllAsync(connector, reached, cancellationToken).ConfigureAwait(false);
            SetStatus(connector, probes, organization);
            return Result(connector, probes) with { Warning = new ConnectorOverlaps(store, secrets).Of(connector, reached) };
        }
        finally
        {
            store.Connectors.ReleaseTestLease(answer.Lease);
        }
    }

    private async Task<(List<ConnectionProbe> Probes, string? Organization)> ProbeAllAsync(
        Connector connector, List<Organization> reached, CancellationToken cancellationToken)
    {
        ConnectorAccess access;
        string part = CredentialPart(connector);
        try
        {
            AccessReader reader = new(store, secrets, vault, _time);
            JumpCloudCredentials credentials = reader.ReadCredentials(connector);
            part = connector.ProxyUser is null ? "CertificateAuthority" : "Proxy";
            access = new ConnectorAccess(credentials, reader.ReadRoute(connector), connector.OrganizationId);
        }
        catch (JcException e) when (e.ErrorId != "ConnectorNotFound")
        {
            // A connector whose key cannot be read must not keep the others from being tested.
            if (e.ErrorId is "CertificateAuthorityNotRead" or "InvalidCertificateAuthority") part = "CertificateAuthority";
            return ([new ConnectionProbe { Name = part, HostName = Environment.MachineName, ErrorId = e.ErrorId, StatusCode = StatusCodes.Of(e), Part = part, Message = e.Message }], null);
        }

        List<ConnectionProbe> probes = [];
        foreach (Uri host in Hosts(connector))
            probes.AddRange(await NetworkProbe.RunAsync(host, access.Route, _time, cancellationToken).ConfigureAwait(false));

        JumpCloudClientOptions once = (options?.Client ?? new JumpCloudClientOptions()) with { MaxRetries = 0 };
        using HostGates gates = new(once, _time);
        using JumpCloudClient client = new(
            connector.EffectiveInsightsUri, connector.EffectiveConsoleUri, access, once, connector.Id, gates, _time, handlers?.Invoke());
        string? organization = connector.OrganizationId;
        if (connector.ServiceAccountClientId is not null)
        {
            ConnectionProbe token = await AskAsync("AccessToken", connector, connector.EffectiveTokenUri, null, "TokenUri", async meter =>
            {
                TimeSpan? lifetime = await client.TryTokenAsync(meter, cancellationToken).ConfigureAwait(false);
                return $"the service account has a token for {lifetime?.TotalMinutes:0.#} minutes";
            }, cancellationToken).ConfigureAwait(false);
            probes.Add(token);
            // Without a token nothing else can be asked.
            if (!token.Success) return (probes, organization);
        }

        if (connector.ProviderId is not null)
        {
            probes.Add(await AskAsync("Organizations", connector, connector.EffectiveConsoleUri, null, "ProviderId", async meter =>
            {
                IReadOnlyList<Organization> all = await client.GetProviderOrganizationsAsync(connector.ProviderId, meter, cancellationToken).ConfigureAwait(false);
                organization = all.Count > 0 ? all[0].Id : null;
                reached.AddRange(all);
                return Words.Count(all.Count, "organization");
            }, cancellationToken).ConfigureAwait(false));
        }
        else if (await AskOrganizationAsync(connector, client, reached, cancellationToken).ConfigureAwait(false) is { } own)
        {
            probes.Add(own);
        }

        foreach (ContentType type in connector.ContentTypes)
            probes.Add(await AskContentAsync(connector, type, organization, client, cancellationToken).ConfigureAwait(false));
        return (probes, organization);
    }

    /// <summary>A good test clears the status of what it has asked and of what shares its key and its way; another sets it.</summary>
    private void SetStatus(Connector connector, List<ConnectionProbe> probes, string? organization)
    {
        if (probes.TrueForAll(p => p.Success))
        {
            // Of a provider's other organizations, what their faults shared with the one that was asked is mended too.
            string[]? places = connector.ProviderId is null ? null :
            [
                StreamKey.Listing, organization ?? StreamKey.PortalOrganization,
                .. store.Records.GetStreams(connector.Id).Where(s => s.StatusCode is (int)FailureKind.Unauthorized or (int)FailureKind.ProxyAuthenticationRequired or >= 1000).Select(s => s.Key.OrganizationId).Distinct(),
            ];
            // What was never collected has no stream yet that could say that the test was good.
            if (connector.ProviderId is not null) store.Records.OpenStream(new StreamKey(connector.Id, StreamKey.Listing, connector.ContentTypes[0]), null, Now());
            else foreach (ContentType type in connector.ContentTypes) store.Records.OpenStream(new StreamKey(connector.Id, OwnPlace(connector), type), null, Now());
            store.Records.SetTested(connector.Id, places, Now(), Now() + (long)PauseAfterTest.TotalMilliseconds);
            return;
        }

        foreach (ContentType type in connector.ContentTypes)
        {
            // The fault of its own probe, or of what lies before it on the way.
            ConnectionProbe? fault = probes.Find(p => !p.Success && p.Name == type.ToString())
                ?? probes.Find(p => !p.Success && !connector.ContentTypes.Any(t => t.ToString() == p.Name) 
                    && (p.Part is "ApiKey" or "ServiceAccount" or "ProviderId" or "Proxy" or "CertificateAuthority" || p.Name == "AccessToken"));
            if (fault is null) continue;
            string place = connector.ProviderId is null ? OwnPlace(connector) : organization ?? StreamKey.Listing;
            // There is one listing, whatever is collected.
            StreamInfo stream = store.Records.OpenStream(new StreamKey(connector.Id, place, place == StreamKey.Listing ? connector.ContentTypes[0] : type), null, Now());
            store.Records.SetOutcome(stream.Id, new StreamOutcome
            {
                Time = Now(), StatusCode = fault.StatusCode, StatusId = fault.ErrorId, StatusMessage = fault.Message,
            });
        }
    }

    private string OwnPlace(Connector connector) => connector.OrganizationId ?? store.Connectors.GetOrganization(connector)?.Id ?? "";

    private ConnectionTestResult Result(Connector connector, List<ConnectionProbe> probes)
    {
        ConnectionProbe? failed = probes.Find(p => !p.Success);
        return new ConnectionTestResult
        {
            ConnectorName = connector.Name,
            TenantName = connector.TenantName,
            Success = failed is null,
            Summary = failed is null ? "Success: " + string.Join(", ", probes.Select(p => p.Name).Distinct()) : $"{failed.Name}: {failed.Message}",
            Latency = probes.Max(p => p.Latency),
            TestedAt = _time.GetUtcNow(),
            Probes = probes,
        };
    }

    /// <summary>Whose key it is. Not every key may ask, which is no fault: then null.</summary>
    private async Task<ConnectionProbe?> AskOrganizationAsync(Connector connector, JumpCloudClient client, List<Organization> reached, CancellationToken cancellationToken)
    {
        IReadOnlyList<Organization> all = [];
        ConnectionProbe probe = await AskAsync("Organization", connector, connector.EffectiveConsoleUri, connector.OrganizationId, "OrganizationId", async meter =>
        {
            all = await client.GetOrganizationsOnceAsync(meter, cancellationToken).ConfigureAwait(false);
            Organization? mine = connector.OrganizationId is null ? all.Count == 1 ? all[0] : null : all.FirstOrDefault(o => o.Id == connector.OrganizationId);
            if (mine is not null) reached.Add(mine);
            return mine is not null ? $"{mine.Name} ({mine.Id})" : Words.Count(all.Count, "organization");
        }, cancellationToken).ConfigureAwait(false);
        if (!probe.Success) return probe.StatusCode is 403 or 404 ? null : probe;
        if (connector.OrganizationId is null || all.Count == 0 || all.Any(o => o.Id == connector.OrganizationId)) return probe;
        return probe with
        {
            Success = false, ErrorId = "OrganizationNotFound", StatusCode = (int)FailureKind.NotFound, Part = "OrganizationId",
            Message = $"The key reaches {Words.Count(all.Count, "organization")}, and '{connector.OrganizationId}' is not among them. Set the right one with Set-JcConnector -OrganizationId.",
        };
    }

    private Task<ConnectionProbe> AskContentAsync(
        Connector connector, ContentType type, string? organization, JumpCloudClient client, CancellationToken cancellationToken)
    {
        RequestScope scope = connector.ProviderId is not null && organization is null
            ? new RequestScope(ProviderId: connector.ProviderId) : new RequestScope(organization);
        if (type == ContentType.DirectoryInsights)
        {
            return AskAsync(type.ToString(), connector, connector.EffectiveInsightsUri, scope.OrganizationId, "OrganizationId", async meter =>
            {
                await client.LearnTimeAsync(scope, meter, cancellationToken).ConfigureAwait(false);
                long to = client.Clock.Now.ToUnixTimeMilliseconds() - 2;
                long count = await client.CountEventsAsync(scope, to - 3_600_000, to, meter, cancellationToken).ConfigureAwait(false);
                return $"{Words.Count(count, "event")} in the last hour";
            }, cancellationToken);
        }

        return AskAsync(type.ToString(), connector, connector.EffectiveConsoleUri, scope.OrganizationId, "OrganizationId", async meter =>
        {
            using UserPageSink sink = new(new UserRecordWriter(new RecordOrigin("", "", "", null, null)));
            (long total, _) = await client.GetSystemUsersAsync(scope, 0, 1, sink, meter, cancellationToken).ConfigureAwait(false);
            return Words.Count(total, "user");
        }, cancellationToken);
    }

    private async Task<ConnectionProbe> AskAsync(
        string name, Connector connector, Uri host, string? organizationId, string partWhereUnknown, Func<RequestMeter, Task<string>> ask, CancellationToken cancellationToken)
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
            return probe with
            {
                Message = e.Message, ErrorId = e.ErrorId, StatusCode = StatusCodes.Of(e), Part = PartOf(e.Failure, CredentialPart(connector), partWhereUnknown), Latency = _time.GetElapsedTime(started),
            };
        }
    }

    private static string PartOf(FailureKind failure, string credential, string partWhereUnknown) => failure switch
    {
        FailureKind.Unauthorized => credential,
        FailureKind.ProxyAuthenticationRequired => "Proxy",
        FailureKind.NotLicensed => "Licence",
        FailureKind.Forbidden => "Role",
        FailureKind.NotFound => partWhereUnknown,
        FailureKind.TlsFailed => "Tls",
        FailureKind.NameNotResolved or FailureKind.ConnectionRefused or FailureKind.ConnectionReset or FailureKind.TimedOut
            or FailureKind.NetworkFailure => "Network",
        _ => "Service",
    };

    private static string CredentialPart(Connector connector) => connector.ServiceAccountClientId is null ? "ApiKey" : "ServiceAccount";

    private static IEnumerable<Uri> Hosts(Connector connector)
    {
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        Uri[] used =
        [
            .. connector.ServiceAccountClientId is not null ? (Uri[])[connector.EffectiveTokenUri] : [],
            .. connector.ContentTypes.Contains(ContentType.DirectoryInsights) ? (Uri[])[connector.EffectiveInsightsUri] : [],
            .. connector.ContentTypes.Contains(ContentType.SystemUser) || connector.ProviderId is not null ? (Uri[])[connector.EffectiveConsoleUri] : [],
        ];
        return used.Where(u => seen.Add(u.Authority));
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
