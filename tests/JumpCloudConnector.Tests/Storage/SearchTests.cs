using System.Globalization;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>A search of blocks and rows answers what looking at every record would.</summary>
public sealed class SearchTests
{
    [Theory]
    [InlineData(1)]
    public Task Searches_of_chance_answer_what_a_full_scan_does(int seed) => SearchByChanceAsync(seed);

    [Theory]
    [Trait("Category", "Scale")]
    [InlineData(2)]
    [InlineData(3)]
    public Task So_do_those_of_other_seeds(int seed) => SearchByChanceAsync(seed);

    private static async Task SearchByChanceAsync(int seed)
    {
        using FilledStore store = await FilledStore.MakeAsync(seed, 4_000);
        Random random = new(seed);
        for (int i = 0; i < 150; i++)
        {
            RecordQuery query = store.Make(random);
            long[] expected = [.. store.FullScan(query).Select(r => r.Sequence)];
            long[] found = [.. store.Find(query).Select(r => r.Sequence)];
            Assert.True(expected.SequenceEqual(found), $"seed {seed}, query {i}: {query} expected {expected.Length}, found {found.Length}");
        }

        Assert.All(store.Find(), r => Assert.Equal(store.All[(int)r.Sequence - 1].Json, r.Utf8.ToArray()));
        Assert.All(store.All.Where((_, i) => i % 97 == 0), r => Assert.Equal(r.Json, store.Records.GetRecord(r.Sequence)!.Utf8.ToArray()));
        Assert.Null(store.Records.GetRecord(store.All.Count + 1));
        Assert.Equal((store.All.Count, store.All.Min(r => r.Time), store.All.Max(r => r.Time)), store.Records.GetSpan());
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
    [InlineData("\"b\":TRUE")]
    [InlineData("\"c\":\"É")]
    [InlineData("\"jumpcloud\":{\"id\":\"x7\"}}")]
    [InlineData("\"x7\"}}")]
    [InlineData("\"b\":\"y7\"}}")]
    [InlineData("\"B\":")]
    [InlineData("\"b\":\"")]
    [InlineData("\"b\":\"y7")]
    [InlineData("\"b\":tr")]
    [InlineData("\"b\":true , \"n\": -7 ")]
    [InlineData("\"a\" : null , \"b\":")]
    [InlineData("\"n\": ")]
    [InlineData("\"d\":{\"e\":[1,{\"e\":true},\"z\\\"\"],\"f\"")]
    [InlineData("\"e\":")]
    [InlineData("\"e\":t")]
    [InlineData("\"e\":[1,")]
    [InlineData("\"q\":7")]
    public void Texts_are_found_wherever_they_are(string text)
    {
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        byte[] spaced = "{ \"id\" : \"1\" , \"timestamp\":\"2024-05-06T07:08:09Z\", \"a\" : null , \"b\":true , \"n\": -7 , \"name\" : \"x\", \"c\":\"É a\\/b\", \"d\":{\"e\":[1,{\"e\":true},\"z\\\"\"],\"f\":{}},\"p\\\"q\":7 }"u8.ToArray();
        store.Commit(lease, Enumerable.Range(0, 400).Select(i => i == 300 ? spaced : System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"x{i}\"{(i % 2 == 0 ? $",\"b\":\"y{i + 1}\"" : "")}}}")), "main");
        RecordQuery query = new() { Text = text };
        long[] expected = [.. store.FullScan(query).Select(r => r.Sequence)];
        Assert.NotEmpty(expected);
        Assert.Equal(expected, store.Find(query).Select(r => r.Sequence));
    }

    /// <summary>Blocks are listed some hundred at a time: one that is written anew meanwhile, among many of one time, is not left out.</summary>
    [Fact]
    [Trait("Category", "Scale")]
    public void A_block_written_anew_between_two_lists_is_read()
    {
        const int Blocks = 520, Each = 256;
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        for (int block = 0; block < Blocks; block++)
        {
            string time = block == Blocks - 1 ? "2024-05-06T07:08:10Z" : "2024-05-06T07:08:09Z";
            store.Commit(lease, Enumerable.Range(block * Each, Each).Select(i => System.Text.Encoding.UTF8.GetBytes(
                $"{{\"id\":\"{i}\",\"timestamp\":\"{time}\",\"username\":\"{(i == (3 * Each) + 7 ? "jane" : "jack")}\"}}")), "main");
        }

        HashSet<long> found = [];
        foreach (IngestedRecord record in store.Records.Find(new RecordQuery(), TestContext.Current.CancellationToken))
        {
            Assert.True(found.Add(record.Sequence), $"{record.Sequence} was given twice.");
            if (found.Count == 1) Assert.Equal(1, store.Records.Remove(new RecordQuery { Users = ["jane"] }, false, null, TestContext.Current.CancellationToken).Records);
        }

        Assert.Equal((Blocks * Each) - 1, found.Count);
    }

    /// <summary>The next blocks are looked into while the caller looks at a record: whoever leaves or stops then leaves nothing behind.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(1500)]
    public void A_search_may_be_left_at_any_record(int records)
    {
        const int Blocks = 10, Each = 256;
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        for (int block = 0; block < Blocks; block++)
        {
            int first = block * Each;
            store.Commit(lease, Enumerable.Range(first, Each).Select(i => System.Text.Encoding.UTF8.GetBytes(
                $"{{\"id\":\"{i}\",\"timestamp\":\"{DateTime.UnixEpoch.AddDays(20_000).AddSeconds(i):yyyy-MM-ddTHH:mm:ss}Z\",\"username\":\"jack\"}}")), "main");
        }

        long newest = Blocks * Each;
        long[] expected = [.. Enumerable.Range(0, records).Select(i => newest - i)];
        Assert.Equal(expected, store.Records.Find(new RecordQuery(), TestContext.Current.CancellationToken).Take(records).Select(r => r.Sequence));

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        List<long> found = [];
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (IngestedRecord record in store.Records.Find(new RecordQuery(), stop.Token))
            {
                found.Add(record.Sequence);
                if (found.Count == records) stop.Cancel();
            }
        });
        Assert.Equal(expected, found);
        Assert.Equal(newest, store.Records.Find(new RecordQuery(), TestContext.Current.CancellationToken).LongCount());
    }

    /// <summary>Whatever property of the vendor's object a field of the record is taken from, and however it is written.</summary>
    [Theory]
    [InlineData("user", @"'initiated_by':{'id':'VALUE'}")]
    [InlineData("user", @"'initiated_by':{'type':'admin','email':'VALUE@example.com'}")]
    [InlineData("user", @"'initiated_by':{'username':'VALUE'}")]
    [InlineData("user", @"'username' : 'VALUE'")]
    [InlineData("user", @"'jc_initiated_by_email':'VALUE@example.com'")]
    [InlineData("user", @"'resource':{'username':'VALUE'}")]
    [InlineData("user", @"'resource':{'email':'VALUE'}")]
    [InlineData("user", @"'user\u006eame':'VALUE'")]
    [InlineData("user", @"'say \'username':1,'username':'V\u0041LUE'")]
    [InlineData("address", @"'client_ip':'10.9.8.7'")]
    [InlineData("address", @"'src_ip':'10.9.8.7'")]
    [InlineData("type", @"'event_type':'VALUE'")]
    [InlineData("service", @"'service'  :  'VALUE'")]
    public void A_value_is_found_from_whichever_property_it_comes(string field, string property)
    {
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        store.Commit(lease, Enumerable.Range(0, 400).Select(i => System.Text.Encoding.UTF8.GetBytes(
            i % 199 == 7
                ? $"{{\"id\":\"{i}\",\"timestamp\":\"2024-05-06T07:08:09Z\",{property.Replace('\'', '"')}}}"
                : $"{{\"id\":\"{i}\",\"timestamp\":\"2024-05-06T07:08:09Z\",\"list\":[\"VALUE\",\"10.9.8.7\"]}}")), "main");
        RecordQuery[] queries = field switch
        {
            "user" => [new() { Users = ["value"] }],
            "address" => [new() { SourceIps = ["10.9.8.7"] }, new() { Query = "srcip:10.9.8.7" }],
            "type" => [new() { EventTypes = ["value"] }, new() { Query = "event_type:value" }],
            _ => [new() { Services = ["value"] }, new() { Query = "event_category:value" }],
        };
        Assert.All(queries, query =>
        {
            Assert.Equal(2, store.FullScan(query).Count());
            Assert.Equal(store.FullScan(query).Select(r => r.Sequence), store.Find(query).Select(r => r.Sequence));
        });
    }

    [Theory]
    [InlineData("eventtype:sso_auth", false)]
    [InlineData("eventtype:sso_auth AND event_type:*", false)]
    [InlineData("eventtype:sso_auth OR event_type:sso_auth", true)]
    [InlineData("event_type:sso_auth -eventtype:sso_auth", true)]
    [InlineData("event_type:sso_auth AND NOT (eventtype:sso_auth AND srcip:*)", true)]
    public async Task A_field_that_no_record_has_ends_a_search_where_it_is_needed_alone(string query, bool finds)
    {
        using FilledStore store = await FilledStore.MakeAsync(21, 1_500);
        foreach (RecordQuery sought in (RecordQuery[])[new() { Query = query }, new() { Query = query, Oldest = true }, new() { Query = query, AfterSequence = 0 }])
        {
            long[] expected = [.. store.FullScan(sought).Select(r => r.Sequence)];
            Assert.Equal(finds, expected.Length > 0);
            Assert.Equal(expected, store.Find(sought).Select(r => r.Sequence));
        }
    }

    /// <summary>Rows go into a block, and others away, while somebody reads.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Records_that_move_meanwhile_are_given_once(bool oldest, bool bySequence)
    {
        using FilledStore store = new();
        byte[][] events = await FilledStore.EventsAsync(4, 4_000);
        Lease lease = store.Acquire("main", out _);
        store.Commit(lease, events[..1_500], "main");
        for (int i = 1_500; i < 2_400; i += 100) store.Commit(lease, events[i..(i + 100)], "main");
        int before = store.All.Count;

        List<long> found = [];
        int at = 2_400;
        foreach (IngestedRecord record in store.Records.Find(
            new RecordQuery { Oldest = oldest, AfterSequence = bySequence ? 0 : null }, TestContext.Current.CancellationToken))
        {
            found.Add(record.Sequence);
            if (found.Count % 100 != 0 || at >= events.Length) continue;
            store.Commit(lease, events[at..Math.Min(events.Length, at + 150)], "main");
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
        using FilledStore store = new();
        byte[][] events = await FilledStore.EventsAsync(5, 4_000);
        Lease lease = store.Acquire("main", out _);
        store.Commit(lease, events[..300], "main");
        for (int i = 300; i < 1_200; i += 150) store.Commit(lease, events[i..(i + 150)], "main");

        List<long> found = [];
        foreach (IngestedRecord record in store.Records.Find(new RecordQuery { AfterSequence = 0 }, TestContext.Current.CancellationToken))
        {
            found.Add(record.Sequence);
            if (found.Count != 500) continue;
            store.Commit(lease, events[1_200..3_200], "main");
            store.Commit(lease, events[3_200..3_250], "main");
        }

        Assert.InRange(found.Count, 1_200, store.All.Count);
        Assert.Equal(Enumerable.Range(1, found.Count).Select(s => (long)s), found);
        Assert.Equal(store.All.Skip(found.Count).Select(r => r.Sequence), store.Find(new RecordQuery { AfterSequence = found[^1] }).Select(r => r.Sequence));
    }

    /// <summary>What the first layout wrote is read, and goes into blocks with the commits that follow.</summary>
    [Fact]
    public async Task A_store_of_the_first_layout_is_read_and_packed()
    {
        byte[][] events = await FilledStore.EventsAsync(6, 4_000);
        using FilledStore store = new();
        store.Store.Dispose();
        string file = Path.Combine(store.Test.Folder, "store.db");
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
            using RecordBatch batch = FilledStore.Batch(events[..3_500], "old");
            for (int i = 0; i < batch.Count; i++)
            {
                byte[] json = batch.Json(i).ToArray();
                store.All.Add((i + 1, batch[i].Timestamp, json));
                insert.Parameters[0].Value = i + 1L;
                insert.Parameters[1].Value = batch[i].Timestamp;
                insert.Parameters[2].Value = json;
                insert.ExecuteNonQuery();
            }

            // Written by somebody else, or by a version that made records another way.
            byte[] foreign = "{\"timestamp\":5,\"msg_class\":\"theirs\",\"user\":{\"name\":\"ann\"}}"u8.ToArray();
            store.All.Add((3_501, 5, foreign));
            insert.Parameters[0].Value = 3_501L;
            insert.Parameters[1].Value = 5L;
            insert.Parameters[2].Value = foreign;
            insert.ExecuteNonQuery();
            transaction.Commit();
            Run(connection, "UPDATE meta SET value = 3501 WHERE name = 'sequence'");
        }

        store.Test.Reopen();
        AssertAll(store);
        Lease lease = store.Acquire("main", out long stream);
        for (int i = 3_500; i < 4_000; i += 100)
        {
            store.Commit(lease, events[i..(i + 100)], "main");
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
        using FilledStore store = new();
        byte[][] events = await FilledStore.EventsAsync(8, 3_000);
        Lease first = store.Acquire("first", out long firstStream), second = store.Acquire("second", out long secondStream);
        for (int i = 0; i < 3_000; i += 30) store.Commit(i % 60 == 0 ? first : second, events[i..(i + 30)], i % 60 == 0 ? "first" : "second");
        Assert.Equal((1_500, 1_500), (Count(firstStream), Count(secondStream)));

        Assert.Equal(1_500, store.Records.RemoveRecords(store.Test.Registry.Get("first").Id, TestContext.Current.CancellationToken));

        Assert.Equal((0, 1_500), (Count(firstStream), Count(secondStream)));
        (long Sequence, long Time, byte[] Json)[] left = [.. store.All.Where(r => new IngestedRecord(0, r.Json).ConnectorName == "second")];
        Assert.Equal(left.Select(r => r.Sequence), store.Find(new RecordQuery { AfterSequence = 0 }).Select(r => r.Sequence));
        Assert.All(store.Find(), r => Assert.Equal(store.All[(int)r.Sequence - 1].Json, r.Utf8.ToArray()));
        Assert.Equal(0, store.Records.RemoveRecords(store.Test.Registry.Get("first").Id, TestContext.Current.CancellationToken));

        // Spans that cut blocks in two are counted record by record.
        long middle = left[700].Time;
        Assert.Equal(left.Count(r => r.Time < middle), Count(secondStream, 0, middle));
        Assert.Equal(left.Count(r => r.Time >= middle), Count(secondStream, middle));

        long Count(long stream, long from = 0, long to = long.MaxValue) => store.Store.Ledger.CountRecords(stream, new LedgerSpan(from, to));
    }

    private static void AssertAll(FilledStore store)
    {
        List<IngestedRecord> found = store.Find(new RecordQuery { AfterSequence = 0 });
        Assert.Equal(store.All.Count, found.Count);
        Assert.All(found, r => Assert.Equal(store.All[(int)r.Sequence - 1].Json, r.Utf8.ToArray()));
        Assert.Equal(store.FullScan(new RecordQuery()).Select(r => r.Sequence), store.Find().Select(r => r.Sequence));
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
