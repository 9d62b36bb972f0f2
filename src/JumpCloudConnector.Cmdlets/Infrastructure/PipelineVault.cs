using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// Secrets of SecretManagement's vaults, read when they are needed. Only the pipeline's thread may call Get-Secret, and
/// collection runs on others: it is asked through the pipeline.
/// </summary>
internal sealed class PipelineVault(IPipeline pipeline) : ISecretVault
{
    public SecureString GetSecret(string name, string? vault) =>
        pipeline.InvokeAsync(cmdlet => Ask(cmdlet, name, vault)).GetAwaiter().GetResult() switch
        {
            SecureString secret => secret,
            var refused => throw (JcException)refused,
        };

    private static object Ask(PSCmdlet cmdlet, string name, string? vault)
    {
        try
        {
            if (cmdlet.InvokeCommand.GetCommand("Get-Secret", CommandTypes.Cmdlet | CommandTypes.Function) is null)
            {
                return Unavailable(name, vault, "The command Get-Secret is not here: install the module Microsoft.PowerShell.SecretManagement for this account (Install-Module Microsoft.PowerShell.SecretManagement).");
            }

            ScriptBlock ask = ScriptBlock.Create("param($given) Get-Secret @given -ErrorAction Stop");
            Dictionary<string, object> given = new() { ["Name"] = name };
            if (vault is not null) given["Vault"] = vault;
            object? secret = cmdlet.InvokeCommand.InvokeScript(false, ask, null, new System.Collections.Hashtable(given)).FirstOrDefault()?.BaseObject;
            return secret switch
            {
                SecureString text => text,
                PSCredential credential => credential.Password,
                null => Unavailable(name, vault, "There is no such secret."),
                _ => Unavailable(name, vault, $"It is a {secret.GetType().Name}. Keep the key as a SecureString, or as the password of a PSCredential."),
            };
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            return Unavailable(name, vault, e.Message);
        }
    }

    private static JcException Unavailable(string name, string? vault, string reason) => new(
        "ApiKeySecretUnavailable", JcErrorKind.AccessDenied,
        $"The secret '{name}' {(vault is null ? "of the default vault" : $"of the vault '{vault}'")} could not be read by the account '{Environment.UserName}'. {reason} "
        + "SecretStore's vaults belong to one user each: under SYSTEM or a managed service account, use a vault that this account may open, -ApiKeyVariable, or a key kept in the store (-ApiKey).", name);
}
