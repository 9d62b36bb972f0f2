using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>What a test found is read again: that and no more, and each stream its own.</summary>
public sealed class RepairTests
{
    [Fact]
    public async Task Each_stream_reads_what_it_misses_and_a_complete_one_nothing()
    {
        await using Simulator simulator = await StartAsync(3);
        using TestStore store = new();
        Connector connector = store.Add(simulator);
        await store.CollectAsync();
        DateTimeOffset at = DateTimeOffset.UtcNow;
        simulator.Organizations[0].AddEvents(7, at.AddHours(-9), at.AddHours(-8));
        simulator.Organizations[1].AddEvents(4, at.AddHours(-5), at.AddHours(-4));

        List<IngestionTest> tests = await TestAsync(store);
        List<IngestionTest> incomplete = [.. tests.Where(t => t.State == IngestionState.Incomplete)];
        Assert.Equal([4L, 7L], incomplete.Select(t => t.MissingCount).Order());
        Assert.All(incomplete, t => Assert.Contains("missing in", t.Message, StringComparison.Ordinal));
        IReadOnlyList<CollectionResult> results = await RereadAsync(store, RereadRequest.Repair(store.Store, connector, incomplete));
        Assert.Equal(
            incomplete.Select(t => (t.OrganizationId, t.MissingCount)).Order(), results.Select(r => (r.OrganizationId, r.New)).Order());
        Assert.All(await TestAsync(store), t => Assert.Equal(IngestionState.Complete, t.State));
        Assert.Equal(simulator.Organizations.Sum(o => o.VisibleCount), store.Find().Count);
    }

    [Fact]
    public async Task A_connector_that_is_switched_off_is_not_read_again_either()
    {
        await using Simulator simulator = await StartAsync(1);
        using TestStore store = new();
        store.Add(simulator);
        await store.CollectAsync();
        store.Registry.SetEnabled("main", false);
        long asked = simulator.Requests.Total;
        CollectionResult result = Assert.Single(await RereadAsync(store, new RereadRequest(store.Registry.Get("main"), null, [new LedgerSpan(0, 1)])));
        Assert.Equal((CollectionState.Inactive, "ConnectorDisabled"), (result.State, result.ErrorId));
        Assert.Equal(asked, simulator.Requests.Total);
    }

    [Fact]
    public async Task A_test_of_a_connector_that_was_removed_is_refused()
    {
        await using Simulator simulator = await StartAsync(1);
        using TestStore store = new();
        store.Add(simulator);
        await store.CollectAsync();
        List<IngestionTest> tests = await TestAsync(store);
        store.Registry.Remove("main");
        Connector another = store.Add(simulator);
        Assert.Equal("TestOutdated", Assert.Throws<JcException>(() => RereadRequest.Repair(store.Store, another, tests)).ErrorId);
    }

    [Fact]
    public async Task What_is_collected_no_longer_is_not_tested()
    {
        await using Simulator simulator = await StartAsync(1);
        using TestStore store = new();
        store.Add(simulator);
        await store.CollectAsync();
        store.Registry.Update("main", c => c with { ContentTypes = [ContentType.SystemUser] });
        Assert.Empty(await TestAsync(store));
    }

    private static Task<Simulator> StartAsync(int organizations) => Simulator.StartAsync(
        new SimulatorOptions
        {
            Organizations = organizations, EventsPerOrganization = 120, ProviderId = organizations > 1 ? "5e160715b7782848e073301e" : null,
            End = DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1), Span = TimeSpan.FromHours(20), Traps = Traps.All & ~Traps.FutureStamps,
        },
        TestContext.Current.CancellationToken);

    private static async Task<List<IngestionTest>> TestAsync(TestStore store)
    {
        List<IngestionTest> tests = [];
        await new IngestionTester(store.Store, store.Secrets, TestStore.Options, store.Time).TestAsync(
            store.Registry.Find(), null, null, Add, TestContext.Current.CancellationToken);
        return tests;

        void Add(IngestionTest test)
        {
            lock (tests) tests.Add(test);
        }
    }

    private static async Task<IReadOnlyList<CollectionResult>> RereadAsync(TestStore store, RereadRequest request)
    {
        using Collector collector = new(store.Store, store.Secrets, TestStore.Options, store.Time);
        return await collector.RereadAsync([request], null, TestContext.Current.CancellationToken);
    }
}
