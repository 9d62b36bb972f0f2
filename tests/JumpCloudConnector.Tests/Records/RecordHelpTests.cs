using System.Text.RegularExpressions;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Tests.Records;

/// <summary>about_JcRecords has every field that records can have, and no other.</summary>
public sealed partial class RecordHelpTests
{
    [Fact]
    public void The_topic_of_records_has_each_field_once()
    {
        string page = File.ReadAllText(FindPage());
        IEnumerable<string> described = FieldLine().Matches(page).Select(match => match.Groups[1].Value);
        Assert.Equal(KnownFields.All.Append(KnownFields.Vendor).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    private static string FindPage()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string page = Path.Combine(folder.FullName, "docs", "help", "about_JcRecords.md");
            if (File.Exists(page)) return page;
        }

        throw new FileNotFoundException("There is no docs/help/about_JcRecords.md above the tests.");
    }

    [GeneratedRegex(@"^- ([a-z_]+(?:\.[a-zA-Z_]+)*): ", RegexOptions.Multiline)]
    private static partial Regex FieldLine();
}
