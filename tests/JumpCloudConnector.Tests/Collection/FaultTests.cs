using System.Net.Sockets;
using System.Text;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>What goes wrong between us and JumpCloud says so in its own words, costs no event and repeats none.</summary>
public sealed class FaultTests
{
    private const string EventsPath = "=/insights/directory/v1/events";
    private const int PageSize = 100;
    private const int MaxRetries = 2;

    /// <summary>Pages of a hundred, two repetitions, and a lease that no skipped pause ends.</summary>
    private static readonly CollectionOptions Options = TestStore.Options with
    {
        FirstPageSize = PageSize, MaxPageSize = PageSize, TargetPageBytes = 64L << 20, MaxPageBytes = 64L << 20,
        LeaseDuration = TimeSpan.FromDays(30),
        Client = new JumpCloudClientOptions { RequestsPerSecond = 100_000, MaxRetries = MaxRetries },
    };

    /// <summary>The fault, its status code and id, what its message must tell, and whether it may pass by itself.</summary>
    public static TheoryData<FaultKind, int, string, string, bool> Faults { get; } = new()
    {
        { FaultKind.Status400, 400, "BadRequest", "this machine's clock", false },
        { FaultKind.Unauthorized401, 401, "Unauthorized", "Set-JcConnector -ApiKey", false },
        { FaultKind.NoOrganizationSelected401, 401, "NoOrganizationSelected", "-OrganizationId", false },
        { FaultKind.PaymentRequired402, 402, "NotLicensed", "not part of the organization's JumpCloud plan", false },
        { FaultKind.Forbidden403, 403, "Forbidden", "a role that reads Directory Insights", false },
        { FaultKind.ForbiddenBlocked403, 403, "AddressBlocked", "JumpCloud's support", false },
        { FaultKind.NotFound404, 404, "OrganizationNotFound", "-ProviderId", false },
        { FaultKind.TooManyRequests429, 429, "TooManyRequests", "fewer requests", true },
        { FaultKind.InternalServerError500, 500, "ServerError", "internal error", true },
        { FaultKind.BadGateway502Html, 503, "ServiceUnavailable", "(502) (an HTML page)", true },
        { FaultKind.ServiceUnavailable503Html, 503, "ServiceUnavailable", "(503) (an HTML page)", true },
        { FaultKind.BodyCutShort, 1006, "BodyCutShort", "ended before its end", true },
        { FaultKind.TruncatedJson, 1006, "BodyCutShort", "incomplete or broken JSON", true },
        { FaultKind.ConnectionReset, 1003, "ConnectionReset", "a firewall or proxy between", true },
        { FaultKind.NotJson, 1007, "NotJson", "login page may stand between", true },
    };

    public static TheoryData<FaultKind> PassingFaults { get; } = [.. Faults.Where(f => f.Data.Item5).Select(f => f.Data.Item1)];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_tells_itself_and_costs_no_event(FaultKind kind, int status, string id, string words, bool mayPass)
    {
        foreach (int wholePages in (int[])[0, 1, 2])
        {
            PassingTime time = new();
            await using Simulator simulator = await StartAsync(time);
            SimulatedOrganization organization = simulator.Organizations[0];
            using TestStore store = new(time);
            Connector connector = store.Add(simulator);
            Fault fault = simulator.Scenario.Faults.Add(new Fault(kind) { PathContains = EventsPath, Skip = wholePages });

            CollectionResult failed = await store.CollectOneAsync(Options);

            Assert.Equal((CollectionState.Failed, status, id), (failed.State, failed.StatusCode, failed.ErrorId));
            Assert.Contains(words, failed.ErrorMessage, StringComparison.Ordinal);
            bool isAboutTheHost = id is not ("NotLicensed" or "NoOrganizationSelected");
            if (isAboutTheHost) Assert.Contains("127.0.0.1", failed.ErrorMessage, StringComparison.Ordinal);
            Assert.Equal("main", failed.ConnectorName);
            ConnectorInfo info = store.Registry.Describe(connector);
            Assert.Equal((status, id, failed.ErrorMessage), (info.StatusCode, info.StatusId, info.StatusMessage));
            Assert.Equal((1, time.GetUtcNow()), (info.ConsecutiveFailures, info.StatusTime));

            Assert.Equal(wholePages, failed.Pages);
            Assert.Equal(mayPass ? 1 + MaxRetries : 1, fault.Applied);
            Assert.Equal(fault.Applied - 1, failed.Retries);
            if (wholePages == 0) Assert.Empty(store.Find());
            else Truth.AssertEqual(store, organization, failed.Watermark!.Value);

            simulator.Scenario.Faults.Clear();
            CollectionResult whole = await store.CollectOneAsync(Options);
            Assert.Equal((CollectionState.Collected, 0, null), (whole.State, whole.StatusCode, whole.ErrorMessage));
            Assert.True(whole.Watermark > (failed.Watermark ?? DateTimeOffset.MinValue));
            Truth.AssertEqual(store, organization, whole.Watermark!.Value);
            info = store.Registry.Describe(connector);
            Assert.Equal((0, null, "Healthy", 0), (info.StatusCode, info.StatusId, info.StatusMessage, info.ConsecutiveFailures));
        }
    }

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task A_passing_fault_is_overcome_and_counted(FaultKind kind)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator);
        simulator.Scenario.Faults.Add(new Fault(kind) { PathContains = EventsPath, Skip = 1, Times = 1 });
        simulator.Scenario.Faults.Add(new Fault(kind)
        {
            PathContains = EventsPath, Skip = 2, Times = MaxRetries, Chunked = true,
        });

        CollectionResult result = await store.CollectOneAsync(Options);

        Assert.Equal((CollectionState.Collected, 0, null), (result.State, result.StatusCode, result.ErrorId));
        Assert.Equal(1 + MaxRetries, result.Retries);
        Assert.Equal(simulator.Requests.Count(host: HostKind.Insights), result.Requests);
        Assert.Equal(1 + MaxRetries, time.Pauses.Count);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
        await AssertAsWithoutFaultsAsync(simulator, time, result);
    }

    /// <summary>A page that fails may have left anything behind; with many failing, nothing may be double.</summary>
    [Theory]
    [InlineData(FaultKind.BodyCutShort)]
    [InlineData(FaultKind.TruncatedJson)]
    public async Task With_every_other_answer_cut_short_each_event_is_held_once(FaultKind kind)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator);
        for (int i = 0; i < 6; i++)
        {
            simulator.Scenario.Faults.Add(new Fault(kind)
            {
                PathContains = EventsPath, Skip = i, Times = 1, Chunked = i % 2 == 0,
            });
        }

        CollectionResult result = await store.CollectOneAsync(Options);

        Assert.Equal(CollectionState.Collected, result.State);
        Assert.Equal(6, result.Retries);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
        await AssertAsWithoutFaultsAsync(simulator, time, result);
    }

    [Fact]
    public async Task A_fault_in_the_walk_over_the_users_calls_nobody_gone()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, users: 250);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator, change: c => c with { ContentTypes = [ContentType.SystemUser] });
        Fault fault = new(FaultKind.InternalServerError500) { PathContains = "/api/systemusers", Skip = 1 };

        simulator.Scenario.Faults.Add(fault);
        CollectionResult failed = await store.CollectOneAsync(Options);
        Assert.Equal((CollectionState.Failed, 500, "ServerError"), (failed.State, failed.StatusCode, failed.ErrorId));
        Assert.Null(failed.Watermark);
        Assert.Equal(500, store.Registry.Describe(connector).StatusCode);

        simulator.Scenario.Faults.Clear();
        CollectionResult whole = await store.CollectOneAsync(Options);

        Assert.Equal(CollectionState.Collected, whole.State);
        List<IngestedRecord> records = store.Find();
        Assert.DoesNotContain(records, r => r.EventType == "systemuser_removed");
        Assert.Equal(
            simulator.Organizations[0].Users.List().Select(u => Encoding.UTF8.GetString(Truth.OneLine(u.Json))).ToHashSet(),
            records.Select(r => Encoding.UTF8.GetString(r.VendorUtf8.Span)).ToHashSet());
        Assert.Equal(250, records.Count(r => r.EventType == "systemuser_added"));
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests429, false)]
    [InlineData(FaultKind.TooManyRequests429, true)]
    [InlineData(FaultKind.ServiceUnavailable503Html, false)]
    [InlineData(FaultKind.ServiceUnavailable503Html, true)]
    public async Task The_server_is_given_the_time_it_asks_for(FaultKind kind, bool asDate)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator);
        TimeSpan asked = TimeSpan.FromSeconds(37);
        simulator.Scenario.Faults.Add(new Fault(kind)
        {
            PathContains = EventsPath, Skip = 1, Times = 2, RetryAfter = asked, RetryAfterAsDate = asDate,
        });

        CollectionResult result = await store.CollectOneAsync(Options);

        Assert.Equal((CollectionState.Collected, 2), (result.State, result.Retries));
        Assert.Equal([asked, asked], time.Pauses);
        LoggedRequest[] tries =
        [
            .. simulator.Requests.Last().Where(r => r.Path.EndsWith("/events", StringComparison.Ordinal)).Skip(1).Take(3),
        ];
        Assert.Equal([kind, kind, null], tries.Select(t => t.Fault));
        Assert.Equal([asked, asked], [tries[1].Time - tries[0].Time, tries[2].Time - tries[1].Time]);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
    }

    /// <summary>Nobody waits for an hour within a turn: it ends, and the stream is left alone for as long as was asked.</summary>
    [Theory]
    [InlineData(61, 61)]
    [InlineData(1200, 1200)]
    [InlineData(86400, 3600)]
    public async Task A_long_pause_ends_the_turn_and_is_kept_by_the_next_ones(int asked, int kept)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        simulator.Scenario.Faults.Add(new Fault(FaultKind.TooManyRequests429)
        {
            PathContains = EventsPath, Skip = 1, RetryAfter = TimeSpan.FromSeconds(asked),
        });

        CollectionResult failed = await store.CollectOneAsync(Options);

        Assert.Equal((CollectionState.Failed, 429, 0), (failed.State, failed.StatusCode, failed.Retries));
        Assert.Empty(time.Pauses);
        StreamHealth health = Assert.Single(store.Registry.Describe(connector).Streams);
        Assert.Equal(time.GetUtcNow().AddSeconds(kept).ToUnixTimeMilliseconds(), health.ParkedUntil?.ToUnixTimeMilliseconds());
        Truth.AssertEqual(store, simulator.Organizations[0], failed.Watermark!.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public async Task Without_a_time_to_wait_the_pauses_are_ours_and_bounded(int? retryAfter)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator);
        simulator.Scenario.Faults.Add(new Fault(FaultKind.TooManyRequests429)
        {
            PathContains = EventsPath, RetryAfter = retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        });
        JumpCloudClientOptions client = Options.Client with
        {
            MaxRetries = 8, RetryDelay = TimeSpan.FromSeconds(2), MaxRetryDelay = TimeSpan.FromSeconds(30),
        };

        CollectionResult failed = await store.CollectOneAsync(Options with { Client = client });

        Assert.Equal((429, 8), (failed.StatusCode, failed.Retries));
        Assert.Equal(8, time.Pauses.Count);
        Assert.All(time.Pauses, p => Assert.InRange(p, TimeSpan.FromTicks(1), client.MaxRetryDelay));
        // They double but for the jitter, which may make any single one short.
        Assert.InRange(time.Pauses[0], TimeSpan.FromTicks(1), 2 * client.RetryDelay);
        Assert.Equal(client.MaxRetryDelay, time.Pauses.Max());
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_says_so()
    {
        CollectionResult result = await FailAsync(new Uri("https://api.example.invalid/"), SocketError.HostNotFound);

        Assert.Equal((1001, "NameNotResolved"), (result.StatusCode, result.ErrorId));
        Assert.Contains("api.example.invalid does not resolve", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("DNS", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, result.Retries);
    }

    [Fact]
    public async Task A_port_that_refuses_says_so()
    {
        Uri uri = CannedServer.RefusingUri();

        CollectionResult result = await FailAsync(uri);

        Assert.Equal((1002, "ConnectionRefused"), (result.StatusCode, result.ErrorId));
        Assert.StartsWith($"{uri.Authority} refuses the connection.", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("firewall", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, result.Retries);
    }

    [Theory]
    [InlineData(SocketError.TimedOut)]
    [InlineData(SocketError.HostUnreachable)]
    [InlineData(SocketError.NetworkUnreachable)]
    public async Task A_host_that_cannot_be_reached_says_so(SocketError error)
    {
        CollectionResult result = await FailAsync(new Uri("https://api.example.invalid/"), error);

        Assert.Equal((1005, "ConnectionTimedOut"), (result.StatusCode, result.ErrorId));
        Assert.Contains("api.example.invalid cannot be reached", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, result.Retries);
    }

    [Fact]
    public async Task A_server_without_TLS_behind_https_says_so_and_is_not_asked_again()
    {
        await using CannedServer server = new(_ => "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray());

        CollectionResult result = await FailAsync(new UriBuilder(server.Uri) { Scheme = "https" }.Uri);

        Assert.Equal((1004, "TlsFailed"), (result.StatusCode, result.ErrorId));
        Assert.Contains($"No TLS connection to {server.Uri.Authority}", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("certificates", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, result.Retries);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using CannedServer server = new(r => r.IsEvents ? [] : Whole(r));

        CollectionResult result = await FailAsync(server.Uri, limit: TimeSpan.FromSeconds(0.5));

        Assert.Equal((1005, "RequestTimedOut"), (result.StatusCode, result.ErrorId));
        Assert.Contains("127.0.0.1 did not answer within", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, result.Retries);
    }

    [Fact]
    public async Task An_answer_that_stalls_is_given_up()
    {
        await using CannedServer server = new(r => r.IsEvents ? CannedServer.Answer(200, "[{},{}]")[..^3] : Whole(r));

        CollectionResult result = await FailAsync(server.Uri, limit: TimeSpan.FromSeconds(0.5));

        Assert.Equal((1005, "AnswerStalled"), (result.StatusCode, result.ErrorId));
        Assert.Contains("The answer of 127.0.0.1 paused", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, result.Fetched);
    }

    [Theory]
    [InlineData(408, 1005, "RequestTimedOut", "gave up waiting", true)]
    [InlineData(504, 503, "ServiceUnavailable", "is not available at 127.0.0.1 (504)", true)]
    [InlineData(302, 1000, "UnexpectedRedirect", "the credentials go to no other host", false)]
    [InlineData(204, 1000, "UnexpectedStatus", "unexpected status 204", false)]
    [InlineData(405, 1000, "UnexpectedStatus", "unexpected status 405", false)]
    [InlineData(418, 1000, "UnexpectedStatus", "unexpected status 418", false)]
    public async Task A_status_that_the_API_does_not_have_is_told(int answer, int status, string id, string words, bool mayPass)
    {
        await using CannedServer server = new(r => r.IsEvents ? CannedServer.Answer(answer, "") : Whole(r));

        CollectionResult result = await FailAsync(server.Uri);

        Assert.Equal((status, id, mayPass ? MaxRetries : 0), (result.StatusCode, result.ErrorId, result.Retries));
        Assert.Contains("127.0.0.1", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(words, result.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>Gateways quote the header they refuse, whole, at the end of what is quoted of them, or cut off.</summary>
    [Theory]
    [InlineData("bad header x-api-key: {0}")]
    [InlineData("{0}")]
    [InlineData("{0}.")]
    [InlineData("..............................................................................................................."
        + "..............................................................................................................."
        + ".........................................................x-api-key: {0} is wrong")]
    [InlineData("x-api-key={0}, and again {0}, {0}; x-api-key: {0}")]
    [InlineData("{{\"message\":\"the key {0} is unknown\"}}")]
    [InlineData("{{\"error\":\"{0}\"}}")]
    [InlineData("{{\"error_description\":\"GET /?key={0}\",\"error\":7}}")]
    [InlineData("{{\"message\":\"the key {0} is unknown")]
    [InlineData("<html><body>x-api-key: {0}</body></html>")]
    public async Task No_echo_of_the_key_reaches_a_message(string body)
    {
        foreach (string key in (string[])[SimulatorOptions.DefaultApiKey, "jca_a+b/c=d%20e&f~g!h*i(j)k"])
        {
            byte[] answer = [];
            await using CannedServer server = new(_ => answer);
            using TestStore store = new();
            Connector connector = Add(store, server.Uri, key);
            foreach (int status in (int[])[200, 400, 401, 402, 403, 404, 408, 418, 429, 500, 502, 302])
            {
                foreach (string echo in (string[])[key, Uri.EscapeDataString(key)])
                {
                    answer = CannedServer.Answer(
                        status, string.Format(null, body, echo), "Location: http://127.0.0.1/" + echo, "X-Request-Id: " + echo);
                    await AssertSilentAsync(store, connector, key);
                }
            }
        }
    }

    [Fact]
    public async Task No_part_of_the_key_reaches_a_message_where_its_echo_is_cut()
    {
        const string key = SimulatorOptions.DefaultApiKey;
        byte[] whole = CannedServer.Answer(500, "x-api-key: " + key, "Content-Type: text/plain");
        int cut = 0;
        await using CannedServer server = new(_ => whole[..^cut], closes: true);
        using TestStore store = new();
        Connector connector = Add(store, server.Uri, key);
        for (cut = 1; cut < key.Length - 6; cut += 4) await AssertSilentAsync(store, connector, key);
    }

    private static async Task AssertSilentAsync(TestStore store, Connector connector, string key)
    {
        Watcher watcher = new();
        CollectionOptions once = Options with { Client = Options.Client with { MaxRetries = 0 } };

        CollectionResult result = Assert.Single(await store.CollectAsync(once, observer: watcher));
        ConnectionTestResult test = await new ConnectionTester(store.Store, store.Secrets, once).TestAsync(connector);

        Assert.Equal(CollectionState.Failed, result.State);
        Assert.False(test.Success);
        ConnectorInfo info = store.Registry.Describe(connector);
        string[] said =
        [
            result.ErrorMessage!, info.StatusMessage, info.ToString(), test.Summary,
            .. info.Streams.Select(s => s.StatusMessage ?? ""), .. test.Probes.Select(p => p.Message), .. watcher.Notes,
        ];
        foreach (string text in said)
        {
            for (int i = 0; i + 6 <= key.Length; i++)
                Assert.DoesNotContain(key.Substring(i, 6), text, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>The store would sort out what came twice; it is to come once.</summary>
    private static async Task AssertAsWithoutFaultsAsync(Simulator simulator, PassingTime time, CollectionResult result)
    {
        simulator.Scenario.Faults.Clear();
        using TestStore store = new(time);
        store.Add(simulator);
        CollectionResult plain = await store.CollectOneAsync(Options);
        Assert.Equal(
            (plain.Fetched, plain.New, plain.Repeated, plain.Pages), (result.Fetched, result.New, result.Repeated, result.Pages));
        Assert.Equal(plain.Requests + result.Retries, result.Requests);
    }

    private static Task<Simulator> StartAsync(PassingTime time, int users = 0) => Simulator.StartAsync(new SimulatorOptions
    {
        Seed = 7, EventsPerOrganization = 6 * PageSize, UsersPerOrganization = users, HugeEventEvery = 150, ServerDoubles = 3,
        Clock = time, End = time.GetUtcNow().AddSeconds(-5), Traps = Traps.All & ~Traps.FutureStamps,
    });

    private static Connector Add(TestStore store, Uri uri, string key)
    {
        store.Registry.Add(
            new Connector
            {
                Id = default, Name = "main", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
                AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights],
                InsightsUri = uri, ConsoleUri = uri,
            },
            TestStore.Secure(key));
        return store.Registry.Get("main");
    }

    /// <summary>Collects from an address where that must fail, and checks that the connector shows the same.</summary>
    /// <param name="uri">Both hosts.</param>
    /// <param name="error">What the network does instead of reaching them, or null to let it try.</param>
    /// <param name="limit">The time limit, where it matters.</param>
    private static async Task<CollectionResult> FailAsync(Uri uri, SocketError? error = null, TimeSpan? limit = null)
    {
        using TestStore store = new();
        Connector connector = Add(store, uri, SimulatorOptions.DefaultApiKey);
        JumpCloudClientOptions client = TestStore.Options.Client with { MaxRetries = MaxRetries };
        if (limit is { } time) client = client with { AnswerTimeout = time, StallTimeout = time };
        using Collector collector = new(
            store.Store, store.Secrets, Options with { Client = client },
            handlers: error is { } code ? () => new ThrowingHandler(new SocketException((int)code)) : null);

        CollectionResult result = Assert.Single(await collector.CollectAsync([connector], named: true, force: true));

        ConnectorInfo info = store.Registry.Describe(connector);
        Assert.Equal(CollectionState.Failed, result.State);
        Assert.Equal(result.ErrorMessage, info.StatusMessage);
        Assert.Equal((result.StatusCode, result.ErrorId), (info.StatusCode, info.StatusId));
        Assert.Null(result.Watermark);
        Assert.Empty(store.Find());
        return result;
    }

    private static byte[] Whole(CannedRequest request) => CannedServer.Answer(
        200, request.IsCount ? """{"count":0}""" : """{"totalCount":1,"results":[{"id":"5f3c8a1b2d4e6f7081920a3b"}]}""");

    private sealed class ThrowingHandler(Exception cause) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new HttpRequestException("An error occurred.", cause));
    }

    private sealed class Watcher : ICollectionObserver
    {
        private readonly List<string> _notes = [];

        public IReadOnlyList<string> Notes
        {
            get { lock (_notes) return [.. _notes]; }
        }

        public void Progressed(CollectionProgress progress)
        {
        }

        public void Committed(RecordBatch batch)
        {
        }

        public void Completed(CollectionResult result)
        {
        }

        public void Warned(string message)
        {
        }

        public void Noted(string message)
        {
            lock (_notes) _notes.Add(message);
        }
    }
}
