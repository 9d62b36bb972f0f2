using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>From a collection to a receiver: what Invoke-JcCollection, Send- and Test-JcSyslogDestination do and give.</summary>
public sealed class SyslogForwardingTests
{
    private const string Large = "-MaxMessageBytes 0";

    [Fact]
    public async Task A_collection_forwards_what_is_new_and_the_receiver_has_the_records()
    {
        await using MessageReceiver tcp = new();
        await using RelpServer relp = new();
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 5);
        work.Add();
        work.RunWell($"New-JcSyslogDestination tcp 127.0.0.1 Tcp -Port {tcp.Port} {Large}; New-JcSyslogDestination relp 127.0.0.1 Relp -Port {relp.Port} {Large}");
        work.RunWell($"New-JcSyslogDestination off 127.0.0.1 Tcp -Port 9 -Disabled");
        ScriptResult run = work.Run("Invoke-JcCollection");
        Assert.Empty(run.AllErrors);
        Assert.Empty(run.Warnings);
        Dictionary<string, PSObject> results = run.Output.Where(IsForwarding).ToDictionary(r => r.Text("Name")!);
        Assert.Equal(["relp", "tcp"], results.Keys.Order(StringComparer.Ordinal));
        foreach (PSObject result in results.Values)
        {
            Assert.Equal(("UpToDate", work.Truth, work.Truth), (result.Text("State"), (int)result.Number("Sent"), (int)result.Number("Acknowledged")));
            Assert.Equal((0, 0, 0), (result.Number("Skipped"), result.Number("Resent"), result.Number("LagRecords")));
            Assert.True(result.Number("Bytes") > 0 && result.Number("Position") >= work.Truth);
            Assert.Null(result.Get("ErrorId"));
        }

        string[] stored = [.. work.RunWell("Get-JcIngestedRecord -Oldest | ForEach-Object Json").Select(json => json.ToString())];
        AssertRecords(stored, tcp.Messages);
        AssertRecords(stored, relp.Accepted);
        Assert.Contains(run.Progress, record => record.Activity == "Sending to syslog" && record.StatusDescription.Contains("confirmed", StringComparison.Ordinal));

        work.Organization.AddEvents(4, DateTimeOffset.UtcNow.AddMinutes(-3), DateTimeOffset.UtcNow.AddMinutes(-2));
        Assert.All(work.RunWell("Invoke-JcCollection -Force").Where(IsForwarding), r => Assert.Equal(4, r.Number("Acknowledged")));
        Assert.Equal(stored.Length + 4, tcp.Messages.Count);
        foreach (PSObject destination in work.RunWell("Get-JcSyslogDestination relp, tcp"))
        {
            Assert.Equal(("UpToDate", stored.Length + 4, 0), (destination.Text("State"), (int)destination.Number("Acknowledged"), (int)destination.Number("LagRecords")));
            Assert.Null(destination.Get("Lag"));
            Assert.NotNull(destination.Get("LastConfirmed"));
        }

        // Records are the output, and nothing else.
        work.Organization.AddEvents(2, DateTimeOffset.UtcNow.AddMinutes(-3), DateTimeOffset.UtcNow.AddMinutes(-2));
        Assert.All(work.RunWell("Invoke-JcCollection -Force -OutputRecord"), record => Assert.NotNull(record.Get("StellarUuid")));
        Assert.Equal(stored.Length + 6, relp.Accepted.Count);
    }

    [Fact]
    public async Task What_a_repair_has_fetched_is_forwarded()
    {
        await using MessageReceiver receiver = new();
        await using Workspace work = await Workspace.StartAsync(events: 200, users: 2);
        work.Add();
        work.RunWell("Invoke-JcCollection");
        work.RunWell($"New-JcSyslogDestination siem 127.0.0.1 Tcp -Port {receiver.Port} {Large}");
        work.Organization.AddEvents(7, DateTimeOffset.UtcNow.AddHours(-9), DateTimeOffset.UtcNow.AddHours(-8));
        IReadOnlyList<PSObject> repaired = work.RunWell("Test-JcIngestion | Repair-JcIngestion");
        PSObject forwarded = Assert.Single(repaired, IsForwarding);
        Assert.Equal((7, 7), ((int)forwarded.Number("Acknowledged"), receiver.Messages.Count));
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_holds_up_nothing_and_gets_everything_later()
    {
        await using MessageReceiver good = new();
        await using Workspace work = await Workspace.StartAsync(events: 120, users: 2);
        work.Add();
        int dead = ClosedPort();
        work.RunWell($"New-JcSyslogDestination good 127.0.0.1 Tcp -Port {good.Port} {Large}; New-JcSyslogDestination dead 127.0.0.1 Relp -Port {dead} {Large}");
        ScriptResult run = work.Run("Invoke-JcCollection");
        Assert.Empty(run.AllErrors);
        // Once, however often it was tried.
        Assert.Contains("nothing listens there", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.Equal(work.Truth, good.Messages.Count);
        PSObject failed = Assert.Single(run.Output, r => IsForwarding(r) && r.Text("Name") == "dead");
        Assert.Equal(("Failed", "SyslogConnectionRefused", work.Truth), (failed.Text("State"), failed.Text("ErrorId"), (int)failed.Number("LagRecords")));
        PSObject shown = work.One("Get-JcSyslogDestination dead");
        Assert.Equal(("Failed", "SyslogConnectionRefused", work.Truth), (shown.Text("State"), shown.Text("ErrorId"), (int)shown.Number("LagRecords")));
        Assert.InRange((TimeSpan)shown.Get("Lag")!, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.NotNull(shown.Get("OldestUnsent"));

        // What lies before its time is not for it.
        DateTimeOffset middle = work.RunWell("Get-JcIngestedRecord").Select(r => (DateTimeOffset)r.Get("Timestamp")!).Order().ElementAt(work.Truth / 2);
        long since = work.RunWell($"Get-JcIngestedRecord -After '{middle.UtcDateTime:O}'").Count;
        work.RunWell($"New-JcSyslogDestination recent 127.0.0.1 Relp -Port {dead} -From '{middle.UtcDateTime:O}'");
        Assert.Equal(since, work.One("Get-JcSyslogDestination recent").Number("LagRecords"));
        work.RunWell("Remove-JcSyslogDestination recent -Force");

        await using RelpServer back = new();
        work.RunWell($"Set-JcSyslogDestination dead -Port {back.Port}");
        PSObject sent = work.One("Get-JcSyslogDestination dead | Send-JcSyslog");
        Assert.Equal(("UpToDate", work.Truth, 0), (sent.Text("State"), back.Accepted.Count, (int)sent.Number("LagRecords")));
        shown = work.One("Get-JcSyslogDestination dead");
        Assert.Equal(("UpToDate", null), (shown.Text("State"), shown.Get("ErrorMessage")));
        Assert.Equal(2, work.RunWell("Send-JcSyslog").Count);
    }

    [Fact]
    public async Task What_is_stored_and_will_not_be_sent_is_said_with_the_remedy()
    {
        await using Workspace work = await Workspace.StartAsync(events: 30, users: 2);
        work.Add();
        work.RunWell("Invoke-JcCollection");
        ScriptResult added = work.Run("New-JcSyslogDestination siem 127.0.0.1 Relp -Verbose");
        Assert.Equal((work.Truth, work.Truth, "NotTried"), ((int)added.Output[0].Number("RecordsBefore"), (int)added.Output[0].Number("StartPosition"), added.Output[0].Text("State")));
        Assert.Contains(added.Verbose, v => v.Contains($"{work.Truth} records came before the start of 'siem'", StringComparison.Ordinal) && v.Contains("-From Beginning", StringComparison.Ordinal));
        Assert.Empty(added.Warnings);
        Assert.Equal("NotTried", work.One("Send-JcSyslog").Text("State"));
        added = work.Run("New-JcSyslogDestination all 127.0.0.1 Relp -From Beginning -Verbose");
        Assert.Equal(0, added.Output[0].Number("RecordsBefore"));
        Assert.DoesNotContain(added.Verbose, v => v.Contains("before the start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Records_of_the_pipeline_are_sent_whatever_the_place_and_move_nothing()
    {
        await using RelpServer receiver = new();
        await using Workspace work = await Workspace.StartAsync(events: 200, users: 2);
        work.Add();
        work.RunWell("Invoke-JcCollection");
        work.RunWell($"New-JcSyslogDestination siem 127.0.0.1 Relp -Port {receiver.Port} {Large} -Disabled -Query 'event_type:none_such'");
        long place = work.One("Get-JcSyslogDestination").Number("Position");
        PSObject result = work.One("Get-JcIngestedRecord -First 50 -Oldest | Send-JcSyslog -Destination siem");
        Assert.Equal(("UpToDate", 50L, null, null), (result.Text("State"), result.Number("Acknowledged"), result.Get("Position"), result.Get("LagRecords")));
        string[] expected = [.. work.RunWell("Get-JcIngestedRecord -First 50 -Oldest | ForEach-Object Json").Select(json => json.ToString())];
        AssertRecords(expected, receiver.Accepted);
        Assert.Equal(place, work.One("Get-JcSyslogDestination").Number("Position"));
        Assert.Equal("Disabled", work.One("Send-JcSyslog siem").Text("State"));
        Assert.Empty(work.RunWell("Get-JcIngestedRecord -User nobody-at-all | Send-JcSyslog -Destination siem"));
        Assert.Empty(work.RunWell("Get-JcIngestedRecord -First 1 | Send-JcSyslog -Destination siem -WhatIf"));
        work.Refused("InvalidTimeLimit", "Send-JcSyslog -TimeLimit 0s");
        Assert.Equal(50, receiver.Accepted.Count);

        // The only destination need not be named; of several one must be, which is said once and not for each record.
        Assert.Equal(3, work.One("Get-JcIngestedRecord -First 3 | Send-JcSyslog").Number("Acknowledged"));
        work.RunWell("New-JcSyslogDestination other 127.0.0.1 Tcp -Port 9 -Disabled");
        work.Refused("SyslogDestinationRequired", "Get-JcIngestedRecord -First 3 | Send-JcSyslog");
    }

    [Fact]
    public async Task A_destination_that_another_process_sends_to_is_left_to_it()
    {
        await using MessageReceiver receiver = new();
        await using Workspace work = await Workspace.StartAsync(events: 60, users: 2);
        work.Add();
        work.RunWell($"Invoke-JcCollection; New-JcSyslogDestination siem 127.0.0.1 Tcp -Port {receiver.Port} -From Beginning");
        using (RecordStore store = RecordStore.Open(work.StorePath))
        {
            long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            Assert.NotNull(store.Destinations.AcquireDestinationLease(store.Destinations.GetDestinations()[0], LeaseOwner.ThisProcess(), now, TimeSpan.FromMinutes(1)).Lease);
        }

        PSObject result = work.One("Send-JcSyslog");
        Assert.Equal(("Leased", "SyslogDestinationLeased"), (result.Text("State"), result.Text("ErrorId")));
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task A_test_sends_one_marked_message_and_tells_each_step()
    {
        await using MessageReceiver tcp = new();
        await using RelpServer relp = new();
        await using Workspace work = Workspace.Offline();
        work.RunWell($"New-JcSyslogDestination relp 127.0.0.1 Relp -Port {relp.Port}; New-JcSyslogDestination tcp localhost Tcp -Port {tcp.Port} -Disabled; New-JcSyslogDestination dead 127.0.0.1 Tcp -Port {ClosedPort()}");
        foreach ((string name, Func<IReadOnlyList<byte[]>> received) in new (string, Func<IReadOnlyList<byte[]>>)[] { ("relp", () => relp.Accepted), ("tcp", () => tcp.Messages) })
        {
            PSObject test = work.One($"Test-JcSyslogDestination {name}");
            Assert.Equal((true, "Acknowledged", null), (test.Get("Succeeded"), test.Text("Reached"), test.Get("ErrorId")));
            Assert.Equal(["Resolved", "Connected", "Accepted", "Acknowledged"], ((System.Collections.IEnumerable)test.Get("Step")!).Cast<object>().Select(s => PSObject.AsPSObject(s).Text("Step")));
            SyslogMessage message = SyslogMessageReader.Parse(Assert.Single(received()));
            Assert.Equal("jcconnector_test", message.MsgId);
            using JsonDocument json = JsonDocument.Parse(message.Text);
            Assert.Equal(test.Text("Marker"), json.RootElement.GetProperty("stellar_uuid").GetString());
        }

        PSObject failed = work.One("Test-JcSyslogDestination dead");
        Assert.Equal((false, "Resolved", "SyslogConnectionRefused", null), (failed.Get("Succeeded"), failed.Text("Reached"), failed.Text("ErrorId"), failed.Get("Marker")));
        Assert.Equal(["False", "True", "True"], work.RunWell("Get-JcSyslogDestination | Test-JcSyslogDestination -Quiet").Select(o => o.ToString()));
        // A test leaves place and counts as they are, and says how it went.
        Assert.All(work.RunWell("Get-JcSyslogDestination relp, dead"), d => Assert.Equal(0, d.Number("Sent")));
        Assert.Equal(("UpToDate", null), (work.One("Get-JcSyslogDestination relp").Text("State"), work.One("Get-JcSyslogDestination relp").Text("ErrorId")));
        Assert.Equal(("Failed", "SyslogConnectionRefused"), (work.One("Get-JcSyslogDestination dead").Text("State"), work.One("Get-JcSyslogDestination dead").Text("ErrorId")));
    }

    [Fact]
    public async Task Certificates_are_judged_by_authority_name_and_fingerprint_and_the_receiver_sees_the_clients()
    {
        using TestAuthority authority = new(), other = new("CN=Other root");
        using X509Certificate2 shown = authority.Issue("syslog.test"), mine = authority.IssueClient("collector");
        await using MessageReceiver receiver = new(TestAuthority.Shown(shown), authority);
        await using Workspace work = Workspace.Offline();
        string ca = Write(work, "ca.pem", authority.Pem), wrong = Write(work, "other.pem", other.Pem);
        string pfx = Path.Combine(work.Folder, "client.pfx");
        await File.WriteAllBytesAsync(pfx, mine.Export(X509ContentType.Pkcs12, "pässword"), TestContext.Current.CancellationToken);
        work.Session.SetVariable("password", Workspace.Secure("pässword"));
        string pem = Write(work, "client.pem", mine.ExportCertificatePem() + "\n" + TestAuthority.KeyPem(mine) + "\n");
        work.RunWell($"New-JcSyslogDestination siem 127.0.0.1 Tls -Port {receiver.Port} -TlsServerName syslog.test -CertificateAuthorityFile '{wrong}' -ClientCertificateFile '{pfx}' -ClientCertificatePassword $password");
        Assert.Contains("its certificate is not accepted", FailedTest("SyslogCertificateRejected", "Connected"), StringComparison.Ordinal);
        work.RunWell($"Set-JcSyslogDestination siem -CertificateAuthorityFile '{ca}'");
        AssertTestSucceeds();
        work.RunWell("Set-JcSyslogDestination siem -TlsServerName ''");
        Assert.Contains("127.0.0.1", FailedTest("SyslogCertificateRejected", "Connected"), StringComparison.Ordinal);
        string fingerprint = Convert.ToHexString(SHA256.HashData(shown.RawData));
        work.RunWell($"Set-JcSyslogDestination siem -CertificateAuthorityFile '' -CertificateFingerprint {fingerprint}");
        AssertTestSucceeds();
        work.RunWell($"Set-JcSyslogDestination siem -CertificateFingerprint {new string('0', 64)}");
        Assert.Contains(fingerprint, FailedTest("SyslogCertificateRejected", "Connected"), StringComparison.Ordinal);
        work.RunWell($"Set-JcSyslogDestination siem -CertificateFingerprint {fingerprint} -ClientCertificateFile '{pem}'");
        AssertTestSucceeds();
        work.RunWell($"Set-JcSyslogDestination siem -ClientCertificateFile '{pfx}'");
        FailedTest("ClientCertificateNotRead", "Connected");
        Assert.All(receiver.ClientCertificates, certificate => Assert.Equal(mine.Thumbprint, certificate.Thumbprint));
        Assert.Equal(3, receiver.Messages.Count);

        void AssertTestSucceeds() => Assert.Equal(("Acknowledged", null), (work.One("Test-JcSyslogDestination").Text("Reached"), work.One("Get-JcSyslogDestination").Get("ErrorId")));

        string FailedTest(string errorId, string reached)
        {
            PSObject test = work.One("Test-JcSyslogDestination");
            Assert.Equal((errorId, reached), (test.Text("ErrorId"), test.Text("Reached")));
            return test.Text("Message")!;
        }
    }

    [Fact]
    public async Task Rsyslog_itself_gets_what_is_collected()
    {
        Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");
        await using RsyslogServer rsyslog = await RsyslogServer.StartAsync(new ReceiverOptions { Transport = Forwarding.SyslogTransport.Relp });
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 5);
        work.Add();
        work.RunWell($"New-JcSyslogDestination siem 127.0.0.1 Relp -Port {rsyslog.Port} {Large}; Invoke-JcCollection");
        string[] stored = [.. work.RunWell("Get-JcIngestedRecord -Oldest | ForEach-Object Json").Select(json => json.ToString())];
        AssertRecords(stored, rsyslog.ReadMessages());
    }

    private static bool IsForwarding(PSObject result) => result.TypeNames[0] == "JumpCloudConnector.Forwarding.ForwardingResult";

    private static int ClosedPort()
    {
        using LoopbackPort port = LoopbackPort.Reserve();
        return port.Number;
    }

    private static string Write(Workspace work, string name, string text)
    {
        string path = Path.Combine(work.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Each record once, in the order of commits, in a valid message.</summary>
    private static void AssertRecords(string[] expected, IReadOnlyList<byte[]> messages)
    {
        SyslogMessage[] read = [.. messages.Select(m => SyslogMessageReader.Parse(m))];
        Assert.Equal(expected.Length, read.Length);
        Assert.Equal(expected.Select(Uuid).Order(StringComparer.Ordinal), read.Select(m => Uuid(Encoding.UTF8.GetString(m.Text))).Order(StringComparer.Ordinal));
        long[] sequences = [.. read.Select(m => long.Parse(m.StructuredData["jumpcloud@32473"]["sequence"], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(sequences.Order(), sequences);
        Dictionary<string, string> byUuid = expected.ToDictionary(Uuid);
        Assert.All(read, message => Assert.True(JsonElement.DeepEquals(Root(byUuid[Uuid(Encoding.UTF8.GetString(message.Text))]), Root(Encoding.UTF8.GetString(message.Text)))));
    }

    private static JsonElement Root(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private static string Uuid(string json) => Root(json).GetProperty("stellar_uuid").GetString()!;
}
