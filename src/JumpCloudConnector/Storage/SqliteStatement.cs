using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace JumpCloudConnector.Storage;

/// <summary>
/// A prepared statement for the hot path: binds bytes as they lie, without a parameter object or a string per row. Used
/// under the writer's lock.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _connection = connection;
        int rc = raw.sqlite3_prepare_v2(connection.Handle, sql, out _statement);
        if (rc != raw.SQLITE_OK) throw SqliteDatabase.Failure(connection, rc);
    }

    public SqliteStatement Bind(int index, long value)
    {
        raw.sqlite3_bind_int64(_statement, index, value);
        return this;
    }

    public SqliteStatement BindOrNull(int index, long? value)
    {
        if (value is { } number) raw.sqlite3_bind_int64(_statement, index, number);
        else raw.sqlite3_bind_null(_statement, index);
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> blob)
    {
        raw.sqlite3_bind_blob(_statement, index, blob);
        return this;
    }

    public SqliteStatement Bind(int index, string text)
    {
        raw.sqlite3_bind_text(_statement, index, text);
        return this;
    }

    /// <summary>Runs to the next row; false at the end, where the statement is ready to be bound again.</summary>
    public bool Step()
    {
        int rc = raw.sqlite3_step(_statement);
        if (rc == raw.SQLITE_ROW) return true;
        raw.sqlite3_reset(_statement);
        return rc == raw.SQLITE_DONE ? false : throw SqliteDatabase.Failure(_connection, rc);
    }

    /// <summary>Runs a change and tells how many rows it made.</summary>
    public int Change()
    {
        Step();
        return raw.sqlite3_changes(_connection.Handle);
    }

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>Ends a read before its last row.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    public void Dispose() => _statement.Dispose();
}
