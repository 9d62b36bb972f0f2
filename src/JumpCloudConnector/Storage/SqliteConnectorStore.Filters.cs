using System.Text.Json;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>Log filters.</content>
internal sealed partial class SqliteConnectorStore
{
    public IReadOnlyList<LogFilter> GetLogFilters() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT document FROM log_filter ORDER BY name");
        return command.ReadAll(row => JsonSerializer.Deserialize(row.GetString(0), ConnectorJson.Default.LogFilter)!);
    });

    public void AddLogFilter(LogFilter filter) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "INSERT INTO log_filter(id, name, version, document) VALUES($1, $2, $3, $4) ON CONFLICT(name) DO NOTHING",
            filter.Id.ToString("N"), filter.Name, filter.Version, Format(filter));
        return command.ExecuteNonQuery() == 1 ? 0 : throw new JcException("LogFilterExists", JcErrorKind.AlreadyExists,
            $"A log filter named '{filter.Name}' exists already. Choose another name, or change that one with Set-JcLogFilter.", filter.Name);
    });

    public void UpdateLogFilter(LogFilter filter) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "UPDATE log_filter SET version = $1, document = $2 WHERE id = $3 AND version = $4",
            filter.Version, Format(filter), filter.Id.ToString("N"), filter.Version - 1);
        return command.ExecuteNonQuery() == 1 ? 0 : throw new JcException("LogFilterChanged", JcErrorKind.InvalidInput,
            $"The log filter '{filter.Name}' was changed or removed by somebody else at the same moment. Look at it with Get-JcLogFilter and try again.", filter.Name);
    });

    public bool RemoveLogFilter(LogFilter filter) => database.Write(durable: true, connection =>
    {
        foreach (Connector connector in GetConnectors(connection))
        {
            if (!connector.LogFilters.Contains(filter.Name, StringComparer.OrdinalIgnoreCase)) continue;
            Connector changed = connector with
            {
                LogFilters = [.. connector.LogFilters.Where(n => !string.Equals(n, filter.Name, StringComparison.OrdinalIgnoreCase))],
                Version = connector.Version + 1,
            };
            using SqliteCommand detach = connection.CreateCommand(
                "UPDATE connector SET version = $1, document = $2 WHERE id = $3", changed.Version, Format(changed), changed.Id.ToString("N"));
            detach.ExecuteNonQuery();
        }

        string id = filter.Id.ToString("N");
        using SqliteCommand counts = connection.CreateCommand("DELETE FROM filter_count WHERE filter = $1", id);
        counts.ExecuteNonQuery();
        using SqliteCommand command = connection.CreateCommand("DELETE FROM log_filter WHERE id = $1", id);
        return command.ExecuteNonQuery() == 1;
    });

    public IReadOnlyList<(Guid Filter, Guid Connector, long Excluded, long Last)> GetFilterCounts() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT filter, connector, excluded, last_ms FROM filter_count");
        return command.ReadAll(row => (Guid.Parse(row.GetString(0)), Guid.Parse(row.GetString(1)), row.GetInt64(2), row.GetInt64(3)));
    });

    private static string Format(LogFilter filter) => JsonSerializer.Serialize(filter, ConnectorJson.Default.LogFilter);
}
