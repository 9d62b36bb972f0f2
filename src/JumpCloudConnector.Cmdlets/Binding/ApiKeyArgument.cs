using System.Management.Automation;
using System.Management.Automation.Language;
using System.Security;

namespace JumpCloudConnector.Cmdlets;

/// <summary>What a cmdlet does with a parameter that has an <see cref="ApiKeyTransformation"/>.</summary>
internal static class ApiKeyArgument
{
    /// <summary>
    /// Whether the key can be used. Where it was given as plain text, writes the error PlainTextApiKey and returns false:
    /// the cmdlet then leaves this input.
    /// </summary>
    public static bool Accept(PSCmdlet cmdlet, SecureString? key, string parameterName = "ApiKey")
    {
        if (!ReferenceEquals(key, ApiKeyTransformation.Refused)) return true;

        // Hosts show the line of the script that an error comes from, and here the key stands in it.
        cmdlet.MyInvocation.DisplayScriptPosition = WithoutArguments(cmdlet.MyInvocation);
        cmdlet.WriteError(ErrorRecords.PlainTextApiKey(parameterName));
        return false;
    }

    private static ScriptExtent WithoutArguments(InvocationInfo invocation)
    {
        string line = $"{invocation.InvocationName} …";
        return new ScriptExtent(
            new ScriptPosition(invocation.ScriptName, invocation.ScriptLineNumber, 1, line),
            new ScriptPosition(invocation.ScriptName, invocation.ScriptLineNumber, line.Length + 1, line));
    }
}
