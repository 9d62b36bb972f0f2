using JumpCloudConnector.Filters;
using JumpCloudConnector.Tests.Support;
using static JumpCloudConnector.Filters.LogFilterOperator;

namespace JumpCloudConnector.Tests.Filters;

/// <summary>What is said of conditions by what the store and JumpCloud's documentation know.</summary>
public sealed class LogFilterAdviceTests
{
    [Theory]
    [InlineData("event_type", Equal, "user_login_atempt", "event type 'user_login_atempt'", "'user_login_attempt'?")]
    [InlineData("event_type", NotIn, "sso_autj", "event type 'sso_autj'", "'sso_auth'?")]
    [InlineData("event_category", NotEqual, "direktory", "service 'direktory'", "'directory'?")]
    [InlineData("connector_name", In, "mian", "connector 'mian'", "'main'?")]
    [InlineData("tenant_name", Equal, "Globe", "tenant 'Globe'", "'Globex'?")]
    [InlineData("org_id", Equal, "5f0c0c0c0c0c0c0c0c0c0c20", "organization '5f0c0c0c0c0c0c0c0c0c0c20'", "'5f0c0c0c0c0c0c0c0c0c0c02'?")]
    [InlineData("jumpcloud.geoip.countrycode", Equal, "US", "named 'jumpcloud.geoip.countrycode'", "'jumpcloud.geoip.country_code'?")]
    [InlineData("jumpcloud.geoIP", Exists, null, "named 'jumpcloud.geoIP'", "'jumpcloud.geoip'?")]
    // A part of a value, what is documented, what is like nothing, and what LogFilterRules speaks of.
    [InlineData("event_type", StartsWith, "user_login_atempt", null, null)]
    [InlineData("event_type", In, "SSO_AUTH", null, null)]
    [InlineData("event_type", Equal, "made_up_by_a_customer", null, null)]
    [InlineData("connector_name", Equal, "of next week", null, null)]
    [InlineData("event_type", Equal, "\"sso_auth\"", null, null)]
    [InlineData("event_type", Equal, "sso_*", null, null)]
    [InlineData("jumpcloud.anything.at.all", Equal, "x", null, null)]
    public async Task A_value_or_a_field_like_a_known_one_is_pointed_out(string field, LogFilterOperator @operator, string? value, string? fault, string? meant)
    {
        LogFilterCondition condition = new() { Field = field, Operator = @operator, Values = value is null ? [] : [value] };
        LogFilterRules.Check(new LogFilter { Id = default, Name = "filter", Conditions = [condition], CreatedAt = default, ModifiedAt = default });
        using FilledStore store = await FilledStore.MakeAsync(20, 500);
        IReadOnlyList<string> doubts = new LogFilterAdvice(store.Store).Doubts([condition, condition], TestContext.Current.CancellationToken);
        if (fault is null)
        {
            Assert.Empty(doubts);
            return;
        }

        Assert.Contains(fault, Assert.Single(doubts), StringComparison.Ordinal);
        Assert.EndsWith("Did you mean " + meant, doubts[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_store_the_documentation_knows()
    {
        LogFilterCondition[] conditions =
        [
            new() { Field = "event_type", Operator = Equal, Values = ["user_login_atempt"] },
            new() { Field = "connector_name", Operator = Equal, Values = ["main"] },
            new() { Field = "jumpcloud.UserName", Operator = Exists, Values = [] },
        ];
        string[] doubts = [.. new LogFilterAdvice(null).Doubts(conditions, TestContext.Current.CancellationToken)];
        Assert.Equal(["'user_login_attempt'?", "'jumpcloud.username'?"], doubts.Select(d => d[(d.IndexOf("mean", StringComparison.Ordinal) + 5)..]));
    }
}
