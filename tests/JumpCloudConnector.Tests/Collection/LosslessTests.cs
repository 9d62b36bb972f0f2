using JumpCloudConnector.Collection;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

public sealed class LosslessTests
{
    /// <summary>Every trap, both meanings of end_time, small and large pages: the store equals the truth, run after run.</summary>
    [Theory]
    [InlineData(true, 1_000)]
    public Task A_first_run_and_runs_with_late_events_hold_every_event_once(bool endTimeInclusive, int pageSize) => HoldEveryEventAsync(endTimeInclusive, pageSize, 40_000);

    /// <summary>The same with more events and the other pages.</summary>
    [Theory]
    [Trait("Category", "Scale")]
    [InlineData(true, 1_000)]
    [InlineData(false, 1_000)]
    [InlineData(false, 10_000)]
    [InlineData(true, 10_000)]
    public Task So_they_do_with_the_other_pages(bool endTimeInclusive, int pageSize) => HoldEveryEventAsync(endTimeInclusive, pageSize, 200_000);

    private static async Task HoldEveryEventAsync(bool endTimeInclusive, int pageSize, int events)
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            Seed = pageSize + (endTimeInclusive ? 1 : 0), EventsPerOrganization = events, ServerDoubles = 50, Clock = time,
        });
        simulator.Scenario.EndTimeInclusive = endTimeInclusive;
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = new(time);
        store.Add(simulator);
        CollectionOptions options = TestStore.Options with
        {
            FirstPageSize = pageSize, MaxPageSize = pageSize, TargetPageBytes = 64L << 20, MaxPageBytes = 64L << 20,
        };

        CollectionResult result = await store.CollectOneAsync(options);
        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, organization, result.Watermark!.Value);

        TimeSpan overlap = store.Registry.Get("main").Overlap;
        for (int run = 1; run <= 5; run++)
        {
            DateTimeOffset watermark = result.Watermark!.Value;
            time.Advance(TimeSpan.FromMinutes(10));
            organization.ReleaseLate();
            // New ones, ones that arrive late for what was read already, and ones that the next run cannot see yet.
            IReadOnlyList<SimulatedEvent> added = organization.AddEvents(1_500, watermark, time.GetUtcNow());
            IReadOnlyList<SimulatedEvent> late = organization.AddEvents(300, watermark - overlap, watermark);
            organization.AddEvents(200, watermark, time.GetUtcNow(), late: true);
            result = await store.CollectOneAsync(options);
            Assert.Equal(CollectionState.Collected, result.State);
            Assert.True(result.Watermark > watermark, "the watermark did not move");
            int due = late.Count + added.Count(e => e.Milliseconds < result.Watermark.Value.ToUnixTimeMilliseconds());
            Assert.True(due > 1_000 && result.New >= due, $"{due} came due in run {run}, and {result.New} were new");
        }

        Truth.AssertEqual(store, organization, result.Watermark!.Value);
    }

    [Fact]
    public async Task An_event_that_the_server_writes_differently_the_next_time_is_not_stored_twice()
    {
        // All of them before the first run's end, so that each is stored as it was served before the rewriting began.
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            EventsPerOrganization = 3_000, End = DateTimeOffset.UtcNow.AddMinutes(-1), Span = TimeSpan.FromMinutes(12),
            Traps = Traps.All & ~Traps.FutureStamps,
        });
        using TestStore store = new();
        store.Add(simulator);
        CollectionResult first = await store.CollectOneAsync();
        simulator.Scenario.RewriteEvents = true;

        CollectionResult again = await store.CollectOneAsync();

        Assert.Equal((3_000, 0, 3_000), (first.New, again.New, again.Repeated));
        Truth.AssertEqual(store, simulator.Organizations[0], again.Watermark!.Value);
    }

    [Fact]
    public async Task Events_beyond_a_stop_are_collected_by_the_next_run()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 20_000 });
        using TestStore store = new();
        store.Add(simulator);
        using CancellationTokenSource stop = new();
        CollectionOptions options = TestStore.Options with { FirstPageSize = 500, MaxPageSize = 500 };

        IReadOnlyList<CollectionResult> stopped = await store.CollectAsync(options, observer: new Stopper(stop), cancellationToken: stop.Token);

        Assert.Equal(CollectionState.Stopped, Assert.Single(stopped).State);
        Assert.InRange(store.Find().Count, 1, 19_000);
        CollectionResult next = await store.CollectOneAsync(options);
        Truth.AssertEqual(store, simulator.Organizations[0], next.Watermark!.Value);
    }

    private sealed class Stopper(CancellationTokenSource stop) : ICollectionObserver
    {
        public void Progressed(CollectionProgress progress)
        {
        }

        public void Committed(RecordBatch batch) => stop.Cancel();

        public void Completed(CollectionResult result)
        {
        }

        public void Warned(string message)
        {
        }

        public void Noted(string message)
        {
        }
    }
}
