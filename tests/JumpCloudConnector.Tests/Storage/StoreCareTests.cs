using System.Text;
using System.Text.Json;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>What a store keeps, what is taken out of it, and whether it is sound.</summary>
public sealed class StoreCareTests
{
    private const long Now = 1_800_000_000_000;
    private const long Day = 86_400_000;

    private readonly Dictionary<long, (long Time, long Stream, string Json)> _all = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Days_take_all_that_is_older_and_nothing_else(int seed)
    {
        using TestStore store = new();
        Fill(store, new Random(seed), 12_000);
        Assert.Equal(StoreRetention.None, store.Store.Care.GetRetention());
        Assert.Equal(default, Enforce(store).Removed);
        StoreRetention retention = new(10, null);
        long cut = Now - (10 * Day);
        RetentionResult preview = store.Store.Care.Preview(retention, DateTimeOffset.FromUnixTimeMilliseconds(Now), TestContext.Current.CancellationToken);
        Assert.Equal(_all.Count, store.Find().Count);

        store.Store.Care.SetRetention(retention);
        store.Reopen();
        Assert.Equal(retention, store.Store.Care.GetRetention());
        RetentionResult result = Enforce(store);

        List<IngestedRecord> left = store.Find(new RecordQuery { AfterSequence = 0 });
        Assert.All(left, r => Assert.Equal(_all[r.Sequence].Json, r.Json));
        Assert.All(left, r => Assert.True(_all[r.Sequence].Time >= cut - Day));
        Assert.Equal(_all.Count(r => r.Value.Time >= cut), left.Count(r => _all[r.Sequence].Time >= cut));
        Assert.Equal(_all.Count - left.Count, result.Removed.Records);
        Assert.Equal(preview.Removed, result.Removed);
        Assert.Equal(left.Count(r => _all[r.Sequence].Time < cut), preview.Later);
        Assert.Equal(_all.Values.Min(r => r.Time), result.Removed.First);
        Assert.True(result.Removed.Last < cut);
        Assert.Equal((false, true), (result.IsAboveLimit, result.IsDone));
        AssertAccounts(store);
        Assert.Equal(0, Enforce(store).Removed.Records);

        // What stood beside newer ones goes when it is a day too old.
        Enforce(store, Now + Day);
        Assert.All(store.Find(), r => Assert.True(_all[r.Sequence].Time >= cut));
        Enforce(store, Now + (30 * Day));
        Assert.Empty(store.Find());
        AssertAccounts(store);
        store.Store.Care.SetRetention(StoreRetention.None);
        Assert.True(store.Store.Care.GetRetention().IsNone);
    }

    [Fact]
    public void Size_takes_the_oldest_until_it_is_enough_and_leaves_the_last_day()
    {
        using TestStore store = new();
        Random random = new(5);
        Fill(store, random, 4_000, 12_000);
        long size = Enforce(store).UsedBytes;
        Assert.True(size > 24 << 20, $"{size}");
        StoreRetention retention = new(null, StoreRetention.LeastBytes);
        RetentionResult preview = store.Store.Care.Preview(retention, DateTimeOffset.FromUnixTimeMilliseconds(Now), TestContext.Current.CancellationToken);
        store.Store.Care.SetRetention(retention);

        RetentionResult result = Enforce(store);

        Assert.True(result.UsedBytes <= StoreRetention.LeastBytes && result.UsedBytes > StoreRetention.LeastBytes * 3 / 4, $"{result.UsedBytes}");
        Assert.InRange(preview.Removed.Records, result.Removed.Records * 8 / 10, result.Removed.Records * 12 / 10);
        Assert.False(result.IsAboveLimit);
        AssertAccounts(store);
        List<IngestedRecord> left = store.Find(new RecordQuery { AfterSequence = 0 });
        Assert.Equal(_all.Count - left.Count, result.Removed.Records);
        // Whole blocks went, the oldest first by their newest: no record that is newer than all that stay.
        Assert.True(result.Removed.Last < left.Max(r => _all[r.Sequence].Time));
        Assert.All(left, r => Assert.Equal(_all[r.Sequence].Json, r.Json));
        store.Store.Dispose();
        long after = new FileInfo(Path.Combine(store.Folder, "store.db")).Length;
        Assert.True(after < StoreRetention.LeastBytes * 11 / 10, $"{after}");
        store.Reopen();

        // All of it of the last day: it stays, and it is said.
        RetentionResult young = store.Store.Care.Preview(retention, DateTimeOffset.FromUnixTimeMilliseconds(Now - (100 * Day)), TestContext.Current.CancellationToken);
        Assert.Equal(0, young.Removed.Records);
        Fill(store, random, 3_000, 12_000, first: 4_000);
        RetentionResult kept = Enforce(store, Now - (100 * Day));
        Assert.Equal((0L, true), (kept.Removed.Records, kept.IsAboveLimit));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    [InlineData(40_000, null)]
    [InlineData(null, 1L)]
    [InlineData(null, -1L)]
    public void Settings_that_cannot_be_meant_are_refused(int? days, long? bytes)
    {
        using TestStore store = new();
        Assert.Equal("InvalidRetention", Assert.Throws<JcException>(() => store.Store.Care.SetRetention(new StoreRetention(days, bytes))).ErrorId);
        Assert.True(store.Store.Care.GetRetention().IsNone);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_search_meanwhile_gives_every_record_that_stays_once(bool oldest, bool bySequence)
    {
        using TestStore store = new();
        Fill(store, new Random(7), 8_000);
        store.Store.Care.SetRetention(new StoreRetention(20, null));
        long cut = Now - (20 * Day);
        List<long> found = [];
        foreach (IngestedRecord record in store.Store.Records.Find(
            new RecordQuery { Oldest = oldest, AfterSequence = bySequence ? 0 : null }, TestContext.Current.CancellationToken))
        {
            found.Add(record.Sequence);
            Assert.Equal(_all[record.Sequence].Json, record.Json);
            if (found.Count is 50 or 1_500) Enforce(store, found.Count == 50 ? Now - (10 * Day) : Now);
        }

        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.Empty(_all.Where(r => r.Value.Time >= cut).Select(r => r.Key).Except(found));
    }

    [Fact]
    public void What_is_ended_before_its_end_is_gone_on_with_the_next_time()
    {
        using TestStore store = new();
        Fill(store, new Random(9), 30_000);
        store.Store.Care.SetRetention(new StoreRetention(1, null));
        int steps = 0;
        RetentionResult first = store.Store.Care.Enforce(DateTimeOffset.FromUnixTimeMilliseconds(Now), () => steps++ == 0, null, TestContext.Current.CancellationToken);
        Assert.False(first.IsDone);
        Assert.InRange(first.Removed.Records, 1, _all.Count - 5_000);
        AssertAccounts(store);
        RetentionResult second = Enforce(store);
        Assert.True(second.IsDone && second.Removed.Records > 0);
        Assert.Equal(_all.Count - store.Find().Count, first.Removed.Records + second.Removed.Records);
    }

    /// <summary>By the time of JumpCloud's server, or this machine's where that is earlier.</summary>
    [Fact]
    public async Task A_collection_removes_what_is_too_old_and_says_so()
    {
        ShiftedTime time = new();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            EventsPerOrganization = 5_000, Span = TimeSpan.FromHours(40), End = time.GetUtcNow().AddMinutes(-1), Clock = time, Traps = Traps.All & ~Traps.FutureStamps,
        });
        using TestStore store = new(time);
        store.Add(simulator);
        await store.CollectOneAsync();
        Assert.Equal(5_000, store.Find().Count);
        store.Store.Care.SetRetention(new StoreRetention(1, null));
        Notes notes = new();

        await store.CollectAsync(observer: notes);

        long cut = time.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();
        int left = store.Find().Count;
        Assert.InRange(left, simulator.Organizations[0].Truth().Count(e => e.Milliseconds >= cut), 4_700);
        Assert.Contains(notes.Noted, n => n.StartsWith($"{5_000 - left} records of ", StringComparison.Ordinal));
        Assert.Empty(notes.Warnings);

        // They are known, so that they do not come back, and nobody takes them for lost.
        CollectionResult again = Assert.Single(await store.CollectAsync(observer: notes));
        Assert.Equal(0, again.New);
        RereadRequest reread = new(store.Registry.Get("main"), null, [new LedgerSpan(cut - Day, cut + Day)]);
        using (Collector collector = new(store.Store, store.Secrets, TestStore.Options, time))
            Assert.Equal(0, Assert.Single(await collector.RereadAsync([reread])).New);
        Assert.Equal(left, store.Find().Count);
        IngestionTest test = await TestAsync(store);
        Assert.Equal((IngestionState.Complete, 5_000L - left, test.StoreCount + test.RemovedCount), (test.State, test.RemovedCount, test.LedgerCount));

        // A clock of this machine that is far ahead makes nothing old.
        using TestStore ahead = new(new SkewedTime(time, TimeSpan.FromDays(400)));
        ahead.Add(simulator);
        await ahead.CollectOneAsync();
        ahead.Store.Care.SetRetention(new StoreRetention(100, null));
        await ahead.CollectAsync();
        Assert.Equal(5_000, ahead.Find().Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_query_describes_is_removed_and_nothing_else(int seed)
    {
        Random random = new(seed);
        using TestStore store = new();
        Fill(store, random, 9_000);
        RecordQuery[] queries =
        [
            new() { ConnectorNames = ["ONE"], Before = Now - (30 * Day) },
            new() { TenantNames = ["Be*"], After = Now - (25 * Day), Before = Now - (20 * Day) },
            new() { After = Now - (12 * Day), Before = Now - (9 * Day) },
            new() { ConnectorNames = ["nobody"] },
            new() { Services = ["sso"], After = Now - (3 * Day) },
            new() { EventTypes = ["t3"], ConnectorNames = ["t*", "o*"] },
            new() { AfterSequence = 8_500 },
            new() { ConnectorNames = ["two"] },
        ];
        foreach (RecordQuery query in queries)
        {
            HashSet<long> expected = [.. store.Find(query).Select(r => r.Sequence)];
            RemovedRecords preview = store.Store.Records.Remove(query, preview: true, null, TestContext.Current.CancellationToken);
            double part = 0;
            RemovedRecords removed = store.Store.Records.Remove(query, preview: false, (_, p) => part = p, TestContext.Current.CancellationToken);
            Assert.Equal(preview, removed);
            Assert.Equal(expected.Count, removed.Records);
            if (expected.Count > 0)
            {
                Assert.Equal((expected.Min(s => _all[s].Time), expected.Max(s => _all[s].Time)), (removed.First!.Value, removed.Last!.Value));
                Assert.Equal(1, part);
            }

            foreach (long sequence in expected) _all.Remove(sequence);
            List<IngestedRecord> left = store.Find(new RecordQuery { AfterSequence = 0 });
            Assert.Equal(_all.Keys.Order(), left.Select(r => r.Sequence));
            Assert.All(left, r => Assert.Equal(_all[r.Sequence].Json, r.Json));
            AssertAccounts(store);
        }

        Assert.Throws<ArgumentException>(() => store.Store.Records.Remove(new RecordQuery { First = 1 }, true, null, TestContext.Current.CancellationToken));

        // Those of a connector that is no longer there are found by its name.
        store.Registry.Remove("one");
        long ones = _all.Count;
        Assert.Equal(ones, store.Store.Records.Remove(new RecordQuery { ConnectorNames = ["one"] }, false, null, TestContext.Current.CancellationToken).Records);
        Assert.Empty(store.Find());
    }

    /// <summary>Whatever the moment, each block is there whole or not at all, and the sums are right.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_removal_that_is_killed_leaves_a_sound_store(int steps)
    {
        using TestStore store = new();
        Fill(store, new Random(11), 60_000);
        int ones = store.Find(new RecordQuery { ConnectorNames = ["one"] }).Count, twos = _all.Count - ones;
        using (CollectionChild child = CollectionChild.StartRemoving(store, "one"))
        {
            Assert.True(await child.ReachesAsync("removed ", steps));
            await child.KillAsync();
        }

        store.Reopen();
        AssertSound(store);
        AssertAccounts(store);
        List<IngestedRecord> left = store.Find();
        Assert.All(left, r => Assert.Equal(_all[r.Sequence].Json, r.Json));
        Assert.Equal(twos, left.Count(r => r.ConnectorName == "two"));
        RemovedRecords rest = store.Store.Records.Remove(new RecordQuery { ConnectorNames = ["one"] }, false, null, TestContext.Current.CancellationToken);
        Assert.Equal(left.Count - twos, rest.Records);
        AssertSound(store);
    }

    [Fact]
    public void What_there_is_is_described()
    {
        using TestStore store = new();
        StoreInfo empty = store.Store.Care.Describe();
        Assert.Equal((0L, 0L, 0L, null, null, null), (empty.Records, empty.Blocks, empty.Keys, empty.FirstRecord, empty.CompressionRatio, empty.RetentionDays));
        Fill(store, new Random(3), 5_000, 100);
        store.Store.Care.SetRetention(new StoreRetention(30, 1L << 29));
        Enforce(store);
        StoreInfo info = store.Store.Care.Describe();
        List<IngestedRecord> records = store.Find();
        Assert.Equal((records.Count, 5_000L, 5_000L - records.Count), (info.Records, info.Keys, info.RemovedRecords));
        Assert.Equal((records[^1].Timestamp, records[0].Timestamp), (info.FirstRecord, info.LastRecord));
        Assert.Equal((30, 0.5, 2, 2, SqliteSchema.Version), (info.RetentionDays, info.MaxSizeGB, info.Connectors, info.Streams, info.SchemaVersion));
        Assert.InRange(info.UnpackedRecords, 0, BlockWriter.MaxRecords);
        Assert.InRange(info.CompressionRatio!.Value, 1.2, 10);
        Assert.True(info.FileBytes > info.BlockBytes && info.UsedBytes > info.BlockBytes && info.FreeDiskBytes > 0);
        Assert.Equal(store.Folder, info.StorePath);
    }

    [Fact]
    public async Task A_store_that_was_collected_is_sound_and_so_it_is_while_another_collects()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 8_000, UsersPerOrganization = 30 });
        using TestStore store = new();
        store.Add(simulator, change: c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
        Tested tested = new(store);
        await store.CollectAsync(TestStore.Options with { FirstPageSize = 500, MaxPageSize = 500, SliceEvents = 1_000 }, observer: tested);
        Assert.True(tested.Times > 2);
        AssertSound(store);
        store.Store.Records.Remove(new RecordQuery { EventTypes = ["sso_auth"] }, false, null, TestContext.Current.CancellationToken);
        AssertSound(store);
    }

    [Theory]
    [InlineData("UPDATE block SET to_ms = to_ms + 1 WHERE id = (SELECT max(id) FROM block)", "Block")]
    [InlineData("UPDATE block SET records = records - 1 WHERE id = (SELECT max(id) FROM block)", "Block")]
    [InlineData("UPDATE block SET last = last + 1 WHERE id = (SELECT min(id) FROM block)", "Block")]
    [InlineData("UPDATE block_stream SET from_ms = from_ms - 1", "Block")]
    [InlineData("DELETE FROM block_terms WHERE block = (SELECT min(block) FROM block_terms)", "Block")]
    [InlineData("UPDATE block_terms SET terms = zeroblob(length(terms)) WHERE block = 2", "Block")]
    [InlineData("DELETE FROM block WHERE id = 2", "Block")]
    [InlineData("UPDATE block_body SET body = (SELECT body FROM block_body WHERE block = 1) WHERE block = 2", "Block Sequence")]
    [InlineData("UPDATE block_body SET body = substr(body, 1, 500) || x'00' || substr(body, 502) WHERE block = 2", "Block")]
    [InlineData("INSERT INTO block(id, first, last, records, from_ms, to_ms, bytes) SELECT 1000, first, last, records, from_ms, to_ms, bytes FROM block WHERE id = 1; INSERT INTO block_body SELECT 1000, body FROM block_body WHERE block = 1; INSERT INTO block_terms SELECT 1000, terms FROM block_terms WHERE block = 1; INSERT INTO block_stream SELECT stream, 1000, records, from_ms, to_ms FROM block_stream WHERE block = 1", "Sequence Ledger")]
    [InlineData("DELETE FROM record WHERE sequence = (SELECT max(sequence) FROM record)", "Ledger")]
    [InlineData("UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '\"service\":\"d', '\"service\":\"e') AS BLOB) WHERE sequence = (SELECT max(sequence) - 1 FROM record)", "Record")]
    [InlineData("UPDATE record SET body = substr(body, 1, 300) || x'00' || substr(body, 302) WHERE sequence = (SELECT max(sequence) FROM record)", "Record")]
    [InlineData("UPDATE record SET body = substr(body, 1, length(body) - 4) WHERE sequence = (SELECT max(sequence) FROM record)", "Record")]
    [InlineData("UPDATE record SET ms = ms + 1 WHERE sequence = (SELECT max(sequence) FROM record)", "Record")]
    [InlineData("UPDATE meta SET value = value - 1 WHERE name = 'sequence'", "Sequence")]
    [InlineData("UPDATE stream SET watermark_ms = watermark_ms + 5", "Ledger")]
    [InlineData("DELETE FROM seen WHERE ms = (SELECT max(ms) FROM seen)", "Ledger!")]
    public void Damage_is_found_and_said(string sql, string areas)
    {
        using TestStore store = new();
        Fill(store, new Random(13), 5_003);
        AssertSound(store);
        store.Store.Dispose();
        using (SqliteConnection connection = new($"Data Source={Path.Combine(store.Folder, "store.db")};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        store.Reopen();
        // What needs a look at every key is found by that alone.
        bool needsAll = areas.EndsWith('!');
        if (needsAll) Assert.Equal(StoreState.Healthy, Test(store, full: false).State);
        StoreTest test = Test(store, full: needsAll);
        Assert.Equal(StoreState.Damaged, test.State);
        Assert.Equal(areas.TrimEnd('!').Split(' ').Order(), test.Findings.Select(f => f.Area).Distinct().Order());
        Assert.All(test.Findings, f => Assert.True(f.IsDamage));
    }

    /// <summary>What is damaged is told; it is neither shown as a record nor looked for without end.</summary>
    [Theory]
    [InlineData("DELETE FROM block_body WHERE block = 2", true)]
    [InlineData("DELETE FROM block_terms WHERE block = 2", true)]
    [InlineData("UPDATE record SET body = substr(body, 1, 20) || x'00' || substr(body, 22)", true)]
    [InlineData("UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '\"id\":\"', '\"id\":\"x') AS BLOB)", false)]
    [InlineData("UPDATE record SET body = substr(body, 1, length(body) - 4)", false)]
    public void Who_reads_what_is_damaged_is_told(string sql, bool isAlsoCounted)
    {
        using TestStore store = new();
        Fill(store, new Random(13), 5_003);
        using (SqliteConnection connection = new($"Data Source={Path.Combine(store.Folder, "store.db")};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.NotEqual(0, command.ExecuteNonQuery());
        }

        // Without an end of its own each would go on for ever.
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(TimeSpan.FromMinutes(1));
        RecordQuery byTerm = new() { EventTypes = ["t1"] };
        foreach (RecordQuery query in (RecordQuery[])[byTerm, byTerm with { Oldest = true }, byTerm with { AfterSequence = 0 }])
            AssertDamaged(() => store.Store.Records.Find(query, end.Token).Count());
        // To count and to remove needs no more of a record than its header.
        if (!isAlsoCounted) return;
        AssertDamaged(() => store.Store.Records.Measure(byTerm, new RecordGrouping(), null, end.Token));
        AssertDamaged(() => store.Store.Records.Remove(byTerm, false, null, end.Token));

        static void AssertDamaged<T>(Func<T> read) => Assert.Equal("StoreDamaged", Assert.Throws<JcException>(() => read()).ErrorId);
    }

    /// <summary>
    /// A row that is damaged stays a row, of which every search and test tells: in a block it would pass for sound, and one that
    /// cannot be taken apart would end every commit.
    /// </summary>
    [Theory]
    [InlineData("CAST(replace(CAST(body AS TEXT), '\"id\":\"', '\"id\":\"x') AS BLOB)")]
    [InlineData("CAST(replace(CAST(body AS TEXT), '\"id\":\"', '\"id\":\"' || char(10)) AS BLOB)")]
    [InlineData("substr(body, 1, length(body) - 20) || x'00' || substr(body, length(body) - 18)")]
    [InlineData("substr(body, 1, length(body) - 4)")]
    [InlineData("substr(body, 1, 20) || x'00' || substr(body, 22)")]
    [InlineData("x''")]
    public void A_damaged_record_goes_into_no_block(string damage)
    {
        const int Damaged = 151;
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        Commit(3);
        using (SqliteConnection connection = new($"Data Source={Path.Combine(store.Test.Folder, "store.db")};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"UPDATE record SET body = {damage} WHERE sequence = {Damaged}";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        Commit(20);

        Assert.All(store.All.Where(r => r.Sequence != Damaged), r => Assert.Equal(r.Json, store.Records.GetRecord(r.Sequence)!.Utf8.ToArray()));
        AssertDamaged(() => store.Records.GetRecord(Damaged));
        AssertDamaged(() => store.Find());
        AssertDamaged(() => store.Find(new RecordQuery { AfterSequence = 0 }));
        StoreTest test = Test(store.Test, full: true);
        Assert.Equal((store.All.Count, "Record"), (test.Records, Assert.Single(test.Findings).Area));
        Assert.InRange(test.Blocks, 2, 3);

        void Commit(int times)
        {
            for (; times > 0; times--)
            {
                int first = store.All.Count;
                store.Commit(lease, Enumerable.Range(first, 100).Select(i => System.Text.Encoding.UTF8.GetBytes(
                    $"{{\"id\":\"{i}\",\"timestamp\":\"2024-05-06T07:08:09Z\",\"username\":\"jane.{i}\",\"n\":{i}}}")), "main");
            }
        }

        static void AssertDamaged<T>(Func<T> read) => Assert.Equal("StoreDamaged", Assert.Throws<JcException>(() => read()).ErrorId);
    }

    [Fact]
    public void Pages_that_are_noise_are_found()
    {
        using TestStore store = new();
        Fill(store, new Random(15), 5_000, 500);
        store.Store.Dispose();
        using (FileStream file = new(Path.Combine(store.Folder, "store.db"), FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = file.Length / 2 / 8192 * 8192;
            file.Write(Enumerable.Repeat((byte)0xA5, 8192 * 20).ToArray());
        }

        store.Reopen();
        StoreTest test = Test(store, full: false);
        Assert.Equal(StoreState.Damaged, test.State);
        Assert.Contains(test.Findings, f => f.Area == "File");
    }

    [Fact]
    [Trait("Category", "Scale")]
    public async Task A_backup_beside_a_collection_is_whole_and_of_one_moment()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 20_000 });
        using TestStore store = new();
        store.Add(simulator);
        string folder = store.Folder + "-backups";
        Directory.CreateDirectory(folder);
        try
        {
            BackedUp backups = new(store, folder);
            await store.CollectAsync(TestStore.Options with { FirstPageSize = 500, MaxPageSize = 500, SliceEvents = 1_000 }, observer: backups);
            Assert.True(backups.Files.Count >= 3);
            await Task.WhenAll(backups.Running);
            backups.Files.Add(store.Store.Care.Backup(folder, false, DateTimeOffset.UtcNow, null, TestContext.Current.CancellationToken).FullName);
            Assert.Equal(backups.Files.Order(), Directory.GetFiles(folder).Order());
            Dictionary<long, string> all = store.Find().ToDictionary(r => r.Sequence, r => r.Json);
            foreach (string file in backups.Files)
            {
                string restored = Path.Combine(folder, "store-" + Path.GetFileName(file));
                Directory.CreateDirectory(restored);
                if (!OperatingSystem.IsWindows())
                {
                    Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
                    File.SetUnixFileMode(restored, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }

                File.Copy(file, Path.Combine(restored, "store.db"));
                using RecordStore copy = RecordStore.Open(restored);
                Assert.All(copy.Care.Test(true, null, TestContext.Current.CancellationToken).Findings, f => Assert.False(f.IsDamage, f.Message));
                List<IngestedRecord> records = [.. copy.Records.Find(new RecordQuery(), TestContext.Current.CancellationToken)];
                Assert.All(records, r => Assert.Equal(all[r.Sequence], r.Json));
                // What was committed up to a moment, and not something of later commits.
                Assert.Equal(records.Count, records.Count == 0 ? 0 : records.Max(r => r.Sequence));
            }

            Assert.Equal(all.Count, CountIn(backups.Files[^1]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_backup_replaces_nothing_unasked_and_leaves_nothing_behind_where_it_fails()
    {
        using TestStore store = new();
        Fill(store, new Random(17), 3_000);
        string folder = store.Folder + "-backups";
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "b.db");
        try
        {
            Assert.Equal(file, Backup(file));
            Assert.Equal(3_000, CountIn(file));
            Assert.Equal("BackupExists", Assert.Throws<JcException>(() => Backup(file)).ErrorId);
            store.Store.Records.Remove(new RecordQuery { ConnectorNames = ["one"] }, false, null, TestContext.Current.CancellationToken);
            Assert.Equal("BackupFailed", Assert.Throws<JcException>(() => Backup(Path.Combine(folder, "none", "b.db"))).ErrorId);
            Assert.Equal("BackupFailed", Assert.Throws<JcException>(() => Backup(Path.Combine(store.Folder, "store.db"), true)).ErrorId);
            using CancellationTokenSource stop = new();
            Assert.Throws<OperationCanceledException>(() => store.Store.Care.Backup(file, true, DateTimeOffset.UtcNow, _ => stop.Cancel(), stop.Token));
            Assert.Equal(3_000, CountIn(file));
            Assert.Equal([file], Directory.GetFiles(folder));
            Backup(file, true);
            Assert.Equal(store.Find().Count, CountIn(file));
            Assert.Equal([file], Directory.GetFiles(folder));
            string notes = Path.Combine(folder, "notes.txt");
            File.WriteAllText(notes, "mine");
            Assert.Equal("BackupExists", Assert.Throws<JcException>(() => Backup(notes, true)).ErrorId);
            Assert.Equal("mine", File.ReadAllText(notes));
            string named = store.Store.Care.Backup(folder, false, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Local), null, TestContext.Current.CancellationToken).FullName;
            Assert.Equal("JumpCloudConnector-20260102-030405.db", Path.GetFileName(named));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string Backup(string to, bool overwrite = false) => store.Store.Care.Backup(to, overwrite, DateTimeOffset.UtcNow, null, TestContext.Current.CancellationToken).FullName;
    }

    private static long CountIn(string file)
    {
        using SqliteConnection connection = new($"Data Source={file};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT coalesce(sum(records), 0) FROM block) + (SELECT count(*) FROM record)";
        return (long)command.ExecuteScalar()!;
    }

    private static StoreTest Test(TestStore store, bool full) => store.Store.Care.Test(full, null, TestContext.Current.CancellationToken);

    private static void AssertSound(TestStore store)
    {
        StoreTest test = Test(store, full: true);
        Assert.All(test.Findings, f => Assert.False(f.IsDamage, f.Message));
        Assert.Equal((StoreState.Healthy, store.Store.Records.GetSpan().Count), (test.State, test.Records));
    }

    private static async Task<IngestionTest> TestAsync(TestStore store)
    {
        List<IngestionTest> tests = [];
        await new IngestionTester(store.Store, store.Secrets, TestStore.Options, store.Time).TestAsync(store.Registry.Find(), null, null, t => { lock (tests) tests.Add(t); });
        return Assert.Single(tests);
    }

    private class Notes : ICollectionObserver
    {
        public List<string> Noted { get; } = [];

        public List<string> Warnings { get; } = [];

        void ICollectionObserver.Noted(string message)
        {
            lock (Noted) Noted.Add(message);
        }

        public void Warned(string message)
        {
            lock (Noted) Warnings.Add(message);
        }

        public void Progressed(CollectionProgress progress)
        {
        }

        public virtual void Committed(RecordBatch batch)
        {
        }

        public void Completed(CollectionResult result)
        {
        }
    }

    /// <summary>Tests the store at every fourth commit, while others go on.</summary>
    private sealed class Tested(TestStore store) : Notes
    {
        private int _commits;
        private int _times;

        public int Times => _times;

        public override void Committed(RecordBatch batch)
        {
            if (Interlocked.Increment(ref _commits) % 4 != 0) return;
            Assert.All(Test(store, full: true).Findings, f => Assert.False(f.IsDamage, f.Message));
            Interlocked.Increment(ref _times);
        }
    }

    /// <summary>Makes a backup at every sixth commit, while others go on.</summary>
    private sealed class BackedUp(TestStore store, string folder) : Notes
    {
        private int _commits;

        public List<string> Files { get; } = [];

        public List<Task> Running { get; } = [];

        public override void Committed(RecordBatch batch)
        {
            int commit = Interlocked.Increment(ref _commits);
            if (commit % 6 != 0) return;
            string file = Path.Combine(folder, $"{commit}.db");
            lock (Files)
            {
                Files.Add(file);
                Running.Add(Task.Run(() => store.Store.Care.Backup(file, false, DateTimeOffset.UtcNow)));
            }
        }
    }

    private static RetentionResult Enforce(TestStore store, long now = Now) =>
        store.Store.Care.Enforce(DateTimeOffset.FromUnixTimeMilliseconds(now), null, null, TestContext.Current.CancellationToken);

    /// <summary>Every event that was received is there, or was removed on purpose.</summary>
    private static void AssertAccounts(TestStore store)
    {
        LedgerSpan ever = new(0, long.MaxValue / 2);
        foreach (StreamInfo stream in store.Store.Records.GetStreams())
        {
            ILedger ledger = store.Store.Ledger;
            Assert.Equal(ledger.CountKnown(stream.Id, ever).Events, ledger.CountRecords(stream.Id, ever) + ledger.CountRemoved(stream.Id, ever));
        }

        Assert.Equal(store.Store.Records.GetSpan().Count, store.Find().Count);
    }

    /// <summary>Two streams, in commits of all sizes, over forty days and not quite in the order of time.</summary>
    private void Fill(TestStore store, Random random, int count, int pad = 0, int first = 0)
    {
        Lease[] leases = [.. new[] { "one", "two" }.Select(n => Acquire(store, n))];
        for (int at = 0; at < count;)
        {
            int size = Math.Min(count - at, random.Next(3) == 0 ? random.Next(300, 1_500) : random.Next(1, 120));
            int which = random.Next(2);
            Commit(store, leases[which], which == 0 ? "one" : "two", Enumerable.Range(at, size).Select(i =>
            {
                long time = Now - (40 * Day) + (40 * Day * i / count) - (random.Next(50) == 0 ? random.Next(0, (int)Day) : 0);
                return Event(first + i, time, pad, random);
            }));
            at += size;
        }

        foreach (Lease lease in leases) store.Store.Records.ReleaseLease(lease);
    }

    private static byte[] Event(int number, long time, int pad, Random random)
    {
        byte[] noise = new byte[pad / 2];
        random.NextBytes(noise);
        return Encoding.UTF8.GetBytes(
            $$$"""{"id":"{{{number}}}","service":"{{{(number % 3 == 0 ? "sso" : "directory")}}}","event_type":"t{{{number % 7}}}","timestamp":"{{{EventTime.Format(time)}}}","pad":"{{{Convert.ToHexString(noise)}}}"}""");
    }

    private CommitCounts Commit(TestStore store, Lease lease, string connector, IEnumerable<byte[]> events)
    {
        EventRecordWriter writer = new(new RecordOrigin("t-" + connector, connector == "one" ? "Acme" : "Beta", connector, null, null)) { WriteTime = Now };
        using RecordBatch batch = new();
        foreach (byte[] json in events)
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            Assert.True(writer.TryScan(ref reader));
            writer.Write(json, batch);
        }

        CommitCounts counts = store.Store.Records.Commit(lease, batch, new SliceCommit(Now - 1, Now) { StreamStart = Now - 1, Time = Now });
        for (int i = 0; i < batch.Count; i++)
            if (batch[i].Fate == RecordFate.Stored) _all.Add(batch[i].Sequence, (batch[i].Timestamp, lease.StreamId, Encoding.UTF8.GetString(batch.Json(i))));
        return counts;
    }

    private static Lease Acquire(TestStore store, string name)
    {
        if (store.Registry.Find([name]).Count == 0)
        {
            store.Registry.Add(new Connector
            {
                Id = default, Name = name, TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default, ContentTypes = [ContentType.DirectoryInsights],
                AnalyzerProfile = AnalyzerProfile.DefaultName,
            }, TestStore.Secure("jca_0123456789abcdef0123456789abcdef0123"));
        }

        StreamInfo info = store.Store.Records.OpenStream(new StreamKey(store.Registry.Get(name).Id, "", ContentType.DirectoryInsights), null, Now);
        return store.Store.Records.AcquireLease(info.Id, LeaseOwner.ThisProcess(), Now, TimeSpan.FromHours(1)).Lease!;
    }
}
