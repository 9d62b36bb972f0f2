using System.Globalization;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;
using Microsoft.Extensions.Time.Testing;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>Turns lie on a grid from the connector's start, and who comes a little early is let in.</summary>
public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Start = new(2024, 2, 28, 23, 57, 11, 123, TimeSpan.Zero);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly CollectionOptions Options = TestStore.Options with { LeaseDuration = TimeSpan.FromDays(30) };

    /// <summary>The interval in minutes and its tolerance in seconds: a tenth, at most 30.</summary>
    public static TheoryData<int, int> Intervals { get; } = new()
    {
        { 1, 6 }, { 2, 12 }, { 4, 24 }, { 5, 30 }, { 6, 30 }, { 15, 30 }, { 60, 30 }, { 1440, 30 }, { 21600, 30 },
    };

    [Theory]
    [MemberData(nameof(Intervals))]
    public void A_turn_begins_at_the_tolerance_and_not_a_tick_before(int minutes, int tolerance)
    {
        TimeSpan interval = TimeSpan.FromMinutes(minutes);
        TimeSpan early = TimeSpan.FromSeconds(tolerance);
        foreach (int turn in (int[])[-3, -1, 0, 1, 2, 1000])
        {
            DateTimeOffset last = Start + (turn * interval);
            DateTimeOffset next = last + interval;
            Assert.False(DueSchedule.IsDue(Start, minutes, last, last));
            Assert.False(DueSchedule.IsDue(Start, minutes, last, next - early - Tick));
            Assert.True(DueSchedule.IsDue(Start, minutes, last, next - early));
            Assert.True(DueSchedule.IsDue(Start, minutes, last, next));
            Assert.Equal(next, DueSchedule.NextRun(Start, minutes, last));

            // Taken early, it was this turn all the same; taken late, the next one does not move.
            Assert.False(DueSchedule.IsDue(Start, minutes, next - early, next + interval - early - Tick));
            Assert.True(DueSchedule.IsDue(Start, minutes, next - early, next + interval - early));
            Assert.True(DueSchedule.IsDue(Start, minutes, next - early - Tick, next - early));
            Assert.Equal(next + interval, DueSchedule.NextRun(Start, minutes, next - early));
            Assert.Equal(next, DueSchedule.NextRun(Start, minutes, next - early - Tick));
        }
    }

    [Theory]
    [MemberData(nameof(Intervals))]
    public void The_first_turn_is_due_at_once_and_one_from_a_wrong_clock_does_not_count(int minutes, int tolerance)
    {
        DateTimeOffset[] times = [Start.AddDays(-1), Start, Start.AddSeconds(tolerance), Start.AddYears(1)];
        foreach (DateTimeOffset now in times)
        {
            Assert.True(DueSchedule.IsDue(Start, minutes, null, now));
            Assert.True(DueSchedule.IsDue(Start, minutes, now + Tick, now));
            Assert.True(DueSchedule.IsDue(Start, minutes, now.AddYears(3), now));
        }

        Assert.Equal(Start, DueSchedule.NextRun(Start, minutes, null));
    }

    [Fact]
    public void A_machine_that_slept_takes_one_turn_and_is_back_on_the_grid()
    {
        DateTimeOffset woken = Start.AddDays(3).AddMinutes(2);

        Assert.True(DueSchedule.IsDue(Start, 5, Start, woken));
        Assert.False(DueSchedule.IsDue(Start, 5, woken, woken.AddMinutes(2)));
        Assert.Equal(Start.AddDays(3).AddMinutes(5), DueSchedule.NextRun(Start, 5, woken));
    }

    /// <summary>What is kept is a time: with another interval it means the same.</summary>
    [Fact]
    public void A_changed_interval_neither_repeats_nor_skips()
    {
        DateTimeOffset last = Start.AddHours(10);

        Assert.False(DueSchedule.IsDue(Start, 1, last, last.AddSeconds(50)));
        Assert.True(DueSchedule.IsDue(Start, 1, last, last.AddSeconds(54)));
        Assert.False(DueSchedule.IsDue(Start, 60, last, last.AddMinutes(59)));
        Assert.True(DueSchedule.IsDue(Start, 60, last, last.AddMinutes(60)));
    }

    /// <summary>
    /// A scheduler on the grid that begins up to the tolerance early and almost an interval late: a thousand starts are a
    /// thousand turns.
    /// </summary>
    [Theory]
    [MemberData(nameof(Intervals))]
    public void A_thousand_jittered_starts_are_a_thousand_turns(int minutes, int tolerance)
    {
        Random random = new(minutes);
        TimeSpan interval = TimeSpan.FromMinutes(minutes);
        long early = TimeSpan.FromSeconds(tolerance).Ticks;
        DateTimeOffset? last = null;
        for (int turn = 0; turn < 1000; turn++)
        {
            long jitter = random.Next(4) switch
            {
                0 => -early,
                1 => interval.Ticks - early - 1,
                2 => random.NextInt64(-early, early + 1),
                _ => random.NextInt64(-early, interval.Ticks - early),
            };
            DateTimeOffset now = Start + (turn * interval) + TimeSpan.FromTicks(jitter);
            Assert.True(DueSchedule.IsDue(Start, minutes, last, now), $"turn {turn}, {jitter} ticks off the grid, last {last:O}");
            last = now;
            Assert.False(DueSchedule.IsDue(Start, minutes, last, now));
        }
    }

    /// <summary>A scheduler that looks in more often than the interval, at any phase and with jitter: one turn in each.</summary>
    [Theory]
    [InlineData(5, 60, 20)]
    [InlineData(5, 100, 30)]
    [InlineData(15, 60, 30)]
    [InlineData(15, 300, 60)]
    [InlineData(60, 300, 100)]
    [InlineData(2, 20, 5)]
    public void A_scheduler_that_looks_in_often_takes_each_turn_once(int minutes, int everySeconds, int jitterSeconds)
    {
        Random random = new(minutes + everySeconds);
        for (int phase = 0; phase < 20; phase++)
        {
            DateTimeOffset? last = null;
            List<long> turns = [];
            DateTimeOffset begun = Start.AddSeconds(random.NextDouble() * everySeconds);
            for (int look = 0; turns.Count < 200; look++)
            {
                DateTimeOffset now = begun.AddSeconds((look * everySeconds) + (random.NextDouble() * jitterSeconds));
                if (!DueSchedule.IsDue(Start, minutes, last, now)) continue;
                turns.Add((long)Math.Floor(((now - Start).TotalSeconds + Math.Min(30, minutes * 6)) / (minutes * 60)));
                last = now;
            }

            Assert.Equal(Enumerable.Range((int)turns[0], turns.Count).Select(t => (long)t), turns);
        }
    }

    /// <summary>
    /// One that starts as seldom as the interval itself may stand where the grid's windows meet, and then jitter decides on
    /// which side it falls: a start may find nothing due, but never two in a row.
    /// </summary>
    [Theory]
    [MemberData(nameof(Intervals))]
    public void A_scheduler_of_the_same_pace_at_any_phase_never_misses_twice(int minutes, int tolerance)
    {
        Random random = new(minutes);
        for (int phase = 0; phase < 50; phase++)
        {
            // Half of them at the worst place there is.
            double offset = phase % 2 == 0 ? random.NextDouble() * minutes * 60 : (minutes * 60) - tolerance;
            DateTimeOffset? last = null;
            int missed = 0;
            for (int start = 0; start < 200; start++)
            {
                DateTimeOffset now = Start.AddSeconds((start * minutes * 60.0) + offset + (random.NextDouble() * 4) - 2);
                missed = DueSchedule.IsDue(Start, minutes, last, now) ? 0 : missed + 1;
                Assert.InRange(missed, 0, 1);
                if (missed == 0) last = now;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_content_type_that_is_added_does_not_wait_for_the_turn_of_the_others(bool provider)
    {
        FakeTimeProvider time = new(Start);
        await using Simulator simulator = await StartAsync(time, provider);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        await store.CollectAsync(Options, force: false);
        time.Advance(TimeSpan.FromMinutes(1));
        store.Registry.Update(connector.Name, c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
        Assert.Equal(time.GetUtcNow(), store.Registry.Describe(store.Registry.Get(connector.Name)).NextRun);

        time.Advance(TimeSpan.FromMinutes(1));
        IReadOnlyList<CollectionResult> results = await store.CollectAsync(Options, force: false);

        Assert.All(results, r => Assert.Equal(r.ContentType == ContentType.SystemUser ? CollectionState.Collected : CollectionState.NotDue, r.State));
        Assert.Contains(results, r => r.State == CollectionState.Collected);
        Assert.Contains(results, r => r.State == CollectionState.NotDue);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.All(await store.CollectAsync(Options, force: false), r => Assert.Equal(CollectionState.NotDue, r.State));
    }

    /// <summary>Where the new content type cannot be asked for, that was its turn: no request a minute until it is mended.</summary>
    [Fact]
    public async Task A_provider_that_cannot_be_listed_is_not_asked_again_at_once_for_a_new_content_type()
    {
        FakeTimeProvider time = new(Start);
        await using Simulator simulator = await StartAsync(time, provider: true);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        await store.CollectAsync(Options, force: false);
        time.Advance(TimeSpan.FromMinutes(1));
        store.Registry.Update(connector.Name, c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser], ProviderId = "aaaaaaaaaaaaaaaaaaaaaaaa" });
        time.Advance(TimeSpan.FromSeconds(10));
        await store.CollectAsync(Options, force: false);
        long asked = simulator.Requests.Total;
        time.Advance(TimeSpan.FromMinutes(1));

        await store.CollectAsync(Options, force: false);

        Assert.Equal(asked, simulator.Requests.Total);
    }

    [Fact]
    public async Task A_named_connector_says_that_it_is_not_due_and_asks_nothing()
    {
        FakeTimeProvider time = new(Start);
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        Connector connector = store.Add(
            simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
        IReadOnlyList<CollectionResult> first = await store.CollectAsync(Options, force: false);
        Assert.All(first, r => Assert.Equal((CollectionState.Collected, Start.AddMinutes(5)), (r.State, r.NextRun)));
        long asked = simulator.Requests.Total;
        time.Advance(TimeSpan.FromMinutes(4.5) - Tick);

        IReadOnlyList<CollectionResult> named = await store.CollectAsync(Options, force: false);

        Assert.Equal(2, named.Count);
        Assert.All(named, r => Assert.Equal((CollectionState.NotDue, 0, null), (r.State, r.StatusCode, r.ErrorMessage)));
        Assert.All(named, r => Assert.Equal((Start.AddMinutes(5), 0L, 0), (r.NextRun, r.Fetched, r.Requests)));
        Assert.Equal(
            first.OrderBy(r => r.ContentType).Select(r => (r.ContentType, r.Watermark)),
            named.OrderBy(r => r.ContentType).Select(r => (r.ContentType, r.Watermark)));
        Assert.Equal(asked, simulator.Requests.Total);
        Assert.Equal(Start.AddMinutes(5), store.Registry.Describe(connector).NextRun);

        // Among all connectors it is passed over, and only noted.
        using (Collector collector = new(store.Store, store.Secrets, Options, time))
        {
            CollectionWatcher watcher = new();
            Assert.Empty(await collector.CollectAsync([connector], named: false, force: false, watcher));
            string note = Assert.Single(watcher.Notes);
            Assert.Contains($"'{connector.Name}' is not due", note, StringComparison.Ordinal);
            Assert.Contains($"{Start.AddMinutes(5).UtcDateTime:yyyy-MM-dd HH:mm:ss}Z", note, StringComparison.Ordinal);
            Assert.Contains("-Force", note, StringComparison.Ordinal);
        }

        Assert.Equal(asked, simulator.Requests.Total);

        time.Advance(Tick);
        Assert.All(await store.CollectAsync(Options, force: false), r => Assert.Equal(CollectionState.Collected, r.State));
    }

    [Fact]
    public async Task Force_collects_what_is_not_due_and_the_grid_stays_where_it_was()
    {
        FakeTimeProvider time = new(Start);
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator);
        await store.CollectOneAsync(Options, force: false);
        time.Advance(TimeSpan.FromMinutes(3));
        simulator.Organizations[0].AddEvents(30, Start, time.GetUtcNow().AddSeconds(-2));

        CollectionResult forced = await store.CollectOneAsync(Options, force: true);

        Assert.Equal((CollectionState.Collected, 30, Start.AddMinutes(5)), (forced.State, forced.New, forced.NextRun));
        Truth.AssertEqual(store, simulator.Organizations[0], forced.Watermark!.Value);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CollectionState.NotDue, (await store.CollectOneAsync(Options, force: false)).State);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CollectionState.Collected, (await store.CollectOneAsync(Options, force: false)).State);
    }

    /// <summary>Each connector has its own grid and interval; what is due is collected, the rest is left alone.</summary>
    [Fact]
    public async Task Only_the_connectors_whose_turn_has_come_are_asked_for()
    {
        FakeTimeProvider time = new(Start);
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator, "minutely", c => c with { IntervalMinutes = 1 });
        store.Add(simulator, "hourly", c => c with { IntervalMinutes = 60 });
        time.Advance(TimeSpan.FromMinutes(2));
        store.Add(simulator, "later", c => c with { IntervalMinutes = 5 });

        Dictionary<string, List<int>> turns = [];
        for (int minute = 2; minute <= 70; minute++)
        {
            foreach (CollectionResult result in await store.CollectAsync(Options, force: false))
            {
                if (!turns.TryGetValue(result.ConnectorName, out List<int>? taken)) turns[result.ConnectorName] = taken = [];
                if (result.State == CollectionState.Collected) taken.Add(minute);
            }

            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(Enumerable.Range(2, 69), turns["minutely"]);
        Assert.Equal([2, 60], turns["hourly"]);
        Assert.Equal(Enumerable.Range(0, 14).Select(i => 2 + (i * 5)), turns["later"]);
    }

    [Fact]
    public async Task A_failed_turn_is_a_turn_and_the_next_one_comes_on_the_grid()
    {
        FakeTimeProvider time = new(Start);
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator);
        simulator.Scenario.Faults.Add(new Fault(FaultKind.InternalServerError500) { Host = HostKind.Insights });
        CollectionOptions once = Options with { Client = Options.Client with { MaxRetries = 0 } };

        CollectionResult failed = await store.CollectOneAsync(once, force: false);
        Assert.Equal((CollectionState.Failed, Start.AddMinutes(5)), (failed.State, failed.NextRun));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CollectionState.NotDue, (await store.CollectOneAsync(once, force: false)).State);

        simulator.Scenario.Faults.Clear();
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(CollectionState.Collected, (await store.CollectOneAsync(once, force: false)).State);
    }

    private static Task<Simulator> StartAsync(TimeProvider time, bool provider = false) => Simulator.StartAsync(new SimulatorOptions
    {
        ProviderId = provider ? "5e160715b7782848e073301e" : null, Organizations = provider ? 2 : 1, EventsPerOrganization = 50, UsersPerOrganization = 3, Clock = time, Traps = Traps.None,
    });
}
