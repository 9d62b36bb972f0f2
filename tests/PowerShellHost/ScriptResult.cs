using System.Management.Automation;

namespace PowerShellHost;

/// <summary>What a script gave, stream by stream.</summary>
/// <param name="Output">The objects.</param>
/// <param name="Errors">The errors that did not end it.</param>
/// <param name="Warnings">Warnings.</param>
/// <param name="Verbose">What -Verbose showed.</param>
/// <param name="Debug">What -Debug showed.</param>
/// <param name="Progress">Progress.</param>
/// <param name="Information">Information, Write-Host among it.</param>
/// <param name="Terminating">The error that ended it, or null.</param>
public sealed record ScriptResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    IReadOnlyList<string> Debug,
    IReadOnlyList<ProgressRecord> Progress,
    IReadOnlyList<string> Information,
    ErrorRecord? Terminating)
{
    /// <summary>All errors, the one that ended the script last.</summary>
    public IEnumerable<ErrorRecord> AllErrors => Terminating is null ? Errors : Errors.Append(Terminating);

    /// <summary>The ids of all errors, without the name of the command behind the comma.</summary>
    public IEnumerable<string> ErrorIds => AllErrors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]);

    /// <summary>The values of one property of the objects.</summary>
    public IEnumerable<object?> Values(string property) => Output.Select(item => item.Properties[property]?.Value);

    /// <summary>Everything as one text: what a search for a secret must not find it in.</summary>
    public string AllText()
    {
        using var text = new StringWriter();
        foreach (PSObject item in Output)
        {
            text.WriteLine(item);
            foreach (PSPropertyInfo property in item.Properties) text.WriteLine($"{property.Name}={SafeValue(property)}");
        }

        foreach (ErrorRecord error in AllErrors)
            text.WriteLine($"{error} {error.FullyQualifiedErrorId} {error.Exception} {error.TargetObject} {error.ErrorDetails} {error.InvocationInfo?.PositionMessage} {error.ScriptStackTrace}");
        foreach (string line in Warnings.Concat(Verbose).Concat(Debug).Concat(Information)) text.WriteLine(line);
        foreach (ProgressRecord record in Progress) text.WriteLine(record);
        return text.ToString();
    }

    private static object? SafeValue(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException exception)
        {
            return exception.Message;
        }
    }
}
