using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>What JumpCloud has dropped before it was collected is a row and a warning, never a silent skip; collection goes on behind it.</summary>
public sealed class GapTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(15);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly CollectionOptions Options = TestStore.Options with { LeaseDuration = TimeSpan.FromDays(30), SliceEvents = 300 };

    private const long Dropping = 15 * 60_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outage_longer_than_the_retention_leaves_a_gap_and_a_warning(bool endTimeInclusive)
    {
        await using Stage stage = await Stage.StartAsync(endTimeInclusive);
        CollectionResult first = await stage.CollectAsync();
        long reached = first.Watermark!.Value.ToUnixTimeMilliseconds();

        stage.Pass(TimeSpan.FromDays(40));
        CollectionWatcher listener = new();
        CollectionResult after = await stage.CollectAsync(listener);

        LedgerGap gap = Assert.Single(stage.Gaps);
        Assert.Equal((GapReason.Outage, reached, after.Watermark!.Value.ToUnixTimeMilliseconds() - (long)Retention.TotalMilliseconds + Dropping), (gap.Reason, gap.From, gap.To!.Value));
        Assert.Equal((stage.Now, null), (gap.Found, gap.Confirmed));
        string warning = Assert.Single(listener.Warnings);
        Assert.Contains("Connector 'main', organization 'Acme", warning, StringComparison.Ordinal);
        Assert.Contains("nothing was collected for longer than JumpCloud keeps events", warning, StringComparison.Ordinal);
        Assert.Contains("Get-JcCollectionGap", warning, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, after.Backlog);
        stage.AssertHolds(gap);
        LedgerSlice slice = Assert.Single(stage.Store.Store.Ledger.GetSlices(stage.StreamId, new LedgerSpan(0, long.MaxValue)), s => s.Kind == SliceKind.Gap);
        Assert.Equal((gap.From, gap.To!.Value - Dropping, default(CommitCounts)), (slice.Span.From, slice.Span.To, slice.Counts));

        // It is said once, and costs nothing afterwards.
        listener = new CollectionWatcher();
        for (int turn = 0; turn < 3; turn++)
        {
            stage.Pass(Interval);
            after = await stage.CollectAsync(listener);
        }

        Assert.Empty(listener.Warnings);
        Assert.Equal(gap, Assert.Single(stage.Gaps));
        Assert.Equal(3, after.Requests);
        stage.AssertHolds(gap);
    }

    [Fact]
    public async Task An_outage_within_the_retention_leaves_no_gap()
    {
        await using Stage stage = await Stage.StartAsync();
        await stage.CollectAsync();

        stage.Pass(Retention - TimeSpan.FromHours(1));
        CollectionWatcher listener = new();
        await stage.CollectAsync(listener);

        Assert.Empty(stage.Gaps);
        Assert.Empty(listener.Warnings);
        stage.AssertHolds();
    }

    [Fact]
    public async Task A_connector_that_was_disabled_for_longer_than_the_retention_has_a_gap_that_says_so()
    {
        await using Stage stage = await Stage.StartAsync();
        CollectionResult first = await stage.CollectAsync();
        Assert.Null(stage.Connector.EnabledAt);
        stage.Store.Registry.SetEnabled("main", false);

        stage.Pass(TimeSpan.FromDays(30));
        Assert.Equal(CollectionState.Inactive, (await stage.Store.CollectOneAsync(Options)).State);
        Assert.Empty(stage.Gaps);
        stage.Store.Registry.SetEnabled("main", true);
        Assert.Equal(stage.Now, stage.Connector.EnabledAt!.Value.ToUnixTimeMilliseconds());
        stage.Pass(Interval);
        CollectionWatcher listener = new();
        await stage.CollectAsync(listener);

        LedgerGap gap = Assert.Single(stage.Gaps);
        Assert.Equal((GapReason.Disabled, first.Watermark!.Value.ToUnixTimeMilliseconds()), (gap.Reason, gap.From));
        Assert.Contains("the connector was disabled for longer than JumpCloud keeps events", Assert.Single(listener.Warnings), StringComparison.Ordinal);
        stage.AssertHolds(gap);

        // An outage after that is one again, however the connector was enabled once.
        stage.Pass(TimeSpan.FromDays(30));
        await stage.CollectAsync();
        Assert.Equal([GapReason.Disabled, GapReason.Outage], stage.Gaps.Select(g => g.Reason));
        Assert.True(stage.Gaps[0].To < stage.Gaps[1].From);
    }

    [Fact]
    public async Task A_change_that_enables_a_connector_is_kept_as_such()
    {
        await using Stage stage = await Stage.StartAsync();
        stage.Store.Registry.Update("main", c => c with { Enabled = false });
        Assert.Null(stage.Connector.EnabledAt);

        stage.Pass(Interval);
        stage.Store.Registry.Update("main", c => c with { Enabled = true });
        long enabled = stage.Connector.EnabledAt!.Value.ToUnixTimeMilliseconds();
        Assert.Equal(stage.Now, enabled);

        stage.Pass(Interval);
        stage.Store.Registry.Update("main", c => c with { IntervalMinutes = 20, EnabledAt = null });
        Assert.Equal(enabled, stage.Connector.EnabledAt!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_time_without_a_licence_is_a_gap_that_is_open_while_it_lasts()
    {
        await using Stage stage = await Stage.StartAsync();
        CollectionResult first = await stage.CollectAsync();
        long reached = first.Watermark!.Value.ToUnixTimeMilliseconds();
        Fault fault = stage.Simulator.Scenario.Faults.Add(new Fault(FaultKind.PaymentRequired402) { Host = HostKind.Insights });
        CollectionWatcher listener = new();
        for (int day = 0; day < 3; day++)
        {
            stage.Pass(TimeSpan.FromDays(1));
            Assert.Equal(402, Assert.Single(await stage.Store.CollectAsync(Options, observer: listener)).StatusCode);
            LedgerGap open = Assert.Single(stage.Gaps);
            Assert.Equal((GapReason.NotLicensed, reached, null), (open.Reason, open.From, open.To));
        }

        string warning = Assert.Single(listener.Warnings);
        Assert.Contains("a gap is open from", warning, StringComparison.Ordinal);
        // While its cause lasts it cannot be acknowledged.
        Assert.False(stage.Store.Store.Ledger.ConfirmGap(stage.Gaps[0].Id, "somebody", null, stage.Now));

        stage.Simulator.Scenario.Faults.Remove(fault);
        stage.Pass(Interval);
        CollectionResult after = await stage.CollectAsync(listener);

        LedgerGap gap = Assert.Single(stage.Gaps);
        Assert.Equal((reached, stage.Now), (gap.From, gap.To!.Value));
        Assert.True(after.Watermark > first.Watermark);
        Assert.Single(listener.Warnings);
        Assert.True(stage.Store.Store.Ledger.ConfirmGap(gap.Id, "somebody", "licence renewed", stage.Now));
        Assert.False(stage.Store.Store.Ledger.ConfirmGap(gap.Id, "another", null, stage.Now));
        LedgerGap confirmed = Assert.Single(stage.Gaps);
        Assert.Equal((stage.Now, "somebody", "licence renewed"), (confirmed.Confirmed, confirmed.ConfirmedBy, confirmed.Note));
        // JumpCloud may not have recorded events meanwhile; this one did, and they are there, once each.
        Truth.AssertEqual(stage.Store, stage.Organization, after.Watermark!.Value);
        LedgerTruth.AssertWhole(stage.Store, stage.Organization);

        // Another such time is another gap.
        stage.Simulator.Scenario.Faults.Add(fault = new Fault(FaultKind.PaymentRequired402) { Host = HostKind.Insights });
        stage.Pass(Interval);
        await stage.Store.CollectAsync(Options);
        Assert.Equal([gap.To, null], stage.Gaps.Select(g => g.To));
    }

    /// <summary>A backfill that a time limit stopped loses what JumpCloud drops meanwhile: that is a gap behind what was read.</summary>
    [Fact]
    public async Task What_a_stopped_backfill_left_too_long_is_a_gap_between_what_was_read()
    {
        await using Stage stage = await Stage.StartAsync();
        await stage.CollectAsync();
        stage.Pass(TimeSpan.FromDays(10));
        CollectionResult behind = Assert.Single(await stage.Store.CollectAsync(Options with { TimeLimit = TimeSpan.Zero }));
        Assert.True(behind.Backlog > TimeSpan.FromDays(9), $"only {behind.Backlog} were left");
        long end = stage.Store.Store.Ledger.GetEnd(stage.StreamId)!.Value, live = end - 3_600_000, reached = behind.Watermark!.Value.ToUnixTimeMilliseconds();
        Assert.Equal(live, behind.From!.Value.ToUnixTimeMilliseconds());

        stage.Pass(TimeSpan.FromDays(20));
        await stage.CollectAsync();

        // The hour that was read then lies between two gaps.
        long kept = LedgerTruth.Stream(stage.Store).Watermark!.Value - (long)Retention.TotalMilliseconds + Dropping;
        Assert.Equal([(reached, live), (end, kept)], stage.Gaps.Select(g => (g.From, g.To!.Value)));
        stage.AssertHolds([.. stage.Gaps]);
    }

    /// <summary>A simulator that forgets, a store, and the clock of both.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly PassingTime _time;

        private Stage(PassingTime time) => _time = time;

        public required Simulator Simulator { get; init; }

        public required TestStore Store { get; init; }

        public SimulatedOrganization Organization => Simulator.Organizations[0];

        public Connector Connector => Store.Registry.Get("main");

        public long StreamId => LedgerTruth.Stream(Store).Id;

        public long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

        public IReadOnlyList<LedgerGap> Gaps => Store.Store.Ledger.GetGaps();

        public static async Task<Stage> StartAsync(bool endTimeInclusive = false)
        {
            PassingTime time = new();
            Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
            {
                Seed = 40, EventsPerOrganization = 2_000, Span = TimeSpan.FromDays(10), Clock = time, Traps = Traps.All & ~(Traps.FutureStamps | Traps.HugeEvents),
            });
            simulator.Scenario.EndTimeInclusive = endTimeInclusive;
            simulator.Scenario.Retention = Retention;
            TestStore store = new(time);
            store.Add(simulator, change: c => c with { InitialLookback = TimeSpan.FromDays(10), Retention = Retention });
            return new Stage(time) { Simulator = simulator, Store = store };
        }

        /// <summary>Time goes by, with 200 events a day.</summary>
        public void Pass(TimeSpan time)
        {
            DateTimeOffset from = _time.GetUtcNow();
            _time.Advance(time);
            Organization.AddEvents((int)(200 * time.TotalDays) + 2, from, _time.GetUtcNow());
        }

        public async Task<CollectionResult> CollectAsync(CollectionWatcher? listener = null)
        {
            CollectionResult result = Assert.Single(await Store.CollectAsync(Options, observer: listener));
            Assert.Equal((CollectionState.Collected, null), (result.State, result.ErrorMessage));
            return result;
        }

        /// <summary>Fails unless the store has everything but what lies in the gaps, and the ledger and the watermark say so.</summary>
        public void AssertHolds(params LedgerGap[] gaps)
        {
            Simulator.Scenario.Retention = TimeSpan.Zero;
            StreamInfo stream = LedgerTruth.Stream(Store);
            LedgerSpan whole = LedgerTruth.Whole(stream);
            Assert.InRange(Now - whole.To, 0, 2_000);
            Assert.Empty(Store.Store.Ledger.GetOpenSpans(stream.Id, whole));
            // What JumpCloud drops while the rest is read is part of a gap, and read all the same.
            LedgerSpan[] lost =
            [
                .. Store.Store.Ledger.GetSlices(stream.Id, whole).Where(s => s.Kind == SliceKind.Gap).Select(s => s.Span),
            ];
            Assert.Equal(gaps.Select(g => g.From), lost.Select(s => s.From));
            Assert.All(gaps.Zip(lost), pair => Assert.Contains(pair.First.To!.Value - pair.Second.To, new[] { 0, Dropping }));
            long[] expected =
            [
                .. Organization.Truth().Select(e => e.Milliseconds)
                    .Where(ms => ms >= whole.From && ms < whole.To && !Array.Exists(lost, s => ms >= s.From && ms < s.To)),
            ];
            Assert.Equal(expected.Length, Store.Store.Ledger.CountKnown(stream.Id, whole).Events);
            Assert.Equal(expected.Length, Store.Store.Ledger.CountRecords(stream.Id, whole));
            Assert.All(lost, s => Assert.Equal(0, Store.Store.Ledger.CountKnown(stream.Id, s).Events));
            LedgerTruth.AssertTally(Store);
            Simulator.Scenario.Retention = Retention;
        }

        public async ValueTask DisposeAsync()
        {
            Store.Dispose();
            await Simulator.DisposeAsync();
        }
    }
}
