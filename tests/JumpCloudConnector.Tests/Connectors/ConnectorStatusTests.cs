using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Connectors;

/// <summary>A connector's status says what is known, and no more: a fault stays until something has gone well.</summary>
public sealed class ConnectorStatusTests
{
    private const string ProviderId = "5f3c8a1b2d4e6f7081920a3b", Wrong = "jca_anotherKeyThatNobodyKnows";

    [Fact]
    public async Task A_change_that_has_nothing_to_do_with_access_leaves_a_fault_as_it_is()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10, Clock = time });
        using TestStore store = new(time);
        Connector connector = store.Add(simulator, apiKey: Wrong);
        await store.CollectOneAsync();
        await store.CollectOneAsync();
        ConnectorInfo failing = store.Registry.Describe(connector);
        Assert.Equal((401, 2), (failing.StatusCode, failing.ConsecutiveFailures));
        new LogFilterRegistry(store.Store).Add(new LogFilter
        {
            Id = default, Name = "f", CreatedAt = default, ModifiedAt = default,
            Conditions = [new LogFilterCondition { Field = "event_type", Operator = LogFilterOperator.Equal, Values = ["x"] }],
        });

        ConnectorInfo changed = store.Registry.Update("main", c => c with
        {
            IntervalMinutes = 15, LogFilters = ["f"], AnalyzerProfile = AnalyzerProfile.DefaultName, InitialLookback = TimeSpan.FromDays(1), Retention = TimeSpan.FromDays(30),
            ContentTypes = [ContentType.SystemUser, ContentType.DirectoryInsights], ApiKeyExpiresAt = time.GetUtcNow().AddDays(30),
        });

        Assert.Equal(
            (failing.StatusCode, failing.StatusId, failing.StatusMessage, failing.StatusTime, failing.ConsecutiveFailures),
            (changed.StatusCode, changed.StatusId, changed.StatusMessage, changed.StatusTime, changed.ConsecutiveFailures));
        Assert.Equal(Assert.Single(failing.Streams).ParkedUntil, Assert.Single(changed.Streams).ParkedUntil);
    }

    public static TheoryData<string> Accesses => ["key", "variable", "proxy", "no proxy", "authority", "addresses", "organization"];

    [Theory]
    [MemberData(nameof(Accesses))]
    public async Task Another_access_is_one_that_was_not_tried_yet(string what)
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10, Clock = time });
        using TestStore store = new(time);
        store.Add(simulator);
        await store.CollectOneAsync();
        simulator.Scenario.Faults.Add(new Fault(FaultKind.Forbidden403) { Host = HostKind.Insights });
        await store.CollectOneAsync();
        ConnectorInfo failing = store.Registry.Describe(store.Registry.Get("main"));
        Assert.Equal(403, failing.StatusCode);

        ConnectorInfo changed = store.Registry.Update(
            "main",
            c => what switch
            {
                "variable" => c with { ApiKeyVariable = "JC_KEY" },
                "proxy" => c with { Proxy = new Uri("http://127.0.0.1:3128") },
                "no proxy" => c with { NoProxy = true },
                "authority" => c with { CertificateAuthorityFile = Path.Combine(store.Folder, "ca.pem") },
                "addresses" => c with { InsightsUri = new Uri("http://127.0.0.1:9/"), ConsoleUri = new Uri("http://127.0.0.1:9/") },
                "organization" => c with { OrganizationId = simulator.Organizations[0].Id },
                _ => c,
            },
            what == "key" ? TestStore.Secure(simulator.Options.ApiKey) : null);

        Assert.Equal((0, null, "Changed, not tried yet", null, 0), (changed.StatusCode, changed.StatusId, changed.StatusMessage, changed.StatusTime, changed.ConsecutiveFailures));
        Assert.Null(Assert.Single(changed.Streams).ParkedUntil);
        Assert.Equal(failing.LastActivity, changed.LastActivity);
    }

    [Fact]
    public async Task Whether_a_new_key_does_what_the_old_one_did_is_not_known_until_it_was_tried()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10, Clock = time });
        using TestStore store = new(time);
        store.Add(simulator);
        await store.CollectOneAsync();
        ConnectorInfo healthy = store.Registry.Describe(store.Registry.Get("main"));
        Assert.Equal("Healthy", healthy.StatusMessage);
        Assert.Equal("Healthy", store.Registry.Update("main", c => c with { ApiKeyExpiresAt = time.GetUtcNow().AddDays(30) }).StatusMessage);

        ConnectorInfo changed = store.Registry.Update("main", c => c, TestStore.Secure(Wrong));
        Assert.Equal((0, "Changed, not tried yet", null), (changed.StatusCode, changed.StatusMessage, changed.StatusTime));
        Assert.Equal((healthy.NextRun, healthy.LastActivity), (changed.NextRun, changed.LastActivity));
        await store.CollectOneAsync();
        Assert.Equal(401, store.Registry.Describe(Main()).StatusCode);

        store.Registry.Update("main", c => c, TestStore.Secure(simulator.Options.ApiKey));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await new ConnectionTester(store.Store, store.Secrets, TestStore.Options, time).TestAsync(Main(), TestContext.Current.CancellationToken)).Success);
        Assert.Equal("Tested, not collected again yet", store.Registry.Describe(Main()).StatusMessage);
        await store.CollectOneAsync();
        Assert.Equal("Healthy", store.Registry.Describe(Main()).StatusMessage);

        Connector Main() => store.Registry.Get("main");
    }

    [Fact]
    public async Task A_good_test_says_that_nothing_was_collected_yet()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10, UsersPerOrganization = 5, Clock = time });
        using TestStore store = new(time);
        Connector connector = store.Add(simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
        ConnectionTester tester = new(store.Store, store.Secrets, TestStore.Options, time);
        Assert.Equal("Not collected yet", store.Registry.Describe(connector).StatusMessage);

        Assert.True((await tester.TestAsync(connector, TestContext.Current.CancellationToken)).Success);
        ConnectorInfo tested = store.Registry.Describe(connector);
        Assert.Equal((0, "Tested, not collected yet", null), (tested.StatusCode, tested.StatusMessage, tested.LastActivity));
        Assert.NotNull(tested.StatusTime);

        // It keeps nobody from the first turn.
        time.Advance(TimeSpan.FromSeconds(1));
        IReadOnlyList<CollectionResult> results = await store.CollectAsync(force: false);
        Assert.All(results, r => Assert.Equal(CollectionState.Collected, r.State));
        Assert.Equal("Healthy", store.Registry.Describe(connector).StatusMessage);
        Truth.AssertEqual(store, simulator.Organizations[0], results.Single(r => r.ContentType == ContentType.DirectoryInsights).Watermark!.Value);

        // Nor does a test of what is healthy make it less so, and one behind a fault says what it is.
        time.Advance(TimeSpan.FromSeconds(1));
        await tester.TestAsync(connector, TestContext.Current.CancellationToken);
        Assert.Equal("Healthy", store.Registry.Describe(connector).StatusMessage);
        Fault fault = simulator.Scenario.Faults.Add(new Fault(FaultKind.Forbidden403) { Host = HostKind.Insights });
        await store.CollectAsync();
        simulator.Scenario.Faults.Remove(fault);
        time.Advance(TimeSpan.FromSeconds(1));
        await tester.TestAsync(connector, TestContext.Current.CancellationToken);
        Assert.Equal("1 of 2 streams: tested, not collected again yet", store.Registry.Describe(connector).StatusMessage);
        await store.CollectAsync();
        Assert.Equal("Healthy", store.Registry.Describe(connector).StatusMessage);
    }

    [Fact]
    public async Task A_provider_that_was_tested_well_lists_its_organizations_at_the_first_turn_all_the_same()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { ProviderId = ProviderId, Organizations = 3, EventsPerOrganization = 10 });
        using TestStore store = new();
        Connector connector = store.Add(simulator);
        Assert.True((await new ConnectionTester(store.Store, store.Secrets, TestStore.Options).TestAsync(connector, TestContext.Current.CancellationToken)).Success);
        Assert.Equal("Tested, not collected yet", store.Registry.Describe(connector).StatusMessage);

        IReadOnlyList<CollectionResult> results = await store.CollectAsync(force: false);

        Assert.Equal([null, .. simulator.Organizations.Select(o => o.Id).Order(StringComparer.Ordinal)], results.Select(r => r.OrganizationId).Order(StringComparer.Ordinal));
        Assert.All(results, r => Assert.Equal(CollectionState.Collected, r.State));
        Assert.Equal("Healthy", store.Registry.Describe(connector).StatusMessage);
    }

    /// <summary>A fault before the organizations could ever be listed, such as a vault that is locked, ends with it.</summary>
    [Fact]
    public async Task A_providers_fault_before_its_first_listing_ends_with_the_first_good_turn()
    {
        const string variable = "JC_TEST_PROVIDER_KEY";
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { ProviderId = ProviderId, Organizations = 2, EventsPerOrganization = 10, UsersPerOrganization = 3 });
        using TestStore store = new();
        store.Add(simulator);
        store.Registry.Update("main", c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser], ApiKeyVariable = variable });
        await store.CollectAsync();
        Assert.Equal("ApiKeyVariableNotSet", store.Registry.Describe(store.Registry.Get("main")).StatusId);
        try
        {
            Environment.SetEnvironmentVariable(variable, simulator.Options.ApiKey);
            // Which content type comes first is nobody's business.
            store.Registry.Update("main", c => c with { ContentTypes = [ContentType.SystemUser, ContentType.DirectoryInsights] });
            await store.CollectAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }

        ConnectorInfo info = store.Registry.Describe(store.Registry.Get("main"));
        Assert.Equal((0, "Healthy"), (info.StatusCode, info.StatusMessage));
    }
}
