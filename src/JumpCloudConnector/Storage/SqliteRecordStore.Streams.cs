using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>Streams, their outcome, leases and users.</content>
internal sealed partial class SqliteRecordStore
{
    private const string StreamColumns =
        """
        SELECT id, connector, organization, content_type, organization_name, start_ms, watermark_ms, last_turn_ms, status_code,
               status_id, status_message, status_ms, last_activity_ms, last_data_ms, failures, parked_until_ms, last_snapshot_ms, created_ms,
               behind, gone_ms
        FROM stream
        """;

    public StreamInfo OpenStream(StreamKey key, string? organizationName, long now)
    {
        StreamInfo? known = FindStream(key);
        if (known is not null && (organizationName is null || organizationName == known.OrganizationName)) return known;
        database.Write(durable: false, connection =>
        {
            using SqliteCommand command = connection.CreateCommand(
                """
                INSERT INTO stream(connector, organization, content_type, organization_name, created_ms) VALUES($1, $2, $3, $4, $5)
                ON CONFLICT(connector, organization, content_type) DO UPDATE SET organization_name = coalesce($4, organization_name)
                """,
                key.ConnectorId.ToString("N"), key.OrganizationId, (int)key.ContentType, (object?)organizationName ?? DBNull.Value, now);
            return command.ExecuteNonQuery();
        });
        return FindStream(key)!;
    }

    public IReadOnlyList<StreamInfo> GetStreams(Guid? connectorId = null) => database.Read(connection =>
    {
        using SqliteCommand command = connectorId is { } id
            ? connection.CreateCommand(StreamColumns + " WHERE connector = $1 ORDER BY organization_name, organization, content_type", id.ToString("N"))
            : connection.CreateCommand(StreamColumns + " ORDER BY connector, organization_name, organization, content_type");
        return command.ReadAll(ReadStream);
    });

    public void SetOutcome(long streamId, StreamOutcome outcome) => database.Write(durable: false, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            UPDATE stream SET status_code = $1, status_id = $2, status_message = $3, status_ms = $4,
                last_activity_ms = CASE WHEN $1 = 0 THEN $4 ELSE last_activity_ms END,
                failures = CASE WHEN $1 = 0 THEN 0 WHEN $6 IS NULL THEN failures ELSE failures + 1 END,
                parked_until_ms = CASE WHEN $6 IS NULL THEN parked_until_ms ELSE $5 END, last_turn_ms = coalesce($6, last_turn_ms),
                last_snapshot_ms = CASE WHEN $7 THEN $4 ELSE last_snapshot_ms END,
                behind = CASE WHEN $6 IS NULL THEN behind ELSE $9 END
            WHERE id = $8
            """,
            outcome.StatusCode, (object?)outcome.StatusId ?? DBNull.Value, (object?)outcome.StatusMessage ?? DBNull.Value, outcome.Time,
            (object?)outcome.ParkedUntil ?? DBNull.Value, (object?)outcome.Turn ?? DBNull.Value, outcome.Snapshot, streamId, outcome.IsBehind);
        return command.ExecuteNonQuery();
    });

    // Without a last turn the next one is due at once; the pause that remains says from when.
    public void ResetStatus(Guid connectorId) => database.Write(durable: false, connection =>
    {
        // What was well keeps its turns; that it is well, nobody knows any more.
        using SqliteCommand command = connection.CreateCommand(
            """
            UPDATE stream SET status_code = 0, status_id = NULL, status_message = NULL, status_ms = NULL, failures = 0, parked_until_ms = NULL,
                last_turn_ms = CASE WHEN status_code = 0 AND parked_until_ms IS NULL THEN last_turn_ms END
            WHERE connector = $1
            """, connectorId.ToString("N"));
        return command.ExecuteNonQuery();
    });

    public void SetTested(Guid connectorId, IReadOnlyCollection<string>? organizations, long now, long due) => database.Write(durable: false, connection =>
    {
        // What never failed need not wait for its turn.
        const string set =
            """
            UPDATE stream SET status_code = 0, status_id = NULL, status_message = NULL, status_ms = $2, failures = 0, last_turn_ms = NULL,
                parked_until_ms = CASE WHEN status_code <> 0 OR parked_until_ms IS NOT NULL THEN $3 END
            WHERE connector = $1 AND (status_code <> 0 OR parked_until_ms IS NOT NULL OR status_ms IS NULL)
            """;
        string id = connectorId.ToString("N");
        int tested = 0;
        foreach (string? organization in organizations ?? (IReadOnlyCollection<string?>)[null])
        {
            using SqliteCommand command = organization is null
                ? connection.CreateCommand(set, id, now, due) : connection.CreateCommand(set + " AND organization = $4", id, now, due, organization);
            tested += command.ExecuteNonQuery();
        }

        return tested;
    });

    public void SetListed(Guid connectorId, IReadOnlyCollection<string> organizations, long now) => database.Write(durable: false, connection =>
    {
        HashSet<string> listed = [.. organizations];
        int changed = 0;
        using SqliteCommand find = connection.CreateCommand("SELECT DISTINCT organization, gone_ms IS NULL FROM stream WHERE connector = $1", connectorId.ToString("N"));
        foreach ((string organization, bool wasListed) in find.ReadAll(row => (row.GetString(0), row.GetInt64(1) != 0)))
        {
            bool isListed = listed.Contains(organization) || organization is StreamKey.Listing or StreamKey.PortalOrganization;
            if (isListed == wasListed) continue;
            using SqliteCommand set = connection.CreateCommand(
                "UPDATE stream SET gone_ms = $3 WHERE connector = $1 AND organization = $2",
                connectorId.ToString("N"), organization, isListed ? DBNull.Value : now);
            changed += set.ExecuteNonQuery();
        }

        return changed;
    });

    public void AdoptStreams(Guid connectorId, string organizationId) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            UPDATE stream SET organization = $2 WHERE connector = $1 AND organization = ''
                AND NOT EXISTS(SELECT 1 FROM stream o WHERE o.connector = $1 AND o.organization = $2 AND o.content_type = stream.content_type)
            """, connectorId.ToString("N"), organizationId);
        return command.ExecuteNonQuery();
    });

    public LeaseAnswer AcquireLease(long streamId, LeaseOwner owner, long now, TimeSpan duration) =>
        database.Write(durable: false, connection =>
        {
            // A connector that was removed meanwhile must not begin anew with an empty memory.
            using (SqliteCommand exists = connection.CreateCommand("SELECT 1 FROM stream s JOIN connector c ON c.id = s.connector WHERE s.id = $1", streamId))
            {
                if (exists.ExecuteScalar() is null)
                    throw new JcException("ConnectorNotFound", JcErrorKind.NotFound, "The connector was removed while its collection was about to begin.", streamId);
            }

            return SqliteLeases.Take(connection, streamId, owner, now, duration);
        });

    public bool RenewLease(Lease lease, long now, TimeSpan duration) => database.Write(durable: false, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "UPDATE lease SET expires_ms = $1 WHERE stream = $2 AND fence = $3 AND host IS NOT NULL",
            now + (long)duration.TotalMilliseconds, lease.StreamId, lease.Fence);
        return command.ExecuteNonQuery() == 1;
    });

    public void ReleaseLease(Lease lease) => database.Write(durable: false, connection => SqliteLeases.Release(connection, lease));

    public IReadOnlyDictionary<string, UserState> GetUsers(long streamId, IReadOnlyCollection<string> userIds) =>
        database.Read(connection =>
        {
            Dictionary<string, UserState> users = new(StringComparer.Ordinal);
            using SqliteCommand command = connection.CreateCommand(
                "SELECT user_id, hash, sequence FROM user WHERE stream = $1 AND user_id = $2", streamId, "");
            foreach (string userId in userIds)
            {
                command.Parameters[1].Value = userId;
                foreach (UserState user in command.ReadAll(ReadUser)) users[user.UserId] = user;
            }

            return users;
        });

    public IReadOnlyList<UserState> GetUsersExcept(long streamId, ISet<string> userIds) => database.Read(connection =>
    {
        List<UserState> users = [];
        using SqliteCommand command = connection.CreateCommand("SELECT user_id, hash, sequence FROM user WHERE stream = $1", streamId);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!userIds.Contains(reader.GetString(0))) users.Add(ReadUser(reader));
        }

        return users;
    });

    private StreamInfo? FindStream(StreamKey key) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            StreamColumns + " WHERE connector = $1 AND organization = $2 AND content_type = $3",
            key.ConnectorId.ToString("N"), key.OrganizationId, (int)key.ContentType);
        return command.ReadAll(ReadStream).FirstOrDefault();
    });

    private static UserState ReadUser(SqliteDataReader row)
    {
        byte[] hash = row.GetFieldValue<byte[]>(1);
        return new UserState(row.GetString(0), RecordKey.Read(hash), row.GetInt64(2));
    }

    private static StreamInfo ReadStream(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Key = new StreamKey(Guid.Parse(row.GetString(1)), row.GetString(2), (ContentType)row.GetInt32(3)),
        OrganizationName = row.Text(4),
        Start = row.Long(5),
        Watermark = row.Long(6),
        LastTurn = row.Long(7),
        StatusCode = row.GetInt32(8),
        StatusId = row.Text(9),
        StatusMessage = row.Text(10),
        StatusTime = row.Long(11),
        LastActivity = row.Long(12),
        LastDataReceived = row.Long(13),
        ConsecutiveFailures = row.GetInt32(14),
        ParkedUntil = row.Long(15),
        LastSnapshot = row.Long(16),
        Created = row.GetInt64(17),
        IsBehind = row.GetInt64(18) != 0,
        Gone = row.Long(19),
    };
}
