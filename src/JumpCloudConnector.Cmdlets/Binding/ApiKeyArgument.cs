using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Language;
using System.Security;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// What a cmdlet does with a parameter that has an <see cref="ApiKeyTransformation"/> or a <see cref="CredentialTransformation"/>.
/// </summary>
internal static class ApiKeyArgument
{
    /// <summary>The parameters that say what a connector shows to JumpCloud: one of them.</summary>
    public static readonly string[] Credentials = ["ApiKey", "ApiKeySecret", "ApiKeyVariable", "ServiceAccount"];

    /// <summary>The exception where several of <see cref="Credentials"/> were given.</summary>
    public static JcException Several(string connector) => new("InvalidApiKeyReference", JcErrorKind.InvalidInput,
        $"-ApiKey, -ApiKeySecret, -ApiKeyVariable and -ServiceAccount each say what connector '{connector}' shows to JumpCloud. Give one of them.", connector);

    /// <summary>The exception where one of <see cref="Credentials"/> was given and holds nothing.</summary>
    public static JcException Empty(string connector, string consequence) => new("InvalidApiKey", JcErrorKind.InvalidInput,
        $"-ApiKey, -ApiKeySecret, -ApiKeyVariable or -ServiceAccount was given and is empty; perhaps a variable is misspelt. {consequence}", connector);

    /// <summary>Asks for a key as PowerShell asks for a mandatory parameter; null where there is nobody to ask.</summary>
    public static SecureString? Ask(PSCmdlet cmdlet, string question)
    {
        FieldDescription field = new(Credentials[0]);
        field.SetParameterType(typeof(SecureString));
        try
        {
            return cmdlet.Host?.UI?.Prompt(cmdlet.MyInvocation.MyCommand.Name, question, [field]).Values.FirstOrDefault()?.BaseObject as SecureString;
        }
        catch (Exception e) when (e is HostException or InvalidOperationException or NotImplementedException or NotSupportedException)
        {
            // A task, a service or a session with -NonInteractive.
            return null;
        }
    }

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
