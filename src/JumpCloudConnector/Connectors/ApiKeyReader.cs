using System.Runtime.InteropServices;
using System.Security;
using System.Text;
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

/// <summary>Reads a connector's API key from where it is kept: the store, a vault or an environment variable.</summary>
internal sealed class ApiKeyReader(RecordStore store, SecretProtector secrets, ISecretVault? vault)
{
    /// <summary>The key.</summary>
    /// <exception cref="JcException">ConnectorNotFound, SecretUnreadable, KeyRingAccessDenied, ApiKeyVariableNotSet,
    /// ApiKeySecretUnavailable or InvalidApiKey.</exception>
    public string Read(Connector connector)
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

        byte[] stored = store.Connectors.GetSecret(connector.Id) ?? throw new JcException("ConnectorNotFound", JcErrorKind.NotFound,
            $"The connector '{connector.Name}' was removed meanwhile.", connector.Name);
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
