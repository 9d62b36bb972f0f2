using System.Globalization;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>Counting answers what looking at every record and counting it would.</summary>
public sealed class MeasureTests
{
    private static readonly TimeSpan?[] s_intervals =
        [null, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(7)];

    private static readonly RecordGroup[] s_groups = Enum.GetValues<RecordGroup>();

    [Theory]
    [InlineData(1)]
    public Task Counts_of_chance_are_those_of_a_full_scan(int seed) => CountByChanceAsync(seed);

    [Theory]
    [Trait("Category", "Scale")]
    [InlineData(2)]
    [InlineData(3)]
    public Task So_do_those_of_other_seeds(int seed) => CountByChanceAsync(seed);

    private static async Task CountByChanceAsync(int seed)
    {
        using FilledStore store = await FilledStore.MakeAsync(seed, 4_000);
        Random random = new(seed);
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        for (int i = 0; i < 150; i++)
        {
            // Half of them are of what summaries know.
            RecordQuery query = store.Make(random) with { First = null };
            if (i % 2 == 0) query = new RecordQuery { After = query.After, Before = query.Before, ConnectorNames = query.ConnectorNames, TenantNames = query.TenantNames, Organizations = query.Organizations, MessageClasses = query.MessageClasses };
            RecordGroup[] by = [.. s_groups.Where(g => random.Next(i % 2 == 0 && g > RecordGroup.MsgClass ? 40 : 4) == 0)];
            TimeSpan? interval = s_intervals[random.Next(s_intervals.Length)];
            RecordGrouping grouping = new() { By = by, Interval = interval, Zone = zone };
            string what = $"seed {seed}, {i}: {query} by {string.Join(", ", by)} each {interval}";

            IReadOnlyList<RecordCount> counts = store.Records.Measure(query, grouping);

            Dictionary<string, (long Count, long First, long Last)> expected = Count(store.FullScan(query), by, interval, zone);
            if (by.Length == 0 && interval is null && expected.Count == 0) expected[""] = (0, 0, 0);
            Dictionary<string, (long, long, long)> found = counts.Where(c => c.Count > 0 || interval is null)
                .ToDictionary(c => KeyOf(c, by), c => (c.Count, c.FirstRecord?.ToUnixTimeMilliseconds() ?? 0, c.LastRecord?.ToUnixTimeMilliseconds() ?? 0));
            Assert.True(expected.Count == found.Count && expected.All(e => found.TryGetValue(e.Key, out var f) && f == e.Value),
                $"{what}\nexpected {string.Join("\n", expected.Except(found).Take(5))}\nfound {string.Join("\n", found.Except(expected).Take(5))}");
            Assert.Equal(
                counts.OrderBy(c => c.Time).ThenByDescending(c => c.Count).Select(c => (c.Time, c.Count)), counts.Select(c => (c.Time, c.Count)));
            long all = expected.Values.Sum(e => e.Count);
            Assert.All(counts, c => Assert.Equal(all == 0 ? 0 : 100.0 * c.Count / all, c.Percent, 0.006));
        }
    }

    /// <summary>An account name, or the address of records without one: the help says how to find the records of either.</summary>
    [Fact]
    public async Task A_group_of_users_is_found_by_the_query_that_the_help_names()
    {
        using FilledStore store = await FilledStore.MakeAsync(5, 3_000);
        string[] users = [.. store.Records.Measure(new RecordQuery(), new RecordGrouping { By = [RecordGroup.User] }).Select(g => g.User).OfType<string>()];
        string[] addresses = [.. users.Where(u => u.Contains('@', StringComparison.Ordinal)).Take(5)];
        string[] names = [.. users.Where(u => u.Contains('.', StringComparison.Ordinal)).Where(u => !u.Contains('@', StringComparison.Ordinal)).Take(5)];
        Assert.Equal((5, 5), (addresses.Length, names.Length));
        Assert.All(names, u => Assert.Equal(CountOf(u), Found(new RecordQuery { Query = $"user.name:\"{u}\"" })));
        Assert.All(addresses, u => Assert.Equal(CountOf(u), Found(new RecordQuery { Query = $"(user.email:\"{u}\" AND NOT user.name:*) OR user.name:\"{u}\"" })));
        // What -User finds is both of a person.
        Assert.All(names, u => Assert.InRange(Found(new RecordQuery { Users = [u] }), CountOf(u), long.MaxValue));

        long CountOf(string user) => store.Records.Measure(new RecordQuery(), new RecordGrouping { By = [RecordGroup.User] }).First(g => g.User == user).Count;
        long Found(RecordQuery query) => store.Find(query).Count;
    }

    [Fact]
    public async Task Blocks_are_opened_only_where_their_summaries_do_not_suffice()
    {
        using FilledStore store = await FilledStore.MakeAsync(4, 4_000);
        Assert.Equal(0, Opened(new RecordQuery(), new RecordGrouping()));
        Assert.Equal(0, Opened(new RecordQuery(), new RecordGrouping { By = [RecordGroup.ConnectorName, RecordGroup.TenantName, RecordGroup.MsgClass] }));
        Assert.Equal(0, Opened(new RecordQuery { TenantNames = ["acme"], MessageClasses = ["*systemuser"] }, new RecordGrouping { By = [RecordGroup.ConnectorName] }));
        Assert.Equal(0, Opened(new RecordQuery { ConnectorNames = ["second"] }, new RecordGrouping()));
        Assert.InRange(Opened(new RecordQuery(), new RecordGrouping { By = [RecordGroup.EventType] }), 4, long.MaxValue);
        // An organization that only the events name is not in a summary.
        Assert.InRange(Opened(new RecordQuery(), new RecordGrouping { By = [RecordGroup.Organization] }), 1, long.MaxValue);
        Assert.Equal(0, Opened(new RecordQuery { Before = 0 }, new RecordGrouping { By = [RecordGroup.User] }));
        // No record has the field, so none need be read; but where it may do without.
        Assert.Equal(0, Opened(new RecordQuery { Query = "eventtype:sso_auth AND srcip:10.*" }, new RecordGrouping()));
        Assert.InRange(Opened(new RecordQuery { Query = "NOT eventtype:sso_auth" }, new RecordGrouping()), 1, long.MaxValue);

        long Opened(RecordQuery query, RecordGrouping grouping)
        {
            using RecordCounter counter = new(query, grouping);
            using Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={Path.Combine(store.Test.Folder, "store.db")};Pooling=False");
            connection.Open();
            counter.Count(connection, null, TestContext.Current.CancellationToken);
            return counter.Opened;
        }
    }

    [Fact]
    public async Task Too_many_groups_are_refused_and_a_stop_stops()
    {
        using FilledStore store = await FilledStore.MakeAsync(5, 1_500);
        using RecordCounter counter = new(new RecordQuery(), new RecordGrouping { By = [RecordGroup.User, RecordGroup.SourceIp] }, maxGroups: 100);
        using Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={Path.Combine(store.Test.Folder, "store.db")};Pooling=False");
        connection.Open();
        Assert.Equal("TooManyGroups", Assert.Throws<JcException>(() => counter.Count(connection, null, default)).ErrorId);
        Assert.ThrowsAny<OperationCanceledException>(() => store.Records.Measure(
            new RecordQuery(), new RecordGrouping { By = [RecordGroup.User] }, null, new CancellationToken(canceled: true)));
        Assert.Throws<ArgumentException>(() => store.Records.Measure(new RecordQuery { First = 1 }, new RecordGrouping()));
    }

    [Fact]
    public async Task The_largest_are_first_and_no_more_than_asked_for()
    {
        using FilledStore store = await FilledStore.MakeAsync(6, 2_000);
        RecordGrouping byType = new() { By = [RecordGroup.EventType] };
        IReadOnlyList<RecordCount> all = store.Records.Measure(new RecordQuery(), byType);
        Assert.True(all.Count > 5);
        Assert.Equal(all.Take(3), store.Records.Measure(new RecordQuery(), byType with { First = 3 }));
        Assert.Equal(all[0].EventType, all[0].Group);
        IReadOnlyList<RecordCount> daily = store.Records.Measure(new RecordQuery(), byType with { Interval = TimeSpan.FromDays(1), First = 1, Zone = TimeZoneInfo.Utc });
        Assert.Equal(daily.Select(d => d.Time).Distinct().Count(), daily.Count);
    }

    /// <summary>An hour without events is what one looks for.</summary>
    [Fact]
    public void Intervals_without_records_are_there()
    {
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        store.Commit(lease, new[] { "2026-03-29T00:10:00Z", "2026-03-29T02:30:00Z", "2026-03-29T02:40:00Z" }
            .Select((t, i) => System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"{i}\",\"timestamp\":\"{t}\"}}")), "main");
        RecordGrouping hourly = new() { Interval = TimeSpan.FromHours(1), Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };
        // The clock goes from 2 to 3 at 01:00 UTC.
        Assert.Equal([("01:00 +01:00", 1), ("03:00 +02:00", 0), ("04:00 +02:00", 2)], Times(new RecordQuery(), hourly));
        long from = Milliseconds("2026-03-28T23:00:00Z");
        Assert.Equal(
            [("00:00 +01:00", 0), ("01:00 +01:00", 1), ("03:00 +02:00", 0), ("04:00 +02:00", 2), ("05:00 +02:00", 0)],
            Times(new RecordQuery { After = from }, hourly with { Until = Milliseconds("2026-03-29T03:00:00Z") }));
        Assert.Equal([("00:00 +01:00", 0)], Times(new RecordQuery { After = from, Before = from + 1 }, hourly));
        Assert.Empty(Times(new RecordQuery { Before = 0 }, hourly));
        // Too many to be told.
        Assert.Equal(2, Times(new RecordQuery { After = 0 }, hourly).Count);

        List<(string, long)> Times(RecordQuery query, RecordGrouping grouping) =>
            [.. store.Records.Measure(query, grouping).Select(c => (c.Time!.Value.ToString("HH:mm zzz", CultureInfo.InvariantCulture), c.Count))];
    }

    [Theory]
    [InlineData("0:00:00")]
    [InlineData("0:00:00.5")]
    [InlineData("0:00:07")]
    [InlineData("1:30:01")]
    [InlineData("1.12:00:00")]
    [InlineData("4000.00:00:00")]
    public void Intervals_that_fit_no_day_are_refused(string length) =>
        Assert.Equal("InvalidInterval", Assert.Throws<JcException>(() => new TimeIntervals(TimeSpan.Parse(length, CultureInfo.InvariantCulture), TimeZoneInfo.Utc)).ErrorId);

    /// <summary>0001-01-01T00:00:00Z is what some programs write where they have no time.</summary>
    [Theory]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("America/New_York")]
    public void The_first_and_the_last_of_times_are_counted(string zone)
    {
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        string[] times = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.001Z", "2026-03-29T00:10:00Z", "9999-12-31T23:59:59.999Z"];
        store.Commit(lease, times.Select((t, i) => System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"{i}\",\"timestamp\":\"{t}\"}}")), "main");
        foreach (TimeSpan interval in s_intervals.OfType<TimeSpan>())
        {
            IReadOnlyList<RecordCount> counts = store.Records.Measure(new RecordQuery(), new RecordGrouping { Interval = interval, Zone = TimeZoneInfo.FindSystemTimeZoneById(zone) });
            Assert.Equal([2, 1, 1], counts.Select(c => c.Count));
        }
    }

    /// <summary>Intervals hold every time once, in order, whatever the clocks do.</summary>
    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    public void Intervals_follow_each_other_without_gap(string zoneId)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        foreach (TimeSpan length in s_intervals.OfType<TimeSpan>())
        {
            // Where clocks are put forward by half an hour, hours cannot be whole.
            if (zoneId == "Australia/Lord_Howe" && length == TimeSpan.FromHours(1)) continue;
            TimeIntervals intervals = new(length, zone);
            long start = intervals.StartOf(Milliseconds("2017-09-28T00:00:00Z"));
            long end = start + (long)TimeSpan.FromDays(220).TotalMilliseconds;
            for (long next; start < end; start = next)
            {
                next = intervals.Next(start);
                Assert.InRange(next - start, 1, (long)length.TotalMilliseconds + (length <= TimeSpan.FromHours(1) ? 0 : 3_600_000));
                Assert.Equal(start, intervals.StartOf(start));
                Assert.Equal(start, intervals.StartOf(next - 1));
                if (length < TimeSpan.FromDays(1)) continue;
                DateTimeOffset local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(start), zone);
                Assert.InRange(local.TimeOfDay, TimeSpan.Zero, TimeSpan.FromHours(1));
                if (length == TimeSpan.FromDays(7)) Assert.Equal(DayOfWeek.Monday, local.DayOfWeek);
            }
        }
    }

    private static Dictionary<string, (long Count, long First, long Last)> Count(
        IEnumerable<(long Sequence, long Time, byte[] Json)> records, RecordGroup[] by, TimeSpan? interval, TimeZoneInfo zone)
    {
        Dictionary<string, (long Count, long First, long Last)> counts = [];
        foreach ((_, long time, byte[] json) in records)
        {
            IngestedRecord record = new(0, json);
            List<string?> values = [.. by.SelectMany(g => ValuesOf(record, g))];
            if (interval is { } length) values.Insert(0, Interval(time, length, zone));
            string key = string.Join('|', values.Select(v => v?.ToUpperInvariant() ?? "-"));
            (long count, long first, long last) = counts.GetValueOrDefault(key, (0, long.MaxValue, long.MinValue));
            counts[key] = (count + 1, Math.Min(first, time), Math.Max(last, time));
        }

        return counts;
    }

    private static IEnumerable<string?> ValuesOf(IngestedRecord record, RecordGroup group) => group switch
    {
        RecordGroup.ConnectorName => [record.ConnectorName],
        RecordGroup.TenantName => [record.TenantName],
        RecordGroup.Organization => [record.OrganizationId, record.OrganizationName],
        RecordGroup.MsgClass => [record.MsgClass],
        RecordGroup.Service => [record.Service],
        RecordGroup.EventType => [record.EventType],
        RecordGroup.EventStatus => [record.EventStatus],
        RecordGroup.User => [record.User],
        _ => [record.SourceIp],
    };

    private static string KeyOf(RecordCount count, RecordGroup[] by)
    {
        List<string?> values = [];
        if (count.Time is { } time) values.Add(time.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));
        foreach (RecordGroup group in by)
        {
            values.AddRange(group switch
            {
                RecordGroup.ConnectorName => [count.ConnectorName],
                RecordGroup.TenantName => [count.TenantName],
                RecordGroup.Organization => (string?[])[count.OrganizationId, count.OrganizationName],
                RecordGroup.MsgClass => [count.MsgClass],
                RecordGroup.Service => [count.Service],
                RecordGroup.EventType => [count.EventType],
                RecordGroup.EventStatus => [count.EventStatus],
                RecordGroup.User => [count.User],
                _ => [count.SourceIp],
            });
        }

        return string.Join('|', values.Select(v => v?.ToUpperInvariant() ?? "-"));
    }

    /// <summary>By the clock on the wall, in plain words.</summary>
    private static string Interval(long time, TimeSpan length, TimeZoneInfo zone)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(time), zone);
        DateTime start = length == TimeSpan.FromDays(7) ? local.Date.AddDays(-(((int)local.DayOfWeek + 6) % 7))
            : length == TimeSpan.FromDays(1) ? local.Date : local.Date + TimeSpan.FromTicks(local.TimeOfDay.Ticks / length.Ticks * length.Ticks);
        TimeSpan offset = length <= TimeSpan.FromHours(1) ? local.Offset : zone.GetUtcOffset(start);
        return new DateTimeOffset(start, offset).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
    }

    private static long Milliseconds(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
