using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;
using Microsoft.Extensions.Time.Testing;

namespace JumpCloudConnector.Tests.JumpCloud;

/// <summary>The rate is found out: it rises while all is well, halves where the server asks for it, and is remembered.</summary>
public sealed class RequestPaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void Requests_are_spaced_by_the_rate(int perSecond)
    {
        RequestPace pace = new(perSecond, 200, settled: false, _time);
        Task[] waiting = [.. Enumerable.Range(0, perSecond * 20).Select(_ => pace.WaitAsync(default))];
        Assert.Equal(1, Passed(waiting));

        for (int second = 1; second <= 10; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            // A timer counts whole milliseconds.
            Assert.InRange(Passed(waiting), (second * perSecond) - 1, (second * perSecond) + 1);
        }

        // In the order of asking.
        Assert.Equal(Passed(waiting), Array.FindIndex(waiting, w => !w.IsCompleted));
    }

    [Fact]
    public void A_pause_earns_half_a_second_of_requests_and_no_more()
    {
        RequestPace pace = new(10, 200, settled: false, _time);
        _time.Advance(TimeSpan.FromHours(1));

        Task[] waiting = [.. Enumerable.Range(0, 50).Select(_ => pace.WaitAsync(default))];

        Assert.Equal(6, Passed(waiting));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(Passed(waiting), 15, 16);
    }

    [Fact]
    public void It_rises_with_every_good_answer_while_requests_wait_and_stops_at_the_highest()
    {
        RequestPace pace = new(5, 20, settled: false, _time);
        double before = pace.PerSecond;
        Assert.Equal(5, before);
        for (int i = 0; i < 60; i++)
        {
            Ask(pace);
            pace.Answered();
            Assert.InRange(pace.PerSecond, before, 20);
            before = pace.PerSecond;
        }

        Assert.Equal(20, pace.PerSecond);
        Assert.False(pace.IsSettled);
    }

    [Fact]
    public void It_does_not_rise_where_nothing_waits_for_it()
    {
        RequestPace pace = new(5, 200, settled: false, _time);
        for (int i = 0; i < 50; i++)
        {
            Assert.True(pace.WaitAsync(default).IsCompleted);
            pace.Answered();
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(5, pace.PerSecond);
    }

    [Fact]
    public void A_refusal_halves_it_once_a_second_and_it_rises_slowly_from_there()
    {
        RequestPace pace = new(16, 200, settled: false, _time);
        for (int i = 0; i < 8; i++) pace.Refused(null);
        Assert.Equal((8, true), (pace.PerSecond, pace.IsSettled));
        _time.Advance(TimeSpan.FromSeconds(0.9));
        pace.Refused(null);
        Assert.Equal(8, pace.PerSecond);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        pace.Refused(null);
        Assert.Equal(4, pace.PerSecond);

        // Ten seconds at four a second bring it up by about one.
        for (int i = 0; i < 40; i++)
        {
            Ask(pace);
            pace.Answered();
        }

        Assert.InRange(pace.PerSecond, 4.5, 5.5);
        for (int i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            pace.Refused(null);
        }

        Assert.Equal(0.5, pace.PerSecond);
    }

    [Fact]
    public void None_is_sent_before_the_time_that_the_server_names()
    {
        RequestPace pace = new(10, 200, settled: false, _time);
        pace.Refused(TimeSpan.FromSeconds(30));
        Task[] waiting = [.. Enumerable.Range(0, 5).Select(_ => pace.WaitAsync(default))];

        _time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Equal(0, Passed(waiting));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, Passed(waiting));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, Passed(waiting));

        // A shorter one that comes later does not shorten it; one of minutes ends the turn, and is not waited for here.
        pace.Refused(TimeSpan.FromSeconds(20));
        pace.Refused(TimeSpan.FromSeconds(1));
        Task next = pace.WaitAsync(default);
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        pace.Refused(TimeSpan.FromMinutes(20));
        Assert.True(pace.WaitAsync(default).IsCompleted);
    }

    [Fact]
    public async Task Who_waits_can_be_stopped()
    {
        RequestPace pace = new(1, 200, settled: false, _time);
        using CancellationTokenSource stop = new();
        await pace.WaitAsync(stop.Token);
        Task waiting = pace.WaitAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    [Trait("Category", "Scale")]
    public async Task Against_a_server_with_a_limit_the_rate_settles_below_it_and_the_next_run_begins_there()
    {
        const int limit = 40, begin = 20;
        // The simulator's limit counts real seconds.
        TimeProvider time = TimeProvider.System;
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            Seed = 60, EventsPerOrganization = 8_000, Traps = Traps.All & ~(Traps.FutureStamps | Traps.HugeEvents),
        });
        simulator.Scenario.RequestsPerSecond = limit;
        using TestStore store = new();
        Connector connector = store.Add(simulator);
        CollectionOptions options = TestStore.Options with
        {
            FirstPageSize = 50, MaxPageSize = 50, SliceEvents = 500,
            Client = new JumpCloudClientOptions { RequestsPerSecond = begin, MaxRequestsPerSecond = 200 },
        };

        CollectionResult first = await store.CollectOneAsync(options);

        int refused = simulator.Requests.Count(status: 429);
        (double PerSecond, bool Settled)? pace = store.Store.Ledger.GetPace(connector.Id, simulator.InsightsUri.Authority);
        TestContext.Current.TestOutputHelper?.WriteLine($"{first.Requests} requests in {first.Duration}, {refused} refused, in the end {pace}");
        Assert.Equal((CollectionState.Collected, null), (first.State, first.ErrorMessage));
        Assert.InRange(refused, 1, first.Requests / 10);
        Assert.True(pace is { Settled: true, PerSecond: > 5 and < 2 * limit }, $"the rate is {pace}");
        // It came near to what the server gives.
        Assert.InRange(first.Requests / first.Duration.TotalSeconds, limit / 5.0, 1.2 * limit);
        Truth.AssertEqual(store, simulator.Organizations[0], first.Watermark!.Value);

        // The next run has it from the store.
        store.Reopen();
        using HostGates gates = new(options.Client, time, new Memory(store));
        RequestPace next = gates.Pace(connector.Id, simulator.InsightsUri);
        Assert.Equal(pace, (next.PerSecond, next.IsSettled));
        Assert.Equal(begin, gates.Pace(Guid.NewGuid(), simulator.InsightsUri).PerSecond);
        simulator.Requests.Clear();
        simulator.Organizations[0].AddEvents(1_000, time.GetUtcNow().AddMinutes(-5), time.GetUtcNow());
        CollectionResult second = await store.CollectOneAsync(options);
        Assert.Equal(CollectionState.Collected, second.State);
        Assert.InRange(simulator.Requests.Count(status: 429), 0, refused);
        Truth.AssertEqual(store, simulator.Organizations[0], second.Watermark!.Value);
    }

    private static int Passed(Task[] waiting) => waiting.Count(w => w.IsCompleted);

    /// <summary>Asks, and lets pass what time that takes.</summary>
    private void Ask(RequestPace pace)
    {
        Task turn = pace.WaitAsync(default);
        while (!turn.IsCompleted) _time.Advance(TimeSpan.FromMilliseconds(10));
    }

    private sealed class Memory(TestStore store) : IPaceMemory
    {
        public (double PerSecond, bool Settled)? Recall(Guid connectorId, string host) => store.Store.Ledger.GetPace(connectorId, host);

        public void Keep(Guid connectorId, string host, double perSecond, bool settled) => throw new NotSupportedException();
    }
}
