using JumpCloudConnector.Collection;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

public sealed class LosslessTests
{
    /// <summary>Every trap, both meanings of end_time, small and large pages: the store equals the truth.</summary>
    [Theory]
    [InlineData(false, 1_000)]
    [InlineData(true, 1_000)]
    [InlineData(false, 10_000)]
    [InlineData(true, 10_000)]
    public async Task A_first_run_and_runs_with_late_events_hold_every_event_once(bool endTimeInclusive, int pageSize)
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            Seed = pageSize + (endTimeInclusive ? 1 : 0), EventsPerOrganization = 200_000, ServerDoubles = 50,
        });
        simulator.Scenario.EndTimeInclusive = endTimeInclusive;
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = new();
        store.Add(simulator);
        CollectionOptions options = TestStore.Options with
        {
            FirstPageSize = pageSize, MaxPageSize = pageSize, TargetPageBytes = 64L << 20, MaxPageBytes = 64L << 20,
        };

        CollectionResult first = await store.CollectOneAsync(options);
        Assert.Equal(CollectionState.Collected, first.State);
        Truth.AssertEqual(store, organization, first.Watermark!.Value);
    }
}
