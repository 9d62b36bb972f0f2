using System.Text;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;
using Microsoft.Extensions.Time.Testing;

namespace JumpCloudConnector.Tests.JumpCloud;

/// <summary>Access tokens of a service account: when they are asked for, to whom they go, and what a refusal says.</summary>
public sealed class ServiceAccountTests : IDisposable
{
    private const string ClientId = "0f5e6a7b-client", Secret = "cs_Zq8~Lw3.Rt6-Yb1_Hn4", OrganizationId = "5f3c8a1b2d4e6f7081920a3b";

    private static readonly string Basic = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{ClientId}:{Secret}"));
    private static readonly JumpCloudClientOptions Options =
        new() { RequestsPerSecond = 100_000, MaxRetries = 3, RetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromSeconds(1) };

    private readonly HostGates _gates = new(new JumpCloudClientOptions { RequestsPerSecond = 100_000 }, TimeProvider.System);
    private readonly RequestMeter _meter = new();
    private int _tokens;

    public void Dispose() => _gates.Dispose();

    [Fact]
    public async Task The_secret_goes_to_the_token_endpoint_and_the_token_to_the_api_and_neither_elsewhere()
    {
        await using CannedServer authority = new(Token), insights = new(Count), console = new(Organizations);
        using JumpCloudClient client = Client(authority, insights, console);

        await CountAsync(client);
        await client.GetOrganizationsOnceAsync(_meter, default);

        CannedRequest asked = Assert.Single(authority.Requests);
        Assert.Equal(("POST", "/oauth2/token"), (asked.Method, asked.Path));
        Assert.Equal(["Basic " + Basic], asked.Header("Authorization"));
        Assert.Equal("application/x-www-form-urlencoded", asked.Header("Content-Type")[0].Split(';')[0]);
        Assert.Equal("grant_type=client_credentials&scope=api", asked.Body);
        Assert.Empty(asked.Header("x-org-id"));
        foreach (CannedRequest request in (CannedRequest[])[.. insights.Requests, .. console.Requests])
        {
            Assert.Equal(["Bearer token-1"], request.Header("Authorization"));
            Assert.Empty(request.Header("x-api-key"));
            // Without it a token is good for nothing, so it is there even where a key would name nobody.
            Assert.Equal([OrganizationId], request.Header("x-org-id"));
            Assert.DoesNotContain(Secret, request.Head + request.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(Basic, request.Head, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_asked_of_a_providers_portal_names_no_organization()
    {
        await using CannedServer server = new(r => r.Path == "/oauth2/token" ? Token(r) : Count(r));
        using JumpCloudClient client = Client(server, organizationId: null);

        await client.CountEventsAsync(new RequestScope(ProviderId: OrganizationId), 0, 1, _meter, default);

        Assert.Empty(server.Requests[1].Header("x-org-id"));
        Assert.Equal([OrganizationId], server.Requests[1].Header("x-provider-id"));
    }

    [Fact]
    public async Task A_token_is_renewed_a_minute_before_it_expires_and_not_earlier()
    {
        FakeTimeProvider time = new();
        await using CannedServer server = new(r => r.Path == "/oauth2/token" ? Token(r) : Count(r));
        using JumpCloudClient client = Client(server, time: time);

        await CountAsync(client);
        time.Advance(TimeSpan.FromSeconds(3539));
        await CountAsync(client);
        Assert.Equal(1, _tokens);

        time.Advance(TimeSpan.FromSeconds(2));
        await CountAsync(client);
        Assert.Equal(2, _tokens);
        Assert.Equal(["Bearer token-2"], server.Requests[^1].Header("Authorization"));
    }

    [Theory]
    [InlineData("""{"access_token":"T","expires_in":8}""", 5, 7)]
    [InlineData("""{"access_token":"T","expires_in":0}""", -1, 0)]
    [InlineData("""{"access_token":"T","expires_in":-5}""", -1, 0)]
    [InlineData("""{"access_token":"T","expires_in":1e300}""", 86_000, 86_400)]
    [InlineData("""{"access_token":"T"}""", 200, 300)]
    [InlineData("""{"access_token":"T","expires_in":"soon"}""", 200, 300)]
    public async Task Any_lifetime_is_borne(string answer, int stillFresh, int renewed)
    {
        FakeTimeProvider time = new();
        await using CannedServer server = new(r => r.Path == "/oauth2/token" ? CannedServer.Answer(200, answer) : Count(r));
        using JumpCloudClient client = Client(server, time: time);

        await CountAsync(client);
        if (stillFresh > 0)
        {
            time.Advance(TimeSpan.FromSeconds(stillFresh));
            await CountAsync(client);
            Assert.Equal(1, TokenRequests(server));
        }

        time.Advance(TimeSpan.FromSeconds(renewed - Math.Max(0, stillFresh)));
        await CountAsync(client);
        Assert.Equal(2, TokenRequests(server));
    }

    [Fact]
    public async Task Requests_side_by_side_share_one_token()
    {
        await using CannedServer server = new(r => r.Path == "/oauth2/token" ? Token(r) : Count(r));
        using JumpCloudClient client = Client(server);

        await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(() => CountAsync(client))));

        Assert.Equal(1, _tokens);
        Assert.Equal(24, server.Requests.Count(r => r.IsCount));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once_for_all_who_had_it()
    {
        await using CannedServer server = new(r => r.Path == "/oauth2/token" ? Token(r)
            : r.Header("Authorization")[0] == "Bearer token-1" ? CannedServer.Answer(401, """{"message":"Unauthorized"}""") : Count(r));
        using JumpCloudClient client = Client(server);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => CountAsync(client))));

        Assert.Equal(2, _tokens);
    }

    [Fact]
    public async Task A_new_token_that_is_refused_too_is_the_accounts_fault()
    {
        await using CannedServer server = new(r => r.Path == "/oauth2/token" ? Token(r)
            : CannedServer.Answer(401, $$"""{"message":"no {{r.Header("Authorization")[0]}}"}"""));
        using JumpCloudClient client = Client(server);

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(client));

        Assert.Equal((FailureKind.Unauthorized, "Unauthorized", true), (fault.Failure, fault.ErrorId, fault.IsLasting));
        Assert.Contains("-ServiceAccount", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("token-", fault.ToString(), StringComparison.Ordinal);
        Assert.Equal((2, 2), (_tokens, server.Requests.Count(r => r.IsCount)));
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_client","error_description":"E"}""")]
    [InlineData(400, """{"error":"invalid_client"}""")]
    [InlineData(403, "forbidden")]
    public async Task A_refused_account_is_told_at_once_without_its_secret(int status, string body)
    {
        await using CannedServer server = new(r => CannedServer.Answer(status, body.Replace("E", $"{Secret} {r.Header("Authorization").FirstOrDefault()}", StringComparison.Ordinal)));
        using JumpCloudClient client = Client(server);

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(client));

        Assert.Equal((FailureKind.Unauthorized, "ServiceAccountRefused", true), (fault.Failure, fault.ErrorId, fault.IsLasting));
        Assert.Contains("-ServiceAccount", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Basic, fault.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_address_without_a_token_endpoint_is_said_to_be_one()
    {
        await using CannedServer server = new(_ => CannedServer.Answer(404, "Not Found"));
        using JumpCloudClient client = Client(server);

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(client));

        Assert.Equal((FailureKind.NotFound, "TokenEndpointNotFound"), (fault.Failure, fault.ErrorId));
        Assert.Contains("-TokenUri", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, "", "ServiceUnavailable")]
    [InlineData(429, "slow down", "TooManyRequests")]
    [InlineData(500, "", "ServerError")]
    [InlineData(200, "<html>login</html>", "NotJson")]
    [InlineData(200, """{"access_token":"T""", "BodyCutShort")]
    [InlineData(200, """{"expires_in":3600}""", "ProtocolViolation")]
    [InlineData(200, """{"access_token":"two\nlines","expires_in":3600}""", "ProtocolViolation")]
    [InlineData(200, """["T"]""", "BodyCutShort")]
    public async Task A_passing_fault_of_the_token_endpoint_is_asked_again_as_any_other(int status, string body, string errorId)
    {
        int asked = 0;
        await using CannedServer server = new(r => r.Path != "/oauth2/token" ? Count(r)
            : Interlocked.Increment(ref asked) < 3 ? CannedServer.Answer(status, body) : Token(r));
        using JumpCloudClient client = Client(server);
        await CountAsync(client);
        Assert.Equal((3, 2), (asked, _meter.Retries));

        await using CannedServer broken = new(_ => CannedServer.Answer(status, body));
        using JumpCloudClient lost = Client(broken);
        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(lost));
        Assert.Equal(errorId, fault.ErrorId);
        Assert.Equal(1 + Options.MaxRetries, broken.Requests.Count);
    }

    [Fact]
    public async Task A_redirect_of_the_token_endpoint_is_not_followed()
    {
        await using CannedServer other = new(Token);
        await using CannedServer server = new(_ => CannedServer.Answer(307, "", $"Location: {other.Uri}oauth2/token"));
        using JumpCloudClient client = Client(server);

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(client));

        Assert.Equal("UnexpectedRedirect", fault.ErrorId);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_a_token_does_not_take_it_from_the_others()
    {
        using SemaphoreSlim arrived = new(0), answer = new(0);
        await using CannedServer server = new(r =>
        {
            if (r.Path != "/oauth2/token") return Count(r);
            arrived.Release();
            answer.Wait(TestContext.Current.CancellationToken);
            return Token(r);
        });
        using JumpCloudClient client = Client(server);
        using CancellationTokenSource impatient = new();
        Task<long> first = client.CountEventsAsync(new RequestScope(OrganizationId), 0, 1, _meter, impatient.Token);
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        Task<long> second = CountAsync(client);

        await impatient.CancelAsync();
        answer.Release(2);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(7, await second);
    }

    [Fact]
    public async Task A_collection_with_a_service_account_has_everything_and_needs_one_token_for_several_turns()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Organizations = 2, EventsPerOrganization = 3_000, UsersPerOrganization = 30, ProviderId = "60aa11bb22cc33dd44ee55ff", PortalEvents = 50 });
        using TestStore store = new();
        Add(store, simulator, c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
        using Collector collector = new(store.Store, store.Secrets, TestStore.Options, store.Time);

        IReadOnlyList<CollectionResult> results = await collector.CollectAsync(store.Registry.Find(), named: true, force: true, cancellationToken: TestContext.Current.CancellationToken);
        await collector.CollectAsync(store.Registry.Find(), named: true, force: true, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(5, results.Count);
        Assert.All(results, r => Assert.Equal(CollectionState.Collected, r.State));
        foreach (SimulatedOrganization organization in simulator.Organizations)
        {
            DateTimeOffset watermark = store.Store.Records.GetStreams().Where(s => s.Key.OrganizationId == organization.Id && s.Key.ContentType == ContentType.DirectoryInsights)
                .Select(s => DateTimeOffset.FromUnixTimeMilliseconds(s.Watermark!.Value)).Single();
            Truth.AssertEqual(store, organization, watermark, organization.Id);
        }

        Assert.Equal(1, simulator.Requests.Count("/oauth2/token"));
        Assert.All(simulator.Requests.Last(), r => Assert.True(r.HasAuthorization && !r.HasApiKey, r.Path));
    }

    [Fact]
    public async Task Tokens_that_are_withdrawn_in_the_midst_of_a_collection_lose_nothing()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 5_000 });
        simulator.Scenario.Faults.Add(new Fault(FaultKind.Unauthorized401) { Host = HostKind.Insights, Skip = 3, Times = 1 });
        using TestStore store = new();
        Add(store, simulator, c => c with { OrganizationId = simulator.Organizations[0].Id });

        CollectionResult result = await store.CollectOneAsync();

        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
        Assert.Equal(2, simulator.Requests.Count("/oauth2/token"));
    }

    [Fact]
    public async Task A_wrong_secret_parks_the_connector_and_a_right_one_sets_it_going()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 500 });
        using TestStore store = new();
        Connector connector = Add(store, simulator, c => c with { OrganizationId = simulator.Organizations[0].Id }, "wrong-secret-of-mine");

        CollectionResult refused = await store.CollectOneAsync(force: false);
        CollectionResult parked = await store.CollectOneAsync(force: false);
        ConnectionTestResult test = await new ConnectionTester(store.Store, store.Secrets, TestStore.Options).TestAsync(connector, TestContext.Current.CancellationToken);

        Assert.Equal((CollectionState.Failed, 401, "ServiceAccountRefused"), (refused.State, refused.StatusCode, refused.ErrorId));
        Assert.Equal("ServiceAccountRefused", parked.ErrorId ?? refused.ErrorId);
        ConnectionProbe probe = Assert.Single(test.Probes, p => !p.Success);
        Assert.Equal(("AccessToken", "ServiceAccount", "ServiceAccountRefused"), (probe.Name, probe.Part, probe.ErrorId));
        Assert.Equal("ServiceAccountRefused", store.Registry.Describe(connector).StatusId);

        store.Registry.Update("main", c => c, TestStore.Secure(simulator.Options.ClientSecret));
        CollectionResult good = await store.CollectOneAsync();
        Assert.Equal(CollectionState.Collected, good.State);
        test = await new ConnectionTester(store.Store, store.Secrets, TestStore.Options).TestAsync(store.Registry.Get("main"), TestContext.Current.CancellationToken);
        Assert.True(test.Success, test.Summary);
        Assert.Equal(["DNS", "TCP", "AccessToken", "Organization", "DirectoryInsights"], test.Probes.Select(p => p.Name).Distinct());
    }

    [Fact]
    public async Task From_a_key_to_an_account_and_back_nothing_of_the_other_stays()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 500 });
        using TestStore store = new();
        Connector key = store.Add(simulator, change: c => c with { OrganizationId = simulator.Organizations[0].Id });
        Assert.Equal(CollectionState.Collected, (await store.CollectOneAsync()).State);

        store.Registry.Update("main", c => c with { ServiceAccountClientId = simulator.Options.ClientId }, TestStore.Secure(simulator.Options.ClientSecret));
        ConnectorInfo account = store.Registry.Describe(store.Registry.Get("main"));
        Assert.Equal((CredentialType.ServiceAccount, null), (account.CredentialType, account.ApiKeyEnding));
        Assert.Equal(simulator.Options.ClientSecret, Encoding.ASCII.GetString(store.Secrets.Unprotect(key.Id, store.Store.Connectors.GetSecret(key.Id)!)));
        CollectionResult second = await store.CollectOneAsync();
        Assert.Equal((CollectionState.Collected, 1), (second.State, simulator.Requests.Count("/oauth2/token")));

        store.Registry.Update("main", c => c with { ServiceAccountClientId = null }, TestStore.Secure(simulator.Options.ApiKey));
        CollectionResult third = await store.CollectOneAsync();
        Assert.Equal((CollectionState.Collected, 1), (third.State, simulator.Requests.Count("/oauth2/token")));
        Assert.Equal(CredentialType.ApiKey, store.Registry.Describe(store.Registry.Get("main")).CredentialType);

        // Another account without its secret does not use what was kept of another.
        store.Registry.Update("main", c => c with { ServiceAccountClientId = "another" });
        Assert.Equal("ServiceAccountSecretMissing", (await store.CollectOneAsync()).ErrorId);
    }

    [Theory]
    [InlineData(null, null, Region.US, "https://admin-oauth.id.jumpcloud.com/oauth2/token")]
    [InlineData(null, null, Region.EU, "https://admin-oauth.id.jumpcloud.com/oauth2/token")]
    [InlineData("https://gateway.example.com/jc", null, Region.US, "https://gateway.example.com/jc/oauth2/token")]
    [InlineData("https://gateway.example.com/", "https://sso.example.com/token", Region.US, "https://sso.example.com/token")]
    public void A_gateway_gives_tokens_itself_unless_it_is_said_who_does(string? console, string? token, Region region, string expected)
    {
        Connector connector = NewConnector() with { Region = region, ConsoleUri = console is null ? null : new Uri(console), TokenUri = token is null ? null : new Uri(token) };
        Assert.Equal(new Uri(expected), connector.EffectiveTokenUri);
    }

    private static Connector Add(TestStore store, Simulator simulator, Func<Connector, Connector> change, string? secret = null) => store.Add(
        simulator, change: c => change(c) with { ServiceAccountClientId = simulator.Options.ClientId }, apiKey: secret ?? simulator.Options.ClientSecret);

    private static Connector NewConnector() => new()
    {
        Id = default, Name = "main", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default, ContentTypes = [ContentType.DirectoryInsights],
    };

    private static int TokenRequests(CannedServer server) => server.Requests.Count(r => r.Path == "/oauth2/token");

    private static byte[] Count(CannedRequest request) => CannedServer.Answer(200, """{"count":7}""");

    private static byte[] Organizations(CannedRequest request) => CannedServer.Answer(200, """{"totalCount":0,"results":[]}""");

    private byte[] Token(CannedRequest request) =>
        CannedServer.Answer(200, $$"""{"access_token":"token-{{Interlocked.Increment(ref _tokens)}}","expires_in":3600,"scope":"api","token_type":"bearer"}""");

    private Task<long> CountAsync(JumpCloudClient client) => client.CountEventsAsync(new RequestScope(OrganizationId), 0, 1, _meter, default);

    private JumpCloudClient Client(CannedServer authority, CannedServer? insights = null, CannedServer? console = null, string? organizationId = OrganizationId, TimeProvider? time = null)
    {
        ServiceAccount account = new(ClientId, Secret, new Uri(authority.Uri, "oauth2/token"), time ?? TimeProvider.System);
        return new JumpCloudClient(
            (insights ?? authority).Uri, (console ?? authority).Uri, new ConnectorAccess(account, organizationId: organizationId),
            time is FakeTimeProvider ? Options with { MaxRetries = 0 } : Options, Guid.Empty, _gates, time ?? TimeProvider.System);
    }
}
