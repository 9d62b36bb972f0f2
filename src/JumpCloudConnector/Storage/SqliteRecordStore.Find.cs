using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>Reading.</content>
internal sealed partial class SqliteRecordStore
{
    public IngestedRecord? GetRecord(long sequence) => database.Read(connection =>
    {
        Execute(connection, "BEGIN");
        using (SqliteCommand select = connection.CreateCommand("SELECT ms, body FROM record WHERE sequence = $1", sequence))
        {
            foreach ((long time, byte[] json) in select.ReadAll(row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1))))
            {
                new RowCheck().Ensure(sequence, json, time);
                return new IngestedRecord(sequence, json);
            }
        }

        using SqliteCommand command = connection.CreateCommand(
            "SELECT first, body FROM block JOIN block_body ON block = id WHERE first <= $1 AND last >= $1", sequence);
        using BlockReader block = new();
        using RecordRenderer renderer = new(number => OriginOf(connection, number));
        foreach ((long first, byte[] body) in command.ReadAll(row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1))))
        {
            block.Open(body, first);
            while (block.MoveNext())
                if (block.Sequence == sequence) return new IngestedRecord(sequence, renderer.Render(block.Entry, block.Json).ToArray());
        }

        return null;
    });

    public long GetLastSequence() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT value FROM meta WHERE name = 'sequence'");
        return (long)command.ExecuteScalar()!;
    });

    public (long Count, long? First, long? Last) GetSpan() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            """
            SELECT coalesce(sum(records), 0), min(first), max(last) FROM (
                SELECT records, from_ms AS first, to_ms AS last FROM block
                UNION ALL SELECT count(*), min(ms), max(ms) FROM record)
            """);
        return command.ReadAll(row => (row.GetInt64(0), row.Long(1), row.Long(2)))[0];
    });

    public IEnumerable<IngestedRecord> Find(RecordQuery query, CancellationToken cancellationToken)
    {
        using RecordSearch search = new(database, OriginOf, query);
        foreach (IngestedRecord record in search.Run(cancellationToken)) yield return record;
    }

    public IReadOnlyList<RecordOrigin> GetOrigins() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT document FROM origin");
        return command.ReadAll(row => ReadOrigin(row.GetString(0)));
    });

    private static void Execute(SqliteConnection connection, string sql) => SqliteDatabase.Execute(connection, sql);
}
