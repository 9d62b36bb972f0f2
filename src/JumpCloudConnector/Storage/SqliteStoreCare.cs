using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>Looks after the store's file. This part: what is kept, and for how long.</summary>
internal sealed partial class SqliteStoreCare(SqliteDatabase database, SqliteRecordStore records) : IStoreCare
{
    private const long Day = 86_400_000;

    // Pages given back in one transaction, and which part of the file may stay free for what comes next.
    private const int PagesAtOnce = 256;
    private const int FreePart = 32;

    public StoreRetention GetRetention() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT name, value FROM meta WHERE name IN ('retention_days', 'max_bytes')");
        Dictionary<string, long> values = command.ReadAll(row => (Name: row.GetString(0), Value: row.GetInt64(1))).ToDictionary(v => v.Name, v => v.Value);
        return new StoreRetention(
            values.TryGetValue("retention_days", out long days) ? (int)days : null, values.TryGetValue("max_bytes", out long bytes) ? bytes : null);
    });

    public void SetRetention(StoreRetention retention)
    {
        retention.Check();
        database.Write(durable: true, connection =>
        {
            Set("retention_days", retention.Days);
            Set("max_bytes", retention.MaxBytes);
            return 0;

            void Set(string name, long? value)
            {
                using SqliteCommand command = value is { } number
                    ? connection.CreateCommand("INSERT INTO meta(name, value) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET value = $2", name, number)
                    : connection.CreateCommand("DELETE FROM meta WHERE name = $1", name);
                command.ExecuteNonQuery();
            }
        });
    }

    public RetentionResult Enforce(DateTimeOffset now, Func<bool>? goesOn, Action<RemovedRecords, double>? progress, CancellationToken cancellationToken)
    {
        StoreRetention retention = GetRetention();
        RemovedRecords removed = default;
        goesOn ??= () => true;
        // What an enabled destination has not got yet stays for it, up to a limit.
        long sent = SentEverywhere();
        List<UnsentRecords> lost = [];
        if (retention.Days is { } days)
        {
            (RecordQuery query, long rewriteBefore) = OlderThan(days, now);
            removed = records.Remove(query, rewriteBefore, sent, preview: false, goesOn, progress, cancellationToken);
            if (sent < long.MaxValue)
            {
                (query, rewriteBefore) = OlderThan(days * StoreRetention.UnsentDaysFactor, now);
                List<UnsentRecords> unsent = CountUnsent(query, rewriteBefore, goesOn, cancellationToken);
                removed = removed.Plus(records.Remove(query, rewriteBefore, long.MaxValue, preview: false, goesOn, progress, cancellationToken));
                if (goesOn()) lost.AddRange(KeepLost(unsent));
            }
        }

        long used = database.Read(UsedBytes);
        if (retention.MaxBytes is { } most)
        {
            Shrink(most, sent);
            if (used > StoreRetention.WithUnsent(most) && sent < long.MaxValue)
            {
                // The room that what is unsent may take is used up: the oldest goes, sent or not.
                long before = OldestToGo(used - StoreRetention.WithUnsent(most), now);
                List<UnsentRecords> unsent = CountUnsent(new RecordQuery { Before = before }, long.MaxValue, goesOn, cancellationToken);
                Shrink(StoreRetention.WithUnsent(most), long.MaxValue);
                if (goesOn()) lost.AddRange(KeepLost(unsent));
            }
        }

        if (removed.Records > 0) GiveBackSpace(cancellationToken);
        bool isDone = goesOn();
        return new RetentionResult(removed, used, isDone && used > retention.MaxBytes, isDone) { IsHeldBack = sent < long.MaxValue, Lost = lost };

        void Shrink(long to, long upTo)
        {
            if (used <= to) return;
            RemovedRecords before = removed;
            removed = removed.Plus(records.RemoveOldest(to, NewestToGo(now), upTo, goesOn, (step, part) => progress?.Invoke(before.Plus(step), part), cancellationToken));
            used = database.Read(UsedBytes);
        }
    }

    public RetentionResult Preview(StoreRetention retention, DateTimeOffset now, CancellationToken cancellationToken)
    {
        retention.Check();
        RemovedRecords removed = default;
        long later = 0;
        if (retention.Days is { } days)
        {
            (RecordQuery query, long rewriteBefore) = OlderThan(days, now);
            long sent = SentEverywhere();
            removed = records.Remove(query, rewriteBefore, sent, preview: true, () => true, null, cancellationToken);
            later = records.Remove(query, long.MaxValue, sent, preview: true, () => true, null, cancellationToken).Records - removed.Records;
        }

        // What goes by age makes the store smaller by its part of the bodies.
        long used = database.Read(UsedBytes);
        if (retention.MaxBytes is not { } most || used <= most) return new RetentionResult(removed, used, false, true) { Later = later };
        (RemovedRecords bySize, long left) = database.Read(connection => OldestOver(connection, used, most, NewestToGo(now), SentEverywhere(), cancellationToken));
        // The oldest go by either, so that the larger is the sum.
        return new RetentionResult(bySize.Records > removed.Records ? bySize : removed, left, left > most, true) { Later = bySize.Records > removed.Records ? 0 : later };
    }

    public void GiveBackSpace(CancellationToken cancellationToken)
    {
        bool more = true;
        while (more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            more = database.Write(durable: false, connection =>
            {
                long pages = Pragma(connection, "page_count"), free = Pragma(connection, "freelist_count") - (pages / FreePart);
                if (free <= 0) return false;
                SqliteDatabase.Execute(connection, $"PRAGMA incremental_vacuum({Math.Min(free, PagesAtOnce)})");
                // A file that was made otherwise gives nothing back; its free pages are written again.
                return free > PagesAtOnce && Pragma(connection, "page_count") < pages;
            });
        }

        // The file is cut when its log is written back; where a reader holds that up, a later commit does it.
        database.Checkpoint();
    }

    /// <summary>Bytes in use: without pages that were freed, which are written again before the file grows.</summary>
    internal static long UsedBytes(SqliteConnection connection) =>
        (Pragma(connection, "page_count") - Pragma(connection, "freelist_count")) * Pragma(connection, "page_size");

    private static long Pragma(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand("PRAGMA " + name);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>
    /// What is older than some days. A block goes when all of it is; one that has been half too old for a day is taken apart,
    /// so that no record outstays its time for the sake of its neighbours.
    /// </summary>
    private static (RecordQuery Query, long RewriteBefore) OlderThan(int days, DateTimeOffset now)
    {
        long before = now.ToUnixTimeMilliseconds() - (days * Day);
        return (new RecordQuery { Before = before }, before - Day);
    }

    private static long NewestToGo(DateTimeOffset now) => (now - StoreRetention.AlwaysKept).ToUnixTimeMilliseconds();

    private static (RemovedRecords Removed, long Left) OldestOver(SqliteConnection connection, long used, long most, long before, long upTo, CancellationToken cancellationToken)
    {
        RemovedRecords removed = default;
        using SqliteCommand command = connection.CreateCommand(
            "SELECT records, from_ms, to_ms, length(body) + length(terms) FROM block JOIN block_body b ON b.block = id JOIN block_terms t ON t.block = id WHERE to_ms < $1 AND last <= $2 ORDER BY to_ms, id",
            before, upTo);
        using SqliteDataReader row = command.ExecuteReader();
        while (used > most && row.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            removed = removed.Plus(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
            used -= row.GetInt64(3);
        }

        return (removed, used);
    }
}
