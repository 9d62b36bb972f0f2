using System.Text.Json;
using JumpCloudConnector.Forwarding;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>What destinations have not got yet, which retention waits for.</content>
internal sealed partial class SqliteStoreCare
{
    /// <summary>The place up to which every enabled destination has everything; the largest number where there is none.</summary>
    private long SentEverywhere() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT coalesce(min(position), $1) FROM destination WHERE enabled", long.MaxValue);
        return (long)command.ExecuteScalar()!;
    });

    /// <summary>Counts, for each enabled destination, what of it a removal would take unsent.</summary>
    private List<UnsentRecords> CountUnsent(RecordQuery removal, long rewriteBefore, Func<bool> goesOn, CancellationToken cancellationToken)
    {
        List<UnsentRecords> unsent = [];
        foreach ((SyslogDestination destination, long position) in Enabled())
        {
            RecordQuery query = SyslogDestinationRegistry.QueryOf(destination, position) with { Before = removal.Before };
            long count = records.Remove(query, rewriteBefore, long.MaxValue, preview: true, goesOn, null, cancellationToken).Records;
            if (count > 0) unsent.Add(new UnsentRecords(destination.Name, count));
        }

        return unsent;
    }

    /// <summary>Keeps with each destination what it will never get.</summary>
    private List<UnsentRecords> KeepLost(List<UnsentRecords> lost)
    {
        foreach (UnsentRecords one in lost)
        {
            database.Write(durable: false, connection =>
            {
                using SqliteCommand command = connection.CreateCommand("UPDATE destination SET lost = lost + $1 WHERE name = $2", one.Records, one.Destination);
                return command.ExecuteNonQuery();
            });
        }

        return lost;
    }

    private List<(SyslogDestination Destination, long Position)> Enabled() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT document, position FROM destination WHERE enabled");
        return command.ReadAll(row => (JsonSerializer.Deserialize(row.GetString(0), ConnectorJson.Default.SyslogDestination)!, row.GetInt64(1)));
    });

    /// <summary>Up to which time the oldest blocks come to so many bytes, about.</summary>
    private long OldestToGo(long bytes, DateTimeOffset now) => database.Read(connection =>
    {
        long before = NewestToGo(now), latest = long.MinValue;
        using SqliteCommand command = connection.CreateCommand(
            "SELECT to_ms, length(body) + length(terms) FROM block JOIN block_body b ON b.block = id JOIN block_terms t ON t.block = id WHERE to_ms < $1 ORDER BY to_ms, id", before);
        using SqliteDataReader row = command.ExecuteReader();
        while (bytes > 0 && row.Read())
        {
            latest = row.GetInt64(0) + 1;
            bytes -= row.GetInt64(1);
        }

        return Math.Max(latest, 0);
    });
}
