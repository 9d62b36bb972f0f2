using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>
/// Removing records. Keys and the ledger stay: what was removed does not come back while JumpCloud still has it, and how much
/// was removed is kept, so that it is not taken for lost.
/// </content>
internal sealed partial class SqliteRecordStore
{
    private const int RowsRemovedAtOnce = 4096;

    // A transaction's blocks: some megabytes, so that who waits for its end waits little.
    private const int BlocksRemovedAtOnce = 16;

    private const long Day = 24 * Hour;

    public RemovedRecords Remove(RecordQuery query, bool preview, Action<RemovedRecords, double>? progress, CancellationToken cancellationToken) =>
        Remove(query, long.MaxValue, long.MaxValue, preview, () => true, progress, cancellationToken);

    public long RemoveRecords(Guid connectorId, CancellationToken cancellationToken)
    {
        HashSet<long> streams = [.. GetStreams(connectorId).Select(s => s.Id)];
        long removed = RemoveRows(new RecordQuery(), long.MaxValue, (stream, _) => streams.Contains(stream), false, cancellationToken).Records;
        while (true)
        {
            List<BlockRow> blocks = database.Read(connection =>
            {
                List<BlockRow> rows = [];
                foreach (long stream in streams)
                {
                    using SqliteCommand command = connection.CreateCommand(BlockColumns + " WHERE id IN (SELECT block FROM block_stream WHERE stream = $1)", stream);
                    rows.AddRange(command.ReadAll(ReadBlock));
                }

                return rows.Distinct().ToList();
            });
            removed += RemoveFromBlocks(blocks, new Removal((_, entry) => streams.Contains(entry.Stream), null), false, () => true, null, cancellationToken, out bool missed).Records;
            if (!missed) return removed;
        }
    }

    /// <summary>Removes what a query describes.</summary>
    /// <param name="query">Which records.</param>
    /// <param name="rewriteBefore">Blocks that reach behind the query's end are taken apart only where they begin before this.</param>
    /// <param name="upTo">What lies behind this place in the order of commits stays, and its blocks with it.</param>
    /// <param name="preview">True to remove nothing.</param>
    /// <param name="goesOn">False when it should end.</param>
    /// <param name="progress">Is told now and then.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    internal RemovedRecords Remove(
        RecordQuery query, long rewriteBefore, long upTo, bool preview, Func<bool> goesOn, Action<RemovedRecords, double>? progress, CancellationToken cancellationToken)
    {
        if (query.First is not null) throw new ArgumentException("What is removed cannot be a number of records.", nameof(query));
        query.Check();
        OriginFilter byOrigin = new(query);
        RecordPredicate? predicate = query.HasCriteria ? new RecordPredicate(query) : null;
        // Rows first: those that go into a block meanwhile are found there.
        RemovedRecords removed = RemoveRows(query, upTo, (_, json) => predicate?.Matches(json) ?? true, preview, cancellationToken);
        long after = query.After ?? long.MinValue, before = query.Before ?? long.MaxValue, afterSequence = query.AfterSequence ?? long.MinValue;
        Removal removal = new((sequence, entry) => entry.Timestamp >= after && entry.Timestamp < before && sequence > afterSequence && !query.WrittenBefore(entry), predicate)
        {
            Terms = new TermFilter(query, predicate?.Required ?? []),
            IsWhole = block => predicate is null && block.From >= after && block.To < before && block.First > afterSequence,
            ByOrigin = byOrigin.IsEnough ? byOrigin.Matches : null,
        };
        while (true)
        {
            List<BlockRow> blocks = database.Read(connection =>
            {
                using SqliteCommand command = connection.CreateCommand(
                    BlockColumns + " WHERE to_ms >= $1 AND from_ms < $2 AND last > $3 AND (to_ms < $2 OR from_ms < $4) AND last <= $5 ORDER BY to_ms, id",
                    after, before, afterSequence, rewriteBefore, upTo);
                return command.ReadAll(ReadBlock);
            });
            removed = removed.Plus(RemoveFromBlocks(blocks, removal, preview, goesOn, progress, cancellationToken, out bool missed));
            if (!missed || preview || !goesOn()) return removed;
        }
    }

    /// <summary>Drops the oldest blocks and rows until the store is small enough, or nothing is left that may go.</summary>
    /// <param name="maxBytes">Bytes that may be in use.</param>
    /// <param name="before">What has newer records stays.</param>
    /// <param name="upTo">So does what lies behind this place in the order of commits, with its block.</param>
    /// <param name="goesOn">False when it should end.</param>
    /// <param name="progress">Is told now and then.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    internal RemovedRecords RemoveOldest(long maxBytes, long before, long upTo, Func<bool> goesOn, Action<RemovedRecords, double>? progress, CancellationToken cancellationToken)
    {
        RemovedRecords removed = default;
        Queue<BlockRow> blocks = new(database.Read(connection =>
        {
            using SqliteCommand command = connection.CreateCommand(BlockColumns + " WHERE to_ms < $1 AND last <= $2 ORDER BY to_ms, id", before, upTo);
            return command.ReadAll(ReadBlock);
        }));
        long begun = -1;
        bool isDone = false;
        while (!isDone && goesOn())
        {
            cancellationToken.ThrowIfCancellationRequested();
            long used = 0;
            RemovedRecords step = database.Write(durable: true, connection =>
            {
                RemovedRecords sum = default;
                used = SqliteStoreCare.UsedBytes(connection);
                if (begun < 0) begun = used;
                for (int i = 0; i < BlocksRemovedAtOnce && used > maxBytes && !isDone; i++)
                {
                    RemovedRecords rows = DropRows(connection, blocks.Count > 0 ? blocks.Peek().To : before - 1, upTo);
                    sum = sum.Plus(rows);
                    if (rows.Records == 0 && blocks.Count == 0) isDone = true;
                    else if (rows.Records == 0 && blocks.Dequeue() is var block && Drop(connection, block)) sum = sum.Plus(block.Records, block.From, block.To);
                    used = SqliteStoreCare.UsedBytes(connection);
                }

                if (sum.Records > 0) Execute(connection, MovedSql);
                return sum;
            });
            removed = removed.Plus(step);
            isDone |= used <= maxBytes;
            if (step.Records > 0) progress?.Invoke(removed, begun <= maxBytes ? 1 : Math.Min(1, (double)(begun - used) / (begun - maxBytes)));
        }

        return removed;
    }

    private const string MovedSql = "UPDATE meta SET value = value + 1 WHERE name = 'moved'";

    private const string BlockColumns = "SELECT id, first, last, records, from_ms, to_ms FROM block";

    private static BlockRow ReadBlock(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));

    /// <summary>Removes rows that no block has yet.</summary>
    private RemovedRecords RemoveRows(RecordQuery query, long upTo, Func<long, byte[], bool> isRemoved, bool preview, CancellationToken cancellationToken)
    {
        RemovedRecords removed = default;
        long last = query.AfterSequence ?? long.MinValue;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Looked for beside the writers; most times there is nothing.
            List<(long Sequence, long Stream, long Time, bool Removed)> looked = database.Read(connection =>
            {
                using SqliteCommand select = connection.CreateCommand(
                    "SELECT sequence, stream, ms, body FROM record WHERE sequence > $1 AND +ms >= $2 AND +ms < $3 AND sequence <= $5 ORDER BY sequence LIMIT $4",
                    last, query.After ?? long.MinValue, query.Before ?? long.MaxValue, RowsRemovedAtOnce, upTo);
                return select.ReadAll(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), isRemoved(row.GetInt64(1), row.GetFieldValue<byte[]>(3))));
            });
            List<(long Sequence, long Stream, long Time, bool Removed)> gone = looked.FindAll(l => l.Removed);
            if (preview) foreach ((_, _, long time, _) in gone) removed = removed.Plus(1, time, time);
            else if (gone.Count > 0) removed = removed.Plus(Drop(gone));
            if (looked.Count < RowsRemovedAtOnce) return removed;
            last = looked[looked.Count - 1].Sequence;
        }
    }

    private RemovedRecords Drop(List<(long Sequence, long Stream, long Time, bool Removed)> rows) => database.Write(durable: true, connection =>
    {
        RemovedRecords dropped = DropRows(connection, rows);
        Execute(connection, MovedSql);
        return dropped;
    });

    private static RemovedRecords DropRows(SqliteConnection connection, List<(long Sequence, long Stream, long Time, bool Removed)> rows)
    {
        RemovedRecords removed = default;
        Dictionary<long, BlockPart> parts = [];
        using SqliteCommand delete = connection.CreateCommand("DELETE FROM record WHERE sequence = $1", 0L);
        foreach ((long sequence, long stream, long time, _) in rows)
        {
            delete.Parameters[0].Value = sequence;
            if (delete.ExecuteNonQuery() == 0) continue;
            removed = removed.Plus(1, time, time);
            Count(parts, stream, time);
        }

        Keep(connection, parts.Values);
        return removed;
    }

    /// <summary>Drops some of the rows up to a time and a place, the oldest first.</summary>
    private static RemovedRecords DropRows(SqliteConnection connection, long latest, long upTo)
    {
        using SqliteCommand select = connection.CreateCommand("SELECT sequence, stream, ms FROM record WHERE ms <= $1 AND sequence <= $2 ORDER BY ms, sequence LIMIT 256", latest, upTo);
        List<(long, long, long, bool)> rows = select.ReadAll(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), true));
        return rows.Count == 0 ? default : DropRows(connection, rows);
    }

    /// <summary>Removes records from blocks, some blocks in a transaction.</summary>
    private RemovedRecords RemoveFromBlocks(
        List<BlockRow> blocks, Removal removal, bool preview, Func<bool> goesOn, Action<RemovedRecords, double>? progress, CancellationToken cancellationToken, out bool missed)
    {
        RemovedRecords removed = default;
        missed = false;
        for (int at = 0; at < blocks.Count && goesOn(); at += BlocksRemovedAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<BlockRow> some = blocks.GetRange(at, Math.Min(BlocksRemovedAtOnce, blocks.Count - at));
            // What stays of a block is packed before the transaction: a block never changes, it is only replaced.
            List<BlockChange> changes = LookAt(some, removal, preview, out bool wasGone);
            missed |= wasGone;
            if (preview || changes.Count == 0) foreach (BlockChange change in changes) removed = removed.Plus(change.Removed);
            else removed = removed.Plus(Apply(changes, ref missed));
            foreach (BlockChange change in changes) change.Left?.Dispose();
            progress?.Invoke(removed, (double)(at + some.Count) / blocks.Count);
        }

        return removed;
    }

    private RemovedRecords Apply(List<BlockChange> changes, ref bool missed)
    {
        bool wasGone = false;
        RemovedRecords removed = database.Write(durable: true, connection =>
        {
            RemovedRecords sum = default;
            Statements run = _statements ??= new Statements(connection);
            foreach (BlockChange change in changes)
            {
                // Somebody else was faster, and what is left of it lies in another block.
                if (!Drop(connection, change.Block, change.Parts))
                {
                    wasGone = true;
                    continue;
                }

                if (change.Left is not null) PutBlock(connection, run, change.Left, change.Left.First);
                sum = sum.Plus(change.Removed);
            }

            run.Moved.Step();
            return sum;
        });
        missed |= wasGone;
        return removed;
    }

    private List<BlockChange> LookAt(List<BlockRow> blocks, Removal removal, bool preview, out bool wasGone)
    {
        bool gone = false;
        List<BlockChange> changes = database.Read(connection =>
        {
            Execute(connection, "BEGIN");
            List<BlockChange> found = [];
            using BlockReader reader = new();
            using RecordRenderer renderer = new(number => OriginOf(connection, number));
            foreach (BlockRow block in blocks)
            {
                if (removal.IsWhole(block)) found.Add(new BlockChange(block, null, null, new RemovedRecords(block.Records, block.From, block.To)));
                else if (!LookInto(connection, block, removal, reader, renderer, preview, found)) gone = true;
            }

            return found;
        });
        wasGone = gone;
        return changes;
    }

    /// <summary>Finds out what goes of a block; false where it is gone itself.</summary>
    private bool LookInto(
        SqliteConnection connection, BlockRow block, Removal removal, BlockReader reader, RecordRenderer renderer, bool preview, List<BlockChange> found)
    {
        using SqliteCommand select = connection.CreateCommand("SELECT terms, body FROM block_terms JOIN block_body USING(block) WHERE block = $1", block.Id);
        if (select.ReadAll(row => (Terms: row.GetFieldValue<byte[]>(0), Body: row.GetFieldValue<byte[]>(1))) is not [(byte[] terms, byte[] body)]) return !IsGone(connection, block.Id);
        if (removal.Terms is { IsActive: true } filter && !filter.MayMatch(terms)) return true;
        Dictionary<long, BlockPart> parts = [];
        bool[] goes = new bool[block.Records];
        reader.Open(body, block.First);
        if (reader.Count != goes.Length) throw new InvalidDataException($"Block {block.Id} has {reader.Count} records, and not {goes.Length}.");
        RemovedRecords removed = default;
        while (reader.MoveNext())
        {
            BlockEntry entry = reader.Entry;
            if (!removal.Goes(reader.Sequence, entry, reader.Json, renderer, number => OriginOf(connection, number))) continue;
            goes[reader.Index] = true;
            removed = removed.Plus(1, entry.Timestamp, entry.Timestamp);
            Count(parts, entry.Stream, entry.Timestamp);
        }

        if (removed.Records == 0) return true;
        PackedBlock? left = preview || removed.Records == block.Records ? null : WithPacker(packer =>
        {
            reader.Open(body, block.First);
            while (reader.MoveNext())
                if (!goes[reader.Index]) packer.Add(reader.Sequence, reader.Entry, reader.Json, renderer.Render(reader.Entry, reader.Json));
            return packer.Finish();
        });
        found.Add(new BlockChange(block, left, [.. parts.Values], removed));
        return true;
    }

    private static void Count(Dictionary<long, BlockPart> parts, long stream, long time) =>
        parts[stream] = parts.TryGetValue(stream, out BlockPart part)
            ? new BlockPart(stream, part.Records + 1, Math.Min(part.From, time), Math.Max(part.To, time)) : new BlockPart(stream, 1, time, time);

    /// <summary>Drops a block with all that is kept of it; false where it is gone already.</summary>
    private static bool Drop(SqliteConnection connection, BlockRow block, IReadOnlyCollection<BlockPart>? removed = null)
    {
        using (SqliteCommand delete = connection.CreateCommand("DELETE FROM block WHERE id = $1", block.Id))
            if (delete.ExecuteNonQuery() == 0) return false;
        if (removed is null)
        {
            using SqliteCommand parts = connection.CreateCommand("SELECT stream, records, from_ms, to_ms FROM block_stream WHERE block = $1", block.Id);
            removed = parts.ReadAll(row => new BlockPart(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3)));
        }

        Keep(connection, removed);
        foreach (string sql in (string[])
            ["DELETE FROM block_stream WHERE block = $1", "DELETE FROM block_terms WHERE block = $1", "DELETE FROM block_body WHERE block = $1"])
        {
            using SqliteCommand command = connection.CreateCommand(sql, block.Id);
            command.ExecuteNonQuery();
        }

        return true;
    }

    /// <summary>Keeps how many records were removed, by whole days, so that there are few rows of it.</summary>
    private static void Keep(SqliteConnection connection, IEnumerable<BlockPart> parts)
    {
        using SqliteCommand command = connection.CreateCommand(
            "INSERT INTO removed(stream, from_ms, to_ms, records) VALUES($1, $2, $3, $4) ON CONFLICT(stream, from_ms, to_ms) DO UPDATE SET records = records + $4",
            0L, 0L, 0L, 0L);
        foreach (BlockPart part in parts)
        {
            command.Parameters[0].Value = part.Stream;
            command.Parameters[1].Value = Math.Max(part.From, 0) / Day * Day;
            command.Parameters[2].Value = ((Math.Max(part.To, 0) / Day) + 1) * Day;
            command.Parameters[3].Value = part.Records;
            command.ExecuteNonQuery();
        }
    }

    /// <summary>A block by its narrow row.</summary>
    private sealed record BlockRow(long Id, long First, long Last, long Records, long From, long To);

    /// <summary>What is to become of a block: what stays of it, and what of each stream goes; null for all that it has.</summary>
    private sealed record BlockChange(BlockRow Block, PackedBlock? Left, IReadOnlyCollection<BlockPart>? Parts, RemovedRecords Removed);

    /// <summary>Which records are to go: those that are in, and that a predicate matches.</summary>
    private sealed class Removal(Func<long, BlockEntry, bool> isIn, RecordPredicate? predicate)
    {
        public TermFilter? Terms { get; init; }

        /// <summary>True where it is known by a block's narrow row that all of it goes.</summary>
        public Func<BlockRow, bool> IsWhole { get; init; } = _ => false;

        /// <summary>What the predicate says, where the origin of a record is enough to know it; nothing where it is not.</summary>
        public Func<RecordKind, RecordOrigin, bool?>? ByOrigin { get; init; }

        public bool Goes(long sequence, BlockEntry entry, ReadOnlySpan<byte> kept, RecordRenderer renderer, Func<long, RecordOrigin> originOf)
        {
            if (!isIn(sequence, entry)) return false;
            if (predicate is null) return true;
            bool? known = ByOrigin is null || entry.Kind == RecordKind.Whole ? null : ByOrigin(entry.Kind, originOf(entry.Origin));
            return known ?? predicate.Matches(renderer.Render(entry, kept));
        }
    }
}
