using System.Text.RegularExpressions;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>
/// The topics of the help, and the error ids. The pages in docs/help are what is written; build.ps1 -Task Help makes the
/// texts of the module from them.
/// </summary>
public sealed partial class AboutTests
{
    private const string Troubleshooting = "about_JcTroubleshooting";

    private static string Root => Path.GetFullPath(Path.Combine(ModuleCopy.FindBuiltModule(), "..", ".."));

    public static TheoryData<string> Topics =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "docs", "help"), "about_*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "docs", "help"), "*-Jc*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_is_a_text_for_each_page_and_for_nothing_else()
    {
        IEnumerable<string> texts = Directory.EnumerateFiles(Path.Combine(ModuleCopy.FindBuiltModule(), "en-US"), "about_*.help.txt")
            .Select(file => Path.GetFileName(file).Replace(".help.txt", "", StringComparison.Ordinal));
        Assert.Equal(Topics.Select(topic => topic.Data), texts.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void The_text_says_what_the_page_says(string topic)
    {
        string text = File.ReadAllText(Path.Combine(ModuleCopy.FindBuiltModule(), "en-US", topic + ".help.txt"));
        string[] words = WordsOf(text);
        Assert.Equal("TOPIC", words[0]);
        Assert.Equal(WordsOf(PageOf(topic)), words[1..]);
        // As wide as a console of 80 characters shows, code too: Get-Help would break it within words.
        Assert.All(text.Split('\n'), line => Assert.True(line.Length < 80, line));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Get_Help_finds_it_and_what_it_refers_to_exists(string topic)
    {
        using ModuleSession session = new();
        ScriptResult result = session.Invoke("param($Name) Get-Help -Name $Name", ModuleSession.Parameters(("Name", topic)));
        Assert.Empty(result.AllErrors);
        Assert.Contains("SHORT DESCRIPTION", result.Output.Single().ToString(), StringComparison.Ordinal);

        string page = PageOf(topic);
        string[] referred = [.. Reference().Matches(page[page.IndexOf("## SEE ALSO", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(referred);
        Assert.All(referred, name => Assert.True(File.Exists(Path.Combine(Root, "docs", "help", name + ".md")), name));
    }

    [Fact]
    public void Each_error_id_of_the_source_has_its_cause_and_remedy_once_and_no_other_is_named()
    {
        string page = PageOf(Troubleshooting);
        string[] named = [.. ErrorLine().Matches(page).Select(match => match.Groups[1].Value)];
        Assert.Equal(ErrorIds.OfSource(Root).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        // Two sentences at least: what it means, and what to do.
        Assert.All(ErrorLine().Matches(page), match => Assert.True(match.Groups[2].Value.Length > 40, match.Value));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_names_error_ids_and_none_that_there_is_none_of(string name)
    {
        string page = PageOf(name);
        string notes = page[page.IndexOf("\n## NOTES\n", StringComparison.Ordinal)..];
        string[] named = [.. ErrorLine().Matches(notes).Select(match => match.Groups[1].Value)];
        Assert.True(named.Length > 1);
        Assert.Subset(ErrorIds.OfSource(Root).ToHashSet(), named.ToHashSet());
        Assert.Equal(named.Distinct(), named);
    }

    private static string PageOf(string name) =>
        File.ReadAllText(Path.Combine(Root, "docs", "help", name + ".md")).Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <summary>Words alone: marks of Markdown, line breaks and indents do not count.</summary>
    private static string[] WordsOf(string text) => Marks().Replace(text, "").Replace("`", "", StringComparison.Ordinal)
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^(#+ |```\w*$)", RegexOptions.Multiline)]
    private static partial Regex Marks();

    [GeneratedRegex(@"^- (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^- ([A-Z][A-Za-z]+[a-z][A-Z][A-Za-z]*|Canceled|Forbidden|Unauthorized): (.*)$", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();
}

/// <summary>The stable ids of errors, as the sources give them.</summary>
internal static partial class ErrorIds
{
    /// <summary>Each id once.</summary>
    public static IEnumerable<string> OfSource(string root) => Directory
        .EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .SelectMany(file => Given().Matches(File.ReadAllText(file)))
        .Select(match => match.Groups.Values.Skip(1).First(group => group.Success).Value).Distinct();

    // Every form in which the sources give an error its id; tests/Pester/Help.Tests.ps1 has the same.
    [GeneratedRegex("""
        "([A-Z][A-Za-z]+)",\s*JcErrorKind\.
        |FailureKind\.[A-Za-z]+,\s*"([A-Z][A-Za-z]+)"
        |(?:Refuse|CheckText|CheckId)\("([A-Z][A-Za-z]+)"
        |ErrorId\ =\ "([A-Z][A-Za-z]+)"
        |ErrorId\ \?\?\ "([A-Z][A-Za-z]+)"
        |new\ Hindrance\("([A-Z][A-Za-z]+)"
        |=>\ \("([A-Z][A-Za-z]+)",\ "(?:Network|Tls)"
        |_\ =>\ \("([A-Z][A-Za-z]+)"
        |const\ string\ (?:[A-Za-z]+Id|InvalidCondition)\ =\ "([A-Z][A-Za-z]+)"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Given();
}
