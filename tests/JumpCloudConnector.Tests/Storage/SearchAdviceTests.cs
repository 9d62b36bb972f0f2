using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>What a search is told of names that nothing has, and why nothing was found.</summary>
public sealed class SearchAdviceTests
{
    [Fact]
    public async Task A_misspelt_name_is_doubted_and_the_nearest_one_named()
    {
        using FilledStore store = await FilledStore.MakeAsync(11, 5_000);
        AssertDoubt(new RecordQuery { ConnectorNames = ["mian", "SECOND", "third"] }, "no connector 'mian'", "Did you mean 'main'?");
        AssertDoubt(new RecordQuery { TenantNames = ["Globe"] }, "no tenant 'Globe'", "Did you mean 'Globex'?");
        AssertDoubt(new RecordQuery { Organizations = ["5f0c0c0c0c0c0c0c0c0c0c20"] }, "no organization '5f0c0c0c0c0c0c0c0c0c0c20'", "Did you mean '5f0c0c0c0c0c0c0c0c0c0c02'?");
        AssertDoubt(new RecordQuery { Services = ["direktory"] }, "service 'direktory'", "Did you mean 'directory'?");
        AssertDoubt(new RecordQuery { EventTypes = ["user-login-attempt"] }, "event type 'user-login-attempt'", "Did you mean 'user_login_attempt'?");
        AssertDoubt(new RecordQuery { ConnectorNames = ["something else"] }, "no connector 'something else'", "Get-JcConnector");

        void AssertDoubt(RecordQuery query, string fault, string remedy)
        {
            Assert.Empty(store.Find(query with { ConnectorNames = [.. query.ConnectorNames.Take(1)] }));
            string doubt = Assert.Single(Doubts(store, query));
            Assert.Contains(fault, doubt, StringComparison.Ordinal);
            Assert.EndsWith(remedy is "Get-JcConnector" ? "lists the connectors." : remedy, doubt, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_query_is_doubted_as_the_parameters_are()
    {
        using FilledStore store = await FilledStore.MakeAsync(18, 3_000);
        AssertSame(new RecordQuery { EventTypes = ["user_login_atempt"] }, "event_type:user_login_atempt", "Did you mean 'user_login_attempt'?");
        AssertSame(new RecordQuery { EventTypes = ["nothing at all"] }, "NOT (srcip:10.* OR event_type:(\"nothing at all\" OR sso_auth))", "lists those of the store.");
        AssertSame(new RecordQuery { Services = ["direktory"] }, "event_category:direktory AND event_type:sso_*", "Did you mean 'directory'?");
        AssertSame(new RecordQuery { ConnectorNames = ["mian"] }, "connector_name:mian", "Did you mean 'main'?");
        AssertSame(new RecordQuery { TenantNames = ["Globe"] }, "tenant_name:GLOBE OR tenant_name:Globe", "Did you mean 'Globex'?");
        AssertSame(new RecordQuery { Organizations = ["5f0c0c0c0c0c0c0c0c0c0c20"] }, "org_id:5f0c0c0c0c0c0c0c0c0c0c20", "Did you mean '5f0c0c0c0c0c0c0c0c0c0c02'?");
        // Once, where both ask for it.
        Assert.Single(Doubts(store, new RecordQuery { EventTypes = ["user_login_atempt"], Query = "event_type:user_login_atempt" }));
        Assert.Empty(Doubts(store, new RecordQuery { Query = "event_type:(SSO_AUTH OR user_login_atempt* OR /user_x/) AND event_category:sso AND connector_name:main OR user_login_atempt" }));

        void AssertSame(RecordQuery parameter, string query, string ending)
        {
            string doubt = Assert.Single(Doubts(store, new RecordQuery { Query = query }));
            Assert.EndsWith(ending, doubt, StringComparison.Ordinal);
            Assert.Equal(Assert.Single(Doubts(store, parameter)), doubt, ignoreCase: true);
        }
    }

    [Theory]
    [InlineData("jumpcloud.geoip.countrycode:US", "'jumpcloud.geoip.countrycode'", "'jumpcloud.geoip.country_code'?")]
    [InlineData("_exists_:jumpcloud.Initiated_By.email", "'jumpcloud.Initiated_By.email'", "'jumpcloud.initiated_by.email'?")]
    [InlineData("NOT jumpcloud.GeoIP.*:US", "'jumpcloud.GeoIP'", "'jumpcloud.geoip'?")]
    [InlineData("jumpcloud.jobtitle:x OR jumpcloud.jobtitle:y", "'jumpcloud.jobtitle'", "'jumpcloud.jobTitle'?")]
    [InlineData("jumpcloud.only_of_this_store:x", null, null)]
    [InlineData("jumpcloud.geoip.country_code:US AND jumpcloud.geoip.country:x AND jumpcloud.*:y AND jumpcloud.user_agent.os:x AND jumpcloud.useragent.os:x", null, null)]
    public async Task A_field_of_the_vendor_is_doubted_where_one_is_written_alike(string query, string? fault, string? remedy)
    {
        using FilledStore store = await FilledStore.MakeAsync(19, 500);
        IReadOnlyList<string> doubts = Doubts(store, new RecordQuery { Query = query });
        if (fault is null) Assert.Empty(doubts);
        else Assert.StartsWith($"No field that JumpCloud documents or the newest records have is named {fault}", Assert.Single(doubts), StringComparison.Ordinal);
        if (remedy is not null) Assert.EndsWith("Did you mean " + remedy, doubts[0], StringComparison.Ordinal);
    }

    /// <summary>With many blocks a summary always seems to have one of many values: that must not hide a slip.</summary>
    [Fact]
    public async Task What_a_summary_only_seems_to_have_is_doubted_all_the_same()
    {
        using FilledStore store = await FilledStore.MakeAsync(15, 12_000);
        string[] madeUp = [.. Enumerable.Range(0, 300).Select(i => $"no_such_type_{i}")];
        Assert.Equal(madeUp.Length, Doubts(store, new RecordQuery { EventTypes = madeUp }).Count);
    }

    [Fact]
    public async Task What_is_known_or_is_a_pattern_is_not_doubted()
    {
        using FilledStore store = await FilledStore.MakeAsync(12, 5_000);
        // Documented, though no record has it; of the records, though not documented; an organization that only events name.
        Assert.Empty(Doubts(store, new RecordQuery { Services = ["genai"], EventTypes = ["workday_delete"] }));
        string[] organizations = [.. store.Find().Select(r => r.OrganizationId).OfType<string>().Distinct()];
        Assert.True(organizations.Length > 1);
        Assert.Empty(Doubts(store, new RecordQuery { Organizations = organizations, ConnectorNames = ["mia*", "?ain"], Services = ["no*"] }));
        // A connector that is gone, and its records are not.
        Assert.True(store.Store.Connectors.RemoveConnector(store.Test.Registry.Get("main").Id));
        Assert.NotEmpty(store.Find(new RecordQuery { ConnectorNames = ["main"] }));
        Assert.Empty(Doubts(store, new RecordQuery { ConnectorNames = ["main"] }));
    }

    [Fact]
    public async Task A_user_or_an_address_that_no_record_has_is_named_with_the_nearest()
    {
        using FilledStore store = await FilledStore.MakeAsync(16, 5_000);
        string user = store.Find(new RecordQuery { MessageClasses = ["jumpcloud_systemuser"], First = 1 })[0].User!;
        string address = store.Find(new RecordQuery { SourceIps = ["10.*"], First = 1 })[0].SourceIp!;
        AssertUnknown(new RecordQuery { Users = [user + "x"] }, $"No record of the store has the user '{user}x'.", $"Did you mean '{user}'?");
        AssertUnknown(new RecordQuery { SourceIps = [address + "x"] }, $"the source address '{address}x'.", $"Did you mean '{address}'?");
        AssertUnknown(new RecordQuery { SourceIps = ["1.2.3.4"] }, "the source address '1.2.3.4'.", "-SourceIp takes addresses");
        AssertUnknown(new RecordQuery { Users = ["zzzzzzzzzz"] }, "the user 'zzzzzzzzzz'.", "-User takes account names");
        // One of two is known, and only not of that time.
        AssertUnknown(new RecordQuery { Users = [user, "zzzzzzzzzz"], Before = 1 }, "the user 'zzzzzzzzzz'.", "-User takes");
        AssertUnknown(new RecordQuery { SourceIps = [.. Enumerable.Range(0, 100).Select(i => $"not-an-address-{i:000}")] }, "'not-an-address-004' or one of 95 others.", "-SourceIp takes");

        void AssertUnknown(RecordQuery query, string fault, string remedy)
        {
            Assert.Empty(store.Find(query));
            string unknown = Assert.Single(Unknown(store, query));
            Assert.Contains(fault, unknown, StringComparison.Ordinal);
            Assert.Contains(remedy, unknown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_user_that_is_only_not_of_that_time_is_not_unknown()
    {
        using FilledStore store = await FilledStore.MakeAsync(17, 3_000);
        IngestedRecord any = store.Find().First(r => r.User is not null && r.SourceIp is not null && r.User.All(char.IsAscii));
        Assert.Empty(Unknown(store, new RecordQuery { Users = [any.User!.ToUpperInvariant()], SourceIps = [any.SourceIp!], Before = 1 }));
        // What cannot be told without reading all is passed over.
        Assert.Empty(Unknown(store, new RecordQuery { Users = ["zzzz*", "zzzü"], SourceIps = ["250.*", "250.0.0.0/8"] }));
        using FilledStore empty = new();
        Assert.Empty(Unknown(empty, new RecordQuery { Users = ["anybody"] }));
    }

    [Fact]
    public async Task What_rules_out_everything_by_itself_is_named()
    {
        using FilledStore store = await FilledStore.MakeAsync(13, 5_000);
        RecordQuery nobody = new() { Users = ["nobody.at.all"], ConnectorNames = ["main"], EventStatuses = ["failure"] };
        Assert.Empty(store.Find(nobody));
        Assert.Contains("user 'nobody.at.all'", Assert.Single(Reasons(store, nobody)), StringComparison.Ordinal);
        Assert.Contains("no record of that span", Assert.Single(Reasons(store, new RecordQuery { Before = 1, ConnectorNames = ["main"] })), StringComparison.Ordinal);
        // Both are there, only not together; and what wildcards find is not looked for again.
        Assert.Empty(Reasons(store, new RecordQuery { Users = ["nobody*"] }));
        Assert.Empty(Reasons(store, new RecordQuery { ConnectorNames = ["main"], MessageClasses = ["jumpcloud_systemuser"] }));
    }

    [Fact]
    public async Task Records_are_found_by_the_time_they_were_written()
    {
        using FilledStore store = await FilledStore.MakeAsync(14, 3_000);
        long[] times = [.. store.Find().Select(r => r.WriteTime.ToUnixTimeMilliseconds()).Distinct().Order()];
        long middle = times[times.Length / 2];
        long[] expected = [.. store.Find().Where(r => r.WriteTime.ToUnixTimeMilliseconds() >= middle).Select(r => r.Sequence)];
        Assert.InRange(expected.Length, 1, store.All.Count - 1);
        Assert.Equal(expected, store.Find(new RecordQuery { IngestedAfter = middle }).Select(r => r.Sequence));
        Assert.Equal(expected.Length, store.Records.Measure(new RecordQuery { IngestedAfter = middle }, new RecordGrouping())[0].Count);
        Assert.Empty(store.Find(new RecordQuery { IngestedAfter = times[^1] + 1 }));
        Assert.Equal(expected.Length, store.Records.Remove(new RecordQuery { IngestedAfter = middle }, preview: false).Records);
        Assert.Equal(store.All.Count - expected.Length, store.Find().Count);
    }

    private static IReadOnlyList<string> Doubts(FilledStore store, RecordQuery query) =>
        new SearchAdvice(store.Store, query).Doubts(TestContext.Current.CancellationToken);

    private static IReadOnlyList<string> Unknown(FilledStore store, RecordQuery query) =>
        new SearchAdvice(store.Store, query).Unknown(TestContext.Current.CancellationToken);

    private static IReadOnlyList<string> Reasons(FilledStore store, RecordQuery query) =>
        new SearchAdvice(store.Store, query).Reasons(TestContext.Current.CancellationToken);
}
