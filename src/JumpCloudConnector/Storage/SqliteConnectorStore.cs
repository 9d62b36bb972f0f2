using System.Text.Json;
using JumpCloudConnector.Connectors;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>Connectors in the store's database, so that a change is whole or not made, whatever kills the process.</summary>
internal sealed partial class SqliteConnectorStore(SqliteDatabase database) : IConnectorStore
{
    public IReadOnlyList<Connector> GetConnectors() => database.Read(GetConnectors);

    public Connector? FindConnector(string name) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT document FROM connector WHERE name = $1", name);
        return command.ReadAll(row => Parse(row.GetString(0))).FirstOrDefault();
    });

    public void AddConnector(Connector connector, byte[] secret, byte[] proxySecret) => database.Write(durable: true, connection =>
    {
        using (SqliteCommand existing = connection.CreateCommand("SELECT 1 FROM connector WHERE name = $1", connector.Name))
        {
            if (existing.ExecuteScalar() is not null)
            {
                throw new JcException("ConnectorExists", JcErrorKind.AlreadyExists,
                    $"A connector named '{connector.Name}' exists already. Choose another name, or change that one with Set-JcConnector.", connector.Name);
            }
        }

        using SqliteCommand command = connection.CreateCommand(
            "INSERT INTO connector(id, name, version, document, secret, proxy_secret) VALUES($1, $2, $3, $4, $5, $6)",
            connector.Id.ToString("N"), connector.Name, connector.Version, Format(connector), secret, proxySecret);
        return command.ExecuteNonQuery();
    });

    public void UpdateConnector(Connector connector, byte[]? secret, byte[]? proxySecret) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "UPDATE connector SET version = $1, document = $2, secret = coalesce($3, secret), proxy_secret = coalesce($4, proxy_secret) WHERE id = $5 AND version = $6",
            connector.Version, Format(connector), (object?)secret ?? DBNull.Value, (object?)proxySecret ?? DBNull.Value, connector.Id.ToString("N"), connector.Version - 1);
        if (command.ExecuteNonQuery() == 1) return 0;

        using SqliteCommand existing = connection.CreateCommand("SELECT version FROM connector WHERE id = $1", connector.Id.ToString("N"));
        throw existing.ExecuteScalar() is null
            ? new JcException("ConnectorNotFound", JcErrorKind.NotFound,
                $"There is no connector named '{connector.Name}' any more; it was removed meanwhile.", connector.Name)
            : new JcException("ConnectorChanged", JcErrorKind.InvalidInput,
                $"The connector '{connector.Name}' was changed by somebody else at the same moment. Look at it with Get-JcConnector and try again.", connector.Name);
    });

    public bool RemoveConnector(Guid id) => database.Write(durable: true, connection =>
    {
        string text = id.ToString("N");
        using SqliteCommand command = connection.CreateCommand(
            """
            DELETE FROM seen WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM user WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM slice WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM tally WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM audit WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM accepted WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM removed WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM gap WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            DELETE FROM pace WHERE connector = $1;
            -- A collection that is under way finds its stream taken away; the fence is never set back.
            UPDATE lease SET fence = fence + 1, host = NULL, expires_ms = 0 WHERE stream IN (SELECT id FROM stream WHERE connector = $1);
            UPDATE stream SET watermark_ms = NULL, start_ms = NULL WHERE connector = $1;
            DELETE FROM filter_count WHERE connector = $1;
            DELETE FROM connector WHERE id = $1;
            """, text);
        command.ExecuteNonQuery();
        using SqliteCommand changes = connection.CreateCommand("SELECT changes()");
        return (long)changes.ExecuteScalar()! == 1;
    });

    public byte[]? GetSecret(Guid connectorId) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT secret FROM connector WHERE id = $1", connectorId.ToString("N"));
        return command.ExecuteScalar() as byte[];
    });

    public byte[]? GetProxySecret(Guid connectorId) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT proxy_secret FROM connector WHERE id = $1", connectorId.ToString("N"));
        return command.ExecuteScalar() as byte[];
    });

    public (string Id, string Name, bool IsCurrent)? GetOrganization(Connector connector) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT organization, organization_name, organization_for FROM connector WHERE id = $1 AND organization IS NOT NULL", connector.Id.ToString("N"));
        List<(string, string, bool)> found = command.ReadAll(row => (row.GetString(0), row.GetString(1), row.GetInt64(2) == connector.AccessVersion));
        return found.Count == 0 ? ((string, string, bool)?)null : found[0];
    });

    public IReadOnlyDictionary<Guid, (string Id, string Name, int For)> GetOrganizations() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT id, organization, organization_name, organization_for FROM connector WHERE organization IS NOT NULL");
        return command.ReadAll(row => (Id: Guid.Parse(row.GetString(0)), Organization: (row.GetString(1), row.GetString(2), row.GetInt32(3))))
            .ToDictionary(c => c.Id, c => c.Organization);
    });

    public void SetOrganization(Connector connector, string id, string name) => database.Write(durable: true, connection =>
    {
        using SqliteCommand command = connection.CreateCommand(
            "UPDATE connector SET organization = $1, organization_name = $2, organization_for = $3 WHERE id = $4",
            id, name, connector.AccessVersion, connector.Id.ToString("N"));
        return command.ExecuteNonQuery();
    });

    public string GetTenantId(string tenantName) => database.Write(durable: true, connection =>
    {
        using (SqliteCommand add = connection.CreateCommand(
            "INSERT INTO tenant(id, name) VALUES($1, $2) ON CONFLICT(name) DO NOTHING", Guid.NewGuid().ToString("N"), tenantName))
        {
            add.ExecuteNonQuery();
        }

        using SqliteCommand command = connection.CreateCommand("SELECT id FROM tenant WHERE name = $1", tenantName);
        return (string)command.ExecuteScalar()!;
    });

    private static List<Connector> GetConnectors(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand("SELECT document FROM connector ORDER BY name");
        return command.ReadAll(row => Parse(row.GetString(0)));
    }

    private static string Format(Connector connector) => JsonSerializer.Serialize(connector, ConnectorJson.Default.Connector);

    private static Connector Parse(string document) => JsonSerializer.Deserialize(document, ConnectorJson.Default.Connector)
        ?? throw new JcException("StoreDamaged", JcErrorKind.StoreFault, "A connector in the store is empty. Restore a backup of the store.");
}
