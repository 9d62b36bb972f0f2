using JumpCloudConnector.Collection;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>A long backlog does not hold up what is new, and what was read of it is not read again.</summary>
[Trait("Category", "Scale")]
public sealed class BacklogTests
{
    private const int Events = 60_000;
    private const int PageSize = 500;
    private const long Hour = 3_600_000;

    private static readonly CollectionOptions Options = TestStore.Options with
    {
        FirstPageSize = PageSize, MaxPageSize = PageSize, SliceEvents = 2_000, LeaseDuration = TimeSpan.FromDays(30),
    };

    // What is under way when a run is stopped: a page of each slice, one slice that waits, and one that is being written.
    private static readonly int UnderWay = (Options.MaxConcurrentSlices + 2) * PageSize;

    [Fact]
    public async Task The_newest_hour_is_there_long_before_the_backlog_is_read()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        simulator.Scenario.Latency = TimeSpan.FromMilliseconds(20);
        using TestStore store = Collecting(simulator, time);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long? before = null;
        CollectionWatcher listener = new(_ =>
        {
            StreamInfo stream = LedgerTruth.Stream(store);
            // The server's time is known to the second.
            if (before is null && store.Store.Ledger.GetOpenSpans(stream.Id, new LedgerSpan(now - Hour, now - 1_002)).Count == 0)
                before = store.Store.Records.GetSpan().Count;
        });

        CollectionResult result = Assert.Single(await store.CollectAsync(Options, observer: listener));

        TestContext.Current.TestOutputHelper?.WriteLine($"{before} records when the newest hour was in, {result.Requests} requests in all");
        Assert.InRange(before ?? long.MaxValue, 1, Events / 10);
        Assert.Equal((CollectionState.Collected, TimeSpan.Zero), (result.State, result.Backlog));
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
        LedgerTruth.AssertWhole(store, simulator.Organizations[0]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public async Task A_stopped_run_goes_on_where_it_was_and_reads_nothing_again(double part)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        simulator.Scenario.Latency = TimeSpan.FromMilliseconds(5);
        using TestStore store = Collecting(simulator, time);
        using CancellationTokenSource stop = new();
        CollectionWatcher listener = new(_ =>
        {
            if (store.Store.Records.GetSpan().Count >= Events * part) stop.Cancel();
        });

        CollectionResult stopped = Assert.Single(await store.CollectAsync(Options, observer: listener, cancellationToken: stop.Token));

        Assert.Equal(CollectionState.Stopped, stopped.State);
        long stored = store.Store.Records.GetSpan().Count;
        Assert.InRange(stored, Events * part, (Events * part) + UnderWay);
        long recent = simulator.Organizations[0].Truth().Count(e => e.Milliseconds >= time.GetUtcNow().ToUnixTimeMilliseconds() - (5 * Hour / 4));
        simulator.Requests.Clear();

        CollectionResult rest = await store.CollectOneAsync(Options);

        TestContext.Current.TestOutputHelper?.WriteLine($"{stored} stored, then {rest.Fetched} read in {rest.Requests} requests, {rest.Repeated} again");
        Assert.Equal((CollectionState.Collected, Events - stored), (rest.State, rest.New));
        Assert.InRange(rest.Repeated, 0, UnderWay + recent);
        Assert.Equal(rest.Fetched, simulator.Requests.Last().Where(r => r.Path.EndsWith("/events", StringComparison.Ordinal)).Sum(r => r.Rows));
        // A page costs a request, and a slice a count and an end.
        Assert.InRange(rest.Requests, 1, (2 * rest.Fetched / PageSize) + (3 * rest.Fetched / Options.SliceEvents) + 60);
        Truth.AssertEqual(store, simulator.Organizations[0], rest.Watermark!.Value);
        LedgerTruth.AssertWhole(store, simulator.Organizations[0]);
    }

    [Fact]
    public async Task With_a_time_limit_the_runs_go_on_at_once_until_all_is_read()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = Collecting(simulator, time);
        CollectionOptions options = Paced(4) with { TimeLimit = TimeSpan.FromSeconds(15) };
        List<CollectionResult> turns = [];
        do
        {
            DateTimeOffset begun = time.GetUtcNow();
            // Not by force: what was left is due at once.
            CollectionResult turn = await store.CollectOneAsync(options, force: false);
            Assert.Equal((CollectionState.Collected, null), (turn.State, turn.ErrorMessage));
            Assert.Equal(turn.Backlog > TimeSpan.Zero, LedgerTruth.Stream(store).IsBehind);
            Assert.True(turns.Count == 0 || turn.Backlog < turns[^1].Backlog, "the backlog did not shrink");
            // The newest is in though the backlog is not.
            StreamInfo stream = LedgerTruth.Stream(store);
            Assert.Empty(store.Store.Ledger.GetOpenSpans(stream.Id, new LedgerSpan(begun.ToUnixTimeMilliseconds() - Hour, begun.ToUnixTimeMilliseconds() - 1_002)));
            turns.Add(turn);
            Assert.True(turns.Count < 50, "the backlog does not come to an end");
        }
        while (turns[^1].Backlog > TimeSpan.Zero);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", turns.Select(t => t.Backlog)));
        Assert.InRange(turns.Count, 3, 49);
        Assert.Equal(Events, turns.Sum(t => t.New));
        CollectionResult rested = await store.CollectOneAsync(options, force: false);
        Assert.Equal(CollectionState.NotDue, rested.State);
        Truth.AssertEqual(store, simulator.Organizations[0], turns[^1].Watermark!.Value);
        LedgerTruth.AssertWhole(store, simulator.Organizations[0]);
    }

    [Fact]
    public async Task In_a_turn_longer_than_the_interval_newer_data_does_not_wait_for_the_backlog()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = Collecting(simulator, time, intervalMinutes: 1);
        long begun = time.GetUtcNow().ToUnixTimeMilliseconds();
        long added = 0, early = 0;
        CollectionWatcher listener = new(batch =>
        {
            StreamInfo stream = LedgerTruth.Stream(store);
            bool isOpen = store.Store.Ledger.GetOpenSpans(stream.Id, new LedgerSpan(stream.Start!.Value, begun - 2_000)).Count > 0;
            for (int i = 0; i < batch.Count; i++)
                if (isOpen && batch[i].Fate == RecordFate.Stored && batch[i].Milliseconds >= begun) early++;
            organization.AddEvents(1, time.GetUtcNow().AddMilliseconds(-1), time.GetUtcNow());
            added++;
        });

        CollectionResult turn = Assert.Single(await store.CollectAsync(Paced(1), observer: listener));

        TestContext.Current.TestOutputHelper?.WriteLine($"{added} added in {turn.Duration}, {early} of them stored before the backlog was");
        Assert.True(turn.Duration > TimeSpan.FromMinutes(2), $"the turn took only {turn.Duration}");
        Assert.InRange(early, 1, added);
        Assert.Equal((CollectionState.Collected, TimeSpan.Zero), (turn.State, turn.Backlog));
        Assert.True(turn.Watermark > DateTimeOffset.FromUnixTimeMilliseconds(begun).AddMinutes(1));
        Truth.AssertEqual(store, organization, turn.Watermark!.Value);
        LedgerTruth.AssertWhole(store, organization);
    }

    /// <summary>So many requests a second, on a clock that passes only where they wait.</summary>
    private static CollectionOptions Paced(int perSecond) => Options with
    {
        Client = Options.Client with { RequestsPerSecond = perSecond, MaxRequestsPerSecond = perSecond },
    };

    private static Task<Simulator> StartAsync(TimeProvider time) => Simulator.StartAsync(new SimulatorOptions
    {
        Seed = 50, EventsPerOrganization = Events, Span = TimeSpan.FromDays(30), Clock = time, Traps = Traps.All & ~(Traps.FutureStamps | Traps.HugeEvents),
    });

    private static TestStore Collecting(Simulator simulator, TimeProvider time, int intervalMinutes = 60)
    {
        TestStore store = new(time);
        store.Add(simulator, change: c => c with { InitialLookback = TimeSpan.FromDays(31), IntervalMinutes = intervalMinutes });
        return store;
    }
}
