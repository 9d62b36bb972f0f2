using System.Text;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

public sealed class UserTests
{
    [Fact]
    public async Task Users_of_five_pages_arrive_once_each_and_then_only_those_that_changed()
    {
        await using Simulator simulator = await StartAsync(451);
        using TestStore store = Add(simulator);
        SimulatedUsers users = simulator.Organizations[0].Users;

        CollectionResult first = await store.CollectOneAsync();

        Assert.Equal((CollectionState.Collected, 5, 451, 451), (first.State, first.Pages, first.Fetched, first.New));
        List<IngestedRecord> records = Records(store);
        Assert.Equal(Texts(users.List()), records.Select(r => Encoding.UTF8.GetString(r.VendorUtf8.Span)).Order(StringComparer.Ordinal));
        Assert.All(records, r => Assert.Equal(("jumpcloud_systemuser", "jumpcloud", "systemuser_added"), (r.MsgClass, r.Source, r.EventType)));

        IReadOnlyList<SimulatedUser> before = users.List();
        SimulatedUser changed = users.Change(before[3].Id)!, changedLast = users.Change(before[450].Id)!;
        users.Remove(before[0].Id);
        users.Remove(before[200].Id);
        SimulatedUser added = users.Add()[0];
        CollectionResult second = await store.CollectOneAsync();

        Assert.Equal((5, 447), (second.New, second.Repeated));
        Assert.Equal(
            new[]
            {
                ("systemuser_added", added.Json), ("systemuser_changed", changed.Json), ("systemuser_changed", changedLast.Json),
                ("systemuser_removed", before[0].Json), ("systemuser_removed", before[200].Json),
            }.Select(e => (e.Item1, Encoding.UTF8.GetString(Truth.OneLine(e.Json)))).Order(),
            Records(store).Skip(451).Select(r => (r.EventType!, Encoding.UTF8.GetString(r.VendorUtf8.Span))).Order());

        CollectionResult third = await store.CollectOneAsync();
        Assert.Equal((0, 450), (third.New, third.Repeated));
        Assert.Equal(456, Records(store).Count);
    }

    [Theory]
    [InlineData(3, 0, 0)]
    [InlineData(0, 3, 0)]
    [InlineData(0, 0, 3)]
    [InlineData(2, 2, 2)]
    public async Task Users_that_come_go_and_change_during_the_walk_leave_the_directory_as_it_is_at_the_end(int removals, int additions, int changes)
    {
        await using Simulator simulator = await StartAsync(451);
        SimulatedUsers users = simulator.Organizations[0].Users;
        simulator.Scenario.UserChurnPlan = new UserChurnPlan(removals, additions, changes);
        using TestStore store = Add(simulator);

        CollectionResult result = await store.CollectOneAsync();
        Assert.Equal(CollectionState.Collected, result.State);
        Assert.Equal(0, simulator.Scenario.UserChurnPlan.Remaining);
        // A change made behind a walk's back shows at the next run, as any change does.
        await store.CollectOneAsync();

        Dictionary<string, IngestedRecord> last = [];
        foreach (IngestedRecord record in Records(store)) last[IdOf(record)] = record;
        Assert.Equal(
            Texts(users.List()),
            last.Values.Where(r => r.EventType != "systemuser_removed").Select(r => Encoding.UTF8.GetString(r.VendorUtf8.Span)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_every_walk_is_disturbed_nobody_is_called_gone_and_the_result_says_why()
    {
        await using Simulator simulator = await StartAsync(250);
        using TestStore store = Add(simulator);
        await store.CollectOneAsync();
        simulator.Organizations[0].Users.Remove(simulator.Organizations[0].Users.List()[0].Id);
        simulator.Scenario.UserChurn = (organization, _) => organization.Users.Add();

        CollectionResult disturbed = await store.CollectOneAsync();

        Assert.Equal((CollectionState.Failed, "UsersChanging"), (disturbed.State, disturbed.ErrorId));
        Assert.DoesNotContain(Records(store), r => r.EventType == "systemuser_removed");

        simulator.Scenario.UserChurn = null;
        Assert.Equal(CollectionState.Collected, (await store.CollectOneAsync()).State);
        Assert.Single(Records(store), r => r.EventType == "systemuser_removed");
    }

    [Fact]
    public async Task Every_user_is_recorded_again_once_a_snapshot_interval()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await StartAsync(120, time);
        using TestStore store = Add(simulator, time);
        await store.CollectOneAsync();

        time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, (await store.CollectOneAsync()).New);
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(120, (await store.CollectOneAsync()).New);
        Assert.Equal(120, Records(store).Count(r => r.EventType == "systemuser_snapshot"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, (await store.CollectOneAsync()).New);
    }

    [Fact]
    public async Task Events_and_users_of_one_connector_are_two_streams()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 500, UsersPerOrganization = 30 });
        simulator.Scenario.Faults.Add(new Fault(FaultKind.PaymentRequired402) { Host = HostKind.Insights });
        using TestStore store = new();
        store.Add(simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });

        IReadOnlyList<CollectionResult> results = await store.CollectAsync();

        Assert.Equal(402, results.Single(r => r.ContentType == ContentType.DirectoryInsights).StatusCode);
        Assert.Equal(30, results.Single(r => r.ContentType == ContentType.SystemUser).New);
    }

    private static Task<Simulator> StartAsync(int users, TimeProvider? time = null) => Simulator.StartAsync(
        new SimulatorOptions { EventsPerOrganization = 0, UsersPerOrganization = users, Clock = time ?? TimeProvider.System });

    private static TestStore Add(Simulator simulator, TimeProvider? time = null)
    {
        TestStore store = new(time);
        store.Add(simulator, change: c => c with { ContentTypes = [ContentType.SystemUser] });
        return store;
    }

    private static List<IngestedRecord> Records(TestStore store) => store.Find(new RecordQuery { AfterSequence = 0 });

    private static IEnumerable<string> Texts(IEnumerable<SimulatedUser> users) =>
        users.Select(u => Encoding.UTF8.GetString(Truth.OneLine(u.Json))).Order(StringComparer.Ordinal);

    private static string IdOf(IngestedRecord record)
    {
        using System.Text.Json.JsonDocument user = System.Text.Json.JsonDocument.Parse(record.VendorUtf8);
        return user.RootElement.GetProperty("_id").GetString()!;
    }
}
