using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using JumpCloudSimulator;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Invoke-JcCollection and Test-JcConnector against a service that answers, errs and dawdles.</summary>
public sealed class CollectionCmdletTests
{
    private const string WrongKey = "jca_0000000000000000000000000000wrong";

    [Fact]
    public async Task Each_stream_gives_a_result_and_the_store_has_the_truth()
    {
        await using Workspace work = await Workspace.StartAsync(events: 1500, users: 30);
        work.Add();
        ScriptResult run = work.Run("Invoke-JcCollection");
        Assert.Empty(run.AllErrors);
        Assert.Empty(run.Warnings);
        Dictionary<string, PSObject> streams = run.Output.ToDictionary(r => r.Text("ContentType")!);
        Assert.Equal(["DirectoryInsights", "SystemUser"], streams.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(work.Organization.VisibleCount, streams["DirectoryInsights"].Number("New"));
        Assert.Equal(work.Organization.Users.Count, streams["SystemUser"].Number("New"));
        foreach (PSObject stream in run.Output)
        {
            Assert.Equal("Collected", stream.Text("State"));
            Assert.Equal("Acme", stream.Get("ConnectorName"));
            Assert.Equal("Acme Ltd", stream.Get("TenantName"));
            Assert.Equal(work.Organization.Id, stream.Get("OrganizationId"));
            Assert.Equal(work.Organization.Name, stream.Get("OrganizationName"));
            Assert.Equal(0, stream.Get("StatusCode"));
            Assert.Null(stream.Get("ErrorId"));
            Assert.True(stream.Number("Requests") >= stream.Number("Pages") && stream.Number("Pages") > 0);
            Assert.True((DateTimeOffset)stream.Get("NextRun")! > DateTimeOffset.UtcNow);
            Assert.InRange(
                (DateTimeOffset)stream.Get("Watermark")!, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        }

        // An event and its double on the server are one record.
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord | ForEach-Object StellarUuid").Distinct().Count());
        Assert.Contains(run.Progress, record => record.StatusDescription.Contains("rows", StringComparison.Ordinal));
        Assert.Equal(ProgressRecordType.Completed, run.Progress[^1].RecordType);
        PSObject connector = work.One("Get-JcConnector");
        Assert.Equal("Healthy", connector.Get("StatusMessage"));
        Assert.Equal(2, ((ICollection)connector.Get("Streams")!).Count);
        Assert.Equal("Good", connector.Text("DataAge"));
        Assert.InRange((TimeSpan)connector.Get("Lag")!, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Connectors_that_collect_the_same_are_said_once_by_a_run_and_once_by_a_test()
    {
        await using Workspace work = await Workspace.StartAsync(events: 20, users: 2);
        work.Add();
        work.Add("Twin");
        string both = $"Connectors 'Acme' and 'Twin' both collect DirectoryInsights and SystemUser of organization '{work.Organization.Name}'";
        ScriptResult run = work.Run("Invoke-JcCollection");
        Assert.Equal(4, run.Output.Count);
        Assert.StartsWith(both, Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.Empty(work.Run("Invoke-JcCollection").Warnings);

        ScriptResult tests = work.Run("Get-JcConnector | Test-JcConnector");
        Assert.Equal(run.Warnings, tests.Warnings);
        Assert.All(tests.Output, test => Assert.Equal(run.Warnings, ((IEnumerable)test.Get("Warning")!).Cast<string>()));
        Assert.Equal(run.Warnings, work.Run("Test-JcConnector Acme -Quiet").Warnings);
    }

    [Fact]
    public async Task A_log_filter_that_leaves_nothing_is_said_by_the_run()
    {
        await using Workspace work = await Workspace.StartAsync(events: 20, users: 2);
        work.RunWell("New-JcLogFilter Everything 'event_type NotEqual no_such_event'");
        work.Add(more: "-LogFilter Everything");
        ScriptResult run = work.Run("Invoke-JcCollection");
        Assert.Equal([0L, 0L], run.Output.Select(r => r.Number("New")));
        Assert.StartsWith("Connector 'Acme': log filter 'Everything' excluded all that came of ", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Output, r => r.Properties["ExcludedBy"] is not null);
    }

    [Fact]
    public async Task A_second_run_waits_for_its_turn_and_forced_finds_nothing_new()
    {
        await using Workspace work = await Workspace.StartAsync();
        work.Add();
        work.RunWell("Invoke-JcCollection");
        long asked = work.Simulator.Requests.Total;
        // Whoever runs it every minute does not want to hear of it; who asks is told when, and how not to wait.
        ScriptResult second = work.Run("Invoke-JcCollection -Verbose");
        Assert.Empty(second.Output);
        Assert.Empty(second.Warnings);
        Assert.Contains(second.Verbose, line => line.Contains("'Acme' is not due", StringComparison.Ordinal) && line.Contains("-Force", StringComparison.Ordinal));
        IReadOnlyList<PSObject> named = work.RunWell("Invoke-JcCollection Acme");
        Assert.Equal(["NotDue", "NotDue"], named.Select(r => r.Text("State")));
        Assert.All(named, r => Assert.True((DateTimeOffset)r.Get("NextRun")! > DateTimeOffset.UtcNow));
        Assert.Equal(asked, work.Simulator.Requests.Total);

        work.Organization.AddEvents(5, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(-4));
        IReadOnlyList<PSObject> forced = work.RunWell("Invoke-JcCollection -Force");
        Assert.Equal(["Collected", "Collected"], forced.Select(r => r.Text("State")));
        Assert.Equal(5, forced.Sum(r => r.Number("New")));
        // What lies in the overlap comes again and is known.
        Assert.True(forced.Sum(r => r.Number("Repeated")) > 0);
        forced = work.RunWell("Invoke-JcCollection -Force");
        Assert.Equal(0, forced.Sum(r => r.Number("New")));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord").Count);
    }

    [Fact]
    public async Task The_pipeline_names_the_connectors_and_an_empty_one_names_none()
    {
        await using Workspace work = await Workspace.StartAsync(events: 50, users: 2);
        work.RunWell("New-JcAnalyzerProfile Night");
        // A store without any, or the wrong one: that is said, by whatever works on connectors or what they collected.
        foreach (string command in (string[])[
            "Invoke-JcCollection", "Get-JcIngestedRecord", "Measure-JcIngestedRecord", "Export-JcIngestedRecord $folder/none.ndjson", "Test-JcConnector",
            "Test-JcIngestion", "Get-JcCollectionLedger", "Get-JcCollectionGap"])
        {
            ScriptResult none = work.Run(command);
            Assert.Empty(none.AllErrors);
            Assert.StartsWith($"The store in '{work.StorePath}' has no connector. New-JcConnector adds one. ", Assert.Single(none.Warnings), StringComparison.Ordinal);
            Assert.Contains("-StorePath", none.Warnings[0], StringComparison.Ordinal);
        }

        Assert.Contains("has no enabled syslog destination to send to. New-JcSyslogDestination", Assert.Single(work.Run("Send-JcSyslog").Warnings), StringComparison.Ordinal);
        foreach (string command in (string[])["Get-JcConnector", "Get-JcLogFilter", "Get-JcSyslogDestination", "Get-JcAnalyzerProfile", "Get-JcStore"]) Assert.Empty(work.Run(command).Warnings);
        work.Add("One");
        work.Add("Two");
        work.Add("Three");
        Assert.Empty(work.RunWell("Get-JcConnector nobody* | Invoke-JcCollection -Force"));
        Assert.Empty(work.RunWell("@() | Invoke-JcCollection -Force"));
        Assert.Equal(0, work.Simulator.Requests.Total);

        ScriptResult some = work.Run("'One', 'Nobody', 'Th*' | Invoke-JcCollection");
        Assert.Equal(["ConnectorNotFound"], some.ErrorIds);
        Assert.Equal(["One", "Three"], some.Values("ConnectorName").Cast<string>().Distinct().Order(StringComparer.Ordinal));
        Assert.All(some.Values("State"), state => Assert.Equal("Collected", $"{state}"));
        // The objects know their store; two stores in one run are refused.
        work.RunWell("$first = Get-JcConnector; $PSDefaultParameterValues.Clear()");
        work.RunWell("$other = New-JcConnector X T -ApiKey $key -ContentType SystemUser @sim -StorePath $folder/b");
        IReadOnlyList<PSObject> two = work.RunWell("$first | Where-Object Name -eq Two | Invoke-JcCollection");
        Assert.Equal(["Two", "Two"], two.Select(r => r.Text("ConnectorName")));
        string message = work.Refused("SeveralStores", "@($first) + $other | Invoke-JcCollection");
        Assert.Contains("once for each", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_records_can_be_the_output()
    {
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 10);
        work.Add();
        string[] given = [.. work.RunWell("Invoke-JcCollection -OutputRecord").Select(r => r.Text("Json")!)];
        string[] stored = [.. work.RunWell("Get-JcIngestedRecord -AsJson").Select(r => r.ToString())];
        Assert.Equal(work.Truth, given.Length);
        Assert.Equal(stored.Order(StringComparer.Ordinal), given.Order(StringComparer.Ordinal));
        Assert.Empty(work.RunWell("Invoke-JcCollection -OutputRecord -Force"));

        work.Organization.AddEvents(4, DateTimeOffset.UtcNow.AddMinutes(-3), DateTimeOffset.UtcNow.AddMinutes(-2));
        IReadOnlyList<PSObject> late = work.RunWell("Invoke-JcCollection -OutputRecord -Force");
        Assert.Equal(4, late.Count);
        Assert.All(late, r => Assert.True(r.Number("Sequence") > work.Truth - 4));

        work.Simulator.Scenario.Faults.Add(new Fault(FaultKind.Forbidden403) { Host = HostKind.Insights });
        ScriptResult failed = work.Run("Invoke-JcCollection -OutputRecord -Force");
        Assert.Empty(failed.Output);
        ErrorRecord error = Assert.Single(failed.Errors);
        Assert.Contains("DirectoryInsights", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("Acme", error.TargetObject);
        Assert.Equal(work.One("Get-JcConnector").Get("StatusId"), failed.ErrorIds.Single());
    }

    [Fact]
    public async Task A_consumer_that_has_enough_loses_nothing()
    {
        await using Workspace work = await Workspace.StartAsync(events: 1200, users: 10);
        work.Add();
        IReadOnlyList<PSObject> taken = work.RunWell(
            "$n = 0; foreach ($i in 1) { Invoke-JcCollection -OutputRecord | ForEach-Object { $_; if (++$n -ge 3) { break } } }");
        Assert.Equal(3, taken.Count);
        IReadOnlyList<PSObject> stored = work.RunWell("Get-JcIngestedRecord");
        // What was handed on is in the store.
        Assert.Superset(taken.Select(r => r.Text("Json")).ToHashSet(), stored.Select(r => r.Text("Json")).ToHashSet());
        int rest = work.RunWell("Invoke-JcCollection -OutputRecord -Force").Count;
        Assert.Equal(work.Truth, stored.Count + rest);
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord | ForEach-Object StellarUuid").Distinct().Count());
    }

    [Fact]
    public async Task Stopped_in_the_middle_it_loses_nothing_and_the_next_run_completes()
    {
        await using Workspace work = await Workspace.StartAsync(events: 2000, users: 10);
        work.Add();
        work.Simulator.Scenario.MaxLimit = 100;
        work.Simulator.Scenario.Latency = TimeSpan.FromMilliseconds(200);
        Task<ScriptResult> running = InBackground(() => work.Run("Invoke-JcCollection"));
        using (var watcher = new ModuleSession())
        {
            watcher.SetVariable("store", work.StorePath);
            await Workspace.UntilAsync(() => watcher.Invoke("Get-JcIngestedRecord -StorePath $store -First 300").Output.Count == 300);
        }

        var watch = Stopwatch.StartNew();
        work.Session.Stop();
        await running;
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"It went on for {watch.Elapsed}.");
        int before = work.RunWell("Get-JcIngestedRecord").Count;
        Assert.InRange(before, 300, work.Truth - 1);

        work.Simulator.Scenario.Latency = TimeSpan.Zero;
        // It did not have its turn, so it needs no force to have it now.
        IReadOnlyList<PSObject> next = work.RunWell("Invoke-JcCollection");
        PSObject events = next.Single(r => r.Text("ContentType") == "DirectoryInsights");
        Assert.Equal("Collected", events.Text("State"));
        Assert.Equal(work.Truth, before + next.Sum(r => r.Number("New")));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord | ForEach-Object StellarUuid").Distinct().Count());
    }

    [Fact]
    public async Task What_another_session_collects_is_left_to_it()
    {
        await using Workspace work = await Workspace.StartAsync(events: 200, users: 0);
        work.RunWell("New-JcConnector Acme T -ApiKey $key -ContentType DirectoryInsights @sim");
        // Its directory is known, so that the next thing it does is the stream's turn.
        work.RunWell("Invoke-JcCollection");
        work.Simulator.Scenario.Latency = TimeSpan.FromSeconds(1);
        Task<ScriptResult> running = InBackground(() => work.Run("Invoke-JcCollection -Force"));
        await Workspace.UntilAsync(() => work.Simulator.Requests.UnderWay > 0);
        using (var other = new ModuleSession())
        {
            other.SetVariable("store", work.StorePath);
            PSObject leased = other.Invoke("Invoke-JcCollection -Force -StorePath $store").Output.Single();
            Assert.Equal("Leased", leased.Text("State"));
            Assert.Contains(Environment.MachineName, leased.Text("ErrorMessage"), StringComparison.Ordinal);
            ScriptResult records = other.Invoke("Invoke-JcCollection -Force -OutputRecord -StorePath $store");
            Assert.Empty(records.Output);
            Assert.Contains("Acme", Assert.Single(records.Warnings), StringComparison.Ordinal);
        }

        Assert.Equal("Collected", (await running).Output.Single().Text("State"));
    }

    [Fact]
    public async Task A_refused_key_is_in_the_result_and_in_the_status_and_of_that_connector_alone()
    {
        await using Workspace work = await Workspace.StartAsync(events: 100, users: 5);
        work.Add("Good");
        work.Session.SetVariable("wrong", Workspace.Secure(WrongKey));
        work.RunWell("New-JcConnector Bad T -ApiKey $wrong -ContentType DirectoryInsights, SystemUser @sim");
        ScriptResult run = work.Run("Invoke-JcCollection");
        // A run of many ends well; what went wrong is in the results.
        Assert.Empty(run.AllErrors);
        ILookup<string, PSObject> results = run.Output.ToLookup(r => r.Text("ConnectorName")!);
        Assert.All(results["Good"], r => Assert.Equal("Collected", r.Text("State")));
        Assert.NotEmpty(results["Bad"]);
        foreach (PSObject bad in results["Bad"])
        {
            Assert.Equal("Failed", bad.Text("State"));
            Assert.Equal(401, bad.Get("StatusCode"));
            Assert.Equal("Unauthorized", bad.Get("ErrorId"));
            Assert.Contains("Set-JcConnector", bad.Text("ErrorMessage"), StringComparison.Ordinal);
        }

        PSObject status = work.One("Get-JcConnector Bad");
        Assert.Equal(401, status.Get("StatusCode"));
        Assert.Equal("Unauthorized", status.Get("StatusId"));
        Assert.True(status.Number("ConsecutiveFailures") > 0);
        Assert.Equal(0, work.One("Get-JcConnector Good").Get("StatusCode"));
    }

    [Fact]
    public async Task A_test_asks_each_host_and_content_type_and_collects_nothing()
    {
        await using Workspace work = await Workspace.StartAsync(events: 100, users: 5);
        work.Add();
        PSObject test = work.One("Get-JcConnector | Test-JcConnector");
        Assert.Equal("Acme", test.Get("ConnectorName"));
        Assert.Equal(true, test.Get("Success"));
        Assert.StartsWith("Success: ", test.Text("Summary"), StringComparison.Ordinal);
        Assert.InRange((DateTimeOffset)test.Get("TestedAt")!, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        PSObject[] probes = Probes(test);
        // Plain http on loopback has no TLS.
        Assert.Equal(
            ["DNS", "TCP", "DNS", "TCP", "Organization", "DirectoryInsights", "SystemUser"], probes.Select(p => p.Text("Name")));
        Assert.All(probes, p => Assert.Null(p.Get("ErrorId")));
        Assert.Contains(work.Organization.Name, probes[4].Text("Message"), StringComparison.Ordinal);
        Assert.Equal("5 users", probes[6].Text("Message"));
        Assert.Empty(work.RunWell("Get-JcIngestedRecord"));
        Assert.Equal(true, work.One("Test-JcConnector Acme -Quiet").BaseObject);
        work.Refused("ConnectorNotFound", "Test-JcConnector Nobody");
    }

    [Fact]
    public async Task A_failed_test_names_the_part_at_fault_and_a_good_one_clears_the_status()
    {
        await using Workspace work = await Workspace.StartAsync(events: 100, users: 5);
        work.Add();
        Fault fault = work.Simulator.Scenario.Faults.Add(FaultKind.Unauthorized401);
        PSObject test = work.One("Test-JcConnector");
        Assert.Equal(false, test.Get("Success"));
        Assert.StartsWith("Organization: ", test.Text("Summary"), StringComparison.Ordinal);
        PSObject[] failed = [.. Probes(test).Where(p => p.Get("Success") is false)];
        Assert.Equal(["Organization", "DirectoryInsights", "SystemUser"], failed.Select(p => p.Text("Name")));
        Assert.All(failed, p => Assert.Equal("ApiKey", p.Text("Part")));
        Assert.All(failed, p => Assert.Equal(401, p.Get("StatusCode")));
        Assert.Equal(false, work.One("Test-JcConnector -Quiet").BaseObject);
        Assert.Equal(401, work.One("Get-JcConnector").Get("StatusCode"));

        work.Simulator.Scenario.Faults.Remove(fault);
        work.Simulator.Scenario.Faults.Add(new Fault(FaultKind.PaymentRequired402) { Host = HostKind.Insights });
        PSObject licence = Assert.Single(Probes(work.One("Test-JcConnector")), p => p.Get("Success") is false);
        Assert.Equal("DirectoryInsights", licence.Text("Name"));
        Assert.Equal("Licence", licence.Text("Part"));

        work.Simulator.Scenario.Faults.Clear();
        Assert.Equal(true, work.One("Test-JcConnector").Get("Success"));
        PSObject status = work.One("Get-JcConnector");
        Assert.Equal(0, status.Get("StatusCode"));
        Assert.Null(status.Get("StatusId"));
        Assert.All(work.RunWell("Invoke-JcCollection -Force"), r => Assert.Equal("Collected", r.Text("State")));
    }

    [Fact]
    public async Task A_host_that_is_not_there_fails_the_test_at_the_network()
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        PSObject test = work.One("Test-JcConnector");
        Assert.Equal(false, test.Get("Success"));
        PSObject first = Probes(test).First(p => p.Get("Success") is false);
        Assert.Equal("TCP", first.Text("Name"));
        Assert.Equal("Network", first.Text("Part"));
        Assert.Equal("127.0.0.1:9", first.Text("HostName"));
    }

    [Fact]
    public async Task One_test_at_a_time_runs_in_a_store()
    {
        await using Workspace work = await Workspace.StartAsync(events: 10, users: 1);
        work.Add();
        work.Simulator.Scenario.Latency = TimeSpan.FromSeconds(1);
        Task<ScriptResult> running = InBackground(() => work.Run("Test-JcConnector"));
        await Workspace.UntilAsync(() => work.Simulator.Requests.UnderWay > 0);
        using (var other = new ModuleSession())
        {
            other.SetVariable("store", work.StorePath);
            ScriptResult refused = other.Invoke("Test-JcConnector -StorePath $store");
            Assert.Empty(refused.Output);
            Assert.Equal(["TestUnderWay"], refused.ErrorIds);
            Assert.Contains("Try again", refused.Errors[0].ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(true, (await running).Output.Single().Get("Success"));
        work.Simulator.Scenario.Latency = TimeSpan.Zero;
        Assert.Equal(true, work.One("Test-JcConnector -Quiet").BaseObject);
    }

    private static PSObject[] Probes(PSObject test) =>
        [.. ((IEnumerable)test.Get("Probes")!).Cast<object>().Select(PSObject.AsPSObject)];

    private static Task<ScriptResult> InBackground(Func<ScriptResult> run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
