using System.Diagnostics;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace JumpCloudConnector.Storage;

/// <content>Whether it is sound.</content>
internal sealed partial class SqliteStoreCare
{
    // Of one kind of damage no more is told, and of the rest how much there is.
    private const int MostFindings = 20;

    private const int BlocksReadAtOnce = 64;

    private const long LittleDiskSpace = 1L << 30;

    public StoreTest Test(bool full, Action<string, double>? progress, CancellationToken cancellationToken)
    {
        Findings findings = new();
        StoreTest test = new() { StorePath = database.IsBackup ? database.FilePath : database.Folder, IsFull = full, TestedAt = DateTimeOffset.UtcNow, Findings = [] };
        Stopwatch clock = Stopwatch.StartNew();
        long blocks = 0, found = 0;
        progress?.Invoke(full ? "Every page and index" : "The pages", 0);
        Try(findings, connection => CheckPages(connection, full, findings), cancellationToken);
        if (database.SchemaVersion < SqliteSchema.Version)
        {
            findings.Add(false, "File", $"It was written by an earlier version of this module (schema version {database.SchemaVersion}), so that only its pages were looked at. Restored, it is brought up to date; test it again then.");
            return test with { Findings = findings.All(), Duration = clock.Elapsed };
        }

        Try(findings, connection => CheckTables(connection, full, progress, findings), cancellationToken);
        Try(findings, connection => (blocks, found) = CheckBlocks(connection, progress, findings, cancellationToken), cancellationToken);
        if (!database.IsBackup && FreeDiskBytes(database.Folder) is { } free and < LittleDiskSpace)
            findings.Add(false, "Disk", $"{free >> 20} MB are left on the disk. A full disk stops collection; nothing that was stored is lost by it.");
        return test with { Findings = findings.All(), Blocks = blocks, Records = found, Duration = clock.Elapsed };
    }

    /// <summary>Runs a part of the test on a connection of its own, which a fault ends and Ctrl+C interrupts.</summary>
    private void Try(Findings findings, Action<SqliteConnection> part, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using SqliteConnection connection = database.OpenReader();
            using CancellationTokenRegistration stop = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle));
            part(connection);
        }
        catch (SqliteException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (SqliteException e) when ((e.SqliteErrorCode & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            findings.Add(true, "File", $"The file cannot be read to its end: {e.Message}");
        }
        catch (SqliteException e)
        {
            database.Guard<int>(() => throw e);
        }
    }

    private static void CheckPages(SqliteConnection connection, bool full, Findings findings)
    {
        using SqliteCommand command = connection.CreateCommand(full ? "PRAGMA integrity_check" : "PRAGMA quick_check");
        foreach (string line in command.ReadAll(row => row.GetString(0)))
            if (line != "ok") findings.Add(true, "File", line.Replace('\n', ' '));
    }

    /// <summary>What tables say of each other, at one moment.</summary>
    private static void CheckTables(SqliteConnection connection, bool full, Action<string, double>? progress, Findings findings)
    {
        progress?.Invoke("The ledger", 0);
        SqliteDatabase.Execute(connection, "BEGIN");
        foreach (string table in (string[])["block_stream", "block_terms", "block_body"])
        {
            using SqliteCommand orphans = connection.CreateCommand(
                $"SELECT DISTINCT block, 0 FROM {table} WHERE block NOT IN (SELECT id FROM block) UNION ALL SELECT id, 1 FROM block WHERE id NOT IN (SELECT block FROM {table})");
            foreach ((long block, bool lacks) in orphans.ReadAll(row => (row.GetInt64(0), row.GetInt64(1) == 1)))
                findings.Add(true, "Block", lacks ? $"Block {block} has nothing in {table}." : $"{table} has something of block {block}, which is not there.");
        }

        using (SqliteCommand sums = connection.CreateCommand(
            "SELECT id FROM block b WHERE records != (SELECT sum(records) FROM block_stream WHERE block = b.id) OR from_ms != (SELECT min(from_ms) FROM block_stream WHERE block = b.id) OR to_ms != (SELECT max(to_ms) FROM block_stream WHERE block = b.id)"))
        {
            foreach (long block in sums.ReadAll(row => row.GetInt64(0))) findings.Add(true, "Block", $"Block {block} has other sums or times than the parts that it has of each stream.");
        }

        using SqliteCommand streams = connection.CreateCommand(
            "SELECT s.id, s.start_ms, s.watermark_ms FROM stream s JOIN connector c ON c.id = s.connector WHERE s.watermark_ms IS NOT NULL AND s.start_ms IS NOT NULL AND s.content_type = $1",
            (int)ContentType.DirectoryInsights);
        List<(long Id, long Start, long Watermark)> all = streams.ReadAll(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        for (int i = 0; i < all.Count; i++)
        {
            progress?.Invoke("The ledger", (double)i / all.Count);
            CheckLedger(connection, all[i].Id, all[i].Start, all[i].Watermark, findings);
            if (full) CheckKeys(connection, all[i].Id, findings);
        }
    }

    /// <summary>The watermark is the end of an unbroken run of slices, and what was received is there or was removed.</summary>
    private static void CheckLedger(SqliteConnection connection, long stream, long start, long watermark, Findings findings)
    {
        using SqliteCommand slices = connection.CreateCommand(
            "SELECT from_ms, to_ms FROM slice WHERE stream = $1 AND to_ms > $2 AND from_ms < $3 ORDER BY from_ms", stream, start, watermark);
        long reached = start;
        foreach ((long from, long to) in slices.ReadAll(row => (row.GetInt64(0), row.GetInt64(1))))
        {
            if (from > reached) break;
            reached = Math.Max(reached, to);
        }

        if (reached < watermark)
            findings.Add(true, "Ledger", $"Stream {stream} says that it was read up to {TimeText.Utc(watermark)}, and its ledger ends at {TimeText.Utc(reached)}. Read it again with Invoke-JcCollection -After.");

        using SqliteCommand counts = connection.CreateCommand(
            """
            SELECT (SELECT coalesce(sum(events - filtered), 0) FROM tally WHERE stream = $1), (SELECT coalesce(sum(records), 0) FROM removed WHERE stream = $1),
                (SELECT coalesce(sum(records), 0) FROM block_stream WHERE stream = $1), (SELECT count(*) FROM record WHERE stream = $1)
            """, stream);
        (long known, long removed, long packed, long rows) = counts.ReadAll(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)))[0];
        long lost = known - removed - packed - rows;
        if (lost > 0) findings.Add(true, "Ledger", $"Of stream {stream}, {Words.Count(lost, "record")} that {(lost == 1 ? "was" : "were")} received {(lost == 1 ? "is" : "are")} not there, and nobody removed {(lost == 1 ? "it" : "them")}.");
        if (lost < 0) findings.Add(true, "Ledger", $"Of stream {stream}, there {(lost == -1 ? "is" : "are")} {Words.Count(-lost, "record")} more than were received.");
    }

    private static void CheckKeys(SqliteConnection connection, long stream, Findings findings)
    {
        using SqliteCommand hours = connection.CreateCommand(
            """
            SELECT coalesce(t.hour_ms, k.hour) FROM (SELECT ms / 3600000 * 3600000 AS hour, count(*) AS events, sum(filtered) AS filtered FROM seen WHERE stream = $1 GROUP BY 1) k
                FULL JOIN (SELECT * FROM tally WHERE stream = $1) t ON t.hour_ms = k.hour
            WHERE t.events IS NOT k.events OR t.filtered IS NOT k.filtered
            """, stream);
        foreach (long hour in hours.ReadAll(row => row.GetInt64(0)))
            findings.Add(true, "Ledger", $"Of stream {stream}, the hour from {TimeText.Utc(hour)} has another number of keys than it should have.");
    }

    /// <summary>Opens every block that there is at one moment, some at a time, so that no reader holds up the log for long.</summary>
    private (long Blocks, long Records) CheckBlocks(SqliteConnection connection, Action<string, double>? progress, Findings findings, CancellationToken cancellationToken)
    {
        SqliteDatabase.Execute(connection, "BEGIN");
        long last = Number(connection, "SELECT value FROM meta WHERE name = 'sequence'");
        List<TestedBlock> blocks;
        using (SqliteCommand list = connection.CreateCommand("SELECT id, first, last, records, from_ms, to_ms, bytes FROM block ORDER BY first"))
        {
            blocks = list.ReadAll(row => new TestedBlock(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)));
        }

        SequenceSet seen = new();
        long found = 0, opened = 0;
        RowCheck check = new();
        using (SqliteCommand rows = connection.CreateCommand("SELECT sequence, ms, body FROM record"))
        {
            using SqliteDataReader row = rows.ExecuteReader();
            for (; row.Read(); found++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                AddSequence(row.GetInt64(0), "A row");
                if (check.FaultOf(row.GetFieldValue<byte[]>(2), row.GetInt64(1)) is { } fault) AddFault(findings, row.GetInt64(0), row.GetInt64(1), fault);
            }
        }

        SqliteDatabase.Execute(connection, "COMMIT");
        using BlockReader reader = new();
        using RecordRenderer renderer = new(number => records.OriginOf(connection, number));
        BlockTerms terms = new();
        for (int at = 0; at < blocks.Count; at++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (at % BlocksReadAtOnce == 0)
            {
                if (at > 0) SqliteDatabase.Execute(connection, "COMMIT");
                SqliteDatabase.Execute(connection, "BEGIN");
                progress?.Invoke("Blocks of records", (double)at / blocks.Count);
            }

            try
            {
                long count = CheckBlock(connection, blocks[at], reader, renderer, check, terms, findings, AddSequence);
                if (count < 0) continue;
                opened++;
                found += count;
            }
            catch (Exception e) when (e is InvalidDataException or IndexOutOfRangeException or ArgumentException or OverflowException or System.Text.Json.JsonException)
            {
                findings.Add(true, "Block", $"Block {blocks[at].Id} with {Words.Count(blocks[at].Records, "record")} of {TimeText.Utc(blocks[at].From)} to {TimeText.Utc(blocks[at].To)} cannot be read: {e.Message}");
            }
        }

        return (opened, found);

        void AddSequence(long sequence, string where)
        {
            if (sequence < 1 || sequence > last) findings.Add(true, "Sequence", $"{where} has the sequence {sequence}; given were those up to {last}.");
            else if (!seen.Add(sequence)) findings.Add(true, "Sequence", $"The sequence {sequence} is there twice, the second time in {where.Substring(0, 1).ToLowerInvariant()}{where.Substring(1)}.");
        }
    }

    /// <summary>How many records a block has; -1 where it is gone, since it was replaced or removed meanwhile.</summary>
    private static long CheckBlock(
        SqliteConnection connection, TestedBlock block, BlockReader reader, RecordRenderer renderer, RowCheck check, BlockTerms terms, Findings findings, Action<long, string> addSequence)
    {
        using SqliteCommand select = connection.CreateCommand("SELECT body, terms FROM block JOIN block_body b ON b.block = id JOIN block_terms t ON t.block = id WHERE id = $1", block.Id);
        if (select.ReadAll(row => (Body: row.GetFieldValue<byte[]>(0), Terms: row.GetFieldValue<byte[]>(1))) is not [(byte[] body, byte[] filter)]) return -1;
        Dictionary<long, BlockPart> parts = [];
        using (SqliteCommand streams = connection.CreateCommand("SELECT stream, records, from_ms, to_ms FROM block_stream WHERE block = $1", block.Id))
            foreach (BlockPart part in streams.ReadAll(row => new BlockPart(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3)))) parts[part.Stream] = part;
        reader.Open(body, block.First);
        Dictionary<long, BlockPart> found = [];
        long from = long.MaxValue, to = long.MinValue, first = long.MaxValue, last = long.MinValue;
        string where = $"Block {block.Id}";
        while (reader.MoveNext())
        {
            BlockEntry entry = reader.Entry;
            (from, to) = (Math.Min(from, entry.Timestamp), Math.Max(to, entry.Timestamp));
            (first, last) = (Math.Min(first, reader.Sequence), Math.Max(last, reader.Sequence));
            found[entry.Stream] = found.TryGetValue(entry.Stream, out BlockPart part)
                ? new BlockPart(entry.Stream, part.Records + 1, Math.Min(part.From, entry.Timestamp), Math.Max(part.To, entry.Timestamp))
                : new BlockPart(entry.Stream, 1, entry.Timestamp, entry.Timestamp);
            addSequence(reader.Sequence, where);
            // One that is kept whole may have been damaged before it came here.
            if (entry.Kind == RecordKind.Whole && check.FaultOf(reader.Json, entry.Timestamp) is { } fault) AddFault(findings, reader.Sequence, entry.Timestamp, fault);
            terms.Add(renderer.Render(entry, reader.Json));
        }

        if (reader.Count != block.Records) findings.Add(true, "Block", $"{where} has {reader.Count} records, and should have {block.Records}.");
        if ((from, to) != (block.From, block.To)) findings.Add(true, "Block", $"{where} has records of {TimeText.Utc(from)} to {TimeText.Utc(to)}, and should have those of {TimeText.Utc(block.From)} to {TimeText.Utc(block.To)}.");
        if (first != block.First || last != block.Last) findings.Add(true, "Block", $"{where} has the sequences {first} to {last}, and should have {block.First} to {block.Last}.");
        if (found.Count != parts.Count || found.Values.Any(p => !parts.TryGetValue(p.Stream, out BlockPart known) || known != p))
            findings.Add(true, "Block", $"{where} has other numbers or times of its streams than are kept of it.");
        if (!terms.IsIn(filter)) findings.Add(true, "Block", $"{where} has records that searches would not find: its filter lacks their terms.");
        return reader.Count;
    }

    private static void AddFault(Findings findings, long sequence, long time, string fault) =>
        findings.Add(true, "Record", $"The record of {TimeText.Utc(time)} with the sequence {sequence} is not as it was received: {fault}.");

    private sealed record TestedBlock(long Id, long First, long Last, long Records, long From, long To, long Bytes);

    /// <summary>What was found, of each area some.</summary>
    private sealed class Findings
    {
        private readonly List<StoreFinding> _all = [];
        private readonly Dictionary<string, int> _more = [];

        public void Add(bool isDamage, string area, string message)
        {
            if (_all.Count(f => f.Area == area) < MostFindings) _all.Add(new StoreFinding(isDamage, area, message));
            else _more[area] = _more.TryGetValue(area, out int more) ? more + 1 : 1;
        }

        public IReadOnlyList<StoreFinding> All() =>
            [.. _all, .. _more.Select(m => new StoreFinding(true, m.Key, $"{m.Value} more of this kind."))];
    }

    /// <summary>Sequences, a bit each, in parts that are made when they are needed.</summary>
    private sealed class SequenceSet
    {
        private readonly Dictionary<long, ulong[]> _parts = [];

        /// <summary>False where it is in already.</summary>
        public bool Add(long sequence)
        {
            if (!_parts.TryGetValue(sequence >> 16, out ulong[]? part)) _parts[sequence >> 16] = part = new ulong[1 << 10];
            ref ulong word = ref part[(sequence >> 6) & 1023];
            ulong bit = 1UL << (int)(sequence & 63);
            bool isNew = (word & bit) == 0;
            word |= bit;
            return isNew;
        }
    }
}
