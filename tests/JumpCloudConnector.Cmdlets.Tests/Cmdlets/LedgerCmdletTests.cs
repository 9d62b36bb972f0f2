using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>The ledger, gaps, tests of the ingestion and repairs at a prompt.</summary>
public sealed class LedgerCmdletTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task The_ledger_adds_up_with_what_log_filters_exclude()
    {
        await using Workspace work = await Workspace.StartAsync(events: 800, users: 5);
        work.RunWell("$null = New-JcLogFilter Quiet 'event_type Equal sso_auth'");
        work.Add(more: "-LogFilter Quiet");
        work.RunWell("$null = Invoke-JcCollection");
        IReadOnlyList<PSObject> entries = work.RunWell("Get-JcCollectionLedger -ContentType DirectoryInsights");
        PSObject collected = entries[0];
        Assert.Equal(["Collected", "Open"], entries.Select(e => e.Text("State")));
        Assert.Equal(work.Organization.VisibleCount, collected.Number("Events"));
        Assert.Equal(work.Organization.VisibleCount, collected.Number("New") + collected.Number("Filtered"));
        Assert.True(collected.Number("Filtered") > 0);
        PSObject test = work.One("Test-JcIngestion");
        Assert.Equal("Complete", test.Text("State"));
        Assert.Equal(test.Number("ApiCount"), test.Number("LedgerCount"));
        Assert.Equal(test.Number("LedgerCount"), test.Number("StoreCount") + test.Number("FilteredCount"));
        // A name that nothing has is most likely misspelt.
        string name = work.Organization.Name;
        ScriptResult misspelt = work.Run($"Get-JcCollectionLedger -Organization '{name[..^1]}'");
        Assert.Empty(misspelt.Output);
        Assert.Contains($"Did you mean '{name}'?", Assert.Single(misspelt.Warnings), StringComparison.Ordinal);
        Assert.Empty(work.Run($"Get-JcCollectionLedger -Organization '{name}'").Warnings);
        // The lists of the pipeline name what is wanted once, however often it comes.
        Assert.Equal(work.RunWell("Get-JcCollectionLedger").Count, work.RunWell("'Acme', 'A*' | Get-JcCollectionLedger").Count);
    }

    [Fact]
    public async Task A_gap_shows_until_it_is_acknowledged_and_makes_the_span_incomplete()
    {
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 0);
        work.RunWell("$null = New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights @sim; $null = Invoke-JcCollection");
        AddGap(work, GapReason.Outage, Now.AddHours(-21), Now.AddHours(-20.5));
        AddGap(work, GapReason.Disabled, Now.AddHours(-20), Now.AddHours(-19.5));

        IReadOnlyList<PSObject> gaps = work.RunWell("Get-JcCollectionGap");
        Assert.Equal(["Outage", "Disabled"], gaps.Select(g => g.Text("Reason")));
        Assert.Equal("Disabled", work.One("Get-JcCollectionGap -Reason Disabled").Text("Reason"));
        Assert.Equal(2L, work.One("Get-JcConnector").Number("UnconfirmedGaps"));
        PSObject test = work.One("Test-JcIngestion -Last 22h");
        Assert.Equal("Incomplete", test.Text("State"));
        Assert.Equal(2, ((ICollection)test.Get("Gaps")!).Count);
        Assert.Contains("Get-JcCollectionGap", test.Text("Message"), StringComparison.Ordinal);
        Assert.Equal([true], work.RunWell("Test-JcIngestion -After 19h -Quiet").Select(q => q.BaseObject));
        // Nothing of it can be read again.
        ScriptResult repair = work.Run("Test-JcIngestion -Last 22h | Repair-JcIngestion");
        Assert.Empty(repair.Output);
        Assert.Contains("Nothing that can be repaired", Assert.Single(repair.Warnings), StringComparison.Ordinal);

        Assert.Empty(work.RunWell("Get-JcCollectionGap -Reason Outage | Confirm-JcCollectionGap -Note ' server moved '"));
        PSObject confirmed = work.One("Get-JcCollectionGap | Where-Object ConfirmedAt");
        Assert.Equal(("Outage", "server moved"), (confirmed.Text("Reason"), confirmed.Text("Note")));
        Assert.Contains(Environment.UserName, confirmed.Text("ConfirmedBy"), StringComparison.Ordinal);
        work.RunWell("Get-JcCollectionGap -Unconfirmed | Confirm-JcCollectionGap");
        Assert.Equal([true], work.RunWell("Test-JcIngestion -Last 22h -Quiet").Select(q => q.BaseObject));
        Assert.Contains("was acknowledged", work.Refused("GapConfirmed", $"Confirm-JcCollectionGap {confirmed.Get("Id")}"), StringComparison.Ordinal);
        Assert.Contains("Get-JcCollectionGap", work.Refused("GapNotFound", "Confirm-JcCollectionGap 99"), StringComparison.Ordinal);
        Assert.Equal(2, work.RunWell("Get-JcCollectionLedger -After 30h | Where-Object State -eq Gap").Count);
    }

    [Fact]
    public async Task A_repair_keeps_to_the_store_that_was_tested()
    {
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 0);
        work.RunWell("$null = New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights @sim; $null = Invoke-JcCollection");
        work.RunWell("$null = New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights @sim -StorePath $folder/b; $null = Invoke-JcCollection -StorePath $folder/b");
        work.Organization.AddEvents(6, Now.AddHours(-4), Now.AddHours(-3));
        work.RunWell("$PSDefaultParameterValues.Clear(); $a = Test-JcIngestion -StorePath $store; $b = Test-JcIngestion -StorePath $folder/b");
        // What came first is repaired all the same, as with Invoke-JcCollection.
        work.Refused("SeveralStores", "$a, $b | Repair-JcIngestion -WhatIf");
        work.Refused("SeveralStores", "Repair-JcIngestion @($a, $b)");
        Assert.Equal(6, work.One("$b | Repair-JcIngestion").Number("New"));
        Assert.Equal(6, work.One("Repair-JcIngestion $a").Number("New"));
        Assert.Equal([true, true], work.RunWell("$store, \"$folder/b\" | ForEach-Object { Test-JcIngestion -Quiet -StorePath $_ }").Select(q => q.BaseObject));
    }

    [Fact]
    public async Task A_test_can_be_stopped_and_shows_how_far_it_is()
    {
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 0);
        work.RunWell("$null = New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights @sim; $null = Invoke-JcCollection");
        ScriptResult test = work.Run("Test-JcIngestion");
        Assert.NotEmpty(test.Progress);
        Assert.Equal(ProgressRecordType.Completed, test.Progress[^1].RecordType);

        // Longer than what is allowed below.
        work.Simulator.Scenario.Latency = TimeSpan.FromSeconds(8);
        Task<ScriptResult> running = Task.Run(() => work.Run("Test-JcIngestion"));
        await Workspace.UntilAsync(() => work.Simulator.Requests.UnderWay > 0);
        Stopwatch watch = Stopwatch.StartNew();
        work.Session.Stop();
        await running;
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"It went on for {watch.Elapsed}.");
    }

    [Fact]
    public async Task A_connector_without_events_is_no_proof()
    {
        await using Workspace work = await Workspace.StartAsync(events: 10, users: 3);
        work.RunWell("$null = New-JcConnector Users T -ApiKey $key -ContentType SystemUser @sim; $null = Invoke-JcCollection");
        ScriptResult quiet = work.Run("Test-JcIngestion -Quiet");
        Assert.Equal([false], quiet.Output.Select(o => o.BaseObject));
        Assert.Contains("no events", Assert.Single(quiet.Warnings), StringComparison.Ordinal);
        ScriptResult again = work.Run("Invoke-JcCollection Users -After 2h");
        Assert.Empty(again.Output);
        Assert.Contains("collects no events", Assert.Single(again.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_connector_has_is_said_once()
    {
        await using Workspace work = Workspace.Offline();
        work.Add("Acmme");
        foreach (string script in new[] { "Test-JcIngestion Acme", "'Acme' | Test-JcIngestion" })
        {
            ScriptResult test = work.Run(script);
            Assert.Equal(["ConnectorNotFound"], test.ErrorIds);
            Assert.Contains("Did you mean 'Acmme'?", Assert.Single(test.AllErrors).ToString(), StringComparison.Ordinal);
            Assert.Empty(test.Warnings);
        }

        // Nobody has said yet that no name is like it.
        Assert.Contains("no events", Assert.Single(work.Run("Test-JcIngestion None*").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_disabled_connector_lacks_comes_when_it_is_enabled()
    {
        await using Workspace work = await Workspace.StartAsync(events: 100, users: 0);
        work.RunWell("$null = New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights @sim; Disable-JcConnector Acme");
        Assert.Contains("Enable-JcConnector", work.One("Test-JcIngestion").Text("Message"), StringComparison.Ordinal);

        work.RunWell("Enable-JcConnector Acme; $null = Invoke-JcCollection");
        string enabled = work.One("Test-JcIngestion -Before 0s").Text("Message")!;
        string disabled = work.One("Disable-JcConnector Acme; Test-JcIngestion -Before 0s").Text("Message")!;

        Assert.Contains("not collected yet; run Invoke-JcCollection, or see", enabled, StringComparison.Ordinal);
        Assert.Contains("not collected yet; the connector is disabled: Enable-JcConnector", disabled, StringComparison.Ordinal);
        Assert.DoesNotContain("Get-JcConnector", disabled, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switched_on_again_a_connector_knows_when()
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        work.RunWell("Enable-JcConnector Acme");
        Assert.Null(Connector(work).EnabledAt);
        work.RunWell("Disable-JcConnector Acme; Enable-JcConnector Acme");
        Assert.InRange(Connector(work).EnabledAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    private static Connector Connector(Workspace work)
    {
        using RecordStore store = RecordStore.Open(work.StorePath);
        return store.Connectors.FindConnector("Acme")!;
    }

    private static void AddGap(Workspace work, GapReason reason, DateTimeOffset from, DateTimeOffset to)
    {
        using RecordStore store = RecordStore.Open(work.StorePath);
        StreamInfo stream = Assert.Single(store.Records.GetStreams());
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Lease lease = store.Records.AcquireLease(stream.Id, LeaseOwner.ThisProcess() with { Instance = Guid.NewGuid() }, now, TimeSpan.FromSeconds(1)).Lease!;
        store.Ledger.CommitGap(lease, new LedgerSpan(from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds()), to.ToUnixTimeMilliseconds(), reason, stream.Start!.Value, now);
        store.Records.ReleaseLease(lease);
    }
}
