using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>
/// The help against the built module: the pages in docs/help and the help file that was made of them. What needs PlatyPS is
/// in tests/Pester/Help.Tests.ps1.
/// </summary>
public sealed partial class HelpTests
{
    private const string HelpFile = "JumpCloudConnector.Cmdlets.dll-Help.xml";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private static string Root => Path.GetFullPath(Path.Combine(ModuleCopy.FindBuiltModule(), "..", ".."));

    private static string Pages => Path.Combine(Root, "docs", "help");

    public static TheoryData<string> Cmdlets => [.. Commands().Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void There_is_a_page_for_each_cmdlet_and_for_nothing_else()
    {
        IEnumerable<string> pages = Directory.EnumerateFiles(Pages, "*-*.md")
            .Select(file => Path.GetFileNameWithoutExtension(file));
        Assert.Equal(Commands().Keys.Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_help_file_has_each_cmdlet_and_nothing_else()
    {
        IEnumerable<string> names = LoadHelpFile().Elements(s_command + "command")
            .Select(command => command.Element(s_command + "details")!.Element(s_command + "name")!.Value);
        Assert.Equal(Commands().Keys.Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_built_module_has_the_help_of_the_repository()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, "module", "en-US")))
            Assert.Equal(File.ReadAllText(file), File.ReadAllText(Path.Combine(ModuleCopy.FindBuiltModule(), "en-US", Path.GetFileName(file))));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Page_has_the_parameters_of_the_cmdlet(string name)
    {
        string[] named = [.. ParameterHeading().Matches(ReadPage(name)).Select(match => match.Groups[1].Value)];
        Assert.Equal(OwnParameters(name), named.Order(StringComparer.OrdinalIgnoreCase), StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_file_describes_the_parameters_of_the_cmdlet(string name)
    {
        XElement[] parameters =
            [.. HelpOf(name).Element(s_command + "parameters")!.Elements(s_command + "parameter")];
        Assert.Equal(
            OwnParameters(name),
            parameters.Select(parameter => parameter.Element(s_maml + "name")!.Value).Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.Ordinal);
        Assert.All(parameters, parameter => Assert.NotEmpty(TextOf(parameter.Element(s_maml + "description"))));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_file_says_what_the_page_says(string name)
    {
        string page = WordsOf(ReadPage(name));
        XElement help = HelpOf(name);
        XElement[] examples = [.. help.Descendants(s_command + "example")];
        IEnumerable<XElement> texts = help.Descendants(s_maml + "para").Concat(examples.Elements(s_dev + "code"));
        Assert.All(texts, text => Assert.Contains(WordsOf(text.Value), page, StringComparison.Ordinal));
        Assert.Equal(ExampleHeading().Count(ReadPage(name)), examples.Length);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_has_three_examples_and_no_placeholder(string name)
    {
        string page = ReadPage(name);
        Assert.True(ExampleHeading().Count(page) >= 3, "The page has fewer than 3 examples.");
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);

        XElement help = HelpOf(name);
        XElement[] examples = [.. help.Descendants(s_command + "example")];
        Assert.True(examples.Length >= 3, "The help file has fewer than 3 examples.");
        Assert.All(examples, example => Assert.NotEmpty(TextOf(example.Element(s_dev + "code"))));
        Assert.All(examples, example => Assert.NotEmpty(TextOf(example.Element(s_dev + "remarks"))));
        Assert.NotEmpty(TextOf(help.Element(s_maml + "description")));
        Assert.DoesNotContain("{{", help.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("```", help.Value, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Get_Help_finds_the_help_file(string name)
    {
        using ModuleSession session = new();
        ScriptResult result = session.Invoke("param($Name) Get-Help -Name $Name", ModuleSession.Parameters(("Name", name)));
        Assert.Empty(result.AllErrors);
        string synopsis = TextOf(HelpOf(name).Element(s_command + "details")!.Element(s_maml + "description"));
        Assert.NotEmpty(synopsis);
        Assert.Equal(synopsis, result.Output.Single().Properties["Synopsis"].Value.ToString()!.Trim());
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Examples_of_the_page_parse_and_bind(string name)
    {
        string[] examples = ExamplesOf(name);
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Empty(FaultsOf(example)));
        Assert.Contains(examples, example => CommandsOf(example).Any(command => command.GetCommandName() == name));
    }

    [Theory]
    [MemberData(nameof(AboutTests.Topics), MemberType = typeof(AboutTests))]
    public void Examples_of_a_topic_parse_and_bind(string topic)
    {
        string[] examples = ExamplesOf(topic);
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Empty(FaultsOf(example)));
    }

    [Theory]
    [InlineData("Get-JcConnector -Name 'Acme' | Test-JcConnector -Quiet", null)]
    [InlineData("$x = @{ Name = 'Acme' }; Remove-JcConnector @x -WhatIf -ErrorAction Stop", null)]
    [InlineData("Get-JcConector", "Get-JcConector is not a cmdlet of this module")]
    [InlineData("Get-JcConnector -Nam Acme", "Get-JcConnector has no parameter -Nam")]
    [InlineData("Get-JcConnector | Where-Object { Test-JcConnector -Loud }", "Test-JcConnector has no parameter -Loud")]
    [InlineData("Get-JcIngestedRecord -Last 7d", null)]
    [InlineData("Get-JcConnector -Name 'Acme", "TerminatorExpectedAtEndOfString")]
    public void What_examples_are_checked_for_is_found(string code, string? fault)
    {
        if (fault is null) Assert.Empty(FaultsOf(code));
        else Assert.Contains(fault, FaultsOf(code));
    }

    /// <summary>What is wrong with a piece of code, as far as can be seen without running it.</summary>
    private static IEnumerable<string> FaultsOf(string code)
    {
        Parser.ParseInput(code, out _, out ParseError[] errors);
        foreach (ParseError error in errors) yield return error.ErrorId;
        foreach (CommandAst command in CommandsOf(code))
        {
            string? name = command.GetCommandName();
            if (name is null || !name.Contains("-Jc", StringComparison.OrdinalIgnoreCase)) continue;
            if (!Commands().TryGetValue(name, out CommandInfo? known))
            {
                yield return $"{name} is not a cmdlet of this module";
                continue;
            }

            // By its full name: a part of one is no example for a script.
            foreach (CommandParameterAst parameter in command.CommandElements.OfType<CommandParameterAst>())
            {
                if (!known.Parameters.ContainsKey(parameter.ParameterName))
                    yield return $"{name} has no parameter -{parameter.ParameterName}";
            }

        }
    }

    private static string[] ExamplesOf(string page) =>
        [.. ExampleCode().Matches(ReadPage(page)).Select(match => match.Groups[1].Value)];

    private static IEnumerable<CommandAst> CommandsOf(string code) => Parser.ParseInput(code, out _, out _)
        .FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>();

    private static Dictionary<string, CommandInfo> Commands() => s_commands.Value;

    private static readonly Lazy<Dictionary<string, CommandInfo>> s_commands = new(() =>
    {
        using ModuleSession session = new();
        ScriptResult result = session.Invoke("Get-Command -Module JumpCloudConnector");
        Dictionary<string, CommandInfo> commands = new(StringComparer.OrdinalIgnoreCase);
        foreach (CommandInfo command in result.Output.Select(found => (CommandInfo)found.BaseObject))
        {
            // The parameters are read here, while the session is open.
            Assert.NotEmpty((ICollection)command.Parameters);
            commands.Add(command.Name, command);
        }

        return commands;
    });

    // Hidden ones exist to be refused with the reason, and need no help.
    private static IEnumerable<string> OwnParameters(string name) => Commands()[name].Parameters.Values
        .Where(parameter => parameter.Attributes.OfType<ParameterAttribute>().Any(attribute => !attribute.DontShow))
        .Select(parameter => parameter.Name)
        .Except(Cmdlet.CommonParameters, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    private static string ReadPage(string name) =>
        File.ReadAllText(Path.Combine(Pages, name + ".md")).Replace("\r\n", "\n", StringComparison.Ordinal);

    private static XElement LoadHelpFile() => XDocument.Load(Path.Combine(ModuleCopy.Shared.Folder, "en-US", HelpFile)).Root!;

    private static XElement HelpOf(string name) => LoadHelpFile().Elements(s_command + "command")
        .Single(command => command.Element(s_command + "details")!.Element(s_command + "name")!.Value == name);

    private static string TextOf(XElement? element) => element?.Value.Trim() ?? "";

    /// <summary>Text without marks of Markdown and without regard to line breaks.</summary>
    private static string WordsOf(string text)
    {
        string plain = Fence().Replace(text, "").Replace("`", "", StringComparison.Ordinal);
        return string.Join(' ', plain.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [GeneratedRegex(@"^### -(\w+)$", RegexOptions.Multiline)]
    private static partial Regex ParameterHeading();

    [GeneratedRegex(@"^### Example \d+: \S", RegexOptions.Multiline)]
    private static partial Regex ExampleHeading();

    [GeneratedRegex(@"^```powershell\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ExampleCode();

    [GeneratedRegex(@"^```\w*$", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
