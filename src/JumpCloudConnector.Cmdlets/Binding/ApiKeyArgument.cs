using System.Management.Automation;
using System.Management.Automation.Language;
using System.Security;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// What a cmdlet does with a parameter that has an <see cref="ApiKeyTransformation"/> or a <see cref="CredentialTransformation"/>.
/// </summary>
internal static class ApiKeyArgument
{
    /// <summary>
    /// Whether the key can be used. Where it was given as plain text, writes the error PlainTextApiKey and returns false:
    /// the cmdlet then leaves this input.
    /// </summary>
    public static bool Accept(PSCmdlet cmdlet, SecureString? key, string parameterName = "ApiKey")
    {
        if (!ReferenceEquals(key, ApiKeyTransformation.Refused)) return true;

        HideLine(cmdlet);
        cmdlet.WriteError(ErrorRecords.PlainTextApiKey(parameterName));
        return false;
    }

    /// <summary>As for a key, for other secrets: the error is PlainTextSecret.</summary>
    public static bool AcceptSecret(PSCmdlet cmdlet, string parameterName, SecureString? secret)
    {
        if (!ReferenceEquals(secret, ApiKeyTransformation.Refused)) return true;
        HideLine(cmdlet);
        cmdlet.WriteError(ErrorRecords.PlainTextSecret(parameterName, "a SecureString, from Read-Host -AsSecureString or a vault"));
        return false;
    }

    /// <summary>As for a key, for users with their secrets: the error is PlainTextSecret.</summary>
    public static bool AcceptCredential(PSCmdlet cmdlet, string parameterName, params PSCredential?[] credentials)
    {
        if (!Array.Exists(credentials, c => ReferenceEquals(c, CredentialTransformation.Refused))) return true;
        HideLine(cmdlet);
        cmdlet.WriteError(ErrorRecords.PlainTextSecret(parameterName));
        return false;
    }

    /// <summary>Keeps the line of the script out of errors, where a secret stands in it: hosts show the line.</summary>
    public static void HideLine(PSCmdlet cmdlet) => cmdlet.MyInvocation.DisplayScriptPosition = WithoutArguments(cmdlet.MyInvocation);

    private static ScriptExtent WithoutArguments(InvocationInfo invocation)
    {
        string line = $"{invocation.InvocationName} …";
        return new ScriptExtent(
            new ScriptPosition(invocation.ScriptName, invocation.ScriptLineNumber, 1, line),
            new ScriptPosition(invocation.ScriptName, invocation.ScriptLineNumber, line.Length + 1, line));
    }
}
