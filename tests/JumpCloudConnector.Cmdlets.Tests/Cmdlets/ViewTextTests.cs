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
}
