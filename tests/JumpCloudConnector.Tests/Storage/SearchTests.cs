using System.Globalization;
using System.Text.Json;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>A search of blocks and rows answers what looking at every record would.</summary>
public sealed class SearchTests
{
    private const long Now = 1_800_000_000_000;

    private readonly List<(long Sequence, long Time, byte[] Json)> _all = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Searches_of_chance_answer_what_a_full_scan_does(int seed)
    {
        Random random = new(seed);
        using TestStore store = new();
        byte[][] events = await EventsAsync(seed, 4_000);
        Fill(store, events, random);
        for (int i = 0; i < 120; i++)
        {
            RecordQuery query = Make(random);
            long[] expected = [.. FullScan(query)];
            long[] found = [.. store.Find(query).Select(r => r.Sequence)];
            Assert.True(expected.SequenceEqual(found), $"seed {seed}, query {i}: {query} expected {expected.Length}, found {found.Length}");
        }

        Assert.All(store.Find(), r => Assert.Equal(_all[(int)r.Sequence - 1].Json, r.Utf8.ToArray()));
        Assert.All(_all.Where((_, i) => i % 97 == 0), r => Assert.Equal(r.Json, store.Store.Records.GetRecord(r.Sequence)!.Utf8.ToArray()));
        Assert.Null(store.Store.Records.GetRecord(_all.Count + 1));
        Assert.Equal((_all.Count, _all.Min(r => r.Time), _all.Max(r => r.Time)), store.Store.Records.GetSpan());
    }

    /// <summary>Texts that a block does not have in one piece, though its records have.</summary>
    [Theory]
    [InlineData(" null")]
    [InlineData("true ")]
    [InlineData(" -7")]
    [InlineData("é")]
    [InlineData("acme")]
    [InlineData("Main")]
    [InlineData("1714979289")]
    [InlineData("LOG_COLLECTOR")]
    [InlineData("name\" : \"x")]
    [InlineData("a\\/b")]
    public void Texts_are_found_wherever_they_are(string text)
    {
        using TestStore store = new();
        Lease lease = Acquire(store, "main", out _);
        byte[] spaced = "{ \"id\" : \"1\" , \"timestamp\":\"2024-05-06T07:08:09Z\", \"a\" : null , \"b\":true , \"n\": -7 , \"name\" : \"x\", \"c\":\"É a\\/b\" }"u8.ToArray();
        Commit(store, lease, Enumerable.Range(0, 400).Select(i => i == 300 ? spaced : System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"x{i}\"}}")), "main");
        RecordQuery query = new() { Text = text };
        long[] expected = [.. FullScan(query)];
        Assert.NotEmpty(expected);
        Assert.Equal(expected, store.Find(query).Select(r => r.Sequence));
    }

    /// <summary>Rows go into a block, and others away, while somebody reads.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Records_that_move_meanwhile_are_given_once(bool oldest, bool bySequence)
    {
        using TestStore store = new();
        byte[][] events = await EventsAsync(4, 4_000);
        Lease lease = Acquire(store, "main", out _);
        Commit(store, lease, events[..1_500], "main");
        for (int i = 1_500; i < 2_400; i += 100) Commit(store, lease, events[i..(i + 100)], "main");
        int before = _all.Count;

        List<long> found = [];
        int at = 2_400;
        foreach (IngestedRecord record in store.Store.Records.Find(
            new RecordQuery { Oldest = oldest, AfterSequence = bySequence ? 0 : null }, TestContext.Current.CancellationToken))
        {
            found.Add(record.Sequence);
            if (found.Count % 100 != 0 || at >= events.Length) continue;
            Commit(store, lease, events[at..Math.Min(events.Length, at + 150)], "main");
            at += 150;
        }

        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, before), found.Where(s => s <= before).Order().Select(s => (int)s));
    }

    /// <summary>
    /// Large commits go into blocks at once, small ones into rows behind them: who goes on from the last record that was given
    /// must not have been given one from behind others.
    /// </summary>
    [Fact]
    public async Task In_the_order_of_commits_nothing_is_left_out_that_is_committed_meanwhile()
    {
        using TestStore store = new();
        byte[][] events = await EventsAsync(5, 4_000);
        Lease lease = Acquire(store, "main", out _);
        Commit(store, lease, events[..300], "main");
        for (int i = 300; i < 1_200; i += 150) Commit(store, lease, events[i..(i + 150)], "main");

        List<long> found = [];
        foreach (IngestedRecord record in store.Store.Records.Find(new RecordQuery { AfterSequence = 0 }, TestContext.Current.CancellationToken))
        {
            found.Add(record.Sequence);
            if (found.Count != 500) continue;
            Commit(store, lease, events[1_200..3_200], "main");
            Commit(store, lease, events[3_200..3_250], "main");
        }

        Assert.InRange(found.Count, 1_200, _all.Count);
        Assert.Equal(Enumerable.Range(1, found.Count).Select(s => (long)s), found);
        Assert.Equal(_all.Skip(found.Count).Select(r => r.Sequence), store.Find(new RecordQuery { AfterSequence = found[^1] }).Select(r => r.Sequence));
    }

    /// <summary>What the first layout wrote is read, and goes into blocks with the commits that follow.</summary>
    [Fact]
    public async Task A_store_of_the_first_layout_is_read_and_packed()
    {
        byte[][] events = await EventsAsync(6, 4_000);
        using TestStore store = new();
        store.Store.Dispose();
        string file = Path.Combine(store.Folder, "store.db");
        File.Delete(file);
        using (SqliteConnection connection = new($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            Run(connection, SqliteSchema.Steps[0] + $"PRAGMA user_version=1; PRAGMA application_id={SqliteSchema.ApplicationId};");
            using SqliteTransaction transaction = connection.BeginTransaction();
            using SqliteCommand insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO record(sequence, stream, ms, body) VALUES($1, 99, $2, $3)";
            insert.Parameters.AddWithValue("$1", 0L);
            insert.Parameters.AddWithValue("$2", 0L);
            insert.Parameters.AddWithValue("$3", Array.Empty<byte>());
            using RecordBatch batch = Batch(events[..3_500], "old");
            for (int i = 0; i < batch.Count; i++)
            {
                byte[] json = batch.Json(i).ToArray();
                _all.Add((i + 1, batch[i].Timestamp, json));
                insert.Parameters[0].Value = i + 1L;
                insert.Parameters[1].Value = batch[i].Timestamp;
                insert.Parameters[2].Value = json;
                insert.ExecuteNonQuery();
            }

            // Written by somebody else, or by a version that made records another way.
            byte[] foreign = "{\"timestamp\":5,\"msg_class\":\"theirs\",\"user\":{\"name\":\"ann\"}}"u8.ToArray();
            _all.Add((3_501, 5, foreign));
            insert.Parameters[0].Value = 3_501L;
            insert.Parameters[1].Value = 5L;
            insert.Parameters[2].Value = foreign;
            insert.ExecuteNonQuery();
            transaction.Commit();
            Run(connection, "UPDATE meta SET value = 3501 WHERE name = 'sequence'");
        }

        store.Reopen();
        AssertAll(store);
        Lease lease = Acquire(store, "main", out long stream);
        for (int i = 3_500; i < 4_000; i += 100)
        {
            Commit(store, lease, events[i..(i + 100)], "main");
            AssertAll(store);
        }

        using (SqliteConnection connection = new($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            Assert.InRange(Scalar(connection, "SELECT count(*) FROM record"), 1, BlockWriter.MaxRecords - 1);
            Assert.InRange(Scalar(connection, "SELECT count(*) FROM block"), 3, 8);
        }

        Assert.Equal(500, store.Store.Ledger.CountRecords(stream, new LedgerSpan(0, long.MaxValue)));
    }

    [Fact]
    public async Task Removing_a_connector_s_records_leaves_the_others_as_they_were()
    {
        using TestStore store = new();
        byte[][] events = await EventsAsync(8, 3_000);
        Lease first = Acquire(store, "first", out long firstStream), second = Acquire(store, "second", out long secondStream);
        for (int i = 0; i < 3_000; i += 30) Commit(store, i % 60 == 0 ? first : second, events[i..(i + 30)], i % 60 == 0 ? "first" : "second");
        Assert.Equal((1_500, 1_500), (Count(firstStream), Count(secondStream)));

        Assert.Equal(1_500, store.Store.Records.RemoveRecords(store.Registry.Get("first").Id, TestContext.Current.CancellationToken));

        Assert.Equal((0, 1_500), (Count(firstStream), Count(secondStream)));
        (long Sequence, long Time, byte[] Json)[] left = [.. _all.Where(r => new IngestedRecord(0, r.Json).ConnectorName == "second")];
        Assert.Equal(left.Select(r => r.Sequence), store.Find(new RecordQuery { AfterSequence = 0 }).Select(r => r.Sequence));
        Assert.All(store.Find(), r => Assert.Equal(_all[(int)r.Sequence - 1].Json, r.Utf8.ToArray()));
        Assert.Equal(0, store.Store.Records.RemoveRecords(store.Registry.Get("first").Id, TestContext.Current.CancellationToken));

        // Spans that cut blocks in two are counted record by record.
        long middle = left[700].Time;
        Assert.Equal(left.Count(r => r.Time < middle), Count(secondStream, 0, middle));
        Assert.Equal(left.Count(r => r.Time >= middle), Count(secondStream, middle));

        long Count(long stream, long from = 0, long to = long.MaxValue) => store.Store.Ledger.CountRecords(stream, new LedgerSpan(from, to));
    }

    private void AssertAll(TestStore store)
    {
        List<IngestedRecord> found = store.Find(new RecordQuery { AfterSequence = 0 });
        Assert.Equal(_all.Count, found.Count);
        Assert.All(found, r => Assert.Equal(_all[(int)r.Sequence - 1].Json, r.Utf8.ToArray()));
        Assert.Equal(FullScan(new RecordQuery()), store.Find().Select(r => r.Sequence));
    }

    private void Fill(TestStore store, byte[][] events, Random random)
    {
        string[] names = ["main", "second", "third"];
        Lease[] leases = [.. names.Select(n => Acquire(store, n, out _))];
        for (int at = 0; at < events.Length;)
        {
            int size = Math.Min(events.Length - at, random.Next(3) == 0 ? random.Next(300, 2_500) : random.Next(1, 200));
            int which = random.Next(names.Length);
            Commit(store, leases[which], events[at..(at + size)], names[which]);
            at += size;
        }
    }

    private IEnumerable<long> FullScan(RecordQuery query)
    {
        RecordPredicate predicate = new(query);
        IEnumerable<(long Sequence, long Time, byte[] Json)> matches = _all.Where(r =>
            r.Time >= (query.After ?? long.MinValue) && r.Time < (query.Before ?? long.MaxValue) && r.Sequence > (query.AfterSequence ?? 0) && predicate.Matches(r.Json));
        matches = query.AfterSequence is not null ? matches.OrderBy(r => r.Sequence)
            : query.Oldest ? matches.OrderBy(r => r.Time).ThenBy(r => r.Sequence) : matches.OrderByDescending(r => r.Time).ThenByDescending(r => r.Sequence);
        return matches.Take((int)Math.Min(int.MaxValue, query.First ?? int.MaxValue)).Select(r => r.Sequence);
    }

    private RecordQuery Make(Random random)
    {
        IngestedRecord any = new(0, _all[random.Next(_all.Count)].Json);
        string json = any.Json;
        RecordQuery query = new();
        if (Chance(4)) query = query with { Users = [Vary(any.User)] };
        if (Chance(6)) query = query with { SourceIps = [Vary(any.SourceIp)] };
        if (Chance(5)) query = query with { EventTypes = [Vary(any.EventType), "sso_auth"] };
        if (Chance(6)) query = query with { Services = [Vary(any.Service)] };
        if (Chance(6)) query = query with { ConnectorNames = [Vary(any.ConnectorName)] };
        if (Chance(6)) query = query with { Organizations = [Vary(any.OrganizationId)] };
        if (Chance(3))
        {
            int start = random.Next(json.Length - 3);
            string text = json.Substring(start, Math.Min(json.Length - start, random.Next(1, 14)));
            query = query with { Text = Chance(2) ? text.ToUpperInvariant() : text };
        }

        if (Chance(4)) query = query with { After = _all[random.Next(_all.Count)].Time };
        if (Chance(4)) query = query with { Before = _all[random.Next(_all.Count)].Time };
        if (Chance(5)) query = query with { AfterSequence = random.Next(_all.Count) };
        if (Chance(3)) query = query with { Oldest = true };
        if (Chance(3)) query = query with { First = random.Next(1, 200) };
        return query;

        bool Chance(int of) => random.Next(of) == 0;

        string Vary(string? text) => text is null ? "nobody" : random.Next(5) switch
        {
            0 => text.ToUpperInvariant(),
            1 => text.Substring(0, text.Length / 2) + "*",
            2 => text.Split('@')[0],
            _ => text,
        };
    }

    private static async Task<byte[][]> EventsAsync(int seed, int count)
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = seed, EventsPerOrganization = count });
        return [.. simulator.Organizations[0].Truth().Select(e => e.Json.ToArray()).Take(count)];
    }

    private static RecordBatch Batch(IEnumerable<byte[]> events, string connector)
    {
        EventRecordWriter writer = new(new RecordOrigin("t", "Acme", connector, null, null)) { WriteTime = Now };
        RecordBatch batch = new();
        foreach (byte[] json in events)
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            writer.TryScan(ref reader);
            writer.Write(json, batch);
        }

        return batch;
    }

    private void Commit(TestStore store, Lease lease, IEnumerable<byte[]> events, string connector)
    {
        using RecordBatch batch = Batch(events, connector);
        store.Store.Records.Commit(lease, batch, new SliceCommit(Now - 1, Now) { StreamStart = Now - 1, Time = Now });
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch[i].Fate != RecordFate.Stored) continue;
            Assert.Equal(_all.Count + 1, batch[i].Sequence);
            _all.Add((batch[i].Sequence, batch[i].Timestamp, batch.Json(i).ToArray()));
        }
    }

    private static Lease Acquire(TestStore store, string name, out long stream)
    {
        store.Registry.Add(new Connector
        {
            Id = default, Name = name, TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default, ContentTypes = [ContentType.DirectoryInsights],
            AnalyzerProfile = AnalyzerProfile.DefaultName,
        }, TestStore.Secure("jca_0123456789abcdef0123456789abcdef0123"));
        StreamInfo info = store.Store.Records.OpenStream(new StreamKey(store.Registry.Get(name).Id, "", ContentType.DirectoryInsights), null, Now);
        stream = info.Id;
        return store.Store.Records.AcquireLease(info.Id, LeaseOwner.ThisProcess(), Now, TimeSpan.FromHours(1)).Lease!;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
