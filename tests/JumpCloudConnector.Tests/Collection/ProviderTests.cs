using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

public sealed class ProviderTests
{
    private const string ProviderId = "5f3c8a1b2d4e6f7081920a3b";

    [Fact]
    public async Task Each_of_25_organizations_is_collected_as_itself_and_one_that_is_refused_stops_no_other()
    {
        await using Simulator simulator = await StartAsync(25, events: 400, portalEvents: 120);
        SimulatedOrganization refused = simulator.Organizations[7];
        simulator.Scenario.RefusedOrganizations[refused.Id] = 401;
        using TestStore store = new();
        store.Add(simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });

        IReadOnlyList<CollectionResult> results = await store.CollectAsync();

        Assert.Equal(51, results.Count);
        CollectionResult[] failed = [.. results.Where(r => r.State != CollectionState.Collected)];
        Assert.Equal(2, failed.Length);
        Assert.All(failed, r => Assert.Equal((refused.Id, refused.Name, 401), (r.OrganizationId, r.OrganizationName, r.StatusCode)));
        AssertPortal(store, simulator, results);
        foreach (SimulatedOrganization organization in simulator.Organizations)
        {
            List<IngestedRecord> records = store.Find(new RecordQuery { Organizations = [organization.Id], AfterSequence = 0 });
            if (organization == refused)
            {
                Assert.Empty(records);
                continue;
            }

            Assert.All(records, r => Assert.Equal(organization.Name, r.OrganizationName));
            Assert.Equal(organization.Users.Count, records.Count(r => r.MsgClass == MessageClass.SystemUser));
            CollectionResult events = results.Single(r => r.OrganizationId == organization.Id && r.ContentType == ContentType.DirectoryInsights);
            Truth.AssertEqual(store, organization, events.Watermark!.Value, organization.Id);
        }

        simulator.Scenario.RefusedOrganizations.Clear();
        IReadOnlyList<CollectionResult> again = await store.CollectAsync();
        Assert.All(again, r => Assert.Equal(CollectionState.Collected, r.State));
        CollectionResult healed = again.Single(r => r.OrganizationId == refused.Id && r.ContentType == ContentType.DirectoryInsights);
        Truth.AssertEqual(store, refused, healed.Watermark!.Value, refused.Id);
    }

    [Fact]
    public async Task Every_request_names_one_organization_and_the_portals_the_provider()
    {
        await using Simulator simulator = await StartAsync(3, events: 100, portalEvents: 50);
        using TestStore store = new();
        store.Add(simulator);

        await store.CollectAsync();

        LoggedRequest[] insights = [.. simulator.Requests.Last().Where(r => r.Host == HostKind.Insights)];
        Assert.All(insights, r => Assert.True(r.OrganizationHeaders.Count <= 1, "two organizations in one request"));
        Assert.Equal(
            [.. simulator.Organizations.Select(o => o.Id).Order(StringComparer.Ordinal)],
            insights.SelectMany(r => r.OrganizationHeaders).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(insights, r => r.ProviderHeaders.Contains(ProviderId) && r.OrganizationHeaders.Count == 0);
    }

    [Fact]
    public async Task An_organization_joins_by_itself_and_one_that_left_says_so_and_holds_up_no_other()
    {
        await using Simulator simulator = await StartAsync(3, events: 200);
        using TestStore store = new();
        store.Add(simulator);
        await store.CollectAsync();
        SimulatedOrganization joined = simulator.AddOrganization("Joined later", events: 150);
        SimulatedOrganization left = simulator.Organizations[1];
        simulator.RemoveOrganization(left.Id);

        IReadOnlyList<CollectionResult> results = await store.CollectAsync();

        CollectionResult first = results.Single(r => r.OrganizationId == joined.Id);
        Assert.Equal((CollectionState.Collected, "Joined later"), (first.State, first.OrganizationName));
        Truth.AssertEqual(store, joined, first.Watermark!.Value, joined.Id);
        Assert.All(results.Where(r => r.OrganizationId != left.Id), r => Assert.Equal(CollectionState.Collected, r.State));
        Assert.DoesNotContain(results, r => r.OrganizationId == left.Id && r.State == CollectionState.Collected);
        Assert.True(store.Find(new RecordQuery { Organizations = [left.Id], AfterSequence = 0 }).Count >= 190, "records went with the organization");
    }

    private static void AssertPortal(TestStore store, Simulator simulator, IReadOnlyList<CollectionResult> results)
    {
        CollectionResult portal = results.Single(r => r.OrganizationId is null or StreamKey.PortalOrganization or ProviderId);
        Assert.Equal(CollectionState.Collected, portal.State);
        Assert.Equal(simulator.Portal!.Truth().Count(e => e.Milliseconds < portal.Watermark!.Value.ToUnixTimeMilliseconds()), portal.New);
    }

    private static Task<Simulator> StartAsync(int organizations, int events, int portalEvents = 0) => Simulator.StartAsync(new SimulatorOptions
    {
        ProviderId = ProviderId, Organizations = organizations, EventsPerOrganization = events, PortalEvents = portalEvents,
        UsersPerOrganization = 4,
    });
}
