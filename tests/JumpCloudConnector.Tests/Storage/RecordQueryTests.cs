using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>Every query against a filter in the plainest words, over all records of a small collection.</summary>
public sealed class RecordQueryTests(RecordQueryTests.Collected collected) : IClassFixture<RecordQueryTests.Collected>
{
    /// <summary>Three thousand events with every oddity and some users, collected once, by two connectors.</summary>
    public sealed class Collected : IAsyncLifetime
    {
        private readonly TestStore _store = new();

        /// <summary>All records in the order of commits, each with its JSON.</summary>
        internal List<Row> Rows { get; } = [];

        internal Row[] OldestFirst { get; private set; } = [];

        internal Row[] NewestFirst { get; private set; } = [];

        public IRecordStore Records => _store.Store.Records;

        public async ValueTask InitializeAsync()
        {
            await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
            {
                EventsPerOrganization = 2_800, UsersPerOrganization = 60, HugeEventEvery = 1_000,
                Traps = Traps.All | Traps.LoneSurrogates,
            });
            _store.Add(simulator, "main", c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
            _store.Add(simulator, "users only", c => c with { TenantName = "Other", ContentTypes = [ContentType.SystemUser] });
            await _store.CollectAsync();
            for (long sequence = 1; Records.GetRecord(sequence) is { } record; sequence++) Rows.Add(new Row(record));
            OldestFirst = [.. Rows.OrderBy(r => r.Time).ThenBy(r => r.Sequence)];
            NewestFirst = [.. Enumerable.Reverse(OldestFirst)];
        }

        public ValueTask DisposeAsync()
        {
            _store.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    internal sealed class Row(IngestedRecord record)
    {
        public long Sequence { get; } = record.Sequence;

        public string Json { get; } = record.Json;

        public JsonElement Root { get; } = JsonDocument.Parse(record.Utf8).RootElement;

        public long Time { get; } = JsonDocument.Parse(record.Utf8).RootElement.GetProperty("timestamp").GetInt64();

        private Dictionary<string, string?> Texts { get; } = [];

        public string? Text(string path)
        {
            if (!Texts.TryGetValue(path, out string? text)) Texts[path] = text = Read(path);
            return text;
        }

        private string? Read(string path)
        {
            JsonElement at = Root;
            foreach (string step in path.Split('.'))
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) return null;
            try
            {
                return at.ValueKind == JsonValueKind.String ? at.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                // Half a surrogate pair is compared as it is written.
                return at.GetRawText()[1..^1];
            }
        }
    }

    private static readonly ConcurrentDictionary<string, Regex> Expressions = new(StringComparer.Ordinal);

    private int _asked;

    private List<Row> Rows => collected.Rows;

    [Fact]
    public void The_collection_has_enough_of_everything()
    {
        Assert.InRange(Rows.Count, 2_700, 3_000);
        Assert.Equal(Enumerable.Range(1, Rows.Count).Select(i => (long)i), Rows.Select(r => r.Sequence));
        Assert.True(Rows.GroupBy(r => r.Time).Max(g => g.Count()) > 5);
        Assert.Equal((Rows.Count, Rows.Min(r => r.Time), Rows.Max(r => r.Time)), collected.Records.GetSpan());
    }

    [Fact]
    public void By_class() => AssertField("msg_class", v => new RecordQuery { MessageClasses = v });

    [Fact]
    public void By_source() => AssertField("msg_origin.source", v => new RecordQuery { Sources = v });

    [Fact]
    public void By_category() => AssertField("msg_origin.category", v => new RecordQuery { Categories = v });

    [Fact]
    public void By_service() => AssertField("event_category", v => new RecordQuery { Services = v });

    [Fact]
    public void By_event_type() => AssertField("event_type", v => new RecordQuery { EventTypes = v });

    [Fact]
    public void By_status() => AssertField("event_status", v => new RecordQuery { EventStatuses = v });

    [Fact]
    public void By_source_address() => AssertField("srcip", v => new RecordQuery { SourceIps = v });

    [Fact]
    public void By_connector() => AssertField("connector_name", v => new RecordQuery { ConnectorNames = v });

    [Fact]
    public void By_tenant() => AssertField("tenant_name", v => new RecordQuery { TenantNames = v });

    [Fact]
    public void By_organization()
    {
        AssertField("org_id", v => new RecordQuery { Organizations = v }, "org_name");
        AssertField("org_name", v => new RecordQuery { Organizations = v }, "org_id");
    }

    [Fact]
    public void By_network()
    {
        string[] addresses = [.. Rows.Select(r => r.Text("srcip")).OfType<string>().Where(a => a.Count('.') == 3 && !a.Contains(':')).Distinct()];
        string some = addresses[0], network = some[..(some.IndexOf('.') + 1)];
        int found = AssertFound(new RecordQuery { SourceIps = [network + "0.0.0/8"] }, r => r.Text("srcip")?.StartsWith(network, StringComparison.Ordinal) == true);
        Assert.InRange(found, 1, Rows.Count / 2);
        AssertFound(new RecordQuery { SourceIps = [some + "/32"] }, r => r.Text("srcip") == some);
        string other = addresses.First(a => !a.StartsWith(network, StringComparison.Ordinal));
        AssertFound(new RecordQuery { SourceIps = [network + "0.0.0/8", other] },
            r => r.Text("srcip") is { } a && (a == other || a.StartsWith(network, StringComparison.Ordinal)));
        AssertFound(new RecordQuery { SourceIps = [network + "0.0.0/8"], EventStatuses = ["failure"] },
            r => r.Text("srcip")?.StartsWith(network, StringComparison.Ordinal) == true && r.Text("event_status") == "failure");
        AssertFound(new RecordQuery { SourceIps = ["0.0.0.0/0"] }, r => addresses.Contains(r.Text("srcip")));
        AssertFound(new RecordQuery { SourceIps = ["::/0"] }, r => r.Text("srcip")?.Contains(':', StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.*/8")]
    [InlineData("10/8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData("/")]
    public void A_network_that_is_none_is_refused(string network)
    {
        JcException refusal = Assert.Throws<JcException>(new RecordQuery { SourceIps = ["10.1.2.3", "192.168.0.0/16", network] }.Check);
        Assert.Equal(("InvalidNetwork", network), (refusal.ErrorId, refusal.Target));
        Assert.Contains("10.0.0.0/8", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_no_record_can_have_is_pointed_out()
    {
        RecordQuery good = new()
        {
            EventStatuses = ["Success", "f*", "mfa", "unknown"], MessageClasses = ["*user*"], Sources = ["jumpcloud"], Categories = ["IAM"],
            Services = ["new"], EventTypes = ["new"],
        };
        Assert.Empty(good.Doubts());
        string[] doubts = [.. new RecordQuery { EventStatuses = ["failed", "success"], MessageClasses = ["events"], Sources = ["okta"], Categories = ["x*"] }.Doubts()];
        Assert.Equal(["failed", "events", "okta", "x*"], doubts.Select(d => d.Split('\'')[1]));
        Assert.Contains("success, failure, mfa, unknown", doubts[0], StringComparison.Ordinal);
        // A query says the same as the parameter does, and once.
        Assert.Equal(doubts[0], Assert.Single(new RecordQuery { Query = "event_type:x AND event_status:(failed OR success)" }.Doubts()));
        Assert.Equal(doubts[0], Assert.Single(new RecordQuery { EventStatuses = ["failed"], Query = "NOT event_status:\"failed\"" }.Doubts()));
        Assert.Equal(doubts[2], Assert.Single(new RecordQuery { Query = "msg_origin.source:okta" }.Doubts()));
        Assert.Empty(new RecordQuery { Query = "event_status:(FAILURE OR fail* OR /f.*/) failed msg_origin.category:iam" }.Doubts());
    }

    [Fact]
    public void A_user_is_found_by_what_stands_before_the_at_sign()
    {
        string address = Rows.Select(r => r.Text("user.email")).OfType<string>().First(e => e.IndexOf('@') > 0);
        string account = address[..address.IndexOf('@')];
        int found = AssertFound(new RecordQuery { Users = [account.ToUpperInvariant()] }, r => IsUser(r, account));
        Assert.True(found > Rows.Count(r => Like(r.Text("user.name"), account)));
        // Part of an account is not one, and what has an @ or a wildcard is taken as it is.
        AssertFound(new RecordQuery { Users = [account[..^1]] }, r => IsUser(r, account[..^1]));
        AssertFound(new RecordQuery { Users = [account + "@"] }, _ => false);
        AssertFound(new RecordQuery { Users = ["?" + account[1..]] }, r => UserFields.Any(f => Like(r.Text(f), "?" + account[1..])));
    }

    [Fact]
    public void By_user()
    {
        AssertField("user.name", v => new RecordQuery { Users = v }, "user.email", "user.id");
        AssertField("user.email", v => new RecordQuery { Users = v }, "user.name", "user.id");
        AssertField("user.id", v => new RecordQuery { Users = v }, "user.name", "user.email");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("?*")]
    [InlineData("sso*")]
    [InlineData("SSO_AUTH")]
    [InlineData("*auth*")]
    [InlineData("*_attempt")]
    [InlineData("*_*_*")]
    [InlineData("?so_auth")]
    [InlineData("????????")]
    [InlineData("s*o*h")]
    [InlineData("**a**")]
    [InlineData("sso")]
    [InlineData("sso_auth?")]
    [InlineData("sso_[a]uth")]
    [InlineData("sso.auth")]
    [InlineData("")]
    public void By_a_pattern_of_event_types(string pattern)
    {
        AssertFound(new RecordQuery { EventTypes = [pattern] }, r => Like(r.Text("event_type"), pattern));
        AssertFound(new RecordQuery { EventTypes = [pattern, "radius*"] },
            r => Like(r.Text("event_type"), pattern) || Like(r.Text("event_type"), "radius*"));
    }

    [Theory]
    [InlineData("sso_auth")]
    [InlineData("SSO_Auth")]
    [InlineData("\"success\":true")]
    [InlineData("Europe/")]
    [InlineData("é")]
    [InlineData("\\u00")]
    [InlineData("\\ud83d")]
    [InlineData("{\"timestamp\":")]
    [InlineData("nowhere to be found")]
    [InlineData("*")]
    public void By_a_text_anywhere(string text) =>
        AssertFound(new RecordQuery { Text = text }, r => r.Json.Contains(text, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void An_empty_text_asks_for_nothing() => AssertFound(new RecordQuery { Text = "" }, _ => true);

    /// <summary>After is at or after, Before is before: two periods that touch share no record and lose none.</summary>
    [Fact]
    public void By_time_with_the_first_instant_and_without_the_last()
    {
        long[] times = [.. Rows.Select(r => r.Time).Order()];
        long most = Rows.GroupBy(r => r.Time).OrderByDescending(g => g.Count()).First().Key;
        long[] edges = [times[0], times[0] - 1, times[^1], times[^1] + 1, times[1_000], most, long.MinValue, long.MaxValue];
        foreach (long edge in edges)
        {
            AssertFound(new RecordQuery { After = edge }, r => r.Time >= edge);
            AssertFound(new RecordQuery { Before = edge }, r => r.Time < edge);
            AssertFound(new RecordQuery { After = edge, Before = edge }, _ => false);
            AssertFound(new RecordQuery { After = times[500], Before = edge }, r => r.Time >= times[500] && r.Time < edge);
        }

        AssertFound(new RecordQuery { After = most, Before = most + 1 }, r => r.Time == most);
        AssertFound(new RecordQuery { After = times[^1], Before = times[0] }, _ => false);
    }

    [Fact]
    public void By_everything_together_in_a_hundred_ways()
    {
        Random random = new(11);
        int found = 0;
        for (int i = 0; i < 100; i++)
        {
            Row like = Rows[random.Next(Rows.Count)];
            RecordQuery query = new();
            List<Func<Row, bool>> tests = [];
            if (random.Next(2) == 0) Add("msg_class", v => query with { MessageClasses = v });
            if (random.Next(3) == 0) Add("msg_origin.source", v => query with { Sources = v });
            if (random.Next(3) == 0) Add("msg_origin.category", v => query with { Categories = v });
            if (random.Next(2) == 0) Add("event_category", v => query with { Services = v });
            if (random.Next(2) == 0) Add("event_type", v => query with { EventTypes = v });
            if (random.Next(2) == 0) Add("event_status", v => query with { EventStatuses = v });
            if (random.Next(5) == 0) Add("srcip", v => query with { SourceIps = v });
            if (random.Next(5) == 0) Add("user.name", v => query with { Users = v }, "user.email", "user.id");
            if (random.Next(3) == 0)
            {
                query = query with { Text = "a" };
                tests.Add(r => r.Json.Contains('a', StringComparison.OrdinalIgnoreCase));
            }

            if (random.Next(2) == 0)
            {
                query = query with { After = like.Time };
                tests.Add(r => r.Time >= like.Time);
            }
            else if (random.Next(2) == 0)
            {
                query = query with { Before = like.Time + 1 };
                tests.Add(r => r.Time <= like.Time);
            }

            found += AssertFound(query, r => tests.TrueForAll(t => t(r)));

            void Add(string path, Func<string[], RecordQuery> with, params string[] others)
            {
                if (like.Text(path) is not { } value || value.AsSpan().IndexOfAny('*', '?') >= 0) return;
                string pattern = random.Next(2) == 0 ? value.ToUpperInvariant() : value[..(value.Length / 2)] + "*";
                query = with([pattern, "never*there"]);
                tests.Add(r => others.Append(path).Any(p => IsLike(r, p, pattern)));
            }
        }

        Assert.InRange(found, 1_000, 200_000);
    }

    /// <summary>Going on behind the last record seen gives every record once, in the order of commits.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(61)]
    [InlineData(256)]
    [InlineData(300)]
    [InlineData(5_000)]
    public void Behind_a_place_in_the_order_of_commits(int step)
    {
        List<long> seen = [];
        long place = step == 1 ? Rows.Count - 20 : 0;
        int first = (int)place;
        while (true)
        {
            List<long> part = [.. Find(new RecordQuery { AfterSequence = place, First = step }).Select(r => r.Sequence)];
            if (part.Count == 0) break;
            seen.AddRange(part);
            place = part[^1];
        }

        Assert.Equal(Rows.Skip(first).Select(r => r.Sequence), seen);
        Assert.Empty(Find(new RecordQuery { AfterSequence = Rows.Count }));
        Assert.Empty(Find(new RecordQuery { AfterSequence = long.MaxValue }));
    }

    [Fact]
    public void Behind_a_place_with_every_other_condition_in_the_order_of_commits()
    {
        long from = Rows[900].Time, to = Rows[2_000].Time;
        (from, to) = (Math.Min(from, to), Math.Max(from, to));
        foreach (bool oldest in (bool[])[false, true])
        {
            RecordQuery query = new() { AfterSequence = 321, After = from, Before = to, Oldest = oldest };
            query = query with { EventStatuses = ["succ*"] };
            List<long> expected = [.. Rows.Where(r => r.Sequence > 321 && r.Time >= from && r.Time < to
                && r.Text("event_status") == "success").Select(r => r.Sequence)];
            Assert.NotEmpty(expected);
            Assert.Equal(expected, Find(query).Select(r => r.Sequence));
            Assert.Equal(expected.Take(10), Find(query with { First = 10 }).Select(r => r.Sequence));
        }
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(1L)]
    [InlineData(255L)]
    [InlineData(256L)]
    [InlineData(257L)]
    [InlineData(2_000L)]
    [InlineData(1_000_000L)]
    [InlineData(long.MaxValue)]
    public void At_most_so_many_from_either_end(long first)
    {
        foreach (string[] types in (string[][])[[], ["sso*", "*login*"]])
        {
            List<Row> matching = [.. Ordered(oldest: true)];
            if (types.Length > 0) matching.RemoveAll(r => !types.Any(t => Like(r.Text("event_type"), t)));
            int count = (int)Math.Clamp(first, 0, matching.Count);
            RecordQuery query = new() { First = first, EventTypes = types };
            List<IngestedRecord> oldest = Find(query with { Oldest = true });
            Assert.Equal(matching.Take(count).Select(r => r.Sequence), oldest.Select(r => r.Sequence));
            matching.Reverse();
            Assert.Equal(matching.Take(count).Select(r => r.Sequence), Find(query).Select(r => r.Sequence));
        }
    }

    [Fact]
    public void A_record_is_found_by_its_place()
    {
        foreach (Row row in Rows.Where(r => r.Sequence % 97 == 0))
            Assert.Equal(row.Json, collected.Records.GetRecord(row.Sequence)!.Json);
        Assert.Null(collected.Records.GetRecord(0));
        Assert.Null(collected.Records.GetRecord(Rows.Count + 1));
    }

    [Fact]
    public void A_search_stops_when_it_is_told_to()
    {
        using CancellationTokenSource stop = new();
        int seen = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (IngestedRecord _ in collected.Records.Find(new RecordQuery(), stop.Token))
                if (++seen == 10) stop.Cancel();
        });
        Assert.Equal(10, seen);
    }

    /// <summary>Every value alone, two together, patterns made of one, and one that is not there.</summary>
    private void AssertField(string path, Func<string[], RecordQuery> query, params string[] others)
    {
        string[] values = [.. Rows.Select(r => r.Text(path)).OfType<string>().Distinct()];
        values = [.. values.Where(v => v.AsSpan().IndexOfAny('*', '?') < 0)];
        Assert.NotEmpty(values);
        values = [.. values.Where((_, i) => i % Math.Max(1, values.Length / 3) == 0).Take(3)];
        foreach (string value in values)
        {
            Assert.True(Check(value) > 0, value);
            Assert.True(Check(value.ToUpperInvariant()) > 0, value);
            Assert.True(Check(value[..(value.Length / 2)] + "*") > 0, value);
            Assert.True(Check("*" + value[(value.Length / 2)..]) > 0, value);
            Assert.True(Check(value[..^1] + "?") > 0, value);
        }

        Check(values[0], values[^1]);
        Check("nothing has this");
        Check(values[0] + "?");
        AssertFound(query([]), _ => true);

        int Check(params string[] patterns) =>
            AssertFound(query(patterns), r => others.Append(path).Any(p => patterns.Any(v => IsLike(r, p, v))));
    }

    /// <summary>Compares places, newest first and oldest first by turns, and the JSON of what was found.</summary>
    private int AssertFound(RecordQuery query, Func<Row, bool> test)
    {
        query = query with { Oldest = ++_asked % 2 == 0 };
        List<Row> expected = [.. Ordered(query.Oldest).Where(test)];
        List<IngestedRecord> found = Find(query);
        Assert.Equal(expected.Select(r => r.Sequence), found.Select(r => r.Sequence));
        for (int i = 0; i < found.Count; i += 50) Assert.Equal(expected[i].Json, found[i].Json);
        return expected.Count;
    }

    private Row[] Ordered(bool oldest) => oldest ? collected.OldestFirst : collected.NewestFirst;

    private List<IngestedRecord> Find(RecordQuery query) =>
        [.. collected.Records.Find(query, TestContext.Current.CancellationToken)];

    private static readonly string[] UserFields = ["user.name", "user.email", "user.id"];

    private static bool IsUser(Row row, string account) => UserFields.Any(f => IsLike(row, f, account));

    // A user's name stands for the e-mail address of that account too.
    private static bool IsLike(Row row, string path, string pattern) => Like(row.Text(path), pattern)
        || (UserFields.Contains(path) && pattern.AsSpan().IndexOfAny('@', '*', '?') < 0 && Like(row.Text(path), pattern + "@*"));

    private static bool Like(string? text, string pattern)
    {
        if (!Expressions.TryGetValue(pattern, out Regex? expression))
        {
            string body = string.Concat(pattern.Select(c => c == '*' ? ".*" : c == '?' ? "." : Regex.Escape(c.ToString())));
            expression = new Regex(
                $@"\A{body}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline);
            Expressions[pattern] = expression;
        }

        return text is not null && expression.IsMatch(text);
    }
}
