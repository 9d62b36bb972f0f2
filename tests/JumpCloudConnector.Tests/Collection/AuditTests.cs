using System.Globalization;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>Late events are found by the counts alone, however late, and where all is well the counts cost next to nothing.</summary>
public sealed class AuditTests
{
    // What a turn without news asks for: the server's time, the newest page, and one count.
    private const int IdleRequests = 3;

    private const int Events = 8_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private static readonly CollectionOptions Options = TestStore.Options with { AuditSliceEvents = 50, LeaseDuration = TimeSpan.FromDays(30) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_an_overlap_the_audit_finds_late_events_by_its_widths(bool endTimeInclusive)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, endTimeInclusive);
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = Collecting(simulator, time);
        // All of it is read now: that is as good as an audit of all widths.
        DateTimeOffset audited = time.GetUtcNow();
        await CollectAsync(store);
        await PassAsync(store, time, Interval);

        foreach (TimeSpan late in (TimeSpan[])[TimeSpan.FromMinutes(1), TimeSpan.FromHours(3)])
        {
            long at = Add(organization, time.GetUtcNow() - late);
            CollectionResult found = await PassAsync(store, time, Interval);
            AssertFound(store, at, found, $"{late} late");
        }

        // Three days: not among the last hours, but when the days come due.
        long days = Add(organization, time.GetUtcNow() - TimeSpan.FromDays(3));
        Assert.Equal(0, (await PassAsync(store, time, Interval)).New);
        await PassAsync(store, time, audited.AddHours(23.9) - time.GetUtcNow());
        Assert.Empty(Audits(store, days));
        AssertFound(store, days, await PassAsync(store, time, audited.AddHours(24.1) - time.GetUtcNow()), "3 days late");

        // Sixty days: when everything that JumpCloud keeps comes due, once a week.
        long weeks = Add(organization, time.GetUtcNow() - TimeSpan.FromDays(60));
        while (time.GetUtcNow().AddDays(1) < audited.AddDays(7))
        {
            await PassAsync(store, time, TimeSpan.FromDays(1));
            Assert.Empty(Audits(store, weeks));
        }

        AssertFound(store, weeks, await PassAsync(store, time, audited.AddDays(7).AddMinutes(1) - time.GetUtcNow()), "60 days late");

        CollectionResult idle = await PassAsync(store, time, Interval);
        Assert.Equal((0L, IdleRequests), (idle.New, idle.Requests));
        Truth.AssertEqual(store, organization, idle.Watermark!.Value);
        LedgerTruth.AssertWhole(store, organization);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_late_events_at_once_are_all_found_and_cost_less_than_reading_anew(bool endTimeInclusive)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, endTimeInclusive);
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = Collecting(simulator, time);
        await CollectAsync(store);
        await PassAsync(store, time, Interval);

        // A device that was off reports a day of long ago; others report a little all over the time.
        DateTimeOffset now = time.GetUtcNow();
        organization.AddEvents(3_000, now.AddDays(-40), now.AddDays(-39));
        for (int day = 1; day < 80; day += 8) Add(organization, now.AddDays(-day));
        int turns = 0;
        long found = 0, requests = 0, fetched = 0;
        time.Advance(TimeSpan.FromDays(7));
        CollectionResult turn;
        do
        {
            turn = await PassAsync(store, time, Interval);
            // A single audit may end one difference begun within its allowance.
            Assert.InRange(turn.Requests, 1, Options.MaxAuditRequests + 20);
            (turns, found, requests, fetched) = (turns + 1, found + turn.New, requests + turn.Requests, fetched + turn.Fetched);
            Assert.True(turns < 20, "the audit does not come to an end");
        }
        while (turn.Requests > IdleRequests);

        Report($"3,010 events late all over 80 days: {turns} turns, {requests} requests, {fetched} rows read");
        Assert.Equal(3_010, found);
        Assert.InRange(fetched, 3_010, 3_010 + 2_500);
        Truth.AssertEqual(store, organization, turn.Watermark!.Value);
        LedgerTruth.AssertWhole(store, organization);
    }

    /// <summary>An idle turn asks three things, whichever audit is due, with either meaning of the end, with doubles on the server.</summary>
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public async Task An_idle_turn_costs_three_requests(bool endTimeInclusive, bool hasDoubles, bool withOverlap)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, endTimeInclusive, hasDoubles ? 25 : 0);
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = Collecting(simulator, time, withOverlap ? TimeSpan.FromMinutes(15) : TimeSpan.Zero);
        await CollectAsync(store);
        await PassAsync(store, time, Interval);
        time.Advance(TimeSpan.FromDays(7));
        int turns = await SettleAsync(store, time);
        Report($"settled in {turns} turns");
        StreamInfo stream = LedgerTruth.Stream(store);
        IReadOnlyList<AcceptedSpan> accepted = store.Store.Ledger.GetAccepted(stream.Id, LedgerTruth.Whole(stream));
        Assert.Equal(hasDoubles ? 25 : 0, accepted.Sum(a => a.Counted - a.Known));

        foreach (AuditWidth width in (AuditWidth[])[AuditWidth.Hours, AuditWidth.Days, AuditWidth.Hours, AuditWidth.Retention, AuditWidth.Hours])
        {
            // As if it had been done a week ago, it is due; the pauses between turns are as ever, with nothing left to fill in.
            if (width != AuditWidth.Hours) store.Store.Ledger.SetAudited(stream.Id, width, time.GetUtcNow().AddDays(-7).ToUnixTimeMilliseconds());
            CollectionResult idle = await PassAsync(store, time, Interval);
            Assert.Equal((IdleRequests, 0L), (idle.Requests, idle.New));
            Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds(), store.Store.Ledger.GetAudits(stream.Id)[width]);
        }

        Assert.Equal(accepted, store.Store.Ledger.GetAccepted(stream.Id, LedgerTruth.Whole(stream)));
        Truth.AssertEqual(store, organization, time.GetUtcNow().AddMinutes(-1));
        LedgerTruth.AssertWhole(store, organization);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_accepted_span_is_looked_at_again_when_its_count_changes(bool endTimeInclusive)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, endTimeInclusive, doubles: 10);
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = Collecting(simulator, time);
        await CollectAsync(store);
        await PassAsync(store, time, Interval);
        time.Advance(TimeSpan.FromDays(7));
        await SettleAsync(store, time);
        StreamInfo stream = LedgerTruth.Stream(store);
        AcceptedSpan[] before = [.. store.Store.Ledger.GetAccepted(stream.Id, LedgerTruth.Whole(stream))];
        Assert.Equal(10, before.Sum(a => a.Counted - a.Known));
        AcceptedSpan accepted = before[before.Length / 2];

        // A late event in the midst of it.
        long at = Add(organization, DateTimeOffset.FromUnixTimeMilliseconds((accepted.Span.From + accepted.Span.To) / 2));
        time.Advance(TimeSpan.FromDays(7));
        await SettleAsync(store, time);
        AcceptedSpan[] after = [.. store.Store.Ledger.GetAccepted(stream.Id, LedgerTruth.Whole(stream))];
        Assert.Single(store.Find(), r => r.Timestamp.ToUnixTimeMilliseconds() == at && r.Json.Contains("late by hand", StringComparison.Ordinal));
        Assert.Equal(10, after.Sum(a => a.Counted - a.Known));

        // One more double: nothing new, another count accepted.
        organization.AddEvent(System.Text.Encoding.UTF8.GetString(organization.Truth().First(e => e.Milliseconds >= accepted.Span.From).Json.Span));
        time.Advance(TimeSpan.FromDays(7));
        long stored = store.Store.Records.GetSpan().Count;
        await SettleAsync(store, time);
        Assert.Equal(stored, store.Store.Records.GetSpan().Count);
        Assert.Equal(11, store.Store.Ledger.GetAccepted(stream.Id, LedgerTruth.Whole(stream)).Sum(a => a.Counted - a.Known));
        Truth.AssertEqual(store, organization, time.GetUtcNow().AddMinutes(-1));
        LedgerTruth.AssertWhole(store, organization);
    }

    /// <summary>What arrived late while turns ended before their audit is not left to the next but one.</summary>
    [Fact]
    public async Task A_first_audit_that_is_weeks_late_looks_at_all_of_it()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, endTimeInclusive: false);
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = Collecting(simulator, time);
        await CollectAsync(store);
        long at = Add(organization, time.GetUtcNow().AddDays(-30));
        Fault fault = simulator.Scenario.Faults.Add(new Fault(FaultKind.Forbidden403) { PathContains = "=/insights/directory/v1/events" });
        for (int turn = 0; turn < 3; turn++)
        {
            time.Advance(TimeSpan.FromDays(4));
            Assert.Equal(CollectionState.Failed, (await store.CollectOneAsync(Options)).State);
        }

        simulator.Scenario.Faults.Remove(fault);
        AssertFound(store, at, await PassAsync(store, time, Interval), "weeks late", rows: Options.SliceEvents);
        Truth.AssertEqual(store, organization, LedgerTruth.Stream(store).Watermark is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : default);
    }

    private static async Task<Simulator> StartAsync(TimeProvider time, bool endTimeInclusive, int doubles = 0)
    {
        Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            Seed = 30, EventsPerOrganization = Events, Span = TimeSpan.FromDays(80), ServerDoubles = doubles, Clock = time,
            Traps = Traps.All & ~(Traps.FutureStamps | Traps.HugeEvents),
        });
        simulator.Scenario.EndTimeInclusive = endTimeInclusive;
        return simulator;
    }

    private static TestStore Collecting(Simulator simulator, TimeProvider time, TimeSpan overlap = default)
    {
        TestStore store = new(time);
        store.Add(simulator, change: c => c with { InitialLookback = TimeSpan.FromDays(81), Overlap = overlap });
        return store;
    }

    private static async Task<CollectionResult> CollectAsync(TestStore store)
    {
        CollectionResult result = await store.CollectOneAsync(Options);
        Assert.Equal((CollectionState.Collected, null), (result.State, result.ErrorMessage));
        return result;
    }

    private static Task<CollectionResult> PassAsync(TestStore store, PassingTime time, TimeSpan pause)
    {
        time.Advance(pause);
        return CollectAsync(store);
    }

    /// <summary>Takes turns until one is idle; how many it took.</summary>
    private static async Task<int> SettleAsync(TestStore store, PassingTime time)
    {
        int turns = 1;
        while ((await PassAsync(store, time, Interval)).Requests > IdleRequests) Assert.True(++turns < 40, "the audit does not come to an end");
        return turns;
    }

    private static long Add(SimulatedOrganization organization, DateTimeOffset time)
    {
        string stamp = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return organization.AddEvent(
            $$"""{"id":"{{Guid.NewGuid().ToString("N")[..24]}}","service":"directory","event_type":"user_update","timestamp":"{{stamp}}","note":"late by hand"}""").Milliseconds;
    }

    private static void AssertFound(TestStore store, long at, CollectionResult result, string what, int? rows = null)
    {
        Report($"{what}: {result.Requests} requests, {result.Fetched} rows");
        Assert.Equal(1, result.New);
        Assert.NotEmpty(Audits(store, at));
        // One count a halving, and at most one to check, one page and one afterwards.
        Assert.InRange(result.Requests, IdleRequests + 1, IdleRequests + (int)Math.Ceiling(Math.Log2((double)Events / Options.AuditSliceEvents)) + 8);
        Assert.InRange(result.Fetched, 1, rows ?? (10 * Options.AuditSliceEvents));
    }

    private static List<LedgerSlice> Audits(TestStore store, long at) =>
        [.. store.Store.Ledger.GetSlices(LedgerTruth.Stream(store).Id, new LedgerSpan(at, at + 1)).Where(s => s.Kind == SliceKind.Audit)];

    private static void Report(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
