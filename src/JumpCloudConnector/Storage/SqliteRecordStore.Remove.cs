using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>
/// Removing records. Keys and the ledger stay: what was removed does not come back while JumpCloud still has it.
/// </content>
internal sealed partial class SqliteRecordStore
{
    private const int RowsRemovedAtOnce = 4096;

    private delegate bool IsRemoved(BlockEntry entry, ReadOnlySpan<byte> json);

    public long RemoveRecords(Guid connectorId, CancellationToken cancellationToken)
    {
        HashSet<long> streams = [.. GetStreams(connectorId).Select(s => s.Id)];
        long removed = RemoveRows((stream, _) => streams.Contains(stream), cancellationToken);
        foreach (long stream in streams)
        {
            List<long> blocks = database.Read(connection =>
            {
                using SqliteCommand command = connection.CreateCommand("SELECT block FROM block_stream WHERE stream = $1", stream);
                return command.ReadAll(row => row.GetInt64(0));
            });
            foreach (long block in blocks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                removed += database.Write(durable: true, connection => Rewrite(connection, block, (entry, _) => streams.Contains(entry.Stream)));
            }
        }

        return removed;
    }

    /// <summary>Removes the rows that no block has yet.</summary>
    private long RemoveRows(Func<long, byte[], bool> isRemoved, CancellationToken cancellationToken)
    {
        long removed = 0;
        long last = long.MinValue;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = database.Write(durable: true, connection =>
            {
                using SqliteCommand select = connection.CreateCommand(
                    "SELECT sequence, stream, body FROM record WHERE sequence > $1 ORDER BY sequence LIMIT $2", last, RowsRemovedAtOnce);
                List<(long Sequence, bool Removed)> looked = select.ReadAll(
                    row => (row.GetInt64(0), isRemoved(row.GetInt64(1), row.GetFieldValue<byte[]>(2))));
                using SqliteCommand delete = connection.CreateCommand("DELETE FROM record WHERE sequence = $1", 0L);
                foreach ((long sequence, bool isGone) in looked)
                {
                    last = sequence;
                    if (!isGone) continue;
                    delete.Parameters[0].Value = sequence;
                    removed += delete.ExecuteNonQuery();
                }

                if (looked.Exists(l => l.Removed)) Execute(connection, "UPDATE meta SET value = value + 1 WHERE name = 'moved'");
                return looked.Count;
            });
            if (rows < RowsRemovedAtOnce) return removed;
        }
    }

    /// <summary>Takes records out of a block: what stays is packed anew, with the sequences it has. How many went.</summary>
    private long Rewrite(SqliteConnection connection, long id, IsRemoved isRemoved)
    {
        using SqliteCommand select = connection.CreateCommand("SELECT first, body FROM block JOIN block_body ON block = id WHERE id = $1", id);
        if (select.ReadAll(row => (First: row.GetInt64(0), Body: row.GetFieldValue<byte[]>(1))) is not [(long first, byte[] body)]) return 0;
        using BlockReader block = new();
        using RecordRenderer renderer = new(number => OriginOf(connection, number));
        block.Open(body, first);
        long removed = 0;
        using PackedBlock? left = WithPacker(packer =>
        {
            while (block.MoveNext())
            {
                ReadOnlySpan<byte> json = renderer.Render(block.Entry, block.Json);
                if (isRemoved(block.Entry, json)) removed++;
                else packer.Add(block.Sequence, block.Entry, block.Json, json);
            }

            return packer.Count > 0 ? packer.Finish() : null;
        });
        if (removed == 0) return 0;
        DropBlock(connection, id);
        Statements run = _statements ??= new Statements(connection);
        if (left is not null) PutBlock(connection, run, left, left.First);
        run.Moved.Step();
        return removed;
    }

    private static void DropBlock(SqliteConnection connection, long id)
    {
        foreach (string sql in (string[])
            [
                "DELETE FROM block WHERE id = $1", "DELETE FROM block_stream WHERE block = $1", "DELETE FROM block_terms WHERE block = $1",
                "DELETE FROM block_body WHERE block = $1",
            ])
        {
            using SqliteCommand command = connection.CreateCommand(sql, id);
            command.ExecuteNonQuery();
        }
    }
}
