using JumpCloudConnector.Collection;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>A position belongs to an organization: not to a key, an address or a name.</summary>
public sealed class OrganizationTests
{
    [Fact]
    public async Task A_new_key_of_the_same_organization_goes_on_where_the_old_one_stopped()
    {
        SimulatorOptions options = new() { Seed = 5, EventsPerOrganization = 2_000 };
        await using Simulator before = await Simulator.StartAsync(options);
        using TestStore store = new();
        store.Add(before);
        CollectionResult first = await store.CollectOneAsync();
        await using Simulator after = await Simulator.StartAsync(options with { ApiKey = "jca_another", End = before.End });
        SimulatedOrganization organization = after.Organizations[0];
        Assert.Equal(before.Organizations[0].Id, organization.Id);

        Turn(store, after);
        CollectionResult second = await store.CollectOneAsync();

        Assert.Equal((CollectionState.Collected, organization.Id), (second.State, second.OrganizationId));
        Assert.True(second.From > first.From, "it began at the beginning again");
        Truth.AssertEqual(store, organization, second.Watermark!.Value);
    }

    [Fact]
    public async Task A_key_of_another_organization_begins_that_ones_stream_and_coming_back_goes_on_with_the_first()
    {
        await using Simulator one = await Simulator.StartAsync(new SimulatorOptions { Seed = 6, EventsPerOrganization = 1_000 });
        await using Simulator other = await Simulator.StartAsync(new SimulatorOptions { Seed = 7, EventsPerOrganization = 1_500, ApiKey = "jca_another" });
        using TestStore store = new();
        store.Add(one);
        CollectionResult first = await store.CollectOneAsync();

        Turn(store, other);
        CollectionResult turned = await store.CollectOneAsync();
        Assert.Equal(other.Organizations[0].Id, turned.OrganizationId);
        Truth.AssertEqual(store, other.Organizations[0], turned.Watermark!.Value, other.Organizations[0].Id);

        Turn(store, one);
        CollectionResult back = await store.CollectOneAsync();
        Assert.Equal(one.Organizations[0].Id, back.OrganizationId);
        Assert.True(back.From > first.From, "it began at the beginning again");
        Truth.AssertEqual(store, one.Organizations[0], back.Watermark!.Value, one.Organizations[0].Id);
    }

    [Fact]
    public async Task What_was_collected_before_the_organization_could_be_asked_for_is_not_collected_again()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 1_000 });
        simulator.Scenario.Faults.Add(new Fault(FaultKind.Forbidden403) { Host = HostKind.Console, PathContains = "organizations" });
        using TestStore store = new();
        store.Add(simulator);
        CollectionResult unnamed = await store.CollectOneAsync();
        Assert.Equal((CollectionState.Collected, null), (unnamed.State, unnamed.OrganizationId));

        simulator.Scenario.Faults.Clear();
        CollectionResult named = await store.CollectOneAsync();

        Assert.Equal((simulator.Organizations[0].Id, simulator.Organizations[0].Name), (named.OrganizationId, named.OrganizationName));
        Assert.True(named.From > unnamed.From, "it began at the beginning again");
        Truth.AssertEqual(store, simulator.Organizations[0], named.Watermark!.Value);
        Assert.Single(store.Store.Records.GetStreams(), s => s.Key.OrganizationId == named.OrganizationId);
    }

    /// <summary>One key of several organizations: the other one has its own name, stream and status.</summary>
    [Fact]
    public async Task Turned_to_another_organization_of_the_same_key_it_is_that_one_by_name_and_in_its_status()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { Organizations = 2, EventsPerOrganization = 300 });
        SimulatedOrganization one = simulator.Organizations[0], other = simulator.Organizations[1];
        using TestStore store = new();
        store.Add(simulator, change: c => c with { OrganizationId = one.Id });
        CollectionResult first = await store.CollectOneAsync();
        Assert.Equal((CollectionState.Collected, one.Id, one.Name), (first.State, first.OrganizationId, first.OrganizationName));

        store.Registry.Update("main", c => c with { OrganizationId = other.Id });
        Fault fault = simulator.Scenario.Faults.Add(new Fault(FaultKind.Forbidden403) { Host = HostKind.Insights });
        ConnectionTester tester = new(store.Store, store.Secrets, TestStore.Options);
        Assert.False((await tester.TestAsync(store.Registry.Get("main"))).Success);
        Assert.Equal(403, store.Registry.Describe(store.Registry.Get("main")).StatusCode);
        simulator.Scenario.Faults.Remove(fault);

        CollectionResult turned = await store.CollectOneAsync();

        Assert.Equal(
            (CollectionState.Collected, other.Id, other.Name), (turned.State, turned.OrganizationId, turned.OrganizationName));
        Truth.AssertEqual(store, other, turned.Watermark!.Value, other.Id);
        List<IngestedRecord> records = store.Find(new RecordQuery { Organizations = [other.Id], AfterSequence = 0 });
        Assert.All(records, r => Assert.Equal(other.Name, r.OrganizationName));
        Assert.Equal(0, store.Registry.Describe(store.Registry.Get("main")).StatusCode);
        Truth.AssertEqual(store, one, first.Watermark!.Value, one.Id);
    }

    [Fact]
    public async Task A_wrong_clock_moves_no_position_past_what_is_still_to_come()
    {
        ShiftedTime server = new(), local = new();
        local.Advance(TimeSpan.FromHours(3));
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 1_000, Clock = server });
        using TestStore store = new(local);
        store.Add(simulator);

        CollectionResult first = await store.CollectOneAsync();

        Assert.True(first.Watermark <= server.GetUtcNow(), "the watermark lies in the server's future");
        simulator.Organizations[0].AddEvents(500, first.Watermark!.Value, first.Watermark.Value.AddHours(2));
        server.Advance(TimeSpan.FromHours(2.5));
        CollectionResult second = await store.CollectOneAsync();
        Truth.AssertEqual(store, simulator.Organizations[0], second.Watermark!.Value);
        Assert.InRange(store.Find(new RecordQuery { MessageClasses = [MessageClass.DirectoryInsights], AfterSequence = 0 }).Count, 1_450, 1_510);
    }

    private static void Turn(TestStore store, Simulator simulator) => store.Registry.Update(
        "main", c => c with { InsightsUri = simulator.InsightsUri, ConsoleUri = simulator.ConsoleUri }, TestStore.Secure(simulator.Options.ApiKey));
}
