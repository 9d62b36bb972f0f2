using JumpCloudConnector.Collection;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>Many organizations share a run: neither one with much to fetch nor one that never answers holds up the rest.</summary>
public sealed class FairnessTests
{
    private const string ProviderId = "5f3c8a1b2d4e6f7081920a3b";

    [Fact]
    public async Task One_with_a_long_backlog_gives_its_place_to_those_who_wait()
    {
        await using Simulator simulator = await StartAsync(6);
        SimulatedOrganization busy = simulator.Organizations[0];
        DateTimeOffset now = DateTimeOffset.UtcNow;
        busy.AddEvents(20_000, now.AddHours(-40), now.AddHours(-2));
        using TestStore store = new();
        store.Add(simulator);
        CollectionWatcher order = new();

        // One place for all, and it is the first that gets it.
        await store.CollectAsync(TestStore.Options with
        {
            MaxConcurrentStreams = 1, FirstPageSize = 200, MaxPageSize = 200, SliceEvents = 1_000, FairShare = TimeSpan.FromTicks(1),
        }, observer: order);

        Assert.Equal(7, order.Results.Count);
        Assert.All(order.Results, r => Assert.Equal((CollectionState.Collected, TimeSpan.Zero), (r.State, r.Backlog)));
        CollectionResult last = order.Results[^1];
        Assert.Equal(busy.Id, last.OrganizationId);
        Assert.True(last.New >= 20_000, $"all its turns are one result: {last.New}");
        foreach (SimulatedOrganization organization in simulator.Organizations)
            Truth.AssertEqual(store, organization, order.Results.Single(r => r.OrganizationId == organization.Id).Watermark!.Value, organization.Id);
    }

    [Fact]
    public async Task One_that_never_answers_is_cut_off_and_the_others_do_not_wait_for_that()
    {
        await using Simulator simulator = await StartAsync(12);
        SimulatedOrganization stuck = simulator.Organizations[3];
        simulator.Scenario.Faults.Add(new Fault(FaultKind.NeverAnswers) { OrganizationId = stuck.Id });
        using TestStore store = new();
        store.Add(simulator);
        CollectionWatcher order = new();

        await store.CollectAsync(
            TestStore.Options with { Client = TestStore.Options.Client with { AnswerTimeout = TimeSpan.FromSeconds(2) } }, observer: order);

        Assert.Equal(13, order.Results.Count);
        Assert.Equal((stuck.Id, CollectionState.Failed, "RequestTimedOut"), (order.Results[^1].OrganizationId, order.Results[^1].State, order.Results[^1].ErrorId));
        Assert.All(order.Results.SkipLast(1), r => Assert.Equal(CollectionState.Collected, r.State));
    }

    [Fact]
    public async Task Organizations_are_listed_now_and_then_not_at_every_turn_and_one_that_left_is_marked()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { ProviderId = ProviderId, Organizations = 3, EventsPerOrganization = 20, Clock = time });
        using TestStore store = new(time);
        store.Add(simulator);
        await store.CollectAsync(force: false);
        SimulatedOrganization left = simulator.Organizations[1];
        simulator.RemoveOrganization(left.Id);
        SimulatedOrganization joined = simulator.AddOrganization("Joined later", events: 10);

        time.Advance(TimeSpan.FromMinutes(5));
        await store.CollectAsync(force: false);
        Assert.Equal(1, Listings(simulator));
        Assert.DoesNotContain(Streams(store), s => s.Key.OrganizationId == joined.Id);
        Assert.All(Streams(store), s => Assert.Null(s.Gone));

        time.Advance(TimeSpan.FromMinutes(15));
        IReadOnlyList<CollectionResult> results = await store.CollectAsync(force: false);
        Assert.Equal(2, Listings(simulator));
        Assert.Equal(CollectionState.Collected, results.Single(r => r.OrganizationId == joined.Id).State);
        Assert.NotNull(Streams(store).Single(s => s.Key.OrganizationId == left.Id).Gone);
        Assert.All(Streams(store).Where(s => s.Key.OrganizationId != left.Id), s => Assert.Null(s.Gone));
    }

    private static int Listings(Simulator simulator) => simulator.Requests.Count(pathContains: $"providers/{ProviderId}/organizations");

    private static IReadOnlyList<StreamInfo> Streams(TestStore store) => store.Store.Records.GetStreams();

    private static Task<Simulator> StartAsync(int organizations) => Simulator.StartAsync(
        new SimulatorOptions { ProviderId = ProviderId, Organizations = organizations, EventsPerOrganization = 50 });
}
