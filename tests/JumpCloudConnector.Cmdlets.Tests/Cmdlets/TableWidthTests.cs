using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Every table of the module with the longest values that are real, in windows of every width.</summary>
public sealed partial class TableWidthTests(WideTables tables) : IClassFixture<WideTables>
{
    // A row of these is one line, so that a screen shows many: long names are cut, and whole in the list.
    private static readonly string[] s_cut = ["IngestedRecord", "Origin"];

    public static TheoryData<string> Views() => [.. WideTables.Views().Select(v => v.Element("Name")!.Value)];

    [Theory]
    [MemberData(nameof(Views))]
    public void Figures_times_and_names_are_whole(string view)
    {
        Assert.All(new[] { 80, 90, 100, 120, 200 }, width => Check(view, width));
    }

    private void Check(string view, int width)
    {
        string[] lines = tables.Show(view, width);
        string text = $"{width}:\n{string.Join('\n', lines)}";
        Assert.All(lines, line => Assert.True(line.Length <= width, text));
        int rule = Array.FindIndex(lines, line => line.TrimStart().StartsWith("---", StringComparison.Ordinal) || line.TrimStart().StartsWith("-- ", StringComparison.Ordinal));
        Assert.True(rule > 0 && (rule == 1 || string.IsNullOrWhiteSpace(lines[rule - 2])), text);
        XElement table = WideTables.Views().Single(v => v.Element("Name")!.Value == view);
        XElement[] headers = [.. table.Descendants("TableColumnHeader")];
        int at = 0;
        foreach (XElement header in headers)
        {
            string label = header.Element("Label")!.Value;
            at = lines[rule - 1].IndexOf(label, at, StringComparison.Ordinal);
            Assert.True(at >= 0, $"{label} at {text}");
            at += label.Length;
            if (header.Element("Alignment") is not null) CheckFigure(lines, rule, at - 1, $"{label} at {text}");
        }

        if (s_cut.Contains(view)) return;
        Assert.DoesNotContain('…', text);
        int times = table.Descendants("TableColumnItem").Zip(headers)
            .Count(c => c.Second.Element("Width") is not null && c.First.Value.Contains("LocalDateTime", StringComparison.Ordinal));
        Assert.True(Time().Count(lines[rule + 1]) == times, text);
    }

    /// <summary>A figure ends where its heading does, and has no second line.</summary>
    private static void CheckFigure(string[] lines, int rule, int end, string text)
    {
        Assert.True(lines[rule + 1].Length > end && (char.IsLetterOrDigit(lines[rule + 1][end]) || lines[rule + 1][end] == '%'), text);
        string figure = lines[rule + 1][..(end + 1)];
        figure = figure[(figure.LastIndexOf("  ", StringComparison.Ordinal) + 1)..];
        Assert.True(!figure.Contains('…', StringComparison.Ordinal), text);
        foreach (string line in lines.Skip(rule + 2).TakeWhile(l => l.Trim().Length > 0)) Assert.True(line.Length <= end || line[end] == ' ', text);
    }

    [GeneratedRegex(@"11/28/20[23]3 22:58:59")]
    private static partial Regex Time();
}
