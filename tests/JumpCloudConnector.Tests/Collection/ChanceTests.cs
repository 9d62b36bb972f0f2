using System.Text;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>
/// Whatever happens in whatever order: in the end every event that JumpCloud still has is in the store once, and nothing
/// else, and the audits have come to rest.
/// </summary>
public sealed class ChanceTests
{
    private const int IdleRequests = 3;

    private static readonly FaultKind[] PassingFaults =
    [
        FaultKind.TooManyRequests429, FaultKind.InternalServerError500, FaultKind.BadGateway502Html, FaultKind.ServiceUnavailable503Html,
        FaultKind.BodyCutShort, FaultKind.TruncatedJson, FaultKind.ConnectionReset, FaultKind.NotJson,
    ];

    [Fact]
    public async Task Any_course_of_events_ends_with_everything_stored_once()
    {
        for (int seed = 1; seed <= 8; seed++) await PlayAsync(seed);
    }

    [Fact]
    [Trait("Category", "Chaos")]
    public async Task Many_courses_of_events_end_with_everything_stored_once()
    {
        int seed = Seed("JC_CHANCE_SEED");
        DateTimeOffset end = DateTimeOffset.UtcNow.AddSeconds(int.TryParse(Environment.GetEnvironmentVariable("JC_CHANCE_SECONDS"), out int given) ? given : 50);
        int played = 0;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (DateTimeOffset.UtcNow < end) await PlayAsync(seed + Interlocked.Increment(ref played));
        })));
        TestContext.Current.TestOutputHelper?.WriteLine($"{played} courses from seed {seed}");
        Assert.True(played >= 20, $"only {played} courses were played");
    }

    /// <summary>A seed of its own each time, unless the environment gives one.</summary>
    internal static int Seed(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int given) ? given : Random.Shared.Next(1_000_000_000);

    private static async Task PlayAsync(int seed)
    {
        ScheduleOfChance schedule = ScheduleOfChance.From(seed);
        List<string> told = [];
        try
        {
            await PlayAsync(schedule, told).WaitAsync(TimeSpan.FromMinutes(4), TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            string[] turns = [.. told];
            throw new InvalidOperationException($"{Short(e.Message)}\n{schedule}\nTurns so far:\n{string.Join("\n", turns)}", e);
        }
    }

    private static async Task PlayAsync(ScheduleOfChance schedule, List<string> told)
    {
        Random random = new(schedule.Seed);
        PassingTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            Seed = schedule.Seed, EventsPerOrganization = schedule.FirstEvents, Span = schedule.Span, ServerDoubles = schedule.FirstDoubles,
            Traps = schedule.Traps, Clock = time,
        });
        simulator.Scenario.EndTimeInclusive = schedule.EndTimeInclusive;
        simulator.Scenario.ArrivalLag = schedule.ArrivalLag;
        simulator.Scenario.Retention = schedule.Retention;
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = new(new SkewedTime(time, schedule.Skew));
        store.Add(simulator, change: c => c with { InitialLookback = schedule.Lookback < schedule.Retention ? schedule.Lookback : schedule.Retention, Overlap = schedule.Overlap, Retention = schedule.Retention });

        foreach (ChanceTurn turn in schedule.Turns)
        {
            DateTimeOffset from = time.GetUtcNow();
            time.Advance(turn.Pause);
            DateTimeOffset now = time.GetUtcNow();
            organization.AddEvents(turn.Events, from, now);
            foreach ((TimeSpan age, int count) in turn.Late) organization.AddEvents(count, now - age, now - age + TimeSpan.FromSeconds(1 + random.Next(100)));
            IReadOnlyList<SimulatedEvent> visible = organization.Truth();
            for (int i = 0; i < turn.Doubles && visible.Count > 0; i++)
                organization.AddEvent(Encoding.UTF8.GetString(visible[random.Next(visible.Count)].Json.Span));
            simulator.Scenario.Faults.Clear();
            foreach (FaultKind kind in PassingFaults)
                if (turn.Faults > 0) simulator.Scenario.Faults.Add(new Fault(kind) { Rate = turn.Faults / PassingFaults.Length, Chunked = random.Next(2) == 0 });

            await CollectAsync(store, schedule.Options with { TimeLimit = turn.HasNoTime ? TimeSpan.Zero : null }, turn.StopAfter, told);
        }

        // Now everything may settle: the faults end, and the audits of all widths come due.
        simulator.Scenario.Faults.Clear();
        time.Advance(TimeSpan.FromDays(8));
        int turns = 0;
        CollectionResult last;
        do
        {
            time.Advance(TimeSpan.FromMinutes(10));
            last = await CollectAsync(store, schedule.Options, null, told);
            Assert.Equal((CollectionState.Collected, null), (last.State, last.ErrorMessage));
            // A turn ends a difference that it began, whose reading may take its pages; more would be a loop.
            Assert.True(++turns <= 300, "the audits do not come to rest");
        }
        while (last.Requests > IdleRequests);

        time.Advance(TimeSpan.FromMinutes(10));
        last = await CollectAsync(store, schedule.Options, null, told);
        Assert.Equal((0L, TimeSpan.Zero), (last.New, last.Backlog));
        Assert.InRange(last.Requests, 1, IdleRequests);
        AssertHolds(store, simulator, schedule, time);
    }

    private static async Task<CollectionResult> CollectAsync(TestStore store, CollectionOptions options, int? stopAfter, List<string> told)
    {
        using CancellationTokenSource stop = new();
        int commits = 0;
        CollectionWatcher listener = new(_ =>
        {
            if (++commits == stopAfter) stop.Cancel();
        });
        CollectionResult result = Assert.Single(await store.CollectAsync(options, observer: listener, cancellationToken: stop.Token));
        told.Add($"{result.State} {result.ErrorId} {result.Requests} requests, {result.Fetched} fetched, {result.New} new, {result.Repeated} repeated, backlog {result.Backlog}");
        Assert.InRange(result.Requests, 0, 30_000);
        return result;
    }

    private static void AssertHolds(TestStore store, Simulator simulator, ScheduleOfChance schedule, PassingTime time)
    {
        SimulatedOrganization organization = simulator.Organizations[0];
        StreamInfo stream = LedgerTruth.Stream(store);
        LedgerSpan whole = LedgerTruth.Whole(stream);
        // What expires within the hour is not looked for any more.
        long oldest = Math.Max(whole.From, (time.GetUtcNow() - schedule.Retention).AddHours(2).ToUnixTimeMilliseconds());
        simulator.Scenario.Retention = TimeSpan.Zero;
        Dictionary<string, int> left = [];
        HashSet<string> wanted = [];
        long known = 0;
        foreach (SimulatedEvent e in organization.Truth())
        {
            string json = Encoding.UTF8.GetString(Truth.OneLine(e.Json));
            left[json] = left.GetValueOrDefault(json) + 1;
            if (e.Milliseconds >= oldest && e.Milliseconds < whole.To) wanted.Add(json);
            if (e.Milliseconds >= oldest && e.Milliseconds < whole.To) known++;
        }

        foreach (IngestedRecord record in store.Find())
        {
            string json = Encoding.UTF8.GetString(record.VendorUtf8.Span);
            int more = left.GetValueOrDefault(json) - 1;
            Assert.True(more >= 0, $"doubled or foreign: {record.Json}");
            left[json] = more;
        }

        string[] lost = [.. wanted.Where(w => left[w] > 0)];
        Assert.True(lost.Length == 0, $"{lost.Length} lost, such as {lost.FirstOrDefault()}");

        ILedger ledger = store.Store.Ledger;
        Assert.Empty(ledger.GetOpenSpans(stream.Id, whole));
        Assert.Equal(known, ledger.CountKnown(stream.Id, whole with { From = oldest }).Events);
        Assert.Equal(store.Store.Records.GetSpan().Count, ledger.CountKnown(stream.Id, new LedgerSpan(0, long.MaxValue / 2)).Events);
        LedgerTruth.AssertTally(store);
        long written = ledger.GetSlices(stream.Id, new LedgerSpan(0, long.MaxValue)).Sum(s => s.Counts.New);
        if (!schedule.Turns.Any(t => t.StopAfter is not null || t.Faults > 0)) Assert.Equal(store.Store.Records.GetSpan().Count, written);
    }

    private static string Short(string text) => text.Length > 600 ? text[..600] : text;
}
