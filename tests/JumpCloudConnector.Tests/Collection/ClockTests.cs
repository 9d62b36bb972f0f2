using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>A machine's clock may be wrong, or be set in the midst of a run; the server's bounds what is read.</summary>
public sealed class ClockTests
{
    private static readonly CollectionOptions SmallPages = TestStore.Options with { FirstPageSize = 100, MaxPageSize = 100, SliceEvents = 300 };

    [Theory]
    [InlineData(5, "5h ahead of")]
    [InlineData(-5, "5h behind")]
    public async Task A_wrong_clock_is_told_and_loses_nothing(int hours, string words)
    {
        ShiftedTime server = new(), local = new();
        local.Advance(TimeSpan.FromHours(hours));
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 2_000, Clock = server });
        using TestStore store = new(local);
        store.Add(simulator);
        CollectionWatcher watcher = new();

        for (int turn = 0; turn < 3; turn++)
        {
            CollectionResult result = Assert.Single(await store.CollectAsync(SmallPages, force: false, watcher));
            Assert.Equal(CollectionState.Collected, result.State);
            Assert.InRange(result.Watermark!.Value, server.GetUtcNow().AddSeconds(-30), server.GetUtcNow());
            Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark.Value);
            simulator.Organizations[0].AddEvents(100, result.Watermark.Value, result.Watermark.Value.AddMinutes(4));
            server.Advance(TimeSpan.FromMinutes(6));
            local.Advance(TimeSpan.FromMinutes(6));
        }

        Assert.Equal(3, watcher.Warnings.Count);
        Assert.All(watcher.Warnings, w => Assert.Contains(words, w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_tells_a_wrong_clock_once_and_again_when_it_is_wrong_in_another_way()
    {
        ShiftedTime server = new(), local = new();
        local.Advance(TimeSpan.FromHours(5));
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 20, Clock = server });
        using TestStore store = new(local);
        Connector one = store.Add(simulator, "one"), two = store.Add(simulator, "two", c => c with { ContentTypes = [ContentType.SystemUser] });
        CollectionWatcher watcher = new();
        using Collector collector = new(store.Store, store.Secrets, TestStore.Options, local);

        await TurnsAsync();
        Assert.Contains("5h ahead of", Assert.Single(watcher.Warnings), StringComparison.Ordinal);
        local.Advance(TimeSpan.FromHours(-7));
        await TurnsAsync();
        Assert.Contains("2h behind", watcher.Warnings.ToArray()[1..].Single(), StringComparison.Ordinal);
        // Set right, and wrong again.
        local.Advance(TimeSpan.FromHours(2));
        await TurnsAsync();
        Assert.Equal(2, watcher.Warnings.Count);
        local.Advance(TimeSpan.FromHours(-2));
        await TurnsAsync();
        Assert.Equal(3, watcher.Warnings.Count);

        async Task TurnsAsync()
        {
            for (int turn = 0; turn < 3; turn++) await collector.CollectAsync([one, two], named: true, force: true, watcher, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_clock_that_is_right_is_not_spoken_of()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 100 });
        using TestStore store = new();
        store.Add(simulator);
        CollectionWatcher watcher = new();

        await store.CollectAsync(observer: watcher);

        Assert.Empty(watcher.Warnings);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-7)]
    public async Task A_clock_that_is_set_during_a_run_loses_nothing(int hours)
    {
        ShiftedTime server = new(), local = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 3_000, Clock = server });
        using TestStore store = new(local);
        store.Add(simulator);
        int commits = 0;
        CollectionWatcher watcher = new(_ =>
        {
            if (Interlocked.Increment(ref commits) == 5) local.Advance(TimeSpan.FromHours(hours));
        });

        CollectionResult first = Assert.Single(await store.CollectAsync(SmallPages, observer: watcher));
        Assert.True(commits > 10, $"{commits} commits");
        Assert.Equal(CollectionState.Collected, first.State);
        Truth.AssertEqual(store, simulator.Organizations[0], first.Watermark!.Value);

        // It is set right again, and turns come as before.
        local.Advance(TimeSpan.FromHours(-hours));
        simulator.Organizations[0].AddEvents(200, first.Watermark.Value, first.Watermark.Value.AddMinutes(4));
        server.Advance(TimeSpan.FromMinutes(6));
        local.Advance(TimeSpan.FromMinutes(6));
        CollectionResult second = Assert.Single(await store.CollectAsync(SmallPages, force: false));
        Assert.Equal((CollectionState.Collected, TimeSpan.Zero), (second.State, second.Backlog));
        Truth.AssertEqual(store, simulator.Organizations[0], second.Watermark!.Value);
    }
}
