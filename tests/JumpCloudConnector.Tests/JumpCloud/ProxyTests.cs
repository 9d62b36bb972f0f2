using System.Net;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.JumpCloud;

/// <summary>The way through a proxy: named, with a user and password, or none.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string User = "svc-collector", Password = "p:roxy~Päss 42";

    private static readonly JumpCloudClientOptions Once = new() { RequestsPerSecond = 100_000, MaxRetries = 0 };

    private readonly HostGates _gates = new(new JumpCloudClientOptions { RequestsPerSecond = 100_000 }, TimeProvider.System);

    public void Dispose() => _gates.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_request_goes_through_the_proxy_with_its_user(bool tls)
    {
        using TestAuthority authority = new();
        await using CannedServer server = new(Count, certificate: tls ? TestAuthority.Shown(authority.Issue()) : null);
        await using TestProxy proxy = new($"{User}:{Password}");
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, authority.Pem, TestContext.Current.CancellationToken);
            using JumpCloudClient client = Client(server.Uri, new HttpRoute { Proxy = proxy.Uri, ProxyCredential = new NetworkCredential(User, Password), Trust = ServerTrust.Read(file) });

            for (int i = 0; i < 2; i++) Assert.Equal(7, await CountAsync(client));
        }
        finally
        {
            File.Delete(file);
        }

        Assert.All(proxy.Requests, r => Assert.Equal(tls ? "CONNECT" : "POST", r.Method));
        Assert.Equal(2, server.Requests.Count);
        foreach (CannedRequest request in server.Requests)
        {
            Assert.Empty(request.Header("Proxy-Authorization"));
            Assert.Equal(["key"], request.Header("x-api-key"));
        }

        // Through a tunnel the proxy sees no key.
        if (tls) Assert.All(proxy.Requests, r => Assert.Empty(r.Header("x-api-key")));
    }

    [Theory]
    [InlineData(false, null, "asks for a user and a password")]
    [InlineData(true, null, "asks for a user and a password")]
    [InlineData(false, "wrong-password", "does not accept")]
    [InlineData(true, "wrong-password", "does not accept")]
    public async Task A_proxy_that_wants_another_user_is_an_error_of_its_own(bool tls, string? password, string says)
    {
        await using TestProxy proxy = new($"{User}:{Password}");
        using JumpCloudClient client = Client(
            new Uri(tls ? "https://api.example.invalid/" : "http://api.example.invalid/"),
            new HttpRoute { Proxy = proxy.Uri, ProxyCredential = password is null ? null : new NetworkCredential(User, password) });

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(client));

        Assert.Equal((FailureKind.ProxyAuthenticationRequired, "ProxyAuthenticationRequired", true, false), (fault.Failure, fault.ErrorId, fault.IsLasting, fault.IsTransient));
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
        Assert.Contains(proxy.Uri.Authority, fault.Message, StringComparison.Ordinal);
        Assert.Contains("-ProxyCredential", fault.Message, StringComparison.Ordinal);
        if (password is not null) Assert.DoesNotContain(password, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_does_not_connect_is_told_from_the_host_that_does_not_answer()
    {
        await using TestProxy proxy = new(refusal: 403);
        using JumpCloudClient client = Client(new Uri("https://api.example.invalid/"), new HttpRoute { Proxy = proxy.Uri });

        JumpCloudException refused = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(client));
        Assert.Equal(("ProxyRefused", true), (refused.ErrorId, refused.IsTransient));
        Assert.Contains("(403)", refused.Message, StringComparison.Ordinal);

        Uri nowhere = CannedServer.RefusingUri();
        using JumpCloudClient lost = Client(new Uri("https://api.example.invalid/"), new HttpRoute { Proxy = nowhere });
        JumpCloudException unreachable = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(lost));
        Assert.Equal(FailureKind.ConnectionRefused, unreachable.Failure);
        Assert.Contains($"The proxy {nowhere.Authority} refuses", unreachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connector_collects_through_its_proxy_with_the_password_that_the_store_keeps()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 1_000 });
        await using TestProxy proxy = new($"{User}:{Password}");
        using TestStore store = new();
        Connector connector = store.Add(simulator);
        store.Registry.Update("main", c => c with { Proxy = proxy.Uri, ProxyUser = User }, proxyPassword: TestStore.Secure(Password));

        CollectionResult result = await store.CollectOneAsync();

        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
        Assert.True(proxy.Requests.Count >= simulator.Requests.Total, "a request went past the proxy");
        byte[] kept = store.Store.Connectors.GetProxySecret(connector.Id)!;
        Assert.Throws<JcException>(() => store.Secrets.Unprotect(connector.Id, kept));

        ConnectionTestResult test = await new ConnectionTester(store.Store, store.Secrets, TestStore.Options).TestAsync(store.Registry.Get("main"), TestContext.Current.CancellationToken);
        Assert.True(test.Success, test.Summary);
        Assert.Contains(test.Probes, p => p.Name == "DNS" && p.Message.Contains($"through the proxy {proxy.Uri.Authority}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proxys_password_goes_to_no_other_proxy_or_user()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10 });
        await using TestProxy proxy = new($"{User}:{Password}"), other = new("else:where");
        using TestStore store = new();
        Connector connector = store.Add(simulator);
        store.Registry.Update("main", c => c with { Proxy = proxy.Uri, ProxyUser = User }, proxyPassword: TestStore.Secure(Password));

        store.Registry.Update("main", c => c with { IntervalMinutes = 6 });
        Assert.NotEmpty(store.Store.Connectors.GetProxySecret(connector.Id)!);
        store.Registry.Update("main", c => c with { Proxy = other.Uri });

        Assert.Empty(store.Store.Connectors.GetProxySecret(connector.Id)!);
        CollectionResult result = await store.CollectOneAsync();
        Assert.Equal(("ProxyPasswordMissing", 0), (result.ErrorId, other.Requests.Count));
        ConnectionTestResult test = await new ConnectionTester(store.Store, store.Secrets, TestStore.Options).TestAsync(store.Registry.Get("main"), TestContext.Current.CancellationToken);
        Assert.Equal([("Proxy", "Proxy", "ProxyPasswordMissing")], test.Probes.Select(p => (p.Name, p.Part!, p.ErrorId!)));
    }

    [Fact]
    public async Task A_proxy_that_refuses_the_user_parks_the_stream()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10 });
        await using TestProxy proxy = new($"{User}:{Password}");
        using TestStore store = new();
        store.Add(simulator);
        store.Registry.Update("main", c => c with { Proxy = proxy.Uri, ProxyUser = User }, proxyPassword: TestStore.Secure("wrong-password"));

        CollectionResult result = await store.CollectOneAsync(force: false);

        Assert.Equal((CollectionState.Failed, 407, "ProxyAuthenticationRequired"), (result.State, result.StatusCode, result.ErrorId));
        Assert.NotNull(store.Registry.Describe(store.Registry.Get("main")).Streams[0].ParkedUntil);
        ConnectionTestResult test = await new ConnectionTester(store.Store, store.Secrets, TestStore.Options).TestAsync(store.Registry.Get("main"), TestContext.Current.CancellationToken);
        Assert.Equal("Proxy", test.Probes.First(p => !p.Success).Part);
        Assert.Equal(0, simulator.Requests.Total);
    }

    internal static byte[] Count(CannedRequest request) => CannedServer.Answer(200, """{"count":7}""");

    internal static Task<long> CountAsync(JumpCloudClient client) => client.CountEventsAsync(new RequestScope(), 0, 1, new RequestMeter(), default);

    internal static JumpCloudClient Client(Uri host, HttpRoute route, HostGates gates) =>
        new(host, host, new ConnectorAccess(new ApiKeyCredentials("key"), route), Once, Guid.Empty, gates, TimeProvider.System);

    private JumpCloudClient Client(Uri host, HttpRoute route) => Client(host, route, _gates);
}

/// <summary>The system's proxy is the whole process's: alone, so that no other test meets it.</summary>
[Collection("System proxy")]
public sealed class SystemProxyTests : IDisposable
{
    private readonly HostGates _gates = new(new JumpCloudClientOptions { RequestsPerSecond = 100_000 }, TimeProvider.System);

    public void Dispose() => _gates.Dispose();

    [Fact]
    public async Task Without_a_proxy_the_systems_is_not_asked_either()
    {
        await using CannedServer server = new(ProxyTests.Count);
        await using TestProxy proxy = new();
        IWebProxy before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(proxy.Uri);
        try
        {
            using JumpCloudClient system = ProxyTests.Client(server.Uri, HttpRoute.Default, _gates);
            await ProxyTests.CountAsync(system);
            int through = proxy.Requests.Count(r => r.Path == server.Uri + "insights/directory/v1/events/count");
            using JumpCloudClient none = ProxyTests.Client(server.Uri, new HttpRoute { NoProxy = true }, _gates);
            await ProxyTests.CountAsync(none);

            Assert.Equal((1, 1), (through, proxy.Requests.Count(r => r.Path == server.Uri + "insights/directory/v1/events/count")));
            Assert.Equal(2, server.Requests.Count);
            Assert.Equal((proxy.Uri, null), (HttpRoute.Default.ProxyFor(server.Uri), new HttpRoute { NoProxy = true }.ProxyFor(server.Uri)));
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }
}

[CollectionDefinition("System proxy", DisableParallelization = true)]
public sealed class SystemProxyGroup;
