using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Texts in columns, as the views have them wrapped.</summary>
public sealed class ViewTextTests
{
    [Theory]
    [InlineData("", 5, "")]
    [InlineData("five5", 5, "five5")]
    [InlineData("five5 six", 5, "five5|six")]
    [InlineData("a bc  def", 4, "a bc|def")]
    [InlineData("abcdefgh ij", 4, "abcd|efgh|ij")]
    [InlineData("ab abcdefgh", 4, "ab|abcd|efgh")]
    [InlineData(" ab cd", 3, " ab|cd")]
    [InlineData("Fabrikam-Production-West", 14, "Fabrikam-|Production-|West")]
    [InlineData("jane.doe@example.com", 10, "jane.doe@|example.|com")]
    public void A_text_is_broken_between_words_and_in_one_only_where_it_is_longer_than_a_line(string text, int width, string lines) =>
        Assert.Equal(lines.Split('|'), ViewText.Wrap(text, width).Split(Environment.NewLine));

    [Fact]
    public void Columns_without_a_width_have_what_the_others_leave()
    {
        using ModuleSession narrow = new(new TextHostOptions { Width = 31 }, import: false), sliver = new(new TextHostOptions { Width = 25 }, import: false);
        Assert.Equal(["one two", "three four"], ViewText.WrapRest("one two three four", 20, narrow.Host).Split(Environment.NewLine));
        Assert.Equal("one two three four", ViewText.WrapRest("one two three four", 20, sliver.Host));
        Assert.Equal(["one two", "three four"], ViewText.WrapRest("one two three four", 10, narrow.Host, 2).Split(Environment.NewLine));
        Assert.Equal("", ViewText.WrapRest(null, 20, narrow.Host));
    }

    [Theory]
    [InlineData(0.04, "0.0s")]
    [InlineData(59.94, "59.9s")]
    [InlineData(61, "1m 1s")]
    [InlineData(3_599, "59m 59s")]
    [InlineData(86_399, "23h 59m")]
    [InlineData(94_694_399, "1095d 23h")]
    public void A_span_of_time_has_its_two_largest_units(double seconds, string expected)
    {
        using ModuleSession session = new();
        session.Invoke("[cultureinfo]::CurrentCulture = 'en-US'");
        ScriptResult shown = session.Invoke("param($Time) [JumpCloudConnector.Cmdlets.ViewText]::Duration($Time)", ModuleSession.Parameters(("Time", TimeSpan.FromSeconds(seconds))));
        Assert.Equal([expected], shown.Output.Select(o => o.ToString()));
        Assert.Null(ViewText.Duration(null));
    }

    [Theory]
    [InlineData(0L, "0 kB")]
    [InlineData((1L << 20) - 1, "1024 kB")]
    [InlineData(1L << 20, "1.0 MB")]
    [InlineData((1L << 30) - 1, "1024.0 MB")]
    [InlineData(3L << 29, "1.50 GB")]
    public void A_size_is_in_the_unit_that_it_is_many_of(long bytes, string expected)
    {
        using ModuleSession session = new();
        session.Invoke("[cultureinfo]::CurrentCulture = 'en-US'");
        ScriptResult shown = session.Invoke("param($Bytes) [JumpCloudConnector.Cmdlets.ViewText]::Size($Bytes)", ModuleSession.Parameters(("Bytes", bytes)));
        Assert.Equal([expected], shown.Output.Select(o => o.ToString()));
        Assert.Null(ViewText.Size(null));
    }

    [Fact]
    public void Each_line_of_a_text_is_coloured_by_itself_and_none_where_the_session_has_no_colours()
    {
        using ModuleSession session = new();
        ScriptResult styled = session.Invoke("""
            $style = $PSStyle
            $lines = "Parked:`nInvalidApiKey" -replace "`n", [Environment]::NewLine
            $colour = { param($Name, $Session = $ExecutionContext.SessionState) [JumpCloudConnector.Cmdlets.ViewText]::Colour($lines, $Name, $Session) }
            (& $colour Red) -eq (($lines -split [Environment]::NewLine | ForEach-Object { $style.Foreground.Red + $_ + $style.Reset }) -join [Environment]::NewLine)
            (& $colour $null) -eq $lines
            $bare = [System.Management.Automation.SessionState]::new()
            $null -eq $bare.PSVariable.GetValue('PSStyle')
            (& $colour Red $bare) -eq $lines
            """);
        Assert.Empty(styled.AllErrors);
        Assert.Equal([true, true, true, true], styled.Output.Select(o => o.BaseObject));
    }
}
