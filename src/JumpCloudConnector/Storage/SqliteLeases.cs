using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>Leases, inside the caller's transaction: of streams, of destinations, and of the one test at a time.</summary>
internal static class SqliteLeases
{
    /// <summary>No stream has this number; it stands for testing connectors.</summary>
    public const long Test = 0;

    /// <summary>Nor has any stream a number below that.</summary>
    public static long OfDestination(long number) => -number;

    /// <summary>Takes a lease for a time, also from an owner whose time is over or whose process is dead.</summary>
    public static LeaseAnswer Take(SqliteConnection connection, long id, LeaseOwner owner, long now, TimeSpan duration)
    {
        long fence = 0;
        long length = (long)duration.TotalMilliseconds;
        using (SqliteCommand current = connection.CreateCommand(
            "SELECT fence, host, pid, process_start_ms, instance, expires_ms FROM lease WHERE stream = $1", id))
        using (SqliteDataReader row = current.ExecuteReader())
        {
            if (row.Read())
            {
                fence = row.GetInt64(0);
                // An end further off than a lease is long was set under a wrong clock.
                if (!row.IsDBNull(1) && row.GetInt64(5) > now && row.GetInt64(5) - now <= length * 2)
                {
                    LeaseOwner holder = new(row.GetString(1), row.GetInt32(2), row.GetInt64(3), Guid.Parse(row.GetString(4)));
                    if (holder != owner && !holder.IsDead()) return new LeaseAnswer(null, holder, row.GetInt64(5));
                }
            }
        }

        long expires = now + length;
        using SqliteCommand take = connection.CreateCommand(
            """
            INSERT INTO lease(stream, fence, host, pid, process_start_ms, instance, expires_ms) VALUES($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT(stream) DO UPDATE SET fence = $2, host = $3, pid = $4, process_start_ms = $5, instance = $6, expires_ms = $7
            """,
            id, fence + 1, owner.Host, owner.ProcessId, owner.ProcessStart, owner.Instance.ToString("N"), expires);
        take.ExecuteNonQuery();
        return new LeaseAnswer(new Lease(id, owner, fence + 1), null, expires);
    }

    /// <summary>Gives a lease back. The row stays, so that the fence goes on counting.</summary>
    public static int Release(SqliteConnection connection, Lease lease)
    {
        using SqliteCommand command = connection.CreateCommand(
            "UPDATE lease SET host = NULL, expires_ms = 0 WHERE stream = $1 AND fence = $2", lease.StreamId, lease.Fence);
        return command.ExecuteNonQuery();
    }
}
