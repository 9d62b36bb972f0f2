namespace JumpCloudConnector.JumpCloud;

/// <summary>How a connector comes to its data: with which credentials, and on which way.</summary>
internal sealed class ConnectorAccess(JumpCloudCredentials credentials, HttpRoute? route = null, string? organizationId = null)
{
    public JumpCloudCredentials Credentials { get; } = credentials;

    public HttpRoute Route { get; } = route ?? HttpRoute.Default;

    /// <summary>Named in requests that are about none: tokens are refused without. Null where the connector has many.</summary>
    public string? OrganizationId { get; } = organizationId;

    /// <summary>What must not stand in any message.</summary>
    public IEnumerable<string> Secrets => [.. Credentials.Secrets, .. Route.Secrets];
}
