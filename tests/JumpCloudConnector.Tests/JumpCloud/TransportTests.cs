using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.JumpCloud;

/// <summary>What goes over the wire: to whom, with which headers, and what of an answer is believed.</summary>
public sealed class TransportTests : IDisposable
{
    private const string Key = SimulatorOptions.DefaultApiKey;
    private const string OrganizationId = "5f3c8a1b2d4e6f7081920a3b";
    private const string ProviderId = "60aa11bb22cc33dd44ee55ff";
    private const string TwoEvents =
        """[{"id":"a","timestamp":"2024-03-01T10:00:00Z"},{"id":"b","timestamp":"2024-03-01T10:00:01Z"}]""";

    private static readonly JumpCloudClientOptions Once = new() { RequestsPerSecond = 100_000, MaxRetries = 0 };

    private readonly HostGates _gates = new(Once, TimeProvider.System);
    private readonly RequestMeter _meter = new();

    public void Dispose() => _gates.Dispose();

    [Fact]
    public async Task The_key_stands_in_its_header_and_nowhere_else()
    {
        await using CannedServer insights = new(Good);
        await using CannedServer console = new(Good);
        using JumpCloudClient client = Client(insights.Uri, console.Uri);

        await AskAllAsync(client);

        CannedRequest[] requests = [.. insights.Requests, .. console.Requests];
        Assert.Equal((3, 3), (insights.Requests.Count, console.Requests.Count));
        foreach (CannedRequest request in requests)
        {
            Assert.Equal([Key], request.Header("x-api-key"));
            Assert.Single(request.Head.Split(Key).Skip(1));
            Assert.DoesNotContain(Key, request.Body, StringComparison.Ordinal);
            Assert.Empty(request.Header("Authorization"));
        }
    }

    [Fact]
    public async Task Each_request_names_the_organization_or_the_provider_or_nobody()
    {
        await using CannedServer server = new(Good);
        using JumpCloudClient client = Client(server.Uri);

        await client.CountEventsAsync(new RequestScope(), 0, 1, _meter, default);
        await client.CountEventsAsync(new RequestScope(OrganizationId), 0, 1, _meter, default);
        await client.CountEventsAsync(new RequestScope(ProviderId: ProviderId), 0, 1, _meter, default);
        await GetEventsAsync(client, scope: new RequestScope(OrganizationId));
        await client.GetSystemUsersAsync(new RequestScope(OrganizationId), 0, 100, new Sink(), _meter, default);
        await client.GetProviderOrganizationsAsync(ProviderId, _meter, default);
        await client.GetOrganizationsOnceAsync(_meter, default);

        Assert.Equal(
            ["/", $"{OrganizationId}/", $"/{ProviderId}", $"{OrganizationId}/", $"{OrganizationId}/", "/", "/"],
            server.Requests.Select(
                r => string.Join(",", r.Header("x-org-id")) + "/" + string.Join(",", r.Header("x-provider-id"))));
        Assert.Equal(7, _meter.Requests);
    }

    [Fact]
    public async Task A_request_says_what_it_is_and_takes_a_compressed_answer()
    {
        await using CannedServer server = new(Good);
        using JumpCloudClient client = Client(server.Uri);

        await AskAllAsync(client);

        foreach (CannedRequest request in server.Requests)
        {
            Assert.Matches(@"^JumpCloudConnector/\d+\.\d+\.\d+$", Assert.Single(request.Header("User-Agent")));
            Assert.Equal(["application/json"], request.Header("Accept"));
            Assert.Contains("gzip", Assert.Single(request.Header("Accept-Encoding")), StringComparison.Ordinal);
            Assert.Equal([server.Uri.Authority], request.Header("Host"));
            Assert.Empty(request.Header("Expect"));
            Assert.Equal(request.Method == "POST" ? ["application/json; charset=utf-8"] : [], request.Header("Content-Type"));
        }
    }

    [Fact]
    public async Task A_query_has_the_span_the_limit_and_the_cursor_as_the_server_wrote_it()
    {
        await using CannedServer server = new(Good);
        using JumpCloudClient client = Client(server.Uri);
        const string cursor = """[1576181718000, "DZrPyW8BNsa9iKWoOm7h"]""";

        await GetEventsAsync(client, cursor);
        await client.CountEventsAsync(new RequestScope(), 1_709_287_200_123, 1_709_290_800_000, _meter, default);

        Assert.Equal("/insights/directory/v1/events", server.Requests[0].Path);
        Assert.EndsWith($",\"search_after\":{cursor}}}", server.Requests[0].Body, StringComparison.Ordinal);
        using JsonDocument page = JsonDocument.Parse(server.Requests[0].Body);
        Assert.Equal("""["all"]""", page.RootElement.GetProperty("service").GetRawText());
        Assert.Equal(2, page.RootElement.GetProperty("limit").GetInt32());
        Assert.Equal("ASC", page.RootElement.GetProperty("sort").GetString());
        Assert.Equal("/insights/directory/v1/events/count", server.Requests[1].Path);
        using JsonDocument count = JsonDocument.Parse(server.Requests[1].Body);
        Assert.Equal(["service", "start_time", "end_time"], count.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal((1_709_287_200_123, 1_709_290_800_000), (Time("start_time"), Time("end_time")));

        long Time(string name) => DateTimeOffset
            .Parse(count.RootElement.GetProperty(name).GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_page_is_read(string encoding)
    {
        using MemoryStream packed = new();
        using (Stream stream = encoding == "gzip"
            ? new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)
            : new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            stream.Write(Encoding.UTF8.GetBytes(TwoEvents));
        }

        await using CannedServer server = new(_ => CannedServer.Answer(
            200, packed.ToArray(), "Content-Encoding: " + encoding, "X-Result-Count: 2", "X-Search_after: [1]"));
        using JumpCloudClient client = Client(server.Uri);
        Sink sink = new();

        EventPage page = await GetEventsAsync(client, sink: sink);

        Assert.Equal((2, (long)TwoEvents.Length), (page.Rows, page.Bytes));
        Assert.Equal(TwoEvents, "[" + string.Join(",", sink.Items) + "]");
    }

    /// <summary>Native code may be decompressing at the moment of stopping; pulling its memory away would end the process.</summary>
    [Fact]
    public async Task Stopping_while_a_page_is_decompressed_harms_nothing()
    {
        using MemoryStream packed = new();
        using (GZipStream stream = new(packed, CompressionMode.Compress, leaveOpen: true))
        {
            stream.Write("["u8);
            for (int i = 0; i < 60_000; i++) stream.Write(Encoding.UTF8.GetBytes($"{(i == 0 ? "" : ",")}{{\"id\":\"{i}\",\"pad\":\"{Convert.ToHexString(BitConverter.GetBytes(i * 7919L))}\"}}"));
            stream.Write("]"u8);
        }

        byte[] answer = CannedServer.Answer(200, packed.ToArray(), "Content-Encoding: gzip", "X-Result-Count: 60000");
        await using CannedServer server = new(_ => answer);
        using JumpCloudClient client = Client(server.Uri);
        int stopped = 0;
        for (int i = 0; i < 150; i++)
        {
            // Each sooner or later in the page than the one before.
            using CancellationTokenSource stop = new();
            StoppingSink sink = new(1 + (i * 199 % 59_000), stop);
            try
            {
                await client.GetEventsAsync(new RequestScope(), new EventQuery(0, 1, 60_001), null, long.MaxValue, sink, _meter, stop.Token);
            }
            catch (OperationCanceledException)
            {
                stopped++;
            }
        }

        Assert.InRange(stopped, 1, 150);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed_and_the_key_goes_to_no_other_host(int status)
    {
        await using CannedServer other = new(Good);
        await using CannedServer server = new(_ => CannedServer.Answer(status, "", "Location: " + other.Uri));
        using JumpCloudClient client = Client(server.Uri, options: WithRetries(3));

        foreach (Func<Task> ask in AllRequests(client))
        {
            JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(ask);
            Assert.Equal((FailureKind.UnexpectedStatus, "UnexpectedRedirect"), (fault.Failure, fault.ErrorId));
            Assert.Contains("127.0.0.1 answered with a redirect", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(6, server.Requests.Count);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_cookie_is_not_taken()
    {
        await using CannedServer server = new(_ => CannedServer.Answer(200, """{"count":1}""", "Set-Cookie: session=1; Path=/"));
        using JumpCloudClient client = Client(server.Uri);

        for (int i = 0; i < 2; i++) await client.CountEventsAsync(new RequestScope(), 0, 1, _meter, default);

        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, r => Assert.Empty(r.Header("Cookie")));
    }

    /// <summary>A whole collection, with organizations, users and events, asks nobody but the connector's region.</summary>
    [Theory]
    [InlineData(Region.US, "api.jumpcloud.com", "console.jumpcloud.com", null)]
    [InlineData(Region.EU, "api.eu.jumpcloud.com", "console.eu.jumpcloud.com", null)]
    [InlineData(Region.IN, "api.in.jumpcloud.com", "console.in.jumpcloud.com", ProviderId)]
    public async Task A_collection_asks_the_connectors_own_hosts_alone(
        Region region, string insights, string console, string? provider)
    {
        using TestStore store = new();
        store.Registry.Add(NewConnector() with { Region = region, ProviderId = provider }, TestStore.Secure(Key));
        RecordingHandler handler = new();
        using Collector collector = new(store.Store, store.Secrets, TestStore.Options, handlers: () => handler);

        IReadOnlyList<CollectionResult> results = await collector.CollectAsync(store.Registry.Find(), named: true, force: true);

        Assert.All(results, r => Assert.Equal(CollectionState.Collected, r.State));
        Assert.Equal(
            [$"https://{insights}:443", $"https://{console}:443"],
            handler.Requests.Select(r => $"{r.Uri.Scheme}://{r.Uri.Host}:{r.Uri.Port}").Distinct().Order(StringComparer.Ordinal));
        foreach ((Uri uri, string key) in handler.Requests)
        {
            Assert.Equal(uri.AbsolutePath.StartsWith("/insights/", StringComparison.Ordinal) ? insights : console, uri.Host);
            Assert.Equal(Key, key);
        }

        Assert.DoesNotContain(handler.Requests, r => r.Uri.AbsoluteUri.Contains(Key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://api.jumpcloud.com/", "InsecureUri")]
    [InlineData("http://10.0.0.7:8080/", "InsecureUri")]
    [InlineData("http://0.0.0.0/", "InsecureUri")]
    [InlineData("http://localhost.example.com/", "InsecureUri")]
    [InlineData("http://127.0.0.1.example.com/", "InsecureUri")]
    [InlineData("http://[::]/", "InsecureUri")]
    [InlineData("ftp://127.0.0.1/", "InvalidUri")]
    [InlineData("https://user@api.jumpcloud.com/", "InvalidUri")]
    [InlineData("https://api.jumpcloud.com/?key=1", "InvalidUri")]
    [InlineData("https://api.jumpcloud.com/#x", "InvalidUri")]
    [InlineData("http://127.0.0.1:5000/", null)]
    [InlineData("http://127.8.9.10/", null)]
    [InlineData("http://[::1]:5000/", null)]
    [InlineData("http://localhost:5000/", null)]
    [InlineData("http://LOCALHOST/gateway", null)]
    [InlineData("https://gateway.example.com/jumpcloud", null)]
    public void Plain_http_is_for_this_machine_alone(string address, string? errorId)
    {
        using TestStore store = new();
        Uri uri = new(address);
        foreach (Connector connector in (Connector[])
        [
            NewConnector() with { InsightsUri = uri, ConsoleUri = new Uri("https://console.example.com/") },
            NewConnector() with { InsightsUri = new Uri("https://api.example.com/"), ConsoleUri = uri },
        ])
        {
            if (errorId is null)
            {
                store.Registry.CheckNew(connector);
                continue;
            }

            JcException refusal = Assert.ThrowsAny<JcException>(() => store.Registry.Add(connector, TestStore.Secure(Key)));
            Assert.Equal(errorId, refusal.ErrorId);
        }

        Assert.Empty(store.Registry.Find());
    }

    /// <summary>A gateway may serve the API below a path of its own.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("gateway")]
    [InlineData("gateway/")]
    public async Task An_address_with_a_path_keeps_it(string path)
    {
        await using CannedServer server = new(Good);
        using JumpCloudClient client = Client(new Uri(server.Uri, path));

        await AskAllAsync(client);

        string root = path.Length == 0 ? "/" : "/gateway/";
        Assert.Equal(
            [
                "insights/directory/v1/events", "insights/directory/v1/events/count", "insights/directory/v1/events/count",
                "api/systemusers", "api/organizations", $"api/v2/providers/{ProviderId}/organizations",
            ],
            server.Requests.Select(r => r.Path.StartsWith(root, StringComparison.Ordinal) ? r.Path[root.Length..] : r.Path));
    }

    /// <summary>The limit asked for is 2. Each answer says what cannot be; taking it at its word could lose events.</summary>
    [Theory]
    [InlineData(TwoEvents, "it announces 3 events and has 2", "X-Result-Count: 3", "X-Limit: 10", "X-Search_after: [1,\"b\"]")]
    [InlineData(TwoEvents, "it announces 1 events and has 2", "X-Result-Count: 1", "X-Limit: 10")]
    [InlineData("[]", "it announces 2 events and has 0", "X-Result-Count: 2", "X-Limit: 10", "X-Search_after: [1,\"b\"]")]
    [InlineData(TwoEvents, "no X-Search_after", "X-Result-Count: 2", "X-Limit: 2")]
    [InlineData(TwoEvents, "no X-Search_after", "X-Result-Count: 2", "X-Limit: 1")]
    [InlineData(TwoEvents, "no X-Search_after", "X-Result-Count: 2", "X-Limit: 10")]
    [InlineData(TwoEvents, "no X-Search_after")]
    [InlineData("[]", "no X-Search_after", "X-Result-Count: 0", "X-Limit: 0")]
    [InlineData(TwoEvents, "X-Search_after did not move", "X-Result-Count: 2", "X-Limit: 2", "X-Search_after: [1,\"a\"]")]
    [InlineData(TwoEvents, "X-Search_after did not move", "X-Search_after: [1,\"a\"]")]
    public async Task A_page_that_contradicts_itself_is_a_violation(string body, string words, params string[] headers)
    {
        await using CannedServer server = new(_ => CannedServer.Answer(200, body, headers));
        using JumpCloudClient client = Client(server.Uri, options: WithRetries(1));

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => GetEventsAsync(client, "[1,\"a\"]"));

        Assert.Equal((FailureKind.ProtocolViolation, "ProtocolViolation"), (fault.Failure, fault.ErrorId));
        Assert.Contains("The answer of 127.0.0.1 contradicts itself", fault.Message, StringComparison.Ordinal);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        // It may have been a slip: it is asked once more.
        Assert.Equal((2, 1), (server.Requests.Count, _meter.Retries));
    }

    /// <summary>What decides whether there is another page is the limit in force, wherever it can be known.</summary>
    [Theory]
    [InlineData(TwoEvents, 2, "[1,\"b\"]", "X-Result-Count: 2", "X-Limit: 10", "X-Search_after: [1,\"b\"]")]
    [InlineData(TwoEvents, 2, "[1,\"b\"]", "X-Result-Count: 2", "X-Limit: 2", "X-Search_after: [1,\"b\"]")]
    [InlineData(TwoEvents, 1, "[1,\"b\"]", "X-Search_after: [1,\"b\"]")]
    [InlineData(TwoEvents, 1, "[1,\"b\"]", "X-Result-Count: many", "X-Limit: some", "X-Search_after: [1,\"b\"]")]
    [InlineData("[]", 2, "[1,\"a\"]", "X-Result-Count: 0", "X-Limit: 2", "X-Search_after: [1,\"a\"]")]
    [InlineData("[]", 2, null)]
    public async Task A_page_says_where_to_go_on_and_whether(string body, int limit, string? cursor, params string[] headers)
    {
        await using CannedServer server = new(_ => CannedServer.Answer(200, body, headers));
        using JumpCloudClient client = Client(server.Uri);

        EventPage page = await GetEventsAsync(client, "[1,\"a\"]");

        Assert.Equal((body.Length > 2 ? 2 : 0, limit, cursor), (page.Rows, page.Limit, page.Cursor));
    }

    [Theory]
    [InlineData("""{"results":[{"_id":"a"}]}""", "no totalCount", true)]
    [InlineData("""{"results":[{"_id":"a"}],"totalCount":"1"}""", "no totalCount", true)]
    [InlineData("""{"totalCount":3,"results":[{"id":"a"},{"id":"b"}]}""", "announces 3 organizations and lists 2", false)]
    [InlineData("""{"totalCount":2,"results":[]}""", "announces 2 organizations and lists 0", false)]
    public async Task A_list_that_contradicts_itself_is_a_violation(string body, string words, bool users)
    {
        int asked = 0;
        await using CannedServer server = new(
            _ => CannedServer.Answer(200, asked++ == 0 || users ? body : """{"totalCount":3,"results":[]}"""));
        using JumpCloudClient client = Client(server.Uri);

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => users
            ? client.GetSystemUsersAsync(new RequestScope(), 0, 100, new Sink(), _meter, default)
            : client.GetProviderOrganizationsAsync(ProviderId, _meter, default));

        Assert.Equal(FailureKind.ProtocolViolation, fault.Failure);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"count":"7"}""", FailureKind.BodyCutShort)]
    [InlineData("""{"total":7}""", FailureKind.BodyCutShort)]
    [InlineData("""[7]""", FailureKind.BodyCutShort)]
    [InlineData("""{"count":7""", FailureKind.BodyCutShort)]
    [InlineData("<html>log in</html>", FailureKind.NotJson)]
    [InlineData("", FailureKind.NotJson)]
    public async Task A_count_that_is_none_is_an_error_and_never_zero(string body, FailureKind failure)
    {
        await using CannedServer server = new(_ => CannedServer.Answer(200, body));
        using JumpCloudClient client = Client(server.Uri);

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(
            () => client.CountEventsAsync(new RequestScope(), 0, 1, _meter, default));

        Assert.Equal(failure, fault.Failure);
    }

    /// <summary>A list of organizations longer than a page is walked to its end, whatever size the server's pages have.</summary>
    [Fact]
    public async Task Organizations_are_listed_to_the_last_page()
    {
        await using CannedServer server = new(r =>
        {
            int skip = int.Parse(r.Head.Split("skip=")[1].Split('&', ' ')[0], CultureInfo.InvariantCulture);
            IEnumerable<string> rows = Enumerable.Range(skip, Math.Min(7, 25 - skip))
                .Select(i => $$"""{"id":"o{{i}}","name":"Acme {{i}}"}""");
            return CannedServer.Answer(200, $$"""{"totalCount":25,"results":[{{string.Join(",", rows)}}]}""");
        });
        using JumpCloudClient client = Client(server.Uri);

        IReadOnlyList<Organization> all = await client.GetProviderOrganizationsAsync(ProviderId, _meter, default);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => new Organization($"o{i}", $"Acme {i}")), all);
        Assert.Equal(4, server.Requests.Count);
    }

    private static JumpCloudClientOptions WithRetries(int count) =>
        Once with { MaxRetries = count, RetryDelay = TimeSpan.FromMilliseconds(1) };

    private static Connector NewConnector() => new()
    {
        Id = default, Name = "main", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
        AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser],
    };

    private static byte[] Good(CannedRequest request) => CannedServer.Answer(200, GoodBody(request.Path));

    private static string GoodBody(string path) => path.EndsWith("/events", StringComparison.Ordinal) ? "[]"
        : path.EndsWith("/count", StringComparison.Ordinal) ? """{"count":0}"""
        : path.EndsWith("/systemusers", StringComparison.Ordinal) ? """{"totalCount":0,"results":[]}"""
        : $$"""{"totalCount":1,"results":[{"id":"{{OrganizationId}}","name":"Acme"}]}""";

    private JumpCloudClient Client(Uri insights, Uri? console = null, JumpCloudClientOptions? options = null) =>
        new(insights, console ?? insights, new ConnectorAccess(new ApiKeyCredentials(Key)), options ?? Once, Guid.Empty, _gates, TimeProvider.System);

    private Task<EventPage> GetEventsAsync(
        JumpCloudClient client, string? cursor = null, RequestScope? scope = null, Sink? sink = null) =>
        client.GetEventsAsync(
            scope ?? new RequestScope(), new EventQuery(1_709_287_200_000, 1_709_290_800_000, 2), cursor, long.MaxValue,
            sink ?? new Sink(), _meter, default);

    /// <summary>Every sort of request that there is: three to each host.</summary>
    private Func<Task>[] AllRequests(JumpCloudClient client) =>
    [
        () => GetEventsAsync(client),
        () => client.CountEventsAsync(new RequestScope(OrganizationId), 0, 1, _meter, default),
        () => client.CountEventsAsync(new RequestScope(ProviderId: ProviderId), 0, 1, _meter, default),
        () => client.GetSystemUsersAsync(new RequestScope(OrganizationId), 0, 100, new Sink(), _meter, default),
        () => client.GetOrganizationsOnceAsync(_meter, default),
        () => client.GetProviderOrganizationsAsync(ProviderId, _meter, default),
    ];

    private async Task AskAllAsync(JumpCloudClient client)
    {
        foreach (Func<Task> ask in AllRequests(client)) await ask();
    }

    private sealed class Sink : IJsonItemSink
    {
        public List<string> Items { get; } = [];

        public void BeginPage() => Items.Clear();

        public bool TryScan(ref Utf8JsonReader reader) => reader.TrySkip();

        public void Take(ReadOnlySpan<byte> json) => Items.Add(Encoding.UTF8.GetString(json));
    }

    /// <summary>Stops the request, from another thread, when so many items have come.</summary>
    private sealed class StoppingSink(int after, CancellationTokenSource stop) : IJsonItemSink
    {
        private int _items;

        public void BeginPage() => _items = 0;

        public bool TryScan(ref Utf8JsonReader reader) => reader.TrySkip();

        public void Take(ReadOnlySpan<byte> json)
        {
            if (++_items == after) _ = stop.CancelAsync();
        }
    }

    /// <summary>Answers everything as an empty organization would, and keeps what was asked.</summary>
    private sealed class RecordingHandler : HttpMessageHandler
    {
        private readonly List<(Uri Uri, string Key)> _requests = [];

        public IReadOnlyList<(Uri Uri, string Key)> Requests
        {
            get { lock (_requests) return [.. _requests]; }
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (_requests) _requests.Add((request.RequestUri!, string.Join(",", request.Headers.GetValues("x-api-key"))));
            HttpResponseMessage response = new()
            {
                Content = new StringContent(GoodBody(request.RequestUri!.AbsolutePath), Encoding.UTF8, "application/json"),
            };
            response.Headers.Date = DateTimeOffset.UtcNow;
            return Task.FromResult(response);
        }
    }
}
