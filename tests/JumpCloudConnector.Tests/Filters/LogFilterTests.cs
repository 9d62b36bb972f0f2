using System.Text;
using System.Text.Json;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;
using static JumpCloudConnector.Filters.LogFilterOperator;

namespace JumpCloudConnector.Tests.Filters;

public sealed class LogFilterTests
{
    private const string Record =
        """
        {"timestamp":1678194079218,"event_type":"sso_auth","event_status":"failure","user":{"name":"Jane.Doe","id":"5ee8"},
        "srcip":"10.20.30.40","srcport":443,"msg_origin":{"source":"jumpcloud_directory_insights","processor":{"name":"p"}},
        "srcip_geo":{"latitude":48.8323},"reason":"caf\u00e9 \"closed\"",
        "jumpcloud":{"geoip":{"country_code":"FR"},"mfa":false,"sso":true,"provider":null,"blank":"","zero":0,
        "size":178398259,"big":9007199254740993,"ip6":"2001:db8:1::9","mapped":"::ffff:10.20.30.40","old":"010.020.030.040",
        "timestamp":"2023-03-07T13:01:19.21859368Z","groups":["Alpha","Beta",7,null],"empty":[],"nothing":{},"nulls":[null],
        "changes":[{"field":"a","to":1},{"field":"b","to":[2,3]},"loose"],"deep":{"a":{"b":[[{"c":"found"}]]}},
        "event_type":"other"}}
        """;

    [Theory]
    // Equal and In: the whole text, in any case; numbers and booleans as written.
    [InlineData(true, "event_type", Equal, "sso_auth")]
    [InlineData(true, "event_type", Equal, "SSO_Auth")]
    [InlineData(false, "event_type", Equal, "sso")]
    [InlineData(false, "event_type", Equal, "sso_auth ")]
    [InlineData(false, "event_type", Equal, "sso_*")]
    [InlineData(true, "event_type", Equal, "x", "sso_auth")]
    [InlineData(true, "event_type", In, "x", "sso_auth", "y")]
    [InlineData(false, "event_type", In, "x", "y")]
    [InlineData(true, "srcport", Equal, "443")]
    [InlineData(false, "srcport", Equal, "443.0")]
    [InlineData(true, "srcip_geo.latitude", Equal, "48.8323")]
    [InlineData(true, "jumpcloud.mfa", Equal, "False")]
    [InlineData(true, "jumpcloud.sso", Equal, "true")]
    [InlineData(true, "jumpcloud.blank", Equal, "")]
    [InlineData(true, "jumpcloud.zero", Equal, "0")]
    [InlineData(true, "reason", Equal, "CAFÉ \"closed\"")]
    // Paths: nested, into the vendor's object, in the case they are written in.
    [InlineData(true, "user.name", Equal, "jane.doe")]
    [InlineData(true, "msg_origin.processor.name", Equal, "p")]
    [InlineData(true, "jumpcloud.geoip.country_code", Equal, "FR")]
    [InlineData(true, "jumpcloud.event_type", Equal, "other")]
    [InlineData(false, "event_type", Equal, "other")]
    [InlineData(false, "Event_Type", Equal, "sso_auth")]
    [InlineData(false, "name", Equal, "Jane.Doe")]
    [InlineData(false, "user", Equal, "Jane.Doe")]
    [InlineData(false, "user", Equal, "{")]
    [InlineData(false, "user", Contains, "{")]
    [InlineData(false, "jumpcloud.groups", Contains, "[")]
    // What is not there, or null, equals nothing; its opposite holds.
    [InlineData(false, "no.such.field", Equal, "")]
    [InlineData(false, "jumpcloud.provider", Equal, "null")]
    [InlineData(false, "jumpcloud.provider", Equal, "")]
    [InlineData(false, "event_type", NotEqual, "SSO_AUTH")]
    [InlineData(true, "event_type", NotEqual, "radius")]
    [InlineData(false, "event_type", NotEqual, "radius", "sso_auth")]
    [InlineData(true, "event_type", NotIn, "radius", "ldap")]
    [InlineData(false, "event_type", NotIn, "radius", "sso_auth")]
    [InlineData(true, "no_such_field", NotEqual, "x")]
    [InlineData(true, "no_such_field", NotIn, "x", "y")]
    [InlineData(true, "jumpcloud.provider", NotEqual, "x")]
    // Parts of a text.
    [InlineData(true, "user.name", Contains, "E.D")]
    [InlineData(false, "user.name", Contains, "joe")]
    [InlineData(true, "user.name", Contains, "joe", "jane")]
    [InlineData(true, "user.name", StartsWith, "JANE")]
    [InlineData(false, "user.name", StartsWith, "doe")]
    [InlineData(true, "user.name", EndsWith, ".DOE")]
    [InlineData(false, "user.name", EndsWith, "jane")]
    [InlineData(true, "reason", Contains, "é \"c")]
    [InlineData(false, "reason", Contains, "\\u00e9")]
    [InlineData(false, "no_such_field", Contains, "x")]
    [InlineData(false, "no_such_field", StartsWith, "x")]
    [InlineData(false, "no_such_field", EndsWith, "x")]
    // Expressions.
    [InlineData(true, "user.name", Match, "^jane\\.")]
    [InlineData(true, "user.name", Match, "^x", "doe$")]
    [InlineData(false, "user.name", Match, "^doe")]
    [InlineData(true, "srcport", Match, "^4+3$")]
    [InlineData(false, "no_such_field", Match, ".*")]
    // There or not.
    [InlineData(true, "event_type", Exists)]
    [InlineData(false, "no_such_field", Exists)]
    [InlineData(false, "jumpcloud.provider", Exists)]
    [InlineData(true, "jumpcloud.blank", Exists)]
    [InlineData(true, "user", Exists)]
    [InlineData(true, "jumpcloud.nothing", Exists)]
    [InlineData(true, "jumpcloud.groups", Exists)]
    [InlineData(true, "jumpcloud.empty", Exists)]
    [InlineData(true, "jumpcloud.nulls", Exists)]
    [InlineData(true, "event_type", Exists, "true")]
    [InlineData(false, "event_type", Exists, "False")]
    [InlineData(true, "no_such_field", Exists, "false")]
    [InlineData(true, "jumpcloud.provider", Exists, "false")]
    [InlineData(false, "jumpcloud.empty", Exists, "false")]
    // Numbers and times.
    [InlineData(true, "srcport", GreaterThan, "442")]
    [InlineData(false, "srcport", GreaterThan, "443")]
    [InlineData(true, "srcport", LessThan, "443.5")]
    [InlineData(false, "srcport", LessThan, "443")]
    [InlineData(true, "srcport", LessThan, "1e3")]
    [InlineData(true, "srcport", GreaterThan, "-5")]
    [InlineData(true, "jumpcloud.big", GreaterThan, "9007199254740992")]
    [InlineData(false, "jumpcloud.big", GreaterThan, "9007199254740993")]
    [InlineData(false, "user.name", GreaterThan, "0")]
    [InlineData(false, "no_such_field", LessThan, "0")]
    [InlineData(false, "jumpcloud.provider", LessThan, "1")]
    [InlineData(true, "timestamp", GreaterThan, "2023-03-07T13:01:19Z")]
    [InlineData(true, "timestamp", LessThan, "2023-03-07T13:01:20Z")]
    [InlineData(false, "timestamp", LessThan, "2023-03-07T14:01:19.218+01:00")]
    [InlineData(true, "jumpcloud.timestamp", GreaterThan, "2023-03-07T13:01:19Z")]
    [InlineData(false, "jumpcloud.timestamp", GreaterThan, "2023-03-08")]
    // Networks.
    [InlineData(true, "srcip", InSubnet, "10.0.0.0/8")]
    [InlineData(true, "srcip", InSubnet, "10.20.30.32/27")]
    [InlineData(false, "srcip", InSubnet, "10.20.30.48/28")]
    [InlineData(true, "srcip", InSubnet, "10.20.30.40")]
    [InlineData(true, "srcip", InSubnet, "10.20.30.40/32")]
    [InlineData(false, "srcip", InSubnet, "10.20.30.41/32")]
    [InlineData(true, "srcip", InSubnet, "0.0.0.0/0")]
    [InlineData(true, "srcip", InSubnet, "192.168.0.0/16", "10.16.0.0/12")]
    [InlineData(true, "srcip", InSubnet, "10.99.99.99/8")]
    [InlineData(false, "srcip", InSubnet, "::/0")]
    [InlineData(true, "srcip", InSubnet, "::ffff:10.20.30.40")]
    [InlineData(true, "jumpcloud.ip6", InSubnet, "2001:db8::/32")]
    [InlineData(true, "jumpcloud.ip6", InSubnet, "2001:DB8:1::8/125")]
    [InlineData(false, "jumpcloud.ip6", InSubnet, "2001:db8:1::/125")]
    [InlineData(true, "jumpcloud.ip6", InSubnet, "2001:db8:1:0:0:0:0:9/128")]
    [InlineData(true, "jumpcloud.ip6", InSubnet, "::/0")]
    [InlineData(false, "jumpcloud.ip6", InSubnet, "0.0.0.0/0")]
    [InlineData(true, "jumpcloud.mapped", InSubnet, "10.20.0.0/16")]
    [InlineData(true, "jumpcloud.old", InSubnet, "10.20.30.0/24")]
    [InlineData(true, "srcip", InSubnet, "010.020.030.0/24")]
    [InlineData(false, "user.name", InSubnet, "0.0.0.0/0", "::/0")]
    [InlineData(false, "srcport", InSubnet, "0.0.0.0/0", "::/0")]
    [InlineData(false, "no_such_field", InSubnet, "0.0.0.0/0")]
    // Arrays: one of the elements, at any depth; a negation asks that none does.
    [InlineData(true, "jumpcloud.groups", Equal, "beta")]
    [InlineData(true, "jumpcloud.groups", Equal, "7")]
    [InlineData(false, "jumpcloud.groups", Equal, "gamma")]
    [InlineData(false, "jumpcloud.groups", NotEqual, "Beta")]
    [InlineData(true, "jumpcloud.groups", NotEqual, "gamma")]
    [InlineData(true, "jumpcloud.groups", GreaterThan, "6")]
    [InlineData(true, "jumpcloud.changes.field", Equal, "b")]
    [InlineData(true, "jumpcloud.changes.to", Equal, "3")]
    [InlineData(true, "jumpcloud.changes", Equal, "loose")]
    [InlineData(false, "jumpcloud.changes.no", Exists)]
    [InlineData(true, "jumpcloud.deep.a.b.c", Equal, "found")]
    public void A_condition_holds_or_not(bool holds, string field, LogFilterOperator @operator, params string[] values) =>
        Assert.Equal(holds ? 0 : -1, Excludes(Filter(Condition(field, @operator, values))));

    [Fact]
    public void All_conditions_of_a_filter_must_hold()
    {
        LogFilterCondition yes = Condition("event_type", Equal, "sso_auth");
        LogFilterCondition also = Condition("jumpcloud.mfa", Equal, "false");
        LogFilterCondition no = Condition("user.name", StartsWith, "joe");
        Assert.Equal(0, Excludes(Filter(yes, also)));
        Assert.Equal(-1, Excludes(Filter(yes, no)));
        Assert.Equal(-1, Excludes(Filter(no, yes)));
        Assert.Equal(-1, Excludes(Filter(yes, also, no)));
        Assert.Equal(0, Excludes(Filter([.. Enumerable.Repeat(yes, 9), also])));
        Assert.Equal(-1, Excludes(Filter([.. Enumerable.Repeat(yes, 9), no])));

        // Two conditions on one field, and on one array: each is asked by itself.
        Assert.Equal(0, Excludes(Filter(Condition("srcport", GreaterThan, "400"), Condition("srcport", LessThan, "500"))));
        Assert.Equal(-1, Excludes(Filter(Condition("srcport", GreaterThan, "400"), Condition("srcport", LessThan, "410"))));
        LogFilterCondition alpha = Condition("jumpcloud.groups", Equal, "Alpha");
        Assert.Equal(0, Excludes(Filter(alpha, Condition("jumpcloud.groups", Equal, "Beta"))));
    }

    [Fact]
    public void The_first_filter_that_holds_is_the_one_that_excludes()
    {
        LogFilter yes = Filter(Condition("event_type", Equal, "sso_auth"));
        LogFilter also = Filter(Condition("jumpcloud.sso", Equal, "true"));
        LogFilter no = Filter(Condition("event_type", Equal, "radius"));
        Assert.Equal(-1, Excludes());
        Assert.Equal(-1, Excludes(no, no));
        Assert.Equal(0, Excludes(yes, also));
        Assert.Equal(1, Excludes(no, also, yes));
        Assert.Equal(2, Excludes(no, no, yes));
    }

    /// <summary>One set goes over many records; what one of them had must not be left for the next.</summary>
    [Fact]
    public void Nothing_of_one_record_is_left_for_the_next()
    {
        FilterSet set = new([Filter(Condition("user.name", Exists)), Filter(Condition("jumpcloud.groups", Equal, "Beta"))]);
        byte[] other = """{"jumpcloud":{"groups":["Beta"]}}"""u8.ToArray();
        byte[] none = """{"event_type":"x","jumpcloud":{}}"""u8.ToArray();
        foreach (FilterSet each in (FilterSet[])[set, set.ForAnotherThread()])
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(0, each.Excludes(Encoding.UTF8.GetBytes(Record)));
                Assert.Equal(1, each.Excludes(other));
                Assert.Equal(-1, each.Excludes(none));
            }
        }
    }

    [Fact]
    public void A_long_text_and_half_a_surrogate_pair_are_compared_too()
    {
        string tail = new('x', 100_000);
        byte[] record = Encoding.UTF8.GetBytes(
            $$$"""{"jumpcloud":{"a":"{{{tail}}}END","b":"cut \ud83d","c":"\u0041{{{tail}}}"}}""");
        Assert.Equal(0, new FilterSet([Filter(Condition("jumpcloud.a", EndsWith, "xend"))]).Excludes(record));
        Assert.Equal(0, new FilterSet([Filter(Condition("jumpcloud.b", StartsWith, "cut"))]).Excludes(record));
        Assert.Equal(0, new FilterSet([Filter(Condition("jumpcloud.c", StartsWith, "Axx"))]).Excludes(record));
    }

    /// <summary>A record is kept where an expression runs away on it: keeping loses nothing.</summary>
    [Fact]
    public void An_expression_that_runs_away_keeps_the_record()
    {
        byte[] record = Encoding.UTF8.GetBytes($$"""{"a":"{{new string('a', 40)}}!"}""");
        Assert.Equal(-1, new FilterSet([Filter(Condition("a", Match, "^(a+)+$"))]).Excludes(record));
        Assert.Equal(0, new FilterSet([Filter(Condition("a", Match, "^(a+)+$", "!$"))]).Excludes(record));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(" noise")]
    [InlineData("noise ")]
    [InlineData("no*se")]
    [InlineData("no?se")]
    [InlineData("[noise]")]
    [InlineData("noi\u0007se")]
    [InlineData("noi\nse")]
    [InlineData(null)]
    public void A_name_that_cannot_be_is_refused(string? name)
    {
        LogFilter filter = Filter(Condition("event_type", Exists)) with { Name = name! };
        Assert.Equal(("InvalidLogFilterName", JcErrorKind.InvalidInput), Refusal(() => LogFilterRules.Check(filter)));
        Assert.Equal("InvalidLogFilterName", Refusal(() => LogFilterRules.Check(filter with { Name = new string('n', 129) })).Id);
        LogFilterRules.Check(filter with { Name = new string('n', 128) });
        LogFilterRules.Check(filter with { Name = "Lärm, täglich" });
    }

    [Theory]
    [InlineData("", Equal, "x")]
    [InlineData(" ", Equal, "x")]
    [InlineData(".a", Equal, "x")]
    [InlineData("a.", Equal, "x")]
    [InlineData("a..b", Equal, "x")]
    [InlineData("a", Equal)]
    [InlineData("a", NotEqual)]
    [InlineData("a", Contains)]
    [InlineData("a", StartsWith)]
    [InlineData("a", EndsWith)]
    [InlineData("a", Match)]
    [InlineData("a", In)]
    [InlineData("a", NotIn)]
    [InlineData("a", InSubnet)]
    [InlineData("a", GreaterThan)]
    [InlineData("a", GreaterThan, "1", "2")]
    [InlineData("a", LessThan, "1", "2")]
    [InlineData("a", GreaterThan, "ten")]
    [InlineData("a", LessThan, "")]
    [InlineData("a", LessThan, "2026-13-01")]
    [InlineData("a", Exists, "yes")]
    [InlineData("a", Exists, "true", "false")]
    [InlineData("a", Match, "(")]
    [InlineData("a", Match, "ok", "[")]
    [InlineData("a", InSubnet, "10")]
    [InlineData("a", InSubnet, "10/8")]
    [InlineData("a", InSubnet, "10.0.0/8")]
    [InlineData("a", InSubnet, "10.0.0.0/33")]
    [InlineData("a", InSubnet, "10.0.0.0/-1")]
    [InlineData("a", InSubnet, "10.0.0.0/")]
    [InlineData("a", InSubnet, "10.0.0.0/ 8")]
    [InlineData("a", InSubnet, "10.0.0.256/8")]
    [InlineData("a", InSubnet, "2001:db8::/129")]
    [InlineData("a", InSubnet, "/8")]
    [InlineData("a", InSubnet, "10.0.0.0/8", "a host")]
    [InlineData("a", Contains, "")]
    [InlineData("a", StartsWith, "")]
    [InlineData("a", EndsWith, "x", "")]
    [InlineData("a", Match, "")]
    [InlineData("a", (LogFilterOperator)0, "x")]
    [InlineData("a", (LogFilterOperator)13, "x")]
    public void A_condition_that_cannot_be_is_refused(string field, LogFilterOperator @operator, params string[] values)
    {
        LogFilter filter = Filter(Condition("event_type", Exists), Condition(field, @operator, values));
        Assert.Equal(("InvalidLogFilterCondition", JcErrorKind.InvalidInput), Refusal(() => LogFilterRules.Check(filter)));
    }

    [Fact]
    public void A_filter_has_one_to_ten_conditions()
    {
        LogFilterCondition condition = Condition("event_type", Exists);
        LogFilterRules.Check(Filter(condition));
        LogFilterRules.Check(Filter([.. Enumerable.Repeat(condition, 10)]));
        Assert.Equal("InvalidLogFilterCondition", Refusal(() => LogFilterRules.Check(Filter())).Id);
        LogFilter large = Filter([.. Enumerable.Repeat(condition, 11)]);
        Assert.Equal("InvalidLogFilterCondition", Refusal(() => LogFilterRules.Check(large)).Id);
    }

    [Fact]
    public void Filters_are_added_found_changed_and_removed()
    {
        using TestStore store = new();
        LogFilterRegistry registry = new(store.Store);
        LogFilterInfo added = registry.Add(Filter(Condition("event_type", Exists)) with { Name = "Noise" });
        registry.Add(Filter(Condition("srcip", InSubnet, "10.0.0.0/8")) with { Name = "Übung", TenantName = "Acme" });
        Assert.False(added.IsActive);

        Assert.Equal("LogFilterExists", Refusal(() => registry.Add(Filter(Condition("a", Exists)) with { Name = "nOISE" })).Id);
        Assert.Equal("LogFilterExists", Refusal(() => registry.Add(Filter(Condition("a", Exists)) with { Name = "ÜBUNG" })).Id);
        Assert.Equal(["Noise", "Übung"], registry.Find().Select(f => f.Name));
        Assert.Equal(["Noise"], registry.Find(["n*", "x"]).Select(f => f.Name));
        Assert.Equal(["Übung"], registry.Find(["?bung"]).Select(f => f.Name));

        LogFilter before = registry.Get("NOISE");
        registry.Update("noise", f => f with { Name = "other", Id = default, Conditions = [Condition("a", NotIn, "x", "y")] });
        LogFilter after = registry.Get("Noise");
        Assert.Equal((before.Id, "Noise", 2), (after.Id, after.Name, after.Version));
        Assert.Equal("a NotIn x, y", Assert.Single(after.Conditions).ToString());
        Assert.Equal("InvalidLogFilterCondition", Refusal(() => registry.Update("noise", f => f with { Conditions = [] })).Id);
        Assert.Equal("LogFilterChanged", Refusal(() => store.Store.Connectors.UpdateLogFilter(before with { Version = 2 })).Id);

        store.Reopen();
        registry = new LogFilterRegistry(store.Store);
        Assert.Equal(["x", "y"], Assert.Single(registry.Get("noise").Conditions).Values);
        Assert.Equal("Acme", registry.Get("übung").TenantName);
        registry.Remove("NOISE");
        Assert.Equal("LogFilterNotFound", Refusal(() => registry.Remove("noise")).Id);
        Assert.Equal("LogFilterNotFound", Refusal(() => registry.Get("noise")).Id);
    }

    [Fact]
    public void A_filter_is_attached_within_its_tenant_and_detached_when_it_goes()
    {
        using TestStore store = new();
        LogFilterRegistry registry = new(store.Store);
        registry.Add(Filter(Condition("a", Exists)) with { Name = "all" });
        registry.Add(Filter(Condition("a", Exists)) with { Name = "acme", TenantName = "ACME" });
        registry.Add(Filter(Condition("a", Exists)) with { Name = "other", TenantName = "Other" });
        Connector connector = new()
        {
            Id = default, Name = "main", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
            ContentTypes = [ContentType.DirectoryInsights], LogFilters = ["All", "acme"],
        };
        Assert.Equal("LogFilterOfOtherTenant", Refusal(() => Add(connector with { LogFilters = ["other"] })).Id);
        Assert.Equal("LogFilterNotFound", Refusal(() => Add(connector with { LogFilters = ["none"] })).Id);
        Add(connector);
        Assert.Equal(["acme", "all"], registry.Describe(registry.Find()).Where(f => f.IsActive).Select(f => f.Name));
        Assert.Equal("LogFilterOfOtherTenant", Refusal(() => registry.Update("all", f => f with { TenantName = "Other" })).Id);

        registry.Remove("ALL");
        Assert.Equal(["acme"], store.Registry.Get("main").LogFilters);
        Assert.Equal("LogFilterNotFound", Refusal(() => store.Registry.Update("main", c => c with { LogFilters = ["all"] })).Id);

        void Add(Connector added) => store.Registry.Add(added, TestStore.Secure("jca_1234567890"));
    }

    /// <summary>
    /// The store holds the truth without what the filters exclude, each exclusion is counted once under the first filter that
    /// holds, and the dry run over an unfiltered store says the same beforehand.
    /// </summary>
    [Fact]
    public async Task What_is_excluded_is_not_stored_is_counted_and_was_foretold()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 2_000, HugeEventEvery = 1_000 },
            TestContext.Current.CancellationToken);
        LogFilter[] filters =
        [
            Filter(Condition("event_type", In, "SSO_AUTH", "user_login")) with { Name = "1 types" },
            Filter(Condition("event_status", Equal, "failure"), Condition("jumpcloud.service", NotEqual, "sso")) with
            {
                Name = "2 failures",
            },
            Filter(Condition("event_type", Equal, "no_such_type")) with { Name = "3 none" },
        ];
        using TestStore unfiltered = new();
        unfiltered.Add(simulator);
        await unfiltered.CollectOneAsync();
        List<IngestedRecord> all = unfiltered.Find(new RecordQuery { Oldest = true });
        Func<IngestedRecord, bool>[] holds =
        [
            r => r.EventType is "sso_auth" or "user_login",
            r => r.EventStatus == "failure" && Service(r) != "sso",
            r => false,
        ];
        Assert.All(holds.Take(2), h => Assert.InRange(all.Count(h), 20, 1_500));

        LogFilterRegistry dry = new(unfiltered.Store);
        for (int i = 0; i < filters.Length; i++)
        {
            LogFilterTestResult foretold = dry.Test(filters[i], new RecordQuery(), 3, TestContext.Current.CancellationToken);
            Assert.Equal((filters[i].Name, all.Count, all.Count(holds[i])), (foretold.Name, foretold.Tested, foretold.Excluded));
            Assert.Equal((double)all.Count(holds[i]) / all.Count, foretold.Fraction);
            Assert.Equal(all.Where(holds[i]).Reverse().Take(3).Select(r => r.Sequence), foretold.Sample.Select(r => r.Sequence));
        }

        RecordQuery part = new() { EventTypes = ["sso_auth"], First = 5 };
        LogFilterTestResult few = dry.Test(filters[0], part, 100, TestContext.Current.CancellationToken);
        Assert.Equal((5, 5, 1.0, 5), (few.Tested, few.Excluded, few.Fraction, few.Sample.Count));
        Assert.Empty(dry.Find());
        Assert.Equal(all.Count, unfiltered.Find().Count);
        Assert.Equal("InvalidLogFilterCondition",
            Refusal(() => dry.Test(Filter(), new RecordQuery(), 1, TestContext.Current.CancellationToken)).Id);

        using TestStore store = new();
        LogFilterRegistry registry = new(store.Store);
        foreach (LogFilter filter in filters) registry.Add(filter);
        store.Add(simulator, change: c => c with { LogFilters = [.. filters.Select(f => f.Name)] });
        CollectionResult first = await store.CollectOneAsync();
        string[] kept = Uuids(all.Where(r => !Array.Exists(holds, h => h(r))));
        Assert.Equal(kept, Uuids(store.Find()));
        Assert.Equal((all.Count - kept.Length, kept.Length), (first.Filtered, first.New));
        AssertCounts();

        // What was excluded left its key: reading it again neither stores nor counts it, and the end of a filter brings
        // nothing back.
        await store.CollectOneAsync();
        AssertCounts();
        registry.Remove("1 types");
        await store.CollectOneAsync();
        Assert.Equal(kept.Length, store.Find().Count);
        Assert.Equal(["2 failures", "3 none"], registry.Find().Select(f => f.Name));

        void AssertCounts()
        {
            int types = all.Count(holds[0]);
            int failures = all.Count(r => holds[1](r) && !holds[0](r));
            LogFilterInfo[] shown = [.. registry.Describe(registry.Find())];
            Assert.Equal([types, failures, 0], shown.Select(f => f.Excluded));
            Assert.Equal([true, true, false], shown.Select(f => f.LastExcluded is not null));
            Assert.All(shown, f => Assert.Equal(["main"], f.ConnectorName));
        }

        static string[] Uuids(IEnumerable<IngestedRecord> records) =>
            [.. records.Select(r => r.StellarUuid!).Order(StringComparer.Ordinal)];

        static string? Service(IngestedRecord record)
        {
            using JsonDocument document = JsonDocument.Parse(record.VendorUtf8);
            return document.RootElement.TryGetProperty("service", out JsonElement value) ? value.GetString() : null;
        }
    }

    [Theory]
    [InlineData("event_type", Equal, "x", null)]
    [InlineData("srcip_geo.latitude", GreaterThan, "1", null)]
    [InlineData("jumpcloud.whatever.it.is", NotEqual, "x", null)]
    [InlineData("user", Exists, null, null)]
    [InlineData("user", Exists, "false", null)]
    [InlineData("jumpcloud", Exists, null, null)]
    [InlineData("EventType", NotEqual, "x", "No record has a field 'EventType'|holds for every record|'event_type'?")]
    [InlineData("EventType", Equal, "x", "holds for no record|'event_type'?")]
    [InlineData("EventType", NotIn, "x", "every record")]
    [InlineData("EventType", Exists, null, "no record")]
    [InlineData("EventType", Exists, "true", "no record")]
    [InlineData("EventType", Exists, "False", "every record")]
    [InlineData("Event_Type", Equal, "x", "'event_type'?")]
    [InlineData("event_typ", Equal, "x", "'event_type'?")]
    [InlineData("type", Equal, "x", "'event_type'?")]
    [InlineData("username", Equal, "x", "'user.name'?")]
    [InlineData("user.mail", Equal, "x", "'user.email'?")]
    [InlineData("user", Equal, "x", "has no value of its own|'user.name'?")]
    [InlineData("msg_origin", Equal, "x", "has no value of its own|'msg_origin.source'?")]
    [InlineData("jumpcloud", Equal, "x", "has no value of its own|'jumpcloud.mfa'")]
    [InlineData("Service", Equal, "x", "'event_category'?")]
    [InlineData("SourceIp", InSubnet, "10.0.0.0/8", "'srcip'?")]
    [InlineData("CountryCode", Equal, "FR", "'srcip_geo.countryCode'?")]
    [InlineData("jumpclud.mfa", Equal, "x", "'jumpcloud.mfa'?")]
    [InlineData("JumpCloud.geoip.country_code", Equal, "x", "'jumpcloud.geoip.country_code'?")]
    [InlineData("mfa", Equal, "true", "'jumpcloud.mfa'?")]
    [InlineData("geoip.country_code", Equal, "FR", "'jumpcloud.geoip.country_code'?")]
    public void A_field_that_no_record_has_is_pointed_out(string field, LogFilterOperator @operator, string? value, string? said)
    {
        LogFilterCondition condition = Condition(field, @operator, value is null ? [] : [value]);
        LogFilterRules.Check(Filter(condition));
        string[] doubts = [.. LogFilterRules.Doubts([condition])];
        if (said is null) Assert.Empty(doubts);
        else Assert.All(said.Split('|'), part => Assert.Contains(part, Assert.Single(doubts), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("event_status", Equal, "sucess", "'sucess' in event_status|success, failure, mfa, unknown|'success'?")]
    [InlineData("event_status", In, "SUCCESS", null)]
    [InlineData("event_status", StartsWith, "succ", null)]
    [InlineData("msg_class", NotEqual, "systemuser", "'jumpcloud_systemuser'?")]
    [InlineData("event_type", Equal, "sso_*", "has no wildcards|holds for no record|StartsWith")]
    [InlineData("event_type", NotIn, "sso_*", "holds for every record but")]
    [InlineData("event_type", Match, "^sso_.*", null)]
    [InlineData("event_type", Equal, "\"sso_auth\"", "The quotes|event_type Equal sso_auth.")]
    [InlineData("event_type", Equal, "sso_auth and event_status Equal success", "'and' is part of the value|One text is one condition")]
    [InlineData("user.name", Contains, "tom and jerry", null)]
    [InlineData("event_type", Equal, "made_up_by_a_customer", null)]
    [InlineData("event_type", Equal, "sso_auth, user_login_attempt", "comma|holds for no record|event_type In sso_auth, user_login_attempt.")]
    [InlineData("event_status", NotEqual, "success,failure", "comma|event_status NotIn success,failure.")]
    [InlineData("user.name", Equal, "Doe, Jane", null)]
    [InlineData("srcip", Equal, "10.0.0.0/8", "is a network|srcip InSubnet 10.0.0.0/8.")]
    [InlineData("srcip", InSubnet, "10.0.0.0/8", null)]
    [InlineData("srcport", Equal, "https", "'https' in srcport|whole numbers from 0 to 65535")]
    [InlineData("srcport", NotEqual, "99999999", "'99999999' in srcport|from 0 to 65535")]
    [InlineData("srcport", In, "0443", "'0443' in srcport")]
    [InlineData("srcport", Equal, "443.0", "'443.0' in srcport")]
    [InlineData("srcport", Equal, "4*", "has no wildcards")]
    [InlineData("srcport", Equal, "443", null)]
    [InlineData("srcport", Equal, "0", null)]
    [InlineData("srcport", Contains, "https", "'https' in srcport|numbers")]
    [InlineData("srcport", StartsWith, "44", null)]
    [InlineData("srcip_geo.latitude", Equal, "north", "'north' in srcip_geo.latitude|-90 to 90")]
    [InlineData("srcip_geo.latitude", Equal, "-48.85", null)]
    [InlineData("srcip_geo.longitude", Equal, "200", "-180 to 180")]
    [InlineData("timestamp", Equal, "2026-01-31T08:00:00Z", "milliseconds since 1970|GreaterThan and LessThan")]
    [InlineData("timestamp", GreaterThan, "2026-01-31T08:00:00Z", null)]
    [InlineData("timestamp", Equal, "1769846400000", null)]
    [InlineData("jumpcloud.client_port", Equal, "https", null)]
    public void A_value_that_can_hardly_be_meant_is_pointed_out(string field, LogFilterOperator @operator, string value, string? said)
    {
        LogFilterCondition condition = Condition(field, @operator, value);
        LogFilterRules.Check(Filter(condition));
        string[] doubts = [.. LogFilterRules.Doubts([condition])];
        if (said is null) Assert.Empty(doubts);
        else Assert.All(said.Split('|'), part => Assert.Contains(part, Assert.Single(doubts), StringComparison.Ordinal));
    }

    private static LogFilterCondition Condition(string field, LogFilterOperator @operator, params string[] values) =>
        new() { Field = field, Operator = @operator, Values = values };

    private static LogFilter Filter(params LogFilterCondition[] conditions) =>
        new() { Id = default, Name = "filter", Conditions = conditions, CreatedAt = default, ModifiedAt = default };

    private static int Excludes(params LogFilter[] filters)
    {
        foreach (LogFilter filter in filters) LogFilterRules.Check(filter);
        return new FilterSet(filters).Excludes(Encoding.UTF8.GetBytes(Record));
    }

    private static (string Id, JcErrorKind Kind) Refusal(Action action)
    {
        JcException refusal = Assert.Throws<JcException>(action);
        return (refusal.ErrorId, refusal.Kind);
    }
}
