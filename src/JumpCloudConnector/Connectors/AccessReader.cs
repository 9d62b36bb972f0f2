using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Connectors;

/// <summary>Where secrets lie that are not kept in the store: a SecretManagement vault, which only PowerShell can ask.</summary>
public interface ISecretVault
{
    /// <summary>A secret.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="vault">The vault's name; null for the default one.</param>
    /// <exception cref="JcException">ApiKeySecretUnavailable.</exception>
    SecureString GetSecret(string name, string? vault);
}

/// <summary>
/// Reads how a connector comes to its data: its API key from where it is kept (the store, a vault or an environment
/// variable) or its service account, and the way through proxies and certificates.
/// </summary>
internal sealed class AccessReader(RecordStore store, SecretProtector secrets, ISecretVault? vault, TimeProvider time)
{
    // Their tokens outlast a turn: a new one for each would be one request a turn more.
    private readonly ConcurrentDictionary<Guid, ServiceAccount> _accounts = new();

    /// <summary>The access of a connector.</summary>
    /// <exception cref="JcException">See <see cref="ReadCredentials"/> and <see cref="ReadRoute"/>.</exception>
    public ConnectorAccess Read(Connector connector) => new(ReadCredentials(connector), ReadRoute(connector), connector.OrganizationId);

    /// <summary>The API key, or the service account.</summary>
    /// <exception cref="JcException">ConnectorNotFound, SecretUnreadable, KeyRingAccessDenied, ApiKeyMissing,
    /// ServiceAccountSecretMissing, ApiKeyVariableNotSet, ApiKeySecretUnavailable or InvalidApiKey.</exception>
    public JumpCloudCredentials ReadCredentials(Connector connector)
    {
        if (connector.ServiceAccountClientId is not { } clientId) return new ApiKeyCredentials(ReadKey(connector));
        byte[] stored = Existing(connector, store.Connectors.GetSecret(connector.Id));
        if (stored.Length == 0)
        {
            throw new JcException("ServiceAccountSecretMissing", JcErrorKind.NotFound,
                $"The service account '{clientId}' of connector '{connector.Name}' has no secret yet. Give it one with Set-JcConnector -ServiceAccount.", connector.Name);
        }

        ServiceAccount read = new(clientId, Encoding.ASCII.GetString(secrets.Unprotect(connector.Id, stored)), connector.EffectiveTokenUri, time);
        return _accounts.AddOrUpdate(connector.Id, read, (_, known) => known.IsSame(read) ? known : read);
    }

    /// <summary>The way.</summary>
    /// <exception cref="JcException">ConnectorNotFound, SecretUnreadable, KeyRingAccessDenied, ProxyPasswordMissing,
    /// CertificateAuthorityNotRead or InvalidCertificateAuthority.</exception>
    public HttpRoute ReadRoute(Connector connector) => new()
    {
        Proxy = connector.Proxy,
        NoProxy = connector.NoProxy,
        ProxyCredential = connector.ProxyUser is { } user ? ReadProxyCredential(connector, user) : null,
        Trust = connector.CertificateAuthorityFile is { } file ? ServerTrust.Read(file) : null,
    };

    private NetworkCredential ReadProxyCredential(Connector connector, string user)
    {
        byte[] stored = Existing(connector, store.Connectors.GetProxySecret(connector.Id));
        if (stored.Length == 0)
        {
            throw new JcException("ProxyPasswordMissing", JcErrorKind.NotFound,
                $"The proxy's user '{user}' of connector '{connector.Name}' has no password yet. Give it one with Set-JcConnector -ProxyCredential.", connector.Name);
        }

        string password = Encoding.UTF8.GetString(secrets.UnprotectProxyPassword(connector.Id, stored));
        // As Windows writes the users of a domain.
        int domain = user.IndexOf('\\');
        return domain < 0 ? new NetworkCredential(user, password) : new NetworkCredential(user.Substring(domain + 1), password, user.Substring(0, domain));
    }

    private static byte[] Existing(Connector connector, byte[]? stored) => stored ?? throw new JcException("ConnectorNotFound", JcErrorKind.NotFound,
        $"The connector '{connector.Name}' was removed meanwhile.", connector.Name);

    private string ReadKey(Connector connector)
    {
        if (connector.ApiKeyVariable is { } variable) return Encoding.ASCII.GetString(FromVariable(connector, variable));
        if (connector.ApiKeySecret is { } secret)
        {
            if (vault is null)
            {
                throw new JcException("ApiKeySecretUnavailable", JcErrorKind.AccessDenied,
                    $"The API key of connector '{connector.Name}' is the secret '{secret}' of a vault, and there is no vault here to ask.", connector.Name);
            }

            return Encoding.ASCII.GetString(ApiKey.ToBytes(vault.GetSecret(secret, connector.ApiKeyVault)));
        }

        byte[] stored = Existing(connector, store.Connectors.GetSecret(connector.Id));
        if (stored.Length == 0)
        {
            throw new JcException("ApiKeyMissing", JcErrorKind.NotFound,
                $"The connector '{connector.Name}' has no API key yet. Give it one with Set-JcConnector -ApiKey.", connector.Name);
        }

        return Encoding.ASCII.GetString(secrets.Unprotect(connector.Id, stored));
    }

    private static byte[] FromVariable(Connector connector, string variable)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(value) && RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            // Set after this process began.
            value = Environment.GetEnvironmentVariable(variable, EnvironmentVariableTarget.User);
            if (string.IsNullOrEmpty(value)) value = Environment.GetEnvironmentVariable(variable, EnvironmentVariableTarget.Machine);
        }

        if (string.IsNullOrEmpty(value))
        {
            throw new JcException("ApiKeyVariableNotSet", JcErrorKind.NotFound,
                $"The API key of connector '{connector.Name}' is in the environment variable '{variable}', which is not set for the account '{Environment.UserName}'. Set it for that account, or for the machine.", connector.Name);
        }

        using SecureString secure = new();
        foreach (char character in value!) secure.AppendChar(character);
        return ApiKey.ToBytes(secure);
    }
}
