using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>What only an administrator can mend is asked for seldom, told at every turn, and holds up nobody else.</summary>
public sealed class ParkingTests
{
    private const string ProviderId = "5f3c8a1b2d4e6f7081920a3b";

    private static readonly CollectionOptions Options = TestStore.Options with
    {
        LeaseDuration = TimeSpan.FromDays(30),
        Client = TestStore.Options.Client with { MaxRetries = 1 },
    };

    /// <summary>The minutes from the first refusal on at which the API is asked: 5, 10, 20, 40, then 60 apart.</summary>
    [Theory]
    [InlineData(401, new[] { 0, 5, 15, 35, 75, 135, 195, 255, 315, 375, 435, 495 })]
    [InlineData(403, new[] { 0, 5, 15, 35, 75, 135, 195, 255, 315, 375, 435, 495 })]
    [InlineData(404, new[] { 0, 5, 15, 35, 75, 135, 195, 255, 315, 375, 435, 495 })]
    [InlineData(402, new[] { 0, 360 })]
    public async Task A_refused_stream_is_tried_at_a_pace_that_slows_and_recovers_with_nothing_lost(int status, int[] tries)
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        SimulatedOrganization organization = simulator.Organizations[0];
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        CollectionResult good = await store.CollectOneAsync(Options, force: false);
        Assert.Equal(CollectionState.Collected, good.State);
        time.Advance(TimeSpan.FromMinutes(5));
        DateTimeOffset refused = time.GetUtcNow();
        simulator.Scenario.RefusedOrganizations[organization.Id] = status;

        List<int> tried = [];
        string? message = null;
        for (int minute = 0; minute < 500; minute += 5)
        {
            organization.AddEvents(1, time.GetUtcNow().AddMinutes(-5), time.GetUtcNow());
            long asked = simulator.Requests.Total;
            CollectionResult result = await store.CollectOneAsync(Options, force: false);

            Assert.Equal(status, result.StatusCode);
            Assert.Equal(good.Watermark, result.Watermark);
            Assert.Equal(message ??= result.ErrorMessage, result.ErrorMessage);
            ConnectorInfo info = store.Registry.Describe(connector);
            Assert.Equal((status, message), (info.StatusCode, info.StatusMessage));
            if (result.State == CollectionState.Failed) tried.Add(minute);
            else Assert.Equal((CollectionState.Parked, asked), (result.State, simulator.Requests.Total));
            StreamHealth health = Assert.Single(info.Streams);
            Assert.Equal(tried.Count, health.ConsecutiveFailures);
            Assert.Equal(health.ParkedUntil, result.NextRun);
            Assert.Equal(health.ParkedUntil, info.NextRun);
            time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(tries, tried);

        // The right comes back while it waits; the next try is a turn like any other.
        simulator.Scenario.RefusedOrganizations.Clear();
        CollectionResult waiting = await store.CollectOneAsync(Options, force: false);
        Assert.Equal(CollectionState.Parked, waiting.State);
        time.Advance(waiting.NextRun!.Value - time.GetUtcNow());
        CollectionResult healed = await store.CollectOneAsync(Options, force: false);

        Assert.Equal((CollectionState.Collected, 0, null), (healed.State, healed.StatusCode, healed.ErrorMessage));
        Assert.True(healed.Watermark > refused);
        Truth.AssertEqual(store, organization, healed.Watermark!.Value);
        StreamHealth after = Assert.Single(store.Registry.Describe(connector).Streams);
        Assert.Equal((0, 0, null, null), (after.StatusCode, after.ConsecutiveFailures, after.StatusMessage, after.ParkedUntil));
    }

    [Fact]
    public void The_pause_grows_to_an_hour_and_no_further()
    {
        TimeSpan before = TimeSpan.Zero;
        for (int failures = 0; failures < 5000; failures++)
        {
            foreach (FailureKind kind in (FailureKind[])[FailureKind.Unauthorized, FailureKind.Forbidden, FailureKind.NotFound])
            {
                TimeSpan pause = Parking.PauseAfter(Refusal(kind), failures)!.Value;
                Assert.InRange(pause, before, TimeSpan.FromHours(1));
                before = pause;
            }

            Assert.Equal(TimeSpan.FromHours(6), Parking.PauseAfter(Refusal(FailureKind.NotLicensed), failures));
        }

        Assert.Equal(TimeSpan.FromMinutes(5), Parking.PauseAfter(Refusal(FailureKind.Unauthorized), 0));
        Assert.Equal(TimeSpan.FromHours(1), before);
    }

    [Fact]
    public void What_may_pass_by_itself_waits_only_where_the_server_asks_for_it()
    {
        foreach (FailureKind kind in Enum.GetValues<FailureKind>())
        {
            JumpCloudException fault = Refusal(kind);
            if (!fault.IsLasting) Assert.Null(Parking.PauseAfter(fault, 100));
        }

        TimeSpan asked = TimeSpan.FromMinutes(7);
        Assert.Equal(asked, Parking.PauseAfter(Refusal(FailureKind.TooManyRequests, asked), 0));
        Assert.Equal(TimeSpan.FromHours(1), Parking.PauseAfter(Refusal(FailureKind.TooManyRequests, TimeSpan.FromDays(40)), 0));
    }

    [Fact]
    public async Task A_fault_that_may_pass_is_tried_again_at_the_very_next_turn()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        simulator.Scenario.Faults.Add(new Fault(FaultKind.InternalServerError500) { Host = HostKind.Insights });

        for (int turn = 1; turn <= 3; turn++)
        {
            CollectionResult failed = await store.CollectOneAsync(Options, force: false);
            StreamHealth health = Assert.Single(store.Registry.Describe(connector).Streams);
            Assert.Equal((CollectionState.Failed, 500), (failed.State, failed.StatusCode));
            Assert.Equal((turn, null), (health.ConsecutiveFailures, health.ParkedUntil));
            time.Advance(failed.NextRun!.Value - time.GetUtcNow());
        }

        simulator.Scenario.Faults.Clear();
        CollectionResult result = await store.CollectOneAsync(Options, force: false);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
    }

    [Fact]
    public async Task The_pause_that_the_server_asked_for_is_kept_and_then_over()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        store.Add(simulator);
        simulator.Scenario.Faults.Add(new Fault(FaultKind.TooManyRequests429)
        {
            Host = HostKind.Insights, Times = 1, RetryAfter = TimeSpan.FromMinutes(12),
        });

        List<CollectionState> states = [];
        for (int turn = 0; turn < 4; turn++)
        {
            states.Add((await store.CollectOneAsync(Options, force: false)).State);
            time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal([CollectionState.Failed, CollectionState.Parked, CollectionState.Parked, CollectionState.Collected], states);
    }

    [Fact]
    public async Task Who_forces_a_parked_stream_tries_it_at_once()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        Fault fault = simulator.Scenario.Faults.Add(new Fault(FaultKind.PaymentRequired402) { Host = HostKind.Insights });
        await store.CollectOneAsync(Options, force: false);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(CollectionState.Parked, (await store.CollectOneAsync(Options, force: false)).State);

        Assert.Equal(CollectionState.Failed, (await store.CollectOneAsync(Options, force: true)).State);
        Assert.Equal(2, fault.Applied);
        Assert.Equal(2, store.Registry.Describe(connector).ConsecutiveFailures);

        simulator.Scenario.Faults.Clear();
        CollectionResult result = await store.CollectOneAsync(Options, force: true);
        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
    }

    [Fact]
    public async Task A_new_key_ends_the_parking()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator, apiKey: "jca_anotherKeyThatNobodyKnows");
        for (int turn = 0; turn < 3; turn++)
        {
            if (turn > 0) time.Advance(TimeSpan.FromMinutes(5));
            CollectionResult refused = await store.CollectOneAsync(Options, force: false);
            Assert.Equal((turn < 2 ? CollectionState.Failed : CollectionState.Parked, 401), (refused.State, refused.StatusCode));
        }

        store.Registry.Update("main", c => c, TestStore.Secure(simulator.Options.ApiKey));
        ConnectorInfo info = store.Registry.Describe(connector);
        Assert.Equal((0, 0, null), (info.StatusCode, info.ConsecutiveFailures, Assert.Single(info.Streams).ParkedUntil));

        CollectionResult result = await store.CollectOneAsync(Options, force: false);
        Assert.Equal(CollectionState.Collected, result.State);
        Truth.AssertEqual(store, simulator.Organizations[0], result.Watermark!.Value);
    }

    /// <summary>A machine whose clock was a hundred days ahead for one turn must not be silent for a hundred days.</summary>
    [Fact]
    public async Task A_parking_from_a_wrong_clock_does_not_hold()
    {
        PassingTime time = new();
        PassingTime wrong = new();
        wrong.Advance(TimeSpan.FromDays(100));
        await using Simulator simulator = await StartAsync(time);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        Fault fault = simulator.Scenario.Faults.Add(new Fault(FaultKind.PaymentRequired402) { Host = HostKind.Insights });
        using (Collector astray = new(store.Store, store.Secrets, Options, wrong))
            await astray.CollectAsync([connector], named: true, force: false);
        Assert.True(Assert.Single(store.Registry.Describe(connector).Streams).ParkedUntil > time.GetUtcNow().AddDays(99));

        CollectionResult tried = await store.CollectOneAsync(Options, force: false);

        Assert.Equal((CollectionState.Failed, 2), (tried.State, fault.Applied));
        Assert.Equal(time.GetUtcNow().AddHours(6), tried.NextRun);
    }

    [Fact]
    public async Task A_missing_licence_does_not_keep_the_users_from_their_turns()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, users: 30);
        using TestStore store = new(time);
        Connector connector = store.Add(
            simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
        simulator.Scenario.Faults.Add(new Fault(FaultKind.PaymentRequired402) { Host = HostKind.Insights });

        for (int turn = 0; turn < 4; turn++)
        {
            simulator.Organizations[0].Users.Add(1);
            IReadOnlyList<CollectionResult> results = await store.CollectAsync(Options, force: false);

            Assert.Equal(2, results.Count);
            CollectionResult events = results.Single(r => r.ContentType == ContentType.DirectoryInsights);
            CollectionResult users = results.Single(r => r.ContentType == ContentType.SystemUser);
            Assert.Equal((turn == 0 ? CollectionState.Failed : CollectionState.Parked, 402), (events.State, events.StatusCode));
            Assert.Equal((CollectionState.Collected, turn == 0 ? 31 : 1), (users.State, users.New));
            ConnectorInfo info = store.Registry.Describe(connector);
            Assert.Equal(402, info.StatusCode);
            Assert.StartsWith("1 of 2 streams failing: ", info.StatusMessage, StringComparison.Ordinal);
            Assert.Equal(users.NextRun, info.NextRun);
            time.Advance(TimeSpan.FromMinutes(5));
        }
    }

    [Fact]
    public async Task A_parked_organization_does_not_keep_the_others_from_their_turns()
    {
        PassingTime time = new();
        await using Simulator simulator = await StartAsync(time, organizations: 3);
        using TestStore store = new(time);
        Connector connector = store.Add(simulator);
        SimulatedOrganization refused = simulator.Organizations[1];
        simulator.Scenario.RefusedOrganizations[refused.Id] = 403;

        for (int turn = 0; turn < 3; turn++)
        {
            foreach (SimulatedOrganization organization in simulator.Organizations)
                organization.AddEvents(20, time.GetUtcNow().AddMinutes(-4), time.GetUtcNow());
            IReadOnlyList<CollectionResult> results = await store.CollectAsync(Options, force: false);

            Assert.Equal(4, results.Count);
            CollectionResult parked = results.Single(r => r.OrganizationId == refused.Id);
            Assert.Equal((turn < 2 ? CollectionState.Failed : CollectionState.Parked, 403), (parked.State, parked.StatusCode));
            foreach (CollectionResult result in results.Where(r => r != parked && r.OrganizationName != "(portal)"))
            {
                Assert.Equal(CollectionState.Collected, result.State);
                Truth.AssertEqual(store, simulator.Find(result.OrganizationId!)!, result.Watermark!.Value, result.OrganizationId);
            }

            Assert.Contains(refused.Id, store.Registry.Describe(connector).StatusMessage, StringComparison.Ordinal);
            time.Advance(TimeSpan.FromMinutes(5));
        }
    }

    /// <summary>A server that takes the request and says nothing holds its own stream, as long as patience lasts.</summary>
    [Fact]
    public async Task A_silent_server_does_not_hold_up_another_connector()
    {
        PassingTime time = new();
        await using Simulator silent = await StartAsync(time);
        await using Simulator good = await StartAsync(time);
        silent.Scenario.Faults.Add(new Fault(FaultKind.NeverAnswers) { Host = HostKind.Insights });
        using TestStore store = new(time);
        store.Add(silent, "silent");
        store.Add(good, "good");
        FirstResult first = new();
        using CancellationTokenSource stop = new();

        Task<IReadOnlyList<CollectionResult>> collecting =
            store.CollectAsync(Options, observer: first, cancellationToken: stop.Token);
        CollectionResult result = await first.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(("good", CollectionState.Collected), (result.ConnectorName, result.State));
        Truth.AssertEqual(store, good.Organizations[0], result.Watermark!.Value);
        Assert.False(collecting.IsCompleted);

        await stop.CancelAsync();
        Assert.Equal([CollectionState.Collected, CollectionState.Stopped], (await collecting).Select(r => r.State));
    }

    private static JumpCloudException Refusal(FailureKind kind, TimeSpan? retryAfter = null) =>
        new(kind, kind.ToString(), "refused", retryAfter: retryAfter);

    private static Task<Simulator> StartAsync(PassingTime time, int users = 0, int organizations = 1) =>
        Simulator.StartAsync(new SimulatorOptions
        {
            EventsPerOrganization = 100, UsersPerOrganization = users, Organizations = organizations, Clock = time,
            ProviderId = organizations > 1 ? ProviderId : null,
        });

    private sealed class FirstResult : ICollectionObserver
    {
        private readonly TaskCompletionSource<CollectionResult> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<CollectionResult> Task => _source.Task;

        public void Progressed(CollectionProgress progress)
        {
        }

        public void Committed(RecordBatch batch)
        {
        }

        public void Completed(CollectionResult result) => _source.TrySetResult(result);

        public void Warned(string message)
        {
        }

        public void Noted(string message)
        {
        }
    }

    [Fact]
    public async Task A_connector_whose_key_was_never_good_costs_no_request_while_it_is_parked()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10, Clock = time });
        using TestStore store = new(time);
        store.Add(simulator, apiKey: "jca_wrong");
        await store.CollectAsync(force: false);
        time.Advance(TimeSpan.FromMinutes(11));
        await store.CollectAsync(force: false);
        long asked = simulator.Requests.Total;

        time.Advance(TimeSpan.FromMinutes(5));
        CollectionResult parked = Assert.Single(await store.CollectAsync(force: false));

        Assert.Equal((CollectionState.Parked, 401), (parked.State, parked.StatusCode));
        Assert.Equal(asked, simulator.Requests.Total);
    }

    [Fact]
    public async Task A_provider_whose_organizations_cannot_be_listed_is_asked_seldom_and_says_so()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            ProviderId = "5f3c8a1b2d4e6f7081920a3b", Organizations = 2, EventsPerOrganization = 10, Clock = time,
        });
        using TestStore store = new(time);
        store.Add(simulator, apiKey: "jca_wrong");
        Assert.Equal(CollectionState.Failed, Assert.Single(await store.CollectAsync(force: false)).State);
        long asked = simulator.Requests.Total;

        Assert.Equal(CollectionState.NotDue, Assert.Single(await store.CollectAsync(force: false)).State);
        Assert.Equal(asked, simulator.Requests.Total);
        time.Advance(TimeSpan.FromMinutes(12));
        await store.CollectAsync(force: false);
        Assert.True(simulator.Requests.Total > asked, "it was never asked again");
        asked = simulator.Requests.Total;
        time.Advance(TimeSpan.FromMinutes(6));
        CollectionResult parked = Assert.Single(await store.CollectAsync(force: false));
        Assert.Equal((CollectionState.Parked, 401, null), (parked.State, parked.StatusCode, parked.OrganizationId));
        Assert.Equal(asked, simulator.Requests.Total);
    }
}
