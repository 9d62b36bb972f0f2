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
        string text = Unquote(wordToComplete);
        int begin = BeginOf(text);
        string before = text.Substring(0, begin), typed = text.Substring(begin);
        IReadOnlyList<string> all;
        try
        {
            all = Values(fakeBoundParameters, before);
        }
        catch (Exception e) when (e is JcException or IOException or UnauthorizedAccessException)
        {
            // Completion has no place for an error; the command itself will tell.
            yield break;
        }

        // What has the word in its middle comes where nothing begins with it: a console replaces the word by what all that is
        // offered has in common, which must not be less than what was typed.
        List<string> offered = [.. all.Where(v => v.StartsWith(typed, StringComparison.OrdinalIgnoreCase))];
        if (offered.Count == 0) offered = [.. all.Where(v => v.IndexOf(typed, StringComparison.OrdinalIgnoreCase) >= 0)];
        if (!KeepsOrder) offered.Sort(StringComparer.OrdinalIgnoreCase);
        foreach (string value in offered)
        {
            yield return new CompletionResult(Quote(before + value), value, CompletionResultType.ParameterValue, value);
        }
    }

    /// <summary>True where the values have an order of their own, and not the alphabet's.</summary>
    protected virtual bool KeepsOrder => false;

    /// <summary>What there is to offer.</summary>
    /// <param name="bound">The parameters given so far.</param>
    protected abstract IReadOnlyList<string> Values(IDictionary bound);

    /// <summary>As <see cref="Values(IDictionary)"/>, where what there is to offer depends on what stands before.</summary>
    /// <param name="bound">The parameters given so far.</param>
    /// <param name="before">What was typed before the word that is completed, without PowerShell's quotes.</param>
    protected virtual IReadOnlyList<string> Values(IDictionary bound, string before) => Values(bound);

    /// <summary>Where in what was typed the word begins that is completed; what stands before it stays.</summary>
    protected virtual int BeginOf(string text) => 0;

    // Whoever completes has seldom typed the quote at the end.
    private static string Unquote(string word)
    {
        if (word.Length == 0 || word[0] is not ('\'' or '"')) return word;
        string quote = word.Substring(0, 1), inner = word.Substring(1);
        if (inner.EndsWith(quote, StringComparison.Ordinal)) inner = inner.Substring(0, inner.Length - 1);
        return inner.Replace(quote + quote, quote);
    }

    private static string Quote(string text)
    {
        bool plain = text.Length > 0;
        foreach (char character in text) plain &= char.IsLetterOrDigit(character) || character is '_' or '-' or '.';
        if (plain) return text;
        // Behind a field or an operator the text goes on: its quote stays open, for the next word.
        bool isOpen = text.Length > 0 && text[text.Length - 1] is ':' or ' ';
        return "'" + text.Replace("'", "''") + (isOpen ? "" : "'");
    }
}
