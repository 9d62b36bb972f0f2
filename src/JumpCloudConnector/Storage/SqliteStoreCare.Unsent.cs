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

    /// <summary>Counts, for each enabled destination, what of it a removal takes unsent, and keeps that with the destination.</summary>
    private List<UnsentRecords> Lose(RecordQuery removal, CancellationToken cancellationToken)
    {
        List<UnsentRecords> lost = [];
        foreach ((SyslogDestination destination, long position) in Enabled())
        {
            RecordQuery unsent = SyslogDestinationRegistry.QueryOf(destination, position) with { Before = removal.Before };
            long count = records.Remove(unsent, preview: true, null, cancellationToken).Records;
            if (count == 0) continue;
            lost.Add(new UnsentRecords(destination.Name, count));
            database.Write(durable: false, connection =>
            {
                using SqliteCommand command = connection.CreateCommand("UPDATE destination SET lost = lost + $1 WHERE id = $2", count, destination.Id.ToString("N"));
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
