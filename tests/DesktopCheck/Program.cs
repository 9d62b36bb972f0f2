using System.Globalization;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.DesktopCheck;

/// <summary>Uses the engine's net472 build for real: prints OK and exits 0, or says what failed.</summary>
internal static class Program
{
    private static int Main()
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        string folder = Path.Combine(Path.GetTempPath(), $"jcc-desktop-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            string version = Exercise("Data Source=:memory:");
            Exercise($"Data Source={Path.Combine(folder, "check.db")};Pooling=False");
            Console.WriteLine($"OK SQLite {version} on {Environment.Version}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Exercise(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL");
        Execute(connection, "CREATE TABLE item (id INTEGER PRIMARY KEY, body BLOB NOT NULL)");
        using (SqliteTransaction transaction = connection.BeginTransaction())
        {
            using SqliteCommand insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = "INSERT INTO item (body) VALUES ($body)";
            SqliteParameter body = insert.Parameters.Add("$body", SqliteType.Blob);
            for (int number = 0; number < 1000; number++)
            {
                body.Value = BitConverter.GetBytes(number);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        string count = Execute(connection, "SELECT count(*) FROM item");
        if (count != "1000") throw new InvalidOperationException($"1000 rows were written, {count} were read.");
        return Execute(connection, "SELECT sqlite_version()");
    }

    private static string Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? string.Empty;
    }
}
