using System.Xml.Linq;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>What each kind of object looks like at a prompt, as a table and as a list.</summary>
public sealed class ViewTests(ShownObjects objects) : IClassFixture<ShownObjects>
{
    [Theory]
    [InlineData("Connector", "Name Status Lag TenantName", "Acme|Healthy|Acme Ltd")]
    [InlineData("Connector", "Name TenantName Status", "Wrong|401 Unauthorized")]
    [InlineData("Connector", "Name Status", "Disabled one|Disabled")]
    [InlineData("Fresh", "Name Status", "Fresh|Not collected yet|due")]
    [InlineData("StreamHealth", "Organization ContentType Status Watermark Failures", "SystemUser|Healthy")]
    [InlineData("CollectionResult", "Connector Organization ContentType State New Fetched", "Acme|Collected")]
    [InlineData("CollectionResult", "Connector Organization ContentType State", "Wrong|Unauthorized")]
    [InlineData("ConnectionTestResult", "ConnectorName Result Latency Summary", "Acme|Success| ms")]
    [InlineData("ConnectionTestResult", "ConnectorName Result Latency Summary", "Wrong|Failure")]
    [InlineData("ConnectionProbe", "Name HostName Result Latency Message", "Organization|127.0.0.1|ok")]
    [InlineData("IngestedRecord", "Time EventType Status User SourceIp", "20")]
    [InlineData("LogFilter", "Name TenantName Excluded Condition", "Quiet|(all)|(inactive)|severity Exists")]
    [InlineData("LogFilterTestResult", "Name Tested Part Sample", "Quiet|%")]
    [InlineData("AnalyzerProfile", "Name Streams Connectors Description", "Default|any|Acme, Disabled one")]
    [InlineData("AnalyzerProfile", "Name Streams", "Night|3|(none)|After hours")]
    [InlineData("LedgerEntry", "ContentType State From To Events", "DirectoryInsights|Collected|Open|SystemUser")]
    [InlineData("GapInfo", "Id From To Reason Confirmed", "(still open)|NotLicensed|(not yet)")]
    [InlineData("IngestionTest", "Connector Organization State Received Missing", "Acme|Incomplete|7")]
    [InlineData("MissingSpan", "From To Missing", "7")]
    [InlineData("Backlog", "Connector State", "Behind|d 23h behind")]
    [InlineData("StoreTest", "State Blocks Records Duration Findings Store", "Healthy|64|(none)")]
    [InlineData("StoreBackup", "Records Size Created File", "64|kB|view.db")]
    [InlineData("RecordRemoval", "Removed Oldest Newest Freed Store", "64|kB")]
    [InlineData("RecordCount", "Count Percent Last Group", "60|93.8 %|jumpcloud_directoryinsights, Acme|6.3 %")]
    [InlineData("IntervalCount", "Time Count Percent Group", ":00:00|%|(all)")]
    [InlineData("RecordExport", "Records Files Size Path", "64|kB|all.ndjson")]
    [InlineData("ConnectorImportResult", "Line Name Outcome Message", "Acme|Skipped|-Update")]
    [InlineData("ConnectorImportResult", "Line Name Outcome Message", "Worse|Failed|InvalidTenantName")]
    [InlineData("SyslogDestination", "Name State Receiver LagRecords Lag", "dead|SyslogConnectionRefused|Relp 127.0.0.1:|64|0")]
    [InlineData("SyslogDestination", "Name State", "later|Behind|Tcp 127.0.0.1:|64")]
    [InlineData("SyslogDestination", "Name State", "siem|UpToDate|Tcp 127.0.0.1:|0")]
    [InlineData("SyslogDestination", "Name State", "fresh|NotTried|Tcp 127.0.0.1:|0")]
    [InlineData("SyslogDestinationTest", "Name Result Reached Latency Message", "dead|Failure|Resolved| ms|nothing listens")]
    [InlineData("SyslogDestinationTest", "Name Result Reached Latency Message", "siem|Success|Acknowledged| ms|Taken by the receiver")]
    [InlineData("ForwardingResult", "Name State Sent Acknowledged LagRecords", "dead|SyslogConnectionRefused|0|64")]
    [InlineData("ForwardingResult", "Name State Sent Acknowledged", "siem|UpToDate|0")]
    public async Task A_table_has_its_columns_and_fits(string kind, string headers, string row)
    {
        foreach (int width in new[] { 120, 80 })
        {
            string[] lines = await objects.ShowAsync(kind, width);
            Assert.All(lines, line => Assert.True(line.Length <= width, $"{line.Length}: {line}"));
            string text = string.Join('\n', lines);
            int rule = Array.FindIndex(lines, line => line.TrimStart().StartsWith("--", StringComparison.Ordinal));
            Assert.True(rule > 0, text);
            // What has no room is left out whole: no heading is broken in two, nor cut.
            Assert.True(rule == 1 || string.IsNullOrWhiteSpace(lines[rule - 2]), text);
            Assert.DoesNotContain('…', lines[rule - 1]);
            if (width < 120) continue;
            foreach (string header in headers.Split(' ')) Assert.Contains(header, lines[rule - 1], StringComparison.Ordinal);
            string first = row.Split('|')[0];
            string found = string.Join('\n', lines.Skip(rule + 1).SkipWhile(l => !l.Contains(first, StringComparison.Ordinal)));
            foreach (string cell in row.Split('|')) Assert.True(found.Contains(cell, StringComparison.Ordinal), text);
        }
    }

    /// <summary>
    /// Formatting squeezes the first column that has no room into what is left, be it one character with a heading down the screen;
    /// and makes every column as wide as its values where the first has no width.
    /// </summary>
    [Fact]
    public void A_table_is_whole_in_80_columns_and_has_no_more_in_wider_ones()
    {
        XElement formats = XDocument.Load(Path.Combine(ModuleCopy.FindBuiltModule(), "JumpCloudConnector.Format.ps1xml")).Root!;
        foreach (XElement view in formats.Descendants("View").Where(v => v.Element("TableControl") is not null))
        {
            XElement[] headers = [.. view.Descendants("TableColumnHeader")];
            string name = view.Element("Name")!.Value;
            Assert.True(headers[0].Element("Width") is not null, name);
            // A console of 80 uses its last character, or does not.
            int needed = headers.Length - 1 + headers.Sum(h => (int?)h.Element("Width") ?? h.Element("Label")!.Value.Length);
            Assert.True(needed <= 79, $"{name} needs {needed}");
        }
    }

    /// <summary>A text is wrapped to the column that it stands in, whatever the others are changed to.</summary>
    [Fact]
    public void Texts_are_wrapped_to_the_width_of_their_column()
    {
        XElement formats = XDocument.Load(Path.Combine(ModuleCopy.FindBuiltModule(), "JumpCloudConnector.Format.ps1xml")).Root!;
        int wrapped = 0;
        foreach (XElement view in formats.Descendants("View"))
        {
            int?[] widths = [.. view.Descendants("TableColumnHeader").Select(h => (int?)h.Element("Width"))];
            foreach ((int? width, string script) in widths.Zip(view.Descendants("TableColumnItem").Select(i => i.Value)))
            {
                if (!script.Contains("ViewText]::Wrap", StringComparison.Ordinal)) continue;
                wrapped++;
                string end = width is { } own ? $", {own})" : $", {widths.Sum(w => w ?? 0) + widths.Length - 1}, $Host, {widths.Count(w => w is null)})";
                Assert.True(script.Contains(end, StringComparison.Ordinal), $"{view.Element("Name")!.Value}: {script} does not wrap with {end}");
            }
        }

        Assert.True(wrapped > 20);
    }

    /// <summary>Columns without a width share what is left, and push nothing off the screen that stands behind them.</summary>
    [Fact]
    public void What_columns_without_a_width_share_is_enough()
    {
        XElement formats = XDocument.Load(Path.Combine(ModuleCopy.FindBuiltModule(), "JumpCloudConnector.Format.ps1xml")).Root!;
        var shared = (from view in formats.Descendants("View")
                      let headers = view.Descendants("TableColumnHeader").ToArray()
                      let open = headers.Count(h => h.Element("Width") is null)
                      where open > 1
                      select (Name: view.Element("Name")!.Value, Each: (79 - (headers.Length - 1) - headers.Sum(h => (int?)h.Element("Width") ?? 0)) / open)).ToArray();
        Assert.All(shared, v => Assert.InRange(v.Each, 12, 80));
    }

    [Fact]
    public async Task A_long_address_and_a_long_event_type_are_whole_in_120_columns()
    {
        string[] wide = await objects.ShowAsync("LongRecord", 120), narrow = await objects.ShowAsync("LongRecord", 80);
        string line = Assert.Single(wide, l => l.Contains("managed.service", StringComparison.Ordinal));
        Assert.Contains("access_management_association_change", line, StringComparison.Ordinal);
        Assert.Contains("managed.service.account@example.com", line, StringComparison.Ordinal);
        line = Assert.Single(narrow, l => l.Contains("managed.service", StringComparison.Ordinal));
        Assert.Contains("access_managemen…", line, StringComparison.Ordinal);
        Assert.Contains("203.0.113.217", line, StringComparison.Ordinal);
    }

    /// <summary>Half a screen must not take away what the table is looked at for.</summary>
    [Theory]
    [InlineData("Connector", "Name Status Lag|Next Run|TenantName")]
    [InlineData("StreamHealth", "Organization ContentType Status Watermark")]
    [InlineData("CollectionResult", "Connector Organization ContentType State New Fetched")]
    [InlineData("LedgerEntry", "ContentType State From To Events")]
    [InlineData("GapInfo", "Id From To Reason Confirmed")]
    [InlineData("IngestionTest", "Connector Organization State Received Missing")]
    [InlineData("MissingSpan", "From To Missing")]
    [InlineData("IngestedRecord", "Time EventType Status User SourceIp")]
    [InlineData("RecordExport", "Records Files Size Path")]
    [InlineData("SyslogDestination", "Name State Receiver LagRecords Lag")]
    [InlineData("ForwardingResult", "Name State Sent Acknowledged LagRecords")]
    public async Task What_matters_is_in_80_columns(string kind, string headers)
    {
        string[] lines = await objects.ShowAsync(kind, 80);
        int rule = Array.FindIndex(lines, line => line.TrimStart().StartsWith("--", StringComparison.Ordinal));
        foreach (string header in headers.Split('|').SelectMany(h => h.Contains("Next", StringComparison.Ordinal) ? [h] : h.Split(' '))) Assert.Contains(header, lines[rule - 1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Connector", "Name : Acme|TenantName : Acme Ltd|IntervalMinutes : 5|StatusMessage : Healthy|ApiKeyEnding :")]
    [InlineData("Connector", "AnalyzerProfile : Default|RunOn : DataProcessor|Enabled : True")]
    [InlineData("Connector", "Retention : 90d 0h|IsBehind : False|UnconfirmedGaps : 1")]
    [InlineData("Fresh", "NextRun : due (Invoke-JcCollection collects it now, Register-JcCollectionTask on schedule)")]
    [InlineData("StreamHealth", "ContentType : DirectoryInsights|GoneSince :|UnconfirmedGaps : 1")]
    [InlineData("LedgerEntry", "ConnectorName : Acme|State : Collected|Slices : 2|StorePath :")]
    [InlineData("GapInfo", "ConnectorName : Acme|Reason : NotLicensed|To : (still open)|ConfirmedBy :")]
    [InlineData("IngestionTest", "ConnectorName : Acme|State : Incomplete|MissingCount : 7|Missing : 7 from")]
    [InlineData("StoreInfo", "Records : 64|UnpackedRecords : 64|RetentionDays : 400|MaxSizeGB : 0.5|Connectors : 3|Streams : 2")]
    [InlineData("StoreTest", "State : Healthy|Findings : (none)|IsFull : False")]
    [InlineData("StoreBackup", "Records : 64|LastSequence : |Name : view.db")]
    [InlineData("RecordRemoval", "Records : 64|FreedSize : ")]
    [InlineData("RecordCount", "Count : 60|Percent : 93.8 %|ConnectorName : Acme|MsgClass : jumpcloud_directoryinsights")]
    [InlineData("RecordExport", "Records : 64|Files : all.ndjson|AfterSequence : 0|LastSequence : 64|Format : Ndjson")]
    [InlineData("Backlog", "ConnectorName : Behind|Backlog : ")]
    [InlineData("CollectionResult", "ConnectorName : Acme|State : Collected|StatusCode : 0|ErrorId : Unauthorized")]
    [InlineData("ConnectionTestResult", "ConnectorName : Acme|Result : Success|Warning :|Probes : DNS at 127.0.0.1")]
    [InlineData("IngestedRecord", "ConnectorName : Acme|Json : {|… (property Json, ")]
    [InlineData("LogFilter", "Name : Quiet|TenantName : (all)|Condition : severity Exists|Excluded : 0")]
    [InlineData("SyslogDestination", "Name : dead|State : Failed|LagRecords : 64|Lag : |ErrorId : SyslogConnectionRefused|ErrorMessage : Syslog destination|Framing : (of the transport)")]
    [InlineData("SyslogDestination", "Name : fresh|State : NotTried|StartPosition : 64|RecordsBefore : 64 (stored before the start, and not sent)|Position : 64")]
    [InlineData("SyslogDestination", "Name : siem|Acknowledged : 64|Severity : success=Informational, failure=Warning|OriginHostName : (of the machine)|ConnectorName : (all)|Timeout : 30.0s|NotBefore :")]
    [InlineData("SyslogDestinationTest", "Name : siem|Step : Resolved (|Marker : |ErrorId : SyslogConnectionRefused|Reached : Resolved")]
    [InlineData("ForwardingResult", "Name : dead|State : Failed|ErrorId : SyslogConnectionRefused|ErrorMessage : Syslog destination|LagRecords : 64|Size : 0 kB")]
    public async Task A_list_has_what_the_table_has_no_room_for(string kind, string expected)
    {
        string[] lines = await objects.ShowAsync(kind, 120, asList: true);
        Assert.All(lines, line => Assert.True(line.Length <= 120, $"{line.Length}: {line}"));
        string text = string.Join('\n', lines.Select(Narrow));
        foreach (string line in expected.Split('|')) Assert.True(text.Contains(line, StringComparison.Ordinal), text);
    }

    /// <summary>A path that is cut names nothing: one store is a list of its own accord.</summary>
    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task A_store_shows_its_whole_path(int width)
    {
        string[] lines = await objects.ShowAsync("StoreInfo", width);
        Assert.All(lines, line => Assert.True(line.Length <= width, $"{line.Length}: {line}"));
        int first = Array.FindIndex(lines, line => line.StartsWith("StorePath", StringComparison.Ordinal));
        Assert.True(first >= 0, string.Join('\n', lines));
        string path = string.Concat(lines.Skip(first).TakeWhile((line, i) => i == 0 || line.StartsWith(' ')).Select(line => line.Trim()));
        Assert.EndsWith("store", path, StringComparison.Ordinal);
        Assert.DoesNotContain('…', path);
    }

    /// <summary>What a test has to say is read as sentences at any width.</summary>
    [Theory]
    [InlineData("ConnectionTestResult", "set a new one with Set-JcConnector -ApiKey")]
    [InlineData("SyslogDestinationTest", "nothing listens")]
    public async Task A_message_is_not_broken_inside_a_word(string kind, string words)
    {
        foreach (int width in new[] { 120, 80 })
        {
            string[] lines = await objects.ShowAsync(kind, width);
            Assert.All(lines, line => Assert.True(line.Length <= width, $"{line.Length}: {line}"));
            int column = lines.First(line => line.Contains("Latency", StringComparison.Ordinal)).IndexOf("Latency", StringComparison.Ordinal) + "Latency ".Length;
            string text = string.Join(' ', lines.Select(line => line.Length > column ? line[column..].Trim() : ""));
            Assert.True(text.Contains(words, StringComparison.Ordinal), string.Join('\n', lines));
        }
    }

    /// <summary>One form for every date: the culture's, with the time of day to the second, or to the digit for spans of milliseconds.</summary>
    [Fact]
    public void Views_write_dates_in_one_form()
    {
        XElement formats = XDocument.Load(Path.Combine(ModuleCopy.FindBuiltModule(), "JumpCloudConnector.Format.ps1xml")).Root!;
        string[] scripts = [.. formats.Descendants("ScriptBlock").Select(s => s.Value).Where(s => s.Contains("LocalDateTime", StringComparison.Ordinal))];
        Assert.True(scripts.Length > 50);
        Assert.All(scripts, script => Assert.Matches(@"'[^']*\{0:d\} (\{0:HH:mm:ss(\.fff)?\}|\{1\})[^']*' -f \$\w+\.\w+\.LocalDateTime", script));
        Assert.DoesNotContain(scripts, script => script.Contains("LocalDateTime.ToString(", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("de-DE", "dd.MM.yyyy HH:mm:ss")]
    [InlineData("en-GB", "dd/MM/yyyy HH:mm:ss")]
    public async Task Dates_are_written_as_the_culture_of_the_session_does(string culture, string form)
    {
        using var shown = new StringWriter();
        await using Workspace work = await Workspace.StartAsync(events: 3, users: 1, host: new TextHostOptions { Output = shown, Width = 120 });
        work.Add();
        DateTimeOffset time = (DateTimeOffset)work.RunWell("Invoke-JcCollection; Get-JcIngestedRecord -First 1")[^1].Get("Timestamp")!;
        shown.GetStringBuilder().Clear();
        Assert.True(work.Session.Show($"[cultureinfo]::CurrentCulture = '{culture}'; Get-JcIngestedRecord -First 1"), shown.ToString());
        Assert.Contains(time.LocalDateTime.ToString(form, System.Globalization.CultureInfo.InvariantCulture), shown.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dead", 31)]
    [InlineData("later", 33)]
    [InlineData("siem", 32)]
    public async Task The_state_of_a_destination_has_its_colour(string name, int colour)
    {
        string[] lines = await objects.ShowAsync("SyslogDestination", 120, color: true);
        string line = Assert.Single(lines, line => line.StartsWith(name, StringComparison.Ordinal));
        Assert.Contains($"\u001b[{colour}m", line, StringComparison.Ordinal);
    }

    private static string Narrow(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
