using System.Globalization;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>Short forms for statements that are not on the hot path; parameters are <c>$1</c>, <c>$2</c>, …</summary>
internal static class SqliteCommands
{
    public static SqliteCommand CreateCommand(this SqliteConnection connection, string sql, params object[] values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue("$" + (i + 1).ToString(CultureInfo.InvariantCulture), values[i]);
        return command;
    }

    public static List<T> ReadAll<T>(this SqliteCommand command, Func<SqliteDataReader, T> read)
    {
        List<T> rows = [];
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    public static long? Long(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static string? Text(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
