using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>What there is.</content>
internal sealed partial class SqliteStoreCare
{
    public StoreInfo Describe()
    {
        StoreRetention retention = GetRetention();
        return database.Read(connection =>
        {
            SqliteDatabase.Execute(connection, "BEGIN");
            long rows = Number(connection, "SELECT count(*) FROM record");
            (long? first, long? last) = Span(connection);
            return new StoreInfo
            {
                StorePath = database.Folder,
                SchemaVersion = (int)Pragma(connection, "user_version"),
                FileBytes = database.FileBytes(),
                UsedBytes = UsedBytes(connection),
                FreeDiskBytes = FreeDiskBytes(database.Folder),
                Records = rows + Number(connection, "SELECT coalesce(sum(records), 0) FROM block"),
                UnpackedRecords = rows,
                Blocks = Number(connection, "SELECT count(*) FROM block"),
                FirstRecord = Time(first),
                LastRecord = Time(last),
                VendorBytes = Number(connection, "SELECT coalesce(sum(bytes), 0) FROM block"),
                BlockBytes = Number(connection, "SELECT coalesce((SELECT sum(length(body)) FROM block_body), 0) + coalesce((SELECT sum(length(terms)) FROM block_terms), 0)"),
                Keys = Number(connection, "SELECT coalesce(sum(events), 0) FROM tally"),
                RemovedRecords = Number(connection, "SELECT coalesce(sum(records), 0) FROM removed"),
                RetentionDays = retention.Days,
                MaxSizeGB = retention.MaxBytes / (double)(1L << 30),
                Connectors = (int)Number(connection, "SELECT count(*) FROM connector"),
                Streams = (int)Number(connection, "SELECT count(*) FROM stream s JOIN connector c ON c.id = s.connector WHERE s.watermark_ms IS NOT NULL"),
            };
        });
    }

    private static (long? First, long? Last) Span(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT min(a), max(b) FROM (SELECT min(from_ms) AS a, max(to_ms) AS b FROM block UNION ALL SELECT min(ms), max(ms) FROM record)");
        return command.ReadAll(row => (row.Long(0), row.Long(1)))[0];
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand(sql);
        return (long)command.ExecuteScalar()!;
    }

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    private static long? FreeDiskBytes(string folder)
    {
        try
        {
#if NET
            return new DriveInfo(folder).AvailableFreeSpace;
#else
            return new DriveInfo(Path.GetPathRoot(folder)).AvailableFreeSpace;
#endif
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A share has no drive.
            return null;
        }
    }
}
