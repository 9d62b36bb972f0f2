using JumpCloudConnector.Collection;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>Everything at once: real processes killed at any instant, a server that fails, events that arrive late all the while.</summary>
[Trait("Category", "Chaos")]
public sealed class ChaosTests
{
    private const int KillsOfALane = 50;
    private const int PageSize = 60;
    private const int SliceEvents = 150;
    private const int AuditSliceEvents = 100;

    // But NeverAnswers, which takes minutes of real time to pass.
    private static readonly FaultKind[] PassingFaults =
    [
        FaultKind.TooManyRequests429, FaultKind.InternalServerError500, FaultKind.BadGateway502Html, FaultKind.ServiceUnavailable503Html,
        FaultKind.BodyCutShort, FaultKind.TruncatedJson, FaultKind.ConnectionReset, FaultKind.NotJson,
    ];

    private static readonly CollectionOptions Clean = TestStore.Options with { AuditSliceEvents = AuditSliceEvents, SliceEvents = SliceEvents };

    [Fact]
    public async Task Killed_two_hundred_times_with_a_failing_server_and_late_events_the_ledger_holds()
    {
        int seed = ChanceTests.Seed("JC_CHAOS_SEED");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        try
        {
            int[] killed = await Task.WhenAll(
                PlayAsync(seed, endTimeInclusive: false, TimeSpan.FromMinutes(15)), PlayAsync(seed + 1, endTimeInclusive: true, TimeSpan.FromMinutes(15)),
                PlayAsync(seed + 2, endTimeInclusive: false, TimeSpan.Zero), PlayAsync(seed + 3, endTimeInclusive: true, TimeSpan.Zero));
            Assert.True(killed.Sum() >= 200, $"only {killed.Sum()} processes were killed before their end");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
        }
    }

    /// <summary>One simulator and one store; how many processes were killed before their end.</summary>
    private static async Task<int> PlayAsync(int seed, bool endTimeInclusive, TimeSpan overlap)
    {
        Random random = new(seed);
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            Seed = seed, EventsPerOrganization = 20_000, Span = TimeSpan.FromDays(20), Clock = time, Traps = Traps.All & ~Traps.FutureStamps,
        });
        simulator.Scenario.EndTimeInclusive = endTimeInclusive;
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = new(time);
        store.Add(simulator, change: c => c with { InitialLookback = TimeSpan.FromDays(21), Overlap = overlap });
        DateTimeOffset start = time.GetUtcNow().AddDays(-20);

        int killed = 0, early = 0, started = 0;
        long begun = time.GetTimestamp();
        long stored = 0;
        for (int i = 0; killed < KillsOfALane; i++)
        {
            Assert.True(i < 3 * KillsOfALane, "too many processes ended before they were killed");
            if (killed == KillsOfALane / 2 && store.Store.Records.GetSpan().Count < 20_000)
            {
                // From here on it is all read, and what is killed are the audits.
                await EndAsync(store, simulator);
            }

            SetFaults(simulator, random);
            LedgerTruth.Query(store, "DELETE FROM pace");
            if (killed > KillsOfALane / 2) store.Store.Ledger.SetAudited(LedgerTruth.Stream(store).Id, AuditWidth.Retention, 0);
            AddLate(organization, random, start, time);
            using CollectionChild child = CollectionChild.StartSmall(store, PageSize, SliceEvents, AuditSliceEvents);
            bool reached = true;
            started++;
            if (random.Next(4) == 0)
            {
                // At any instant of its start, or a little later.
                await Task.Delay(random.Next(600), TestContext.Current.CancellationToken);
                early++;
            }
            else
            {
                reached = await child.ReachesAsync(random.Next(3) == 0 ? "page" : "committed", random.Next(1, killed > KillsOfALane / 2 ? 4 : 12));
                AddLate(organization, random, start, time);
                Thread.SpinWait(random.Next(300_000));
            }

            reached &= !child.HasEnded;
            await child.KillAsync();
            if (reached) killed++;
            long now = store.Store.Records.GetSpan().Count;
            Assert.True(now >= stored, $"{stored - now} records are gone after a kill");
            stored = now;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {killed} of {started} processes killed, {early} of them early, in {time.GetElapsedTime(begun)}; {stored} records, {simulator.Requests.Total} requests");
        simulator.Scenario.Faults.Clear();
        LedgerTruth.Query(store, "DELETE FROM pace");
        time.Advance(TimeSpan.FromDays(8));
        CollectionResult last;
        int turns = 0;
        do
        {
            time.Advance(TimeSpan.FromMinutes(10));
            last = await store.CollectOneAsync(Clean);
            Assert.Equal((CollectionState.Collected, null, TimeSpan.Zero), (last.State, last.ErrorMessage, last.Backlog));
            Assert.True(++turns < 100, "the audits do not come to rest");
        }
        while (last.Requests > 3);

        Truth.AssertEqual(store, organization, last.Watermark!.Value);
        // A commit is whole or not made: whatever was killed, each record has its slice.
        LedgerTruth.AssertWhole(store, organization);
        return killed;
    }

    private static async Task EndAsync(TestStore store, Simulator simulator)
    {
        simulator.Scenario.Faults.Clear();
        CollectionResult result = await store.CollectOneAsync(Clean);
        Assert.Equal((CollectionState.Collected, TimeSpan.Zero), (result.State, result.Backlog));
    }

    private static void SetFaults(Simulator simulator, Random random)
    {
        simulator.Scenario.Faults.Clear();
        foreach (FaultKind kind in PassingFaults)
            simulator.Scenario.Faults.Add(new Fault(kind) { Rate = 0.1 / PassingFaults.Length, Chunked = random.Next(2) == 0 });
    }

    /// <summary>A wave of events of any age, some of them of the last minutes.</summary>
    private static void AddLate(SimulatedOrganization organization, Random random, DateTimeOffset start, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset from = random.Next(2) == 0 ? now.AddMinutes(-random.Next(1, 200)) : start + (random.NextDouble() * (now - start));
        DateTimeOffset to = from.AddSeconds(random.Next(1, 3_000));
        organization.AddEvents(random.Next(1, 30), from, to < now ? to : now);
    }
}
