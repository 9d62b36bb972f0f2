using JumpCloudConnector.Collection;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>Real processes: killed, raced against each other, put to sleep.</summary>
public sealed class ProcessTests
{
    [Fact]
    [Trait("Category", "Chaos")]
    public async Task Killed_twenty_times_at_random_instants_nothing_is_lost_or_doubled()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 20, EventsPerOrganization = 90_000 });
        simulator.Scenario.Latency = TimeSpan.FromMilliseconds(5);
        using TestStore store = new();
        store.Add(simulator);
        Random random = new(20);
        int killed = 0;
        long committed = 0;
        for (int i = 0; i < 20; i++)
        {
            using CollectionChild child = CollectionChild.Start(store, pageSize: 500);
            // The instant: some commits or pages along the way, and then a little more, so that it is not always the same place.
            bool reached = await child.ReachesAsync(random.Next(2) == 0 ? "page" : "committed", random.Next(1, 7));
            Thread.SpinWait(random.Next(400_000));
            await child.KillAsync();
            if (reached) killed++;
            long now = store.Store.Records.GetSpan().Count;
            Assert.True(now >= committed, $"{committed - now} records are gone after a kill");
            committed = now;
        }

        Assert.True(killed >= 15, $"only {killed} processes were killed in the middle of their work");
        Assert.InRange(committed, 1, 89_000);

        simulator.Scenario.Latency = TimeSpan.Zero;
        using CollectionChild last = CollectionChild.Start(store);
        CollectionResult result = await last.ResultAsync();
        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
    }

    [Fact]
    public async Task Of_two_processes_the_second_says_who_has_the_stream_and_each_event_is_there_once()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 21, EventsPerOrganization = 20_000 });
        simulator.Scenario.Latency = TimeSpan.FromMilliseconds(50);
        using TestStore store = new();
        store.Add(simulator);
        using CollectionChild first = CollectionChild.Start(store, pageSize: 500);
        Assert.True(await first.ReachesAsync("page"));
        // However long the second takes to start, the first is not done before.
        simulator.Scenario.Latency = TimeSpan.FromSeconds(4);

        using CollectionChild second = CollectionChild.Start(store, pageSize: 500);
        CollectionResult refused = await second.ResultAsync();

        Assert.Equal(CollectionState.Leased, refused.State);
        Assert.Contains($"process {first.Id} on {Environment.MachineName}", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, refused.Fetched);

        simulator.Scenario.Latency = TimeSpan.Zero;
        CollectionResult result = await first.ResultAsync();
        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
    }

    [Fact]
    public async Task A_process_that_slept_through_its_lease_commits_nothing_more()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that suspends a process.");
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 22, EventsPerOrganization = 20_000 });
        simulator.Scenario.Latency = TimeSpan.FromMilliseconds(50);
        ShiftedTime time = new();
        using TestStore store = new(time);
        store.Add(simulator);
        using CollectionChild sleeper = CollectionChild.Start(store, leaseSeconds: 30, pageSize: 500);
        Assert.True(await sleeper.ReachesAsync("committed"));

        sleeper.Suspend();
        try
        {
            simulator.Scenario.Latency = TimeSpan.Zero;
            CollectionResult tooEarly = await store.CollectOneAsync();
            Assert.Equal(CollectionState.Leased, tooEarly.State);
            time.Advance(TimeSpan.FromSeconds(31));
            CollectionResult heir = await store.CollectOneAsync();
            Assert.Equal(CollectionState.Collected, heir.State);
            Truth.AssertEqual(store, simulator.Organizations[0], heir.Watermark!.Value);
        }
        finally
        {
            sleeper.Resume();
        }

        CollectionResult woken = await sleeper.ResultAsync();
        Assert.Equal((CollectionState.Leased, "LeaseLost"), (woken.State, woken.ErrorId));
        Truth.AssertEqual(store, simulator.Organizations[0], store.Registry.Describe(store.Registry.Get("main")).Streams[0].Watermark!.Value);
    }
}
