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

    private static IReadOnlyList<string> Reasons(FilledStore store, RecordQuery query) =>
        new SearchAdvice(store.Store, query).Reasons(TestContext.Current.CancellationToken);
}
