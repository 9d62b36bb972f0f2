using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>The ledger: what was read, what is open, what audits and gaps say.</content>
internal sealed partial class SqliteRecordStore
{
    private const long Hour = 3_600_000;

    // How far back a quiet millisecond is looked for, and through how many events.
    private const long QuietReach = 60_000;
    private const int QuietRows = 5_000;

    public IReadOnlyList<LedgerSlice> GetSlices(long streamId, LedgerSpan span) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            SELECT from_ms, to_ms, kind, counted, received, new, repeated, filtered, pages, committed_ms FROM slice
            WHERE stream = $1 AND to_ms > $2 AND from_ms < $3 ORDER BY from_ms, to_ms
            """, streamId, span.From, span.To);
        return command.ReadAll(row => new LedgerSlice(
            streamId, new LedgerSpan(row.GetInt64(0), row.GetInt64(1)), (SliceKind)row.GetInt32(2), row.Long(3),
            new CommitCounts(row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)), row.GetInt32(8), row.GetInt64(9)));
    });

    public IReadOnlyList<LedgerSpan> GetOpenSpans(long streamId, LedgerSpan span) => database.Read(connection =>
    {
        List<LedgerSpan> open = [];
        long reached = span.From;
        using SqliteCommand command = connection.CreateCommand(
            "SELECT from_ms, to_ms FROM slice WHERE stream = $1 AND to_ms > $2 AND from_ms < $3 ORDER BY from_ms", streamId, span.From, span.To);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read() && reached < span.To)
        {
            if (row.GetInt64(0) > reached) open.Add(new LedgerSpan(reached, Math.Min(row.GetInt64(0), span.To)));
            reached = Math.Max(reached, row.GetInt64(1));
        }

        if (reached < span.To) open.Add(new LedgerSpan(reached, span.To));
        return open;
    });

    public long? GetEnd(long streamId) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT max(to_ms) FROM slice WHERE stream = $1", streamId);
        return command.ReadAll(row => row.Long(0))[0];
    });

    public KnownEvents CountKnown(long streamId, LedgerSpan span) => database.Read(connection =>
    {
        if (span.Length <= 0) return default;
        // Whole hours by their tally, the edges key by key.
        long first = (span.From + Hour - 1) / Hour * Hour;
        long last = span.To / Hour * Hour;
        if (first >= last) return CountKeys(connection, streamId, span.From, span.To);
        using SqliteCommand command = connection.CreateCommand(
            "SELECT coalesce(sum(events), 0), coalesce(sum(filtered), 0) FROM tally WHERE stream = $1 AND hour_ms >= $2 AND hour_ms < $3",
            streamId, first, last);
        KnownEvents middle = command.ReadAll(ReadKnown)[0];
        KnownEvents head = CountKeys(connection, streamId, span.From, first), tail = CountKeys(connection, streamId, last, span.To);
        return new KnownEvents(head.Events + middle.Events + tail.Events, head.Filtered + middle.Filtered + tail.Filtered);
    });

    private static KnownEvents CountKeys(SqliteConnection connection, long streamId, long from, long to)
    {
        if (from >= to) return default;
        using SqliteCommand command = connection.CreateCommand(
            "SELECT count(*), coalesce(sum(filtered), 0) FROM seen WHERE stream = $1 AND ms >= $2 AND ms < $3", streamId, from, to);
        return command.ReadAll(ReadKnown)[0];
    }

    private static KnownEvents ReadKnown(SqliteDataReader row) => new(row.GetInt64(0), row.GetInt64(1));

    public long CountRecords(long streamId, LedgerSpan span) => database.Read(connection =>
    {
        Execute(connection, "BEGIN");
        using SqliteCommand rows = connection.CreateCommand(
            "SELECT count(*) FROM record WHERE ms >= $2 AND ms < $3 AND stream = $1", streamId, span.From, span.To);
        long count = (long)rows.ExecuteScalar()!;
        using SqliteCommand whole = connection.CreateCommand(
            "SELECT coalesce(sum(records), 0) FROM block_stream WHERE stream = $1 AND from_ms >= $2 AND to_ms < $3", streamId, span.From, span.To);
        count += (long)whole.ExecuteScalar()!;

        // Blocks that reach over an end of the span are looked into.
        using SqliteCommand partial = connection.CreateCommand(
            """
            SELECT first, body FROM block_stream JOIN block ON id = block_stream.block JOIN block_body ON block_body.block = id
            WHERE stream = $1 AND block_stream.from_ms < $3 AND block_stream.to_ms >= $2
                AND NOT (block_stream.from_ms >= $2 AND block_stream.to_ms < $3)
            """, streamId, span.From, span.To);
        using BlockReader block = new();
        using SqliteDataReader row = partial.ExecuteReader();
        while (row.Read())
        {
            block.Open(row.GetFieldValue<byte[]>(1), row.GetInt64(0));
            count += block.Entries.Count(e => e.Stream == streamId && e.Timestamp >= span.From && e.Timestamp < span.To);
        }

        return count;
    });

    public long CountRemoved(long streamId, LedgerSpan span) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT coalesce(sum(records), 0) FROM removed WHERE stream = $1 AND from_ms < $3 AND to_ms > $2", streamId, span.From, span.To);
        return (long)command.ExecuteScalar()!;
    });

    public long? FindQuiet(long streamId, long at, long lowest) => database.Read(connection =>
    {
        long bottom = Math.Max(lowest, at - QuietReach);
        using SqliteCommand command = connection.CreateCommand(
            "SELECT DISTINCT ms FROM seen WHERE stream = $1 AND ms >= $2 AND ms <= $3 ORDER BY ms DESC LIMIT $4", streamId, bottom, at, QuietRows);
        List<long> known = command.ReadAll(row => row.GetInt64(0));
        long quiet = at;
        foreach (long ms in known)
        {
            if (ms < quiet - 1) break;
            quiet = ms - 1;
        }

        // Below the last one that was read there may be more.
        bool isKnown = known.Count < QuietRows || quiet > known[known.Count - 1];
        return isKnown && quiet > bottom ? quiet : (long?)null;
    });

    public IReadOnlyDictionary<AuditWidth, long> GetAudits(long streamId) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT width, done_ms FROM audit WHERE stream = $1", streamId);
        return command.ReadAll(row => (Width: (AuditWidth)row.GetInt32(0), Done: row.GetInt64(1))).ToDictionary(a => a.Width, a => a.Done);
    });

    public void SetAudited(long streamId, AuditWidth width, long time) => database.Write(durable: false, connection =>
    {
        for (AuditWidth each = AuditWidth.Hours; each <= width; each++)
        {
            using SqliteCommand command = connection.CreateCommand(
                "INSERT INTO audit(stream, width, done_ms) VALUES($1, $2, $3) ON CONFLICT(stream, width) DO UPDATE SET done_ms = $3",
                streamId, (int)each, time);
            command.ExecuteNonQuery();
        }

        return 0;
    });

    public IReadOnlyList<AcceptedSpan> GetAccepted(long streamId, LedgerSpan span) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT from_ms, to_ms, counted, known FROM accepted WHERE stream = $1 AND from_ms < $3 AND to_ms > $2 ORDER BY from_ms",
            streamId, span.From, span.To);
        return command.ReadAll(row => new AcceptedSpan(new LedgerSpan(row.GetInt64(0), row.GetInt64(1)), row.GetInt64(2), row.GetInt64(3)));
    });

    public void Accept(long streamId, AcceptedSpan accepted, long time) => database.Write(durable: true, connection =>
    {
        using SqliteCommand remove = connection.CreateCommand(
            "DELETE FROM accepted WHERE stream = $1 AND from_ms < $3 AND to_ms > $2", streamId, accepted.Span.From, accepted.Span.To);
        int removed = remove.ExecuteNonQuery();
        if (accepted.Counted == accepted.Known) return removed;
        using SqliteCommand add = connection.CreateCommand(
            "INSERT INTO accepted(stream, from_ms, to_ms, counted, known, accepted_ms) VALUES($1, $2, $3, $4, $5, $6)",
            streamId, accepted.Span.From, accepted.Span.To, accepted.Counted, accepted.Known, time);
        return add.ExecuteNonQuery();
    });

    public void CommitGap(Lease lease, LedgerSpan span, long gapEnd, GapReason reason, long streamStart, long time) => database.Write(durable: true, connection =>
    {
        Statements run = _statements ??= new Statements(connection);
        run.CheckFence(lease);
        CloseSlice(run, lease.StreamId, new SliceCommit(span.From, span.To) { Kind = SliceKind.Gap, StreamStart = streamStart, Time = time }, default);
        using SqliteCommand command = connection.CreateCommand(
            "INSERT INTO gap(stream, from_ms, to_ms, reason, found_ms) VALUES($1, $2, $3, $4, $5)",
            lease.StreamId, span.From, gapEnd, (int)reason, time);
        return command.ExecuteNonQuery();
    });

    public bool OpenGap(long streamId, GapReason reason, long from, long time) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            INSERT INTO gap(stream, from_ms, reason, found_ms)
            SELECT $1, $3, $2, $4 WHERE NOT EXISTS(SELECT 1 FROM gap WHERE stream = $1 AND reason = $2 AND to_ms IS NULL)
            """, streamId, (int)reason, from, time);
        return command.ExecuteNonQuery() == 1;
    });

    public bool CloseGap(long streamId, GapReason reason, long to)
    {
        // Looked for first: a turn without a fault shall not write.
        if (!GetGaps(streamId).Any(g => g.Reason == reason && g.To is null)) return false;
        return database.Write(durable: true, connection =>
        {
            using SqliteCommand command = connection.CreateCommand(
                "UPDATE gap SET to_ms = max(from_ms + 1, $3) WHERE stream = $1 AND reason = $2 AND to_ms IS NULL", streamId, (int)reason, to);
            return command.ExecuteNonQuery() == 1;
        });
    }

    public IReadOnlyList<LedgerGap> GetGaps(long? streamId = null) => database.Read(connection =>
    {
        const string columns = "SELECT id, stream, from_ms, to_ms, reason, found_ms, confirmed_ms, confirmed_by, note FROM gap";
        using SqliteCommand command = streamId is { } id
            ? connection.CreateCommand(columns + " WHERE stream = $1 ORDER BY from_ms", id) : connection.CreateCommand(columns + " ORDER BY stream, from_ms");
        return command.ReadAll(row => new LedgerGap
        {
            Id = row.GetInt64(0), StreamId = row.GetInt64(1), From = row.GetInt64(2), To = row.Long(3), Reason = (GapReason)row.GetInt32(4),
            Found = row.GetInt64(5), Confirmed = row.Long(6), ConfirmedBy = row.Text(7), Note = row.Text(8),
        });
    });

    public bool ConfirmGap(long id, string account, string? note, long time) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "UPDATE gap SET confirmed_ms = $2, confirmed_by = $3, note = $4 WHERE id = $1 AND confirmed_ms IS NULL AND to_ms IS NOT NULL",
            id, time, account, (object?)note ?? DBNull.Value);
        return command.ExecuteNonQuery() == 1;
    });

    public (double PerSecond, bool Settled)? GetPace(Guid connectorId, string host) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT per_second, settled FROM pace WHERE connector = $1 AND host = $2", connectorId.ToString("N"), host);
        List<(double, bool)> found = command.ReadAll(row => (row.GetDouble(0), row.GetInt64(1) != 0));
        return found.Count == 0 ? ((double, bool)?)null : found[0];
    });

    public void SetPace(Guid connectorId, string host, double perSecond, bool settled, long time) => database.Write(durable: false, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            INSERT INTO pace(connector, host, per_second, settled, seen_ms) VALUES($1, $2, $3, $4, $5)
            ON CONFLICT(connector, host) DO UPDATE SET per_second = $3, settled = $4, seen_ms = $5
            """, connectorId.ToString("N"), host, perSecond, settled, time);
        return command.ExecuteNonQuery();
    });
}
