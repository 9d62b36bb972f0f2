using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Offers texts that begin with what was typed, or hold it, quoted where they must be.</summary>
public abstract class TextCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        IReadOnlyList<string> all;
        try
        {
            all = Values(fakeBoundParameters);
        }
        catch (Exception e) when (e is JcException or IOException or UnauthorizedAccessException)
        {
            // Completion has no place for an error; the command itself will tell.
            yield break;
        }

        IOrderedEnumerable<string> offered = all
            .Where(v => v.IndexOf(typed, StringComparison.OrdinalIgnoreCase) >= 0)
            .OrderBy(v => v.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? 0 : 1);
        foreach (string value in KeepsOrder ? offered : offered.ThenBy(v => v, StringComparer.OrdinalIgnoreCase))
        {
            yield return new CompletionResult(Quote(value), value, CompletionResultType.ParameterValue, value);
        }
    }

    /// <summary>True where the values have an order of their own, and not the alphabet's.</summary>
    protected virtual bool KeepsOrder => false;

    /// <summary>What there is to offer.</summary>
    /// <param name="bound">The parameters given so far.</param>
    protected abstract IReadOnlyList<string> Values(IDictionary bound);

    private static string Quote(string text)
    {
        bool plain = text.Length > 0;
        foreach (char character in text) plain &= char.IsLetterOrDigit(character) || character is '_' or '-' or '.';
        return plain ? text : "'" + text.Replace("'", "''") + "'";
    }
}
