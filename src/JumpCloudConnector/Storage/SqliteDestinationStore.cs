using System.Text.Json;
using JumpCloudConnector.Forwarding;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>Destinations in the store's database.</summary>
internal sealed class SqliteDestinationStore(SqliteDatabase database) : IDestinationStore
{
    public IReadOnlyList<SyslogDestination> GetDestinations() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT document FROM destination ORDER BY name");
        return command.ReadAll(row => JsonSerializer.Deserialize(row.GetString(0), ConnectorJson.Default.SyslogDestination)!);
    });

    public void AddDestination(SyslogDestination destination, byte[] secret, long position) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            INSERT INTO destination(id, name, version, document, secret, enabled, position) VALUES($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT(name) DO NOTHING
            """,
            Id(destination.Id), destination.Name, destination.Version, Format(destination), secret, destination.Enabled, position);
        return command.ExecuteNonQuery() == 1 ? 0 : throw new JcException("SyslogDestinationExists", JcErrorKind.AlreadyExists,
            $"A syslog destination named '{destination.Name}' exists already. Choose another name, or change that one with Set-JcSyslogDestination.", destination.Name);
    });

    public void UpdateDestination(SyslogDestination destination, byte[]? secret, long? position, bool isOtherWay) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            UPDATE destination SET version = $1, document = $2, enabled = $3, secret = coalesce($4, secret),
                -- Who sends by the old settings, or from the old place, must not move the place any more.
                epoch = epoch + 1, position = coalesce($5, position),
                -- What was changed may be the cure: the next attempt tells.
                error_id = NULL, error_message = NULL, error_ms = NULL,
                confirmed_ms = CASE WHEN $8 THEN NULL ELSE confirmed_ms END
            WHERE id = $6 AND version = $7
            """,
            destination.Version, Format(destination), destination.Enabled, (object?)secret ?? DBNull.Value, (object?)position ?? DBNull.Value,
            Id(destination.Id), destination.Version - 1, isOtherWay);
        return command.ExecuteNonQuery() == 1 ? 0 : throw new JcException("SyslogDestinationChanged", JcErrorKind.InvalidInput,
            $"The syslog destination '{destination.Name}' was changed or removed by somebody else at the same moment. Look at it with Get-JcSyslogDestination and try again.", destination.Name);
    });

    public bool RemoveDestination(Guid id) => database.Write(durable: true, connection =>
    {
        using (SqliteCommand lease = connection.CreateCommand(
            // Who sends to it finds it taken away; the fence is never set back.
            "UPDATE lease SET fence = fence + 1, host = NULL, expires_ms = 0 WHERE stream = (SELECT -number FROM destination WHERE id = $1)", Id(id)))
        {
            lease.ExecuteNonQuery();
        }

        using SqliteCommand command = connection.CreateCommand("DELETE FROM destination WHERE id = $1", Id(id));
        return command.ExecuteNonQuery() == 1;
    });

    public byte[]? GetDestinationSecret(Guid id) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT secret FROM destination WHERE id = $1", Id(id));
        return command.ExecuteScalar() as byte[];
    });

    public DestinationState? GetState(Guid id) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT position, epoch, sent, acknowledged, skipped, resent, bytes, lost, confirmed_ms, error_id, error_message, error_ms FROM destination WHERE id = $1", Id(id));
        return command.ReadAll(row => new DestinationState(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7),
            row.Long(8), row.Text(9), row.Text(10), row.Long(11))).FirstOrDefault();
    });

    public LeaseAnswer AcquireDestinationLease(SyslogDestination destination, LeaseOwner owner, long now, TimeSpan duration) =>
        database.Write(durable: false, connection =>
        {
            using SqliteCommand number = connection.CreateCommand("SELECT number FROM destination WHERE id = $1", Id(destination.Id));
            return number.ExecuteScalar() is long found
                ? SqliteLeases.Take(connection, SqliteLeases.OfDestination(found), owner, now, duration)
                : throw new JcException("SyslogDestinationNotFound", JcErrorKind.NotFound,
                    $"The syslog destination '{destination.Name}' was removed while it was about to be sent to.", destination.Name);
        });

    // A place that a power cut takes back is where sending begins again: a message twice is better than a flush at each step.
    public bool Advance(Lease lease, DestinationAdvance advance) => database.Write(durable: false, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            UPDATE destination SET position = max(position, $1), sent = sent + $2, acknowledged = acknowledged + $3, skipped = skipped + $4,
                resent = resent + $5, bytes = bytes + $6, confirmed_ms = CASE WHEN $3 > 0 THEN $7 ELSE confirmed_ms END,
                error_id = CASE WHEN $3 > 0 THEN NULL ELSE error_id END, error_message = CASE WHEN $3 > 0 THEN NULL ELSE error_message END,
                error_ms = CASE WHEN $3 > 0 THEN NULL ELSE error_ms END
            WHERE number = $8 AND epoch = $9 AND (SELECT fence FROM lease WHERE stream = $10) = $11
            """,
            advance.Position, advance.Sent, advance.Acknowledged, advance.Skipped, advance.Resent, advance.Bytes, advance.Time,
            -lease.StreamId, advance.Epoch, lease.StreamId, lease.Fence);
        return command.ExecuteNonQuery() == 1;
    });

    public void SetFault(Guid id, JcException fault, long now) => database.Write(durable: false, connection =>
    {
        using SqliteCommand command = connection.CreateCommand("UPDATE destination SET error_id = $1, error_message = $2, error_ms = $3 WHERE id = $4", fault.ErrorId, fault.Message, now, Id(id));
        return command.ExecuteNonQuery();
    });

    public void SetReached(Guid id, long now) => database.Write(durable: false, connection =>
    {
        using SqliteCommand command = connection.CreateCommand("UPDATE destination SET error_id = NULL, error_message = NULL, error_ms = NULL, confirmed_ms = $1 WHERE id = $2", now, Id(id));
        return command.ExecuteNonQuery();
    });

    public long GetLastSequence() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT value FROM meta WHERE name = 'sequence'");
        return (long)command.ExecuteScalar()!;
    });

    public long PositionBefore(long time) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            SELECT coalesce(min(first) - 1, (SELECT value FROM meta WHERE name = 'sequence')) FROM (
                SELECT min(first) AS first FROM block WHERE to_ms >= $1
                UNION ALL SELECT min(sequence) FROM record WHERE ms >= $1)
            """, time);
        return (long)command.ExecuteScalar()!;
    });

    public long CountBehind(long position) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            SELECT (SELECT count(*) FROM record WHERE sequence > $1)
                -- Of the block that the place lies in, what cannot be told apart without opening it counts by its share.
                + (SELECT coalesce(sum(CASE WHEN first > $1 THEN records ELSE min(records, last - $1) END), 0) FROM block WHERE last > $1)
            """, position);
        return (long)command.ExecuteScalar()!;
    });

    private static string Id(Guid id) => id.ToString("N");

    private static string Format(SyslogDestination destination) => JsonSerializer.Serialize(destination, ConnectorJson.Default.SyslogDestination);
}
