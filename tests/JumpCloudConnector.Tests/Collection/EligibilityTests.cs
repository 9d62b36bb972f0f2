using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>Which host collects which connector, and what profiles bound.</summary>
public sealed class EligibilityTests
{
    [Fact]
    public async Task A_sensors_connector_is_collected_by_the_host_of_that_name_alone()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 100 });
        using TestStore store = new();
        store.Add(simulator, change: c => c with { RunOn = RunOn.Sensor, SensorName = "PLANT-DC1", AnalyzerProfile = null });
        Assert.Equal(("NoSuchHost", 1102), (Info(store).StatusId, Info(store).StatusCode));

        CollectionResult elsewhere = await CollectAsync(store, "HQ");
        Assert.Equal((CollectionState.Inactive, "NoSuchHost", 1102), (elsewhere.State, elsewhere.ErrorId, elsewhere.StatusCode));
        Assert.Equal(0, simulator.Requests.Total);

        Assert.Equal(CollectionState.Collected, (await CollectAsync(store, "plant-dc1")).State);
        Assert.Equal((null, 0), (Info(store).StatusId, Info(store).StatusCode));
        CollectionResult again = await CollectAsync(store, "HQ");
        Assert.Equal((CollectionState.Inactive, "SensorElsewhere", 0), (again.State, again.ErrorId, again.StatusCode));
    }

    [Fact]
    public async Task A_connector_that_joins_a_profile_for_the_first_time_is_collected_at_the_next_run()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 100 });
        using TestStore store = new();
        store.Add(simulator, change: c => c with { AnalyzerProfile = null, IntervalMinutes = 1440 });
        Assert.Equal(CollectionState.Inactive, Assert.Single(await store.CollectAsync(force: false)).State);
        Assert.Equal("NoAnalyzerProfile", Info(store).StatusId);

        store.Registry.Update("main", c => c with { AnalyzerProfile = "default" });

        Assert.Equal(CollectionState.Collected, Assert.Single(await store.CollectAsync(force: false)).State);
        Assert.Equal("Default", Info(store).AnalyzerProfile);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_profile_bounds_what_its_connectors_collect_side_by_side(int most)
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            ProviderId = "5f3c8a1b2d4e6f7081920a3b", Organizations = 6, EventsPerOrganization = 50,
        });
        using TestStore store = new();
        new AnalyzerProfileRegistry(store.Store).Add(new AnalyzerProfile { Name = "Narrow", MaxConcurrentStreams = most, CreatedAt = default });
        store.Add(simulator, change: c => c with { AnalyzerProfile = "Narrow" });
        simulator.Scenario.Latency = TimeSpan.FromMilliseconds(20);

        IReadOnlyList<CollectionResult> results = await store.CollectAsync();

        Assert.Equal(7, results.Count);
        Assert.All(results, r => Assert.Equal(CollectionState.Collected, r.State));
        Assert.Equal(most, simulator.Requests.MostAtOnce);
    }

    private static ConnectorInfo Info(TestStore store) => store.Registry.Describe(store.Registry.Get("main"));

    private static async Task<CollectionResult> CollectAsync(TestStore store, string host) =>
        Assert.Single(await store.CollectAsync(TestStore.Options with { HostName = host }));
}
