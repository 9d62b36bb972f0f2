using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Connectors;

/// <summary>Connectors that collect the same are named, both and with the way out; connectors that do not are left in peace.</summary>
public sealed class ConnectorOverlapTests
{
    private const string ProviderId = "5f3c8a1b2d4e6f7081920a3b", Variable = "JC_TEST_OVERLAP_KEY";

    [Fact]
    public async Task Two_connectors_of_one_key_are_named_before_the_first_turn_and_behind_it_once_a_run()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 20 });
        using TestStore store = new();
        Connector second = store.Add(simulator, "second"), first = store.Add(simulator, "First");
        string before = Assert.Single(Of(store, second));
        Assert.StartsWith("Connectors 'First' and 'second' both collect DirectoryInsights of the organization of the API key that both have, ", before, StringComparison.Ordinal);
        Assert.Equal([before], Of(store, first));

        CollectionWatcher watcher = new();
        using (Collector collector = new(store.Store, store.Secrets, TestStore.Options))
        {
            // As in a service: connector by connector, again and again.
            foreach (Connector connector in (Connector[])[first, second, first, second])
                await collector.CollectAsync([connector], named: true, force: true, watcher, TestContext.Current.CancellationToken);
        }

        string organization = $"organization '{simulator.Organizations[0].Name}' ({simulator.Organizations[0].Id})";
        string told = Assert.Single(watcher.Warnings);
        Assert.StartsWith($"Connectors 'First' and 'second' both collect DirectoryInsights of {organization}, so that the same records are stored twice. ", told, StringComparison.Ordinal);
        Assert.Contains("Disable-JcConnector", told, StringComparison.Ordinal);
        Assert.Contains("Set-JcConnector", told, StringComparison.Ordinal);
        Assert.Equal([told], Of(store, store.Registry.Get("second")));

        // Another run says it again, and side by side once for both.
        CollectionWatcher again = new();
        await store.CollectAsync(observer: again);
        Assert.Equal([told], again.Warnings);
    }

    [Fact]
    public async Task What_is_divided_switched_off_or_of_another_organization_is_no_overlap()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Organizations = 2, EventsPerOrganization = 5 });
        using TestStore store = new();
        string one = simulator.Organizations[0].Id, other = simulator.Organizations[1].Id;
        Filter(store, "a");
        Filter(store, "b");
        store.Add(simulator, "main", c => c with { OrganizationId = one });

        Assert.Empty(With(c => c with { OrganizationId = other }));
        Assert.Empty(With(c => c with { OrganizationId = one, ContentTypes = [ContentType.SystemUser] }));
        Assert.Empty(With(c => c with { OrganizationId = one, Enabled = false }));
        Assert.Empty(With(c => c with { OrganizationId = one, AnalyzerProfile = null }));
        // The key reaches several, and this one's is not said.
        Assert.Empty(With(c => c with { OrganizationId = null }));
        string both = Assert.Single(With(c => c with { OrganizationId = one, ContentTypes = [ContentType.SystemUser, ContentType.DirectoryInsights] }));
        Assert.StartsWith($"Connectors 'main' and 'other' both collect DirectoryInsights of organization {one}, ", both, StringComparison.Ordinal);
        Assert.NotEmpty(With(c => c with { OrganizationId = one, LogFilters = ["a"] }));

        store.Registry.Update("main", c => c with { LogFilters = ["a"] });
        Assert.Empty(With(c => c with { OrganizationId = one, LogFilters = ["b"] }));
        Assert.NotEmpty(With(c => c with { OrganizationId = one, LogFilters = ["A"] }));
        store.Registry.SetEnabled("main", false);
        Assert.Empty(With(c => c with { OrganizationId = one }));

        IReadOnlyList<string> With(Func<Connector, Connector> change)
        {
            IReadOnlyList<string> found = Of(store, store.Add(simulator, "other", change));
            store.Registry.Remove("other");
            return found;
        }
    }

    [Fact]
    public async Task What_was_learnt_with_another_key_is_held_against_nobody()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 5 });
        using TestStore store = new();
        store.Add(simulator, "main");
        await store.CollectOneAsync();
        Connector named = store.Add(simulator, "named", c => c with { OrganizationId = simulator.Organizations[0].Id });
        Assert.Single(Of(store, named));

        store.Registry.Update("main", c => c, TestStore.Secure("jca_ofAnotherOrganization"));

        Assert.Empty(Of(store, named));
    }

    [Fact]
    public async Task A_test_tells_it_before_anything_was_collected_with_the_second_key()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 5 });
        using TestStore store = new();
        store.Add(simulator, "main");
        await store.CollectOneAsync();
        Connector other = store.Add(simulator, "other");
        store.Registry.Update("other", c => c with { ApiKeyVariable = Variable });
        Assert.Empty(Of(store, store.Registry.Get("other")));
        ConnectionTester tester = new(store.Store, store.Secrets, TestStore.Options);
        try
        {
            Environment.SetEnvironmentVariable(Variable, simulator.Options.ApiKey);
            ConnectionTestResult test = await tester.TestAsync(store.Registry.Get("other"), TestContext.Current.CancellationToken);
            Assert.True(test.Success, test.Summary);
            Assert.StartsWith($"Connectors 'main' and 'other' both collect DirectoryInsights of organization '{simulator.Organizations[0].Name}'", Assert.Single(test.Warning), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }

        store.Registry.Remove(other.Name);
        Assert.Empty((await tester.TestAsync(store.Registry.Get("main"), TestContext.Current.CancellationToken)).Warning);
    }

    [Fact]
    public async Task A_provider_and_one_of_its_organizations_overlap_and_so_do_two_of_one_provider()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { ProviderId = ProviderId, Organizations = 6, EventsPerOrganization = 5 });
        using TestStore store = new();
        Connector provider = store.Add(simulator, "provider");
        SimulatedOrganization organization = simulator.Organizations[2];
        Connector one = store.Add(simulator, "one", c => c with { ProviderId = null, OrganizationId = organization.Id });
        Assert.Empty(Of(store, one));
        CollectionWatcher watcher = new();

        await store.CollectAsync(observer: watcher);

        string warning = Assert.Single(watcher.Warnings);
        Assert.StartsWith($"Connectors 'one' and 'provider' both collect DirectoryInsights of organization '{organization.Name}' ({organization.Id}), ", warning, StringComparison.Ordinal);
        Assert.Equal([warning], Of(store, provider));
        store.Registry.Remove("one");
        // That needs no turn.
        string twice = Assert.Single(Of(store, store.Add(simulator, "again")));
        Assert.StartsWith($"Connectors 'again' and 'provider' both collect DirectoryInsights of the organizations of provider {ProviderId}, ", twice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_of_one_organization_are_one_warning_and_who_was_just_made_is_named()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 5 });
        using TestStore store = new();
        for (int i = 0; i < 10; i++) store.Add(simulator, $"c{i}");
        string last = Assert.Single(OfChanged(store, "c9"));
        Assert.StartsWith("Connector 'c9' collects DirectoryInsights of the organization of the API key that all have, as 'c0', 'c1', 'c2' and 6 more do too, ", last, StringComparison.Ordinal);
        CollectionWatcher watcher = new();

        await store.CollectAsync(observer: watcher);

        string organization = $"organization '{simulator.Organizations[0].Name}' ({simulator.Organizations[0].Id})";
        string told = Assert.Single(watcher.Warnings);
        Assert.StartsWith($"Connectors 'c0', 'c1', 'c2' and 7 more all collect DirectoryInsights of {organization}, so that the same records are stored once for each. ", told, StringComparison.Ordinal);
        Assert.Contains("Disable-JcConnector", told, StringComparison.Ordinal);
        Assert.Contains("Set-JcConnector", told, StringComparison.Ordinal);
        // Of one that has not been asked yet, what is known of the others holds.
        store.Add(simulator, "new");
        Assert.StartsWith($"Connectors 'c0', 'c1', 'c2' and 8 more all collect DirectoryInsights of {organization}, ", Assert.Single(Of(store, store.Registry.Get("new"))), StringComparison.Ordinal);
        Assert.StartsWith($"Connector 'new' collects DirectoryInsights of {organization}, as 'c0', 'c1', 'c2' and 7 more do too, ", Assert.Single(OfChanged(store, "new")), StringComparison.Ordinal);
        Assert.Equal(Of(store, store.Registry.Get("c4")), Of(store, store.Registry.Get("new")));
    }

    [Fact]
    public async Task Sets_that_differ_by_content_type_or_organization_are_told_apart()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Organizations = 2, EventsPerOrganization = 5 });
        using TestStore store = new();
        string one = simulator.Organizations[0].Id, other = simulator.Organizations[1].Id;
        Filter(store, "a");
        Filter(store, "b");
        ContentType[] both = [ContentType.DirectoryInsights, ContentType.SystemUser];
        store.Add(simulator, "x", c => c with { OrganizationId = one, ContentTypes = both, LogFilters = ["a"] });
        store.Add(simulator, "y", c => c with { OrganizationId = one, LogFilters = ["b"] });
        Connector z = store.Add(simulator, "z", c => c with { OrganizationId = one, ContentTypes = both });
        store.Add(simulator, "far", c => c with { OrganizationId = other });
        // x and y have divided the records between them, and z has all of both.
        string[] found = [.. Of(store, z)];
        Assert.Equal(2, found.Length);
        Assert.StartsWith($"Connectors 'x' and 'z' both collect SystemUser of organization {one}, ", found[0], StringComparison.Ordinal);
        Assert.StartsWith($"Connectors 'x', 'y' and 'z' all collect DirectoryInsights of organization {one}, ", found[1], StringComparison.Ordinal);
        Assert.Equal([found[1]], Of(store, store.Registry.Get("y")));
        Assert.Empty(Of(store, store.Registry.Get("far")));
        // Who is told of a change sees those that overlap with it.
        Assert.StartsWith($"Connectors 'y' and 'z' both collect DirectoryInsights of organization {one}, ", Assert.Single(OfChanged(store, "y")), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> OfChanged(TestStore store, string name) => new ConnectorOverlaps(store.Store, store.Secrets).OfChanged(store.Registry.Get(name));

    private static IReadOnlyList<string> Of(TestStore store, Connector connector) => new ConnectorOverlaps(store.Store, store.Secrets).Of(connector);

    private static void Filter(TestStore store, string name) => new LogFilterRegistry(store.Store).Add(new LogFilter
    {
        Id = default, Name = name, CreatedAt = default, ModifiedAt = default,
        Conditions = [new LogFilterCondition { Field = "event_type", Operator = LogFilterOperator.Equal, Values = [name] }],
    });
}
