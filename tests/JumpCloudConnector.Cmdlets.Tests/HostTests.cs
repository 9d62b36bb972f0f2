using System.Management.Automation.Host;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>The host that tests and samples show the module in: what it prints is what pwsh would.</summary>
public sealed class HostTests
{
    [Fact]
    public void Objects_are_shown_as_tables_without_escapes() =>
        Assert.Equal(
            """

            Name Count
            ---- -----
            a        1
            bcd     22


            """,
            Show("[pscustomobject]@{ Name = 'a'; Count = 1 }, [pscustomobject]@{ Name = 'bcd'; Count = 22 }"),
            ignoreLineEndingDifferences: true);

    [Fact]
    public void Colour_is_a_choice() =>
        Assert.Contains("\e[", Show("[pscustomobject]@{ Name = 'a' }", new TextHostOptions { Color = true }), StringComparison.Ordinal);

    [Fact]
    public void Output_and_errors_keep_their_order()
    {
        string shown = Show("'before'; Get-NoSuchCommand; 'after'");
        string[] lines = [.. shown.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        Assert.Equal("before", lines[0]);
        Assert.StartsWith("Get-NoSuchCommand: The term", lines[1], StringComparison.Ordinal);
        Assert.Equal("after", lines[^1]);
    }

    [Fact]
    public void An_error_that_ends_the_script_is_shown()
    {
        using var text = new StringWriter();
        using var session = new ModuleSession(new TextHostOptions { Output = text }, import: false);
        Assert.False(session.Show("'before'; throw 'the end'; 'after'"));
        Assert.Contains("Exception: the end", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("after", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_file_sees_its_own_folder_and_parameters()
    {
        using var folder = new TemporaryFolder();
        string script = Path.Combine(folder.Path, "script.ps1");
        File.WriteAllText(script, "param($Word) $PSScriptRoot; $Word; $variable");
        using var text = new StringWriter();
        using var session = new ModuleSession(new TextHostOptions { Output = text, Width = 500 }, import: false);
        session.SetVariable("variable", "seen");
        Assert.True(session.ShowFile(script, ModuleSession.Parameters(("Word", "given"))));
        Assert.Equal([folder.Path, "given", "seen"], text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public void A_question_is_answered_by_whoever_hosts(int choice, bool expected)
    {
        IReadOnlyList<ChoiceDescription>? offered = null;
        using var session = new ModuleSession(
            new TextHostOptions
            {
                OnChoice = (_, choices, _) =>
                {
                    offered = choices;
                    return choice;
                },
            },
            import: false);
        // Yes, Yes to All, No, No to All, Suspend.
        ScriptResult result = session.Invoke("function Set-It { [CmdletBinding(SupportsShouldProcess)] param() $PSCmdlet.ShouldProcess('target') }; Set-It -Confirm");
        Assert.Equal(expected, result.Output.Single().BaseObject);
        Assert.Equal(5, offered!.Count);
    }

    private static string Show(string script, TextHostOptions? options = null)
    {
        using var text = new StringWriter();
        using var session = new ModuleSession((options ?? new TextHostOptions()) with { Output = text }, import: false);
        session.Show(script);
        return text.ToString();
    }
}
