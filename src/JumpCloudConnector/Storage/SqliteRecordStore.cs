using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>Commits: records, keys, ledger and watermark together, or not at all.</summary>
internal sealed partial class SqliteRecordStore(SqliteDatabase database) : IRecordStore, ILedger, IDisposable
{
    // Rows that a slice may come to by being made longer.
    private const long MaxExtended = 10_000;

    private Statements? _statements;

    /// <summary>Frees the statements, without which the connection would stay open; before the database is closed.</summary>
    public void Dispose()
    {
        _statements?.Dispose();
        while (_packers.TryTake(out BlockPacker? packer)) packer.Dispose();
        _packing.Dispose();
    }

    public CommitCounts Commit(Lease lease, RecordBatch batch, SliceCommit slice) =>
        database.Write(durable: true, connection =>
        {
            Statements run = _statements ??= new Statements(connection);
            run.CheckFence(lease);
            CommitCounts counts = TakeNew(run, lease.StreamId, batch, slice);
            StoreNew(connection, run, lease.StreamId, batch);
            if (slice.Complete) CloseSlice(run, lease.StreamId, slice, counts);
            if (counts.New > 0) run.TouchData.Bind(1, slice.Time).Bind(2, lease.StreamId).Step();
            return counts;
        });

    public CommitCounts CommitUsers(
        Lease lease, RecordBatch batch, IReadOnlyList<string> userIds, IReadOnlyList<RecordKey?> hashes,
        IReadOnlyList<Guid> filters, SliceCommit? slice) =>
        database.Write(durable: true, connection =>
        {
            Statements run = _statements ??= new Statements(connection);
            run.CheckFence(lease);
            long added = 0;
            for (int i = 0; i < batch.Count; i++)
            {
                bool filtered = batch[i].Filter >= 0;
                batch[i].Fate = filtered ? RecordFate.Filtered : RecordFate.Stored;
                if (!filtered) added++;
            }

            StoreNew(connection, run, lease.StreamId, batch);
            Span<byte> hash = stackalloc byte[16];
            for (int i = 0; i < batch.Count; i++)
            {
                if (hashes[i] is { } content)
                {
                    content.CopyTo(hash);
                    run.PutUser.Bind(1, lease.StreamId).Bind(2, userIds[i]).Bind(3, hash).Bind(4, batch[i].Sequence).Step();
                }
                else
                {
                    run.DropUser.Bind(1, lease.StreamId).Bind(2, userIds[i]).Step();
                }
            }

            CommitCounts counts = new(batch.Count, added, 0, batch.Count - added);
            if (batch.Count > 0) CountFiltered(run, lease.StreamId, batch, filters, batch[0].Timestamp);
            if (slice is not null) CloseSlice(run, lease.StreamId, slice, counts);
            if (counts.New > 0) run.TouchData.Bind(1, batch[0].Timestamp).Bind(2, lease.StreamId).Step();
            return counts;
        });

    /// <summary>Takes the keys of a batch, and with them which of its records are new.</summary>
    [MethodImpl(HotPath.Optimized)]
    private static CommitCounts TakeNew(Statements run, long stream, RecordBatch batch, SliceCommit slice)
    {
        long repeated = 0, added = 0, filtered = 0;
        HourTally tally = new(run.AddTally, stream);
        Span<byte> key = stackalloc byte[16];
        for (int i = 0; i < batch.Count; i++)
        {
            ref RecordEntry entry = ref batch[i];
            entry.Key.CopyTo(key);
            if (run.PutKey.Bind(1, stream).Bind(2, entry.Milliseconds).Bind(3, key).Bind(4, entry.Filter >= 0 ? 1 : 0).Change() == 0)
            {
                entry.Fate = RecordFate.Repeated;
                repeated++;
                continue;
            }

            tally.Add(entry.Milliseconds / Hour * Hour, entry.Filter >= 0);

            // What a filter excludes leaves its key, so that counts add up and it is not judged anew at every overlap.
            if (entry.Filter >= 0)
            {
                entry.Fate = RecordFate.Filtered;
                filtered++;
                continue;
            }

            entry.Fate = RecordFate.Stored;
            added++;
        }

        tally.Write();
        CountFiltered(run, stream, batch, slice.Filters, slice.Time);
        return new CommitCounts(batch.Count, added, repeated, filtered);
    }

    private static void CountFiltered(Statements run, long stream, RecordBatch batch, IReadOnlyList<Guid> filters, long time)
    {
        if (filters.Count == 0) return;
        Span<long> excluded = stackalloc long[filters.Count];
        for (int i = 0; i < batch.Count; i++)
            if (batch[i].Fate == RecordFate.Filtered) excluded[batch[i].Filter]++;
        for (int i = 0; i < excluded.Length; i++)
            if (excluded[i] > 0) run.CountFiltered.Bind(1, filters[i].ToString("N")).Bind(2, stream).Bind(3, excluded[i]).Bind(4, time).Step();
    }

    /// <summary>Writes the ledger's row and moves the watermark over every slice that now joins on.</summary>
    private static void CloseSlice(Statements run, long stream, SliceCommit slice, CommitCounts counts)
    {
        CommitCounts whole = counts.Plus(slice.Earlier);
        if (!Extend(run, stream, slice, whole))
        {
            run.PutSlice.Bind(1, stream).Bind(2, slice.From).Bind(3, slice.To)
                .Bind(4, whole.Received).Bind(5, whole.New).Bind(6, whole.Repeated).Bind(7, whole.Filtered)
                .Bind(8, slice.Pages).Bind(9, slice.Time).Bind(10, (long)slice.Kind).BindOrNull(11, slice.Counted).Step();
        }

        long watermark = slice.StreamStart;
        if (run.GetWatermark.Bind(1, stream).Bind(2, slice.StreamStart).Step())
        {
            watermark = run.GetWatermark.Int64(0);
            run.GetWatermark.Reset();
        }

        while (run.NextEnd.Bind(1, stream).Bind(2, watermark).Step())
        {
            long end = run.NextEnd.Int64(0);
            run.NextEnd.Reset();
            if (end <= watermark) break;
            watermark = end;
        }

        run.SetWatermark.Bind(1, watermark).Bind(2, slice.StreamStart).Bind(3, stream).Step();
    }

    /// <summary>
    /// Makes the slice before longer by this one where both are small, of one kind and of one day: else idle streams would
    /// fill the ledger with rows that say nothing.
    /// </summary>
    private static bool Extend(Statements run, long stream, SliceCommit slice, CommitCounts whole)
    {
        if (slice.Kind is SliceKind.Gap or SliceKind.Reread || whole.Received > MaxExtended) return false;
        long day = slice.From - (slice.From % (24 * Hour));
        run.Neighbour.Bind(1, stream).Bind(2, slice.From).Bind(3, slice.To).Bind(4, (long)slice.Kind).Bind(5, day).Bind(6, MaxExtended - whole.Received);
        if (!run.Neighbour.Step()) return false;
        long id = run.Neighbour.Int64(0);
        run.Neighbour.Reset();
        run.ExtendSlice.Bind(1, id).Bind(2, slice.To).Bind(3, whole.Received).Bind(4, whole.New).Bind(5, whole.Repeated).Bind(6, whole.Filtered)
            .Bind(7, slice.Pages).Bind(8, slice.Time).Step();
        return true;
    }

    /// <summary>Adds up new keys by the hour; they come in the order of time, or nearly so.</summary>
    private ref struct HourTally(SqliteStatement statement, long stream)
    {
        private long _hour;
        private long _events;
        private long _filtered;

        public void Add(long hour, bool filtered)
        {
            if (hour != _hour) Write();
            _hour = hour;
            _events++;
            if (filtered) _filtered++;
        }

        public void Write()
        {
            if (_events > 0) statement.Bind(1, stream).Bind(2, _hour).Bind(3, _events).Bind(4, _filtered).Step();
            _events = _filtered = 0;
        }
    }

    /// <summary>The statements of a commit, prepared once for the writer's connection.</summary>
    private sealed class Statements(SqliteConnection connection) : IDisposable
    {
        public void Dispose()
        {
            foreach (SqliteStatement statement in (SqliteStatement[])
                [PutKey, AddTally, Neighbour, ExtendSlice, PutRecord, CountRows, OldestRows, DropRows, Moved, PutBlock, PutBlockStream, PutBlockTerms, PutBlockBody, PutUser, DropUser, PutSlice, GetWatermark, NextEnd, SetWatermark, CountFiltered, TouchData, SetSequence, GetSequence, GetFence])
            {
                statement.Dispose();
            }
        }

        public SqliteStatement PutKey { get; } = new(connection, "INSERT OR IGNORE INTO seen(stream, ms, key, filtered) VALUES(?1, ?2, ?3, ?4)");

        public SqliteStatement AddTally { get; } = new(connection,
            "INSERT INTO tally(stream, hour_ms, events, filtered) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(stream, hour_ms) DO UPDATE SET events = events + ?3, filtered = filtered + ?4");

        public SqliteStatement Neighbour { get; } = new(connection,
            """
            SELECT id FROM slice WHERE stream = ?1 AND to_ms >= ?2 AND to_ms <= ?3 AND from_ms <= ?2 AND from_ms >= ?5 AND kind = ?4
                AND counted IS NULL AND received <= ?6 ORDER BY to_ms DESC LIMIT 1
            """);

        public SqliteStatement ExtendSlice { get; } = new(connection,
            """
            UPDATE slice SET to_ms = ?2, received = received + ?3, new = new + ?4, repeated = repeated + ?5, filtered = filtered + ?6,
                pages = pages + ?7, committed_ms = ?8 WHERE id = ?1
            """);

        public SqliteStatement PutRecord { get; } = new(connection, "INSERT INTO record(sequence, stream, ms, body) VALUES(?1, ?2, ?3, ?4)");

        public SqliteStatement CountRows { get; } = new(connection, "SELECT count(*) FROM (SELECT 1 FROM record LIMIT ?1)");

        public SqliteStatement OldestRows { get; } = new(connection, "SELECT sequence, stream, ms, body FROM record ORDER BY sequence");

        public SqliteStatement DropRows { get; } = new(connection, "DELETE FROM record WHERE sequence > ?1 AND sequence < ?2");

        public SqliteStatement Moved { get; } = new(connection, "UPDATE meta SET value = value + 1 WHERE name = 'moved'");

        public SqliteStatement PutBlock { get; } = new(connection, "INSERT INTO block(first, last, records, from_ms, to_ms, bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");

        public SqliteStatement PutBlockStream { get; } = new(connection, "INSERT INTO block_stream(stream, block, records, from_ms, to_ms) VALUES(?1, ?2, ?3, ?4, ?5)");

        public SqliteStatement PutBlockTerms { get; } = new(connection, "INSERT INTO block_terms(block, terms) VALUES(?1, ?2)");

        public SqliteStatement PutBlockBody { get; } = new(connection, "INSERT INTO block_body(block, body) VALUES(?1, ?2)");

        public SqliteStatement PutUser { get; } = new(connection,
            "INSERT INTO user(stream, user_id, hash, sequence) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(stream, user_id) DO UPDATE SET hash = ?3, sequence = ?4");

        public SqliteStatement DropUser { get; } = new(connection, "DELETE FROM user WHERE stream = ?1 AND user_id = ?2");

        public SqliteStatement PutSlice { get; } = new(connection,
            "INSERT INTO slice(stream, from_ms, to_ms, received, new, repeated, filtered, pages, committed_ms, kind, counted) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");

        public SqliteStatement GetWatermark { get; } = new(connection, "SELECT coalesce(watermark_ms, ?2) FROM stream WHERE id = ?1");

        public SqliteStatement NextEnd { get; } = new(connection,
            "SELECT max(to_ms) FROM slice WHERE stream = ?1 AND to_ms > ?2 AND from_ms <= ?2 HAVING count(*) > 0");

        public SqliteStatement SetWatermark { get; } = new(connection,
            "UPDATE stream SET watermark_ms = ?1, start_ms = coalesce(start_ms, ?2) WHERE id = ?3");

        public SqliteStatement CountFiltered { get; } = new(connection,
            "INSERT INTO filter_count(filter, connector, excluded, last_ms) SELECT ?1, connector, ?3, ?4 FROM stream WHERE id = ?2 ON CONFLICT(filter, connector) DO UPDATE SET excluded = excluded + ?3, last_ms = ?4");

        public SqliteStatement TouchData { get; } = new(connection, "UPDATE stream SET last_data_ms = ?1 WHERE id = ?2");

        public SqliteStatement SetSequence { get; } = new(connection, "UPDATE meta SET value = ?1 WHERE name = 'sequence'");

        private SqliteStatement GetSequence { get; } = new(connection, "SELECT value FROM meta WHERE name = 'sequence'");

        private SqliteStatement GetFence { get; } = new(connection, "SELECT fence FROM lease WHERE stream = ?1");

        /// <summary>The last sequence given; read inside the transaction, so that no two writers give the same.</summary>
        public long LastSequence()
        {
            GetSequence.Step();
            long sequence = GetSequence.Int64(0);
            GetSequence.Reset();
            return sequence;
        }

        public void CheckFence(Lease lease)
        {
            long fence = GetFence.Bind(1, lease.StreamId).Step() ? GetFence.Int64(0) : -1;
            GetFence.Reset();
            if (fence != lease.Fence)
            {
                throw new JcException("LeaseLost", JcErrorKind.Leased,
                    "Another process took over the stream while this one was collecting it; nothing was written twice. Its results stand.", lease.StreamId);
            }
        }
    }
}
