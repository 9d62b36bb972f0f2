using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Xml.Linq;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support.Receivers;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Objects of each kind, each made once, and what they look like at prompts of several widths.</summary>
public sealed class ShownObjects : IAsyncDisposable
{
    // What leaves the store as the next one expects it, in one workspace and in this order.
    private static readonly Dictionary<string, string> s_reading = new()
    {
        ["Connector"] = "Get-JcConnector",
        ["StreamHealth"] = "Get-JcConnector Acme | ForEach-Object Streams",
        ["IngestedRecord"] = "Get-JcIngestedRecord -First 30",
        ["LogFilter"] = "Get-JcLogFilter",
        ["LogFilterTestResult"] = "Test-JcLogFilter *",
        ["AnalyzerProfile"] = "Get-JcAnalyzerProfile",
        ["LedgerEntry"] = "Get-JcCollectionLedger",
        ["GapInfo"] = "Get-JcCollectionGap",
        ["StoreTest"] = "Test-JcStore",
        ["StoreBackup"] = "Backup-JcStore $folder/view.db -Force",
        ["RecordCount"] = "Measure-JcIngestedRecord -GroupBy MsgClass, ConnectorName",
        ["IntervalCount"] = "Measure-JcIngestedRecord -Interval 6h",
        ["RecordExport"] = "Export-JcIngestedRecord $folder/all.ndjson",
        ["ConnectorImportResult"] = "Import-JcConnector $folder/lines.csv",
        ["IngestionTest"] = "Test-JcIngestion",
        ["MissingSpan"] = "(Test-JcIngestion Acme).Missing",
        ["ConnectionTestResult"] = "Get-JcConnector | Test-JcConnector",
        ["ConnectionProbe"] = "Test-JcConnector Acme | ForEach-Object Probes",
    };

    private static readonly Dictionary<string, string> s_forwarding = new()
    {
        ["SyslogDestination"] = "Get-JcSyslogDestination",
        ["SyslogDestinationTest"] = "Test-JcSyslogDestination",
        ["ForwardingResult"] = "Send-JcSyslog -WarningAction SilentlyContinue",
    };

    // What changes the store, each in a workspace of its own.
    private static readonly Dictionary<string, string> s_changing = new()
    {
        ["Fresh"] = "New-JcConnector Fresh T -ApiKey $key -ContentType DirectoryInsights @sim -WarningAction Ignore",
        ["CollectionResult"] = "Invoke-JcCollection -Force",
        ["LongRecord"] = "Get-JcIngestedRecord -User managed.service.account",
        ["Backlog"] = "Invoke-JcCollection Behind -TimeLimit ([TimeSpan]::FromTicks(1)) -WarningAction Ignore",
        ["StoreInfo"] = "Set-JcStore -RetentionDays 400 -MaxSizeGB 0.5 -PassThru",
        ["RecordRemoval"] = "Remove-JcIngestedRecord Acme -Force",
    };

    private readonly Dictionary<string, PSObject[]> _objects = [];
    private readonly Dictionary<(int Width, bool AsList, bool Color), (ModuleSession Session, StringWriter Text)> _prompts = [];
    // Objects name files and stores, which stay as long as they are shown.
    private readonly Stack<IAsyncDisposable> _kept = new();
    private readonly TemporaryFolder _folder = new();

    /// <summary>The lines of a kind of object at a prompt; those of a list instead of the table where it is asked for.</summary>
    internal async Task<string[]> ShowAsync(string kind, int width, bool asList = false, bool color = false)
    {
        if (!_objects.ContainsKey(kind)) await MakeAsync(kind);
        (ModuleSession session, StringWriter text) = Prompt(width, asList, color);
        session.SetVariable("shown", _objects[kind]);
        text.GetStringBuilder().Clear();
        Assert.True(session.Show("$shown"), text.ToString());
        return [.. text.ToString().Split('\n').Select(line => line.TrimEnd('\r'))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((ModuleSession session, StringWriter text) in _prompts.Values)
        {
            session.Dispose();
            await text.DisposeAsync();
        }

        while (_kept.TryPop(out IAsyncDisposable? kept)) await kept.DisposeAsync();
        _folder.Dispose();
    }

    private async Task MakeAsync(string kind)
    {
        Workspace work = await StartAsync(kind);
        if (s_changing.TryGetValue(kind, out string? script))
        {
            Make(work, kind, script);
            return;
        }

        foreach ((string made, string by) in s_reading.ContainsKey(kind) ? s_reading : s_forwarding) Make(work, made, by);
    }

    private void Make(Workspace work, string kind, string script)
    {
        ScriptResult result = work.Run(script);
        Assert.True(result.Output.Count > 0, $"{script}: {string.Join('\n', result.AllErrors)}");
        _objects[kind] = [.. result.Output];
    }

    private async Task<Workspace> StartAsync(string kind)
    {
        Workspace work = await Workspace.StartAsync(events: 60, users: 4);
        _kept.Push(work);
        work.Session.SetVariable("wrong", Workspace.Secure("jca_0000000000000000000000000000wrong"));
        work.Add();
        work.RunWell(
            """
            $null = New-JcLogFilter Quiet 'severity Exists'
            $null = New-JcAnalyzerProfile Night -Description 'After hours' -MaxConcurrentStreams 3
            $null = New-JcConnector Wrong T -ApiKey $wrong -ContentType SystemUser @sim
            """);
        work.Add("Disabled one");
        work.RunWell("Disable-JcConnector Disabled*");
        string file = Path.Combine(work.Folder, "lines.csv");
        await File.WriteAllTextAsync(file, "Name,IntervalMinutes\nAcme,60\nWorse,0\n", TestContext.Current.CancellationToken);
        if (kind == "LongRecord") AddLongEvent(work);
        work.RunWell("$null = Invoke-JcCollection");
        AddGapAndMissing(work);
        if (s_forwarding.ContainsKey(kind)) AddDestinations(work);
        if (kind == "Backlog") work.RunWell("$null = New-JcConnector Behind T -ApiKey $key -ContentType DirectoryInsights -InitialLookback 3d @sim");
        return work;
    }

    private static void AddLongEvent(Workspace work) => work.Organization.AddEvent(
        $$"""
        {"id":"64b1f0c2d3e4f5a6b7c8d9e1","service":"access_management","event_type":"access_management_association_change","client_ip":"203.0.113.217",
        "initiated_by":{"type":"admin","email":"managed.service.account@example.com"},"timestamp":"{{DateTimeOffset.UtcNow.AddMinutes(-5):yyyy-MM-ddTHH:mm:ss.fffZ}}"}
        """);

    // One that has everything, one that cannot be reached, one that nobody has sent to yet, and one for which there is nothing yet.
    private void AddDestinations(Workspace work)
    {
        MessageReceiver receiver = new();
        _kept.Push(receiver);
        using LoopbackPort closed = LoopbackPort.Reserve();
        work.RunWell(
            $"""
            $null = New-JcSyslogDestination siem 127.0.0.1 Tcp -Port {receiver.Port} -From Beginning
            $null = New-JcSyslogDestination dead 127.0.0.1 Relp -Port {closed.Number} -From Beginning
            $null = Send-JcSyslog -WarningAction SilentlyContinue
            $null = New-JcSyslogDestination later 127.0.0.1 Tcp -Port {receiver.Port} -From Beginning
            $null = New-JcSyslogDestination fresh 127.0.0.1 Tcp -Port {receiver.Port}
            """);
    }

    private static void AddGapAndMissing(Workspace work)
    {
        work.Organization.AddEvents(7, DateTimeOffset.UtcNow.AddHours(-7), DateTimeOffset.UtcNow.AddHours(-6));
        using RecordStore store = RecordStore.Open(work.StorePath);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        long stream = store.Records.GetStreams(store.Connectors.FindConnector("Acme")!.Id).First(s => s.Key.ContentType == ContentType.DirectoryInsights).Id;
        store.Ledger.OpenGap(stream, GapReason.NotLicensed, now - 60_000, now);
    }

    private (ModuleSession Session, StringWriter Text) Prompt(int width, bool asList, bool color)
    {
        if (_prompts.TryGetValue((width, asList, color), out (ModuleSession Session, StringWriter Text) prompt)) return prompt;
        var text = new StringWriter();
        prompt = (new ModuleSession(new TextHostOptions { Output = text, Width = width, Color = color }, configure: state =>
        {
            if (asList) state.Formats.Add(new SessionStateFormatEntry(ListsAlone()));
        }), text);
        _prompts.Add((width, asList, color), prompt);
        return prompt;
    }

    // Format-List is not part of the bare engine; where the lists come first, they are what is shown.
    private string ListsAlone()
    {
        XDocument views = XDocument.Load(Path.Combine(ModuleCopy.Shared.Folder, "JumpCloudConnector.Format.ps1xml"));
        views.Descendants("View").Where(view => view.Element("TableControl") is not null).Remove();
        string path = Path.Combine(_folder.Path, "Lists.Format.ps1xml");
        views.Save(path);
        return path;
    }
}
