using System.Text.Json;
using JumpCloudConnector.Connectors;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>Data Analyzer profiles, the hosts that collect, and the one test at a time.</content>
internal sealed partial class SqliteConnectorStore
{
    public IReadOnlyList<AnalyzerProfile> GetAnalyzerProfiles() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT document FROM analyzer_profile ORDER BY name");
        List<AnalyzerProfile> profiles = command.ReadAll(row => JsonSerializer.Deserialize(row.GetString(0), ConnectorJson.Default.AnalyzerProfile)!);
        profiles.Insert(0, AnalyzerProfile.Default);
        return profiles;
    });

    public bool AddAnalyzerProfile(AnalyzerProfile profile) => database.Write(durable: true, connection =>
    {
        if (string.Equals(profile.Name, AnalyzerProfile.DefaultName, StringComparison.OrdinalIgnoreCase)) return false;
        using SqliteCommand command = connection.CreateCommand(
            "INSERT INTO analyzer_profile(name, document) VALUES($1, $2) ON CONFLICT(name) DO NOTHING",
            profile.Name, JsonSerializer.Serialize(profile, ConnectorJson.Default.AnalyzerProfile));
        return command.ExecuteNonQuery() == 1;
    });

    public IReadOnlyList<string> RemoveAnalyzerProfile(string name) => database.Write(durable: true, connection =>
    {
        List<string> members = [.. GetConnectors(connection)
            .Where(c => string.Equals(c.AnalyzerProfile, name, StringComparison.OrdinalIgnoreCase)).Select(c => c.Name)];
        if (members.Count > 0) return members;
        using SqliteCommand command = connection.CreateCommand("DELETE FROM analyzer_profile WHERE name = $1", name);
        command.ExecuteNonQuery();
        return members;
    });

    public IReadOnlyList<(string Name, long Seen)> GetHosts() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT name, seen_ms FROM host ORDER BY name");
        return command.ReadAll(row => (row.GetString(0), row.GetInt64(1)));
    });

    public LeaseAnswer AcquireTestLease(LeaseOwner owner, long now, TimeSpan duration) =>
        database.Write(durable: false, connection => SqliteLeases.Take(connection, SqliteLeases.Test, owner, now, duration));

    public void ReleaseTestLease(Lease lease) => database.Write(durable: false, connection => SqliteLeases.Release(connection, lease));

    public void SetHost(string name, long seen) => database.Write(durable: false, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "INSERT INTO host(name, seen_ms) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET seen_ms = $2", name, seen);
        return command.ExecuteNonQuery();
    });
}
