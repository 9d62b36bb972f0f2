using System.Management.Automation;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Measure- and Export-JcIngestedRecord, against what Get-JcIngestedRecord gives.</summary>
public sealed class RecordSumTests(CollectedStore store) : IClassFixture<CollectedStore>
{
    private Workspace Work => store.Work;

    [Theory]
    [InlineData("ConnectorName")]
    [InlineData("TenantName")]
    [InlineData("MsgClass")]
    [InlineData("Service")]
    [InlineData("EventType")]
    [InlineData("EventStatus")]
    [InlineData("User")]
    [InlineData("SourceIp")]
    public void Records_are_counted_by_what_they_are(string property)
    {
        Dictionary<string, int> expected = store.All.GroupBy(r => r.Text(property)?.ToUpperInvariant() ?? "").ToDictionary(g => g.Key, g => g.Count());
        IReadOnlyList<PSObject> counts = Work.RunWell($"Measure-JcIngestedRecord -GroupBy {property}");
        Assert.Equal(expected, counts.ToDictionary(c => c.Text(property)?.ToUpperInvariant() ?? "", c => (int)c.Number("Count")));
        Assert.Equal(counts.Select(c => c.Number("Count")).OrderDescending(), counts.Select(c => c.Number("Count")));
        Assert.All(counts, c => Assert.Equal(Work.StorePath, c.Text("StorePath")));
        Assert.Equal(counts[0].Number("Count"), Work.One($"Measure-JcIngestedRecord -By {property.ToUpperInvariant()} -First 1").Number("Count"));
    }

    [Fact]
    public void Criteria_are_those_of_the_search()
    {
        foreach (string criteria in (string[])
            ["", "Beta", "-EventStatus failure", "-Last 5h", "-MsgClass *user", "-Query 'event_status:failure OR user.name:*a*'", "-Text login", "-AfterSequence 1000", "-Organization 0000"])
        {
            Assert.Equal(Work.RunWell($"Get-JcIngestedRecord {criteria}").Count, (int)Work.One($"Measure-JcIngestedRecord {criteria}").Number("Count"));
        }

        Assert.Equal(Work.RunWell("Get-JcIngestedRecord Beta").Count, (int)Work.One("Get-JcConnector Beta | Measure-JcIngestedRecord").Number("Count"));
        Assert.Empty(Work.RunWell("Get-JcConnector Nob* | Measure-JcIngestedRecord"));
        // What was counted by leads back to the records.
        Assert.Equal(Work.RunWell("Get-JcIngestedRecord Beta").Count, Work.RunWell("Measure-JcIngestedRecord -GroupBy ConnectorName | Where-Object ConnectorName -eq Beta | ForEach-Object { Get-JcIngestedRecord $_.ConnectorName }").Count);
        Work.Refused("InvalidInterval", "Measure-JcIngestedRecord -Interval 7m");
        Work.Refused("InvalidQuery", "Measure-JcIngestedRecord -Query 'a:'");
        Work.Refused("LastAndAfter", "Measure-JcIngestedRecord -Last 2h -After 3h");
        Assert.Contains("-Interval 1h", Work.Refused("ParameterArgumentTransformationError", "Measure-JcIngestedRecord -GroupBy Hour"), StringComparison.Ordinal);
        Assert.Contains("-Interval 1d", Work.Refused("ParameterArgumentTransformationError", "Measure-JcIngestedRecord -GroupBy Service, day"), StringComparison.Ordinal);
        foreach (string wrong in (string[])["-GroupBy Colour", "-Interval 5", "-First 0"])
            Assert.NotEmpty(Work.Run("Measure-JcIngestedRecord " + wrong).AllErrors);
    }

    [Fact]
    public void Hours_are_in_order_and_those_without_records_too()
    {
        IReadOnlyList<PSObject> hours = Work.RunWell("Measure-JcIngestedRecord -Last 30h -Interval 1h");
        Assert.InRange(hours.Count, 30, 31);
        DateTimeOffset[] times = [.. hours.Select(h => (DateTimeOffset)h.Get("Time")!)];
        Assert.All(times.Zip(times.Skip(1)), p => Assert.Equal(TimeSpan.FromHours(1), p.Second - p.First));
        Assert.Contains(hours, h => h.Number("Count") == 0);
        Assert.Equal(store.All.Count, hours.Sum(h => h.Number("Count")));
        Assert.Equal("JumpCloudConnector.Storage.RecordCount#Interval", hours[0].TypeNames[0]);
        ScriptResult none = Work.Run("Measure-JcIngestedRecord -User nobody -Verbose");
        Assert.Equal(0, Assert.Single(none.Output).Number("Count"));
        Assert.Contains(none.Verbose, v => v.ToString().Contains("Nothing matched", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Get-JcIngestedRecord")]
    [InlineData("Measure-JcIngestedRecord -GroupBy EventType")]
    [InlineData("Export-JcIngestedRecord $folder/nothing.ndjson -Force")]
    [InlineData("Export-JcIngestedRecord $folder/nothing.ndjson -WhatIf")]
    public void A_user_that_no_record_has_is_warned_of_where_nothing_was_found(string command)
    {
        string warning = Assert.Single(Work.Run($"{command} -User no.such.user -SourceIp 10.*").Warnings);
        Assert.StartsWith("No record of the store has the user 'no.such.user'.", warning, StringComparison.Ordinal);
        Assert.Empty(Work.Run($"{command} -User jane.doe -Before 2001-01-01").Warnings);
    }

    [Fact]
    public void Records_are_exported_as_they_are_stored_and_gone_on_with()
    {
        string file = Path.Combine(Work.Folder, "export.ndjson");
        Assert.Empty(Work.RunWell("Export-JcIngestedRecord $folder/export.ndjson -WhatIf"));
        Assert.False(File.Exists(file));
        PSObject export = Work.One("Export-JcIngestedRecord $folder/export.ndjson -AfterSequence 100");
        string[] expected = [.. Work.RunWell("Get-JcIngestedRecord -AfterSequence 100 -AsJson").Select(j => j.ToString())];
        Assert.Equal(expected, File.ReadAllLines(file));
        Assert.Equal((expected.Length, 100, store.All.Count, Work.StorePath), (export.Number("Records"), export.Number("AfterSequence"), export.Number("LastSequence"), export.Text("StorePath")));

        Work.Refused("ExportFileExists", "Export-JcIngestedRecord $folder/export.ndjson");
        Assert.Equal(store.All.Count, Work.One("Export-JcIngestedRecord $folder/export.ndjson -Force").Number("Records"));
        Work.Refused("ExportFailed", "Export-JcIngestedRecord $folder/none/");
        Work.Refused("InvalidPath", "Export-JcIngestedRecord Env:/x");
        Assert.Contains("folder of the store itself", Work.Refused("ExportFailed", "Export-JcIngestedRecord $store/log/"), StringComparison.Ordinal);
        // A preview refuses what the export would, and says what it would write.
        Work.Refused("ExportFileExists", "Export-JcIngestedRecord $folder/export.ndjson -WhatIf");
        Work.Refused("ExportFailed", "Export-JcIngestedRecord $folder/none/ -WhatIf");
        Work.Refused("ExportFailed", "Export-JcIngestedRecord $store/x.ndjson -WhatIf");
        Assert.NotEmpty(Work.Run("Export-JcIngestedRecord $folder/x -MaxFileSizeMB 0").AllErrors);

        PSObject nothing = Work.One("Export-JcIngestedRecord $folder/more.csv -AfterSequence 100000 -WarningVariable warned -WarningAction SilentlyContinue");
        Assert.Equal((0, 100000), (nothing.Number("Records"), nothing.Number("LastSequence")));
        Assert.Contains("another store", Work.Text("\"$warned\""), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Work.Folder, "more.csv")));
    }

    [Fact]
    public async Task A_preview_of_an_export_says_how_many_records_and_where()
    {
        using StringWriter shown = new();
        await using Workspace work = await Workspace.StartAsync(events: 60, users: 4, host: new TextHostOptions { Output = shown, Width = 400 });
        work.Add();
        work.RunWell("Invoke-JcCollection");
        Assert.True(work.Session.Show("Export-JcIngestedRecord $folder/out.csv.gz -WhatIf; Export-JcIngestedRecord $folder/ -SplitByDay -MsgClass *user -WhatIf; Export-JcIngestedRecord $folder/out.csv -User nobody -WhatIf"));
        string text = shown.ToString();
        Assert.Contains($"{work.Truth} records of ", text, StringComparison.Ordinal);
        Assert.Contains($"the file '{Path.Combine(work.Folder, "out.csv.gz")}', as packed CSV", text, StringComparison.Ordinal);
        Assert.Contains("4 records of ", text, StringComparison.Ordinal);
        Assert.Contains("files 'records-*.ndjson' in the folder", text, StringComparison.Ordinal);
        Assert.Contains("no record, since none matches", text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(work.Folder));
    }

    [Fact]
    public void Records_are_exported_by_day_packed_and_as_a_table()
    {
        string days = Directory.CreateDirectory(Path.Combine(Work.Folder, "days")).FullName;
        PSObject export = Work.One("Export-JcIngestedRecord $folder/days/ Beta -SplitByDay -Compress -Format Csv");
        string[] files = [.. Directory.GetFiles(days).Select(f => Path.GetFileName(f)!)];
        Assert.All(files, f => Assert.Matches("^records-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{12}\\.csv\\.gz$", f));
        Assert.Equal(files.Order(StringComparer.Ordinal), ((System.Collections.IEnumerable)export.Get("Files")!).Cast<FileInfo>().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(Work.RunWell("Get-JcIngestedRecord Beta").Count, (int)export.Number("Records"));
        Assert.Equal("Csv", export.Text("Format"));
        Assert.Equal(
            Work.RunWell("Get-JcIngestedRecord Acme").Count,
            (int)Work.One("Get-JcConnector Acme | Export-JcIngestedRecord $folder/acme.csv").Number("Records"));
        Assert.StartsWith("Sequence,Timestamp,", File.ReadLines(Path.Combine(Work.Folder, "acme.csv")).First(), StringComparison.Ordinal);
    }
}
