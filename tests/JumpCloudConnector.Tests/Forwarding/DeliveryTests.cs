using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>What real receivers get, and how far a destination has come.</summary>
public sealed class DeliveryTests : IDisposable
{
    private readonly TestAuthority _root = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-test-").FullName;

    [Theory]
    [InlineData(SyslogTransport.Tcp, SyslogFraming.OctetCounting)]
    [InlineData(SyslogTransport.Tcp, SyslogFraming.NewLine)]
    [InlineData(SyslogTransport.Tls, SyslogFraming.OctetCounting)]
    [InlineData(SyslogTransport.Relp, SyslogFraming.OctetCounting)]
    [InlineData(SyslogTransport.RelpTls, SyslogFraming.OctetCounting)]
    public async Task Rsyslog_gets_each_record_once_and_in_order(SyslogTransport transport, SyslogFraming framing)
    {
        Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");
        using DestinationFixture store = await DestinationFixture.MakeAsync(31, 3_000);
        using X509Certificate2 certificate = _root.Issue();
        await using RsyslogServer receiver = await RsyslogServer.StartAsync(new ReceiverOptions { Transport = transport, Framing = framing, Tls = ReceiverTls.Of(_root, certificate) });
        store.Add(receiver.Port, transport, change: d => Secured(d with { Framing = framing }));
        ForwardingResult result = await store.SendAsync();
        Assert.True(result.State == ForwardingState.UpToDate, $"{result.State}: {result.ErrorMessage}");
        Assert.Equal(store.Filled.All.Count, result.Acknowledged);
        Assert.Equal(0, result.Resent + result.Skipped);
        Assert.Equal(store.Filled.All.Count, result.Position);
        await receiver.StopAsync();
        store.AssertReceived(receiver.EnumerateMessages());
    }

    [Theory]
    [InlineData(SyslogTransport.Tcp)]
    [InlineData(SyslogTransport.Tls)]
    public async Task Syslog_ng_gets_each_record_once_and_in_order(SyslogTransport transport)
    {
        Assert.SkipUnless(SyslogNgServer.IsInstalled, SyslogNgServer.Missing ?? "");
        using DestinationFixture store = await DestinationFixture.MakeAsync(32, 3_000);
        using X509Certificate2 certificate = _root.Issue();
        await using SyslogNgServer receiver = await SyslogNgServer.StartAsync(new ReceiverOptions { Transport = transport, Tls = ReceiverTls.Of(_root, certificate) });
        store.Add(receiver.Port, transport, change: Secured);
        Assert.Equal(ForwardingState.UpToDate, (await store.SendAsync()).State);
        await receiver.StopAsync();
        store.AssertReceived(receiver.EnumerateMessages());
    }

    [Fact]
    public async Task A_datagram_is_never_larger_than_it_may_be_and_promises_nothing()
    {
        Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");
        using DestinationFixture store = await DestinationFixture.MakeAsync(33, 400);
        await using RsyslogServer receiver = await RsyslogServer.StartAsync(new ReceiverOptions { Transport = SyslogTransport.Udp });
        SyslogDestination destination = store.Add(receiver.Port, SyslogTransport.Udp, change: d => d with { MaxMessageBytes = 1_400 });
        ForwardingResult result = await store.SendAsync();
        Assert.Equal(store.Filled.All.Count, result.Sent);
        await receiver.WaitForMessagesAsync(store.Filled.All.Count);
        Assert.All(receiver.ReadMessages(), m => Assert.InRange(m.Length, 1, 1_400));
        SyslogDestinationTest test = await new SyslogDestinationTester(store.Filled.Store, store.Filled.Test.Secrets).TestAsync(destination, TestContext.Current.CancellationToken);
        Assert.Equal(SyslogStep.Accepted, test.Reached);
        Assert.Contains("nobody ever learns", test.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_later_is_sent_later_and_nothing_twice()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(34, 500);
        await using RelpServer receiver = new();
        store.Add(receiver.Port, SyslogTransport.Relp);
        Assert.Equal(SyslogDestinationState.Behind, store.Describe().State);
        Assert.Equal(store.Filled.All.Count, store.Describe().LagRecords);
        await store.SendAsync();
        SyslogDestinationInfo after = store.Describe();
        Assert.Equal(SyslogDestinationState.UpToDate, after.State);
        Assert.Equal((store.Filled.All.Count, 0L), (after.Position, after.LagRecords));
        Assert.Equal(0, (await store.SendAsync()).Sent);
        Lease lease = store.Filled.Acquire("later", out _);
        store.Filled.Commit(lease, await FilledStore.EventsAsync(99, 40), "later");
        Assert.Equal(40, store.Describe().LagRecords);
        Assert.NotNull(store.Describe().OldestUnsent);
        Assert.Equal(40, (await store.SendAsync()).Acknowledged);
        store.AssertReceived(receiver.Accepted);
    }

    [Fact]
    public async Task A_run_with_nothing_to_send_writes_nothing()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(48, 100);
        await using RelpServer receiver = new();
        store.Add(receiver.Port, SyslogTransport.Relp);
        await store.SendAsync();
        // Another connection's, which rises with every commit of this one's.
        using Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={Path.Combine(store.Filled.Test.Folder, "store.db")};Pooling=False");
        connection.Open();
        using Microsoft.Data.Sqlite.SqliteCommand version = connection.CreateCommand();
        version.CommandText = "PRAGMA data_version";
        object? before = version.ExecuteScalar();

        ForwardingResult idle = await store.SendAsync();

        Assert.Equal(before, version.ExecuteScalar());
        Assert.Equal((ForwardingState.UpToDate, store.Filled.All.Count, 0L, 0L), (idle.State, idle.Position, idle.LagRecords, idle.Sent));
        // With something to send it is seen to rise.
        store.Filled.Commit(store.Filled.Acquire("later", out _), await FilledStore.EventsAsync(99, 3), "later");
        object? committed = version.ExecuteScalar();
        Assert.Equal(3, (await store.SendAsync()).Acknowledged);
        Assert.NotEqual(committed, version.ExecuteScalar());
    }

    [Fact]
    public async Task A_destination_begins_where_it_is_told_to()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(35, 600);
        await using RelpServer receiver = new();
        long time = store.Filled.All.Select(r => r.Time).Order().ElementAt(store.Filled.All.Count / 2);
        store.Add(receiver.Port, SyslogTransport.Relp, "now", start: SyslogStart.Now);
        store.Add(receiver.Port, SyslogTransport.Relp, "time", start: SyslogStart.At(DateTimeOffset.FromUnixTimeMilliseconds(time)));
        Assert.Equal(0, (await store.SendAsync(store.Registry.Get("now"))).Sent);
        Assert.Equal(store.Filled.All.Count(r => r.Time >= time), (await store.SendAsync(store.Registry.Get("time"))).Acknowledged);
        SyslogDestinationInfo moved = store.Registry.Update("now", d => d, SyslogStart.Beginning);
        Assert.Equal((0L, SyslogDestinationState.Behind), (moved.Position, moved.State));
        Assert.Equal(store.Filled.All.Count, (await store.SendAsync(store.Registry.Get("now"))).Acknowledged);
    }

    [Fact]
    public async Task Who_was_never_reached_is_not_up_to_date()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(49, 60);
        await using RelpServer receiver = new(), other = new();
        SyslogDestination destination = store.Add(receiver.Port, SyslogTransport.Relp, start: SyslogStart.Now);
        Assert.Equal(SyslogDestinationState.NotTried, store.Describe().State);
        ForwardingResult idle = await store.SendAsync();
        Assert.Equal((ForwardingState.NotTried, store.Filled.All.Count, 0L), (idle.State, idle.Position, idle.LagRecords));
        // A test reaches it as well as a record does.
        Assert.True((await new SyslogDestinationTester(store.Filled.Store, store.Filled.Test.Secrets).TestAsync(destination, TestContext.Current.CancellationToken)).Succeeded);
        Assert.Equal(SyslogDestinationState.UpToDate, store.Describe().State);
        Assert.Equal(ForwardingState.UpToDate, (await store.SendAsync()).State);

        // Another filter is the same way, another port is not.
        Assert.Equal(SyslogDestinationState.UpToDate, store.Registry.Update("siem", d => d with { AppName = "jc" }).State);
        SyslogDestinationInfo moved = store.Registry.Update("siem", d => d with { Port = other.Port });
        Assert.Equal((SyslogDestinationState.NotTried, null), (moved.State, moved.LastConfirmed));
        Assert.Equal(ForwardingState.NotTried, (await store.SendAsync()).State);
        using SyslogReplay replay = new Forwarder(store.Filled.Store, store.Filled.Test.Secrets, DestinationFixture.Quick).Replay(store.Registry.Get("siem"), null, TestContext.Current.CancellationToken);
        Assert.True(replay.Add(store.Filled.Find(new RecordQuery { First = 1 })[0]));
        Assert.Equal(1, (await replay.CompleteAsync()).Acknowledged);
        Assert.Equal(SyslogDestinationState.UpToDate, store.Describe().State);
    }

    [Fact]
    public async Task What_is_left_out_before_looking_at_it_reaches_nobody()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(50, 60);
        await using RelpServer receiver = new();
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Query = "event_type:none_such" });
        ForwardingResult result = await store.SendAsync();
        Assert.Equal((ForwardingState.NotTried, store.Filled.All.Count, 0L), (result.State, result.Position, result.Sent));
        Assert.Equal(SyslogDestinationState.NotTried, store.Describe().State);
    }

    [Fact]
    public async Task What_was_stored_before_a_destination_began_is_counted()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(51, 600);
        int all = store.Filled.All.Count;
        long time = store.Filled.All.Select(r => r.Time).Order().ElementAt(all / 2);
        int second = store.Filled.Find(new RecordQuery { ConnectorNames = ["second"] }).Count;
        store.Add(9, SyslogTransport.Relp, "now", start: SyslogStart.Now);
        store.Add(9, SyslogTransport.Relp, "second", d => d with { ConnectorNames = ["second"] }, SyslogStart.Now);
        store.Add(9, SyslogTransport.Relp, "time", start: SyslogStart.At(DateTimeOffset.FromUnixTimeMilliseconds(time)));
        store.Add(9, SyslogTransport.Relp, "all");
        Assert.Equal((all, (long?)all), Start("now"));
        Assert.Equal((all, (long?)second), Start("second"));
        Assert.Equal(store.Filled.All.Count(r => r.Time < time), store.Describe("time").RecordsBefore);
        Assert.Equal((0L, (long?)0), Start("all"));
        // It stays, whatever comes, until it is told to begin elsewhere.
        store.Filled.Commit(store.Filled.Acquire("later", out _), await FilledStore.EventsAsync(99, 3), "later");
        Assert.Equal((all, (long?)all), Start("now"));
        Assert.Equal(all, store.Registry.Update("now", d => d with { AppName = "jc" }).RecordsBefore);
        Assert.Equal(0, store.Registry.Update("now", d => d, SyslogStart.Beginning).RecordsBefore);

        (long?, long?) Start(string name) => (store.Describe(name).StartPosition, store.Describe(name).RecordsBefore);
    }

    [Fact]
    public async Task A_filter_leaves_out_what_it_does_not_name_and_the_place_moves_all_the_same()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(36, 800);
        await using RelpServer receiver = new();
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { ConnectorNames = ["sec*"], Query = "NOT event_status:success" });
        ForwardingResult result = await store.SendAsync();
        List<IngestedRecord> expected = store.Filled.Find(new RecordQuery { ConnectorNames = ["second"], Query = "NOT event_status:success", AfterSequence = 0 });
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Count, result.Acknowledged);
        Assert.Equal(store.Filled.All.Count, result.Position);
        Assert.Equal(SyslogDestinationState.UpToDate, store.Describe().State);
        Assert.Equal(expected.Select(r => r.StellarUuid), receiver.Accepted.Select(m => SyslogMessageReader.Parse(m).StructuredData["jumpcloud@32473"]["uuid"]));
    }

    [Fact]
    public async Task Skipped_records_are_counted_once_and_pass_the_place()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(37, 300);
        await using RelpServer receiver = new();
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { MaxMessageBytes = 1_300, Oversize = SyslogOversize.Skip });
        ForwardingResult result = await store.SendAsync();
        Assert.True(result.Skipped > 0, result.ToString());
        Assert.Equal(store.Filled.All.Count, result.Skipped + result.Acknowledged);
        Assert.Equal(store.Filled.All.Count, result.Position);
        Assert.Equal(result.Skipped, store.Describe().Skipped);
        Assert.All(receiver.Accepted, m => Assert.InRange(m.Length, 1, 1_300));
    }

    [Fact]
    public async Task Given_records_are_sent_and_the_place_stays()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(38, 700);
        int dropped = 0;
        await using RelpServer receiver = new(r => r.Message == 150 && Interlocked.Increment(ref dropped) <= 3 ? RelpAnswer.Reset : RelpAnswer.Usual(r));
        SyslogDestination destination = store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Window = 50 }, start: SyslogStart.Now);
        long place = store.Describe().Position;
        using SyslogReplay replay = new Forwarder(store.Filled.Store, store.Filled.Test.Secrets, DestinationFixture.Quick).Replay(destination, null, TestContext.Current.CancellationToken);
        foreach (IngestedRecord record in store.Filled.Find(new RecordQuery { Oldest = true })) Assert.True(replay.Add(record));
        ForwardingResult result = await replay.CompleteAsync();
        Assert.True(result.State == ForwardingState.UpToDate, $"{result.State}: {result.ErrorMessage}");
        Assert.Equal(store.Filled.All.Count, result.Acknowledged);
        Assert.InRange(result.Resent, 1, 150);
        Assert.Equal(place, store.Describe().Position);
        store.AssertNothingLost(receiver.Accepted);
    }

    [Fact]
    public async Task A_service_sends_what_is_committed_without_being_asked()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(39, 300);
        int count = store.Filled.All.Count;
        using SemaphoreSlim arrived = new(0);
        int expected = count;
        await using RelpServer receiver = new(r =>
        {
            if (r.Message > 0 && Interlocked.Decrement(ref expected) == 0) arrived.Release();
            return RelpAnswer.Usual(r);
        });
        store.Add(receiver.Port, SyslogTransport.Relp);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        ContinuousForwarding service = new(store.Filled.Store, store.Filled.Test.Secrets, DestinationFixture.Quick);
        Task running = service.RunAsync(null, stop.Token);
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        Volatile.Write(ref expected, 1);
        Lease lease = store.Filled.Acquire("later", out _);
        store.Filled.Commit(lease, await FilledStore.EventsAsync(99, 1), "later");
        service.Wake();
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        stop.Cancel();
        await running;
        Assert.Equal(count + 1, store.Describe().Position);
        store.AssertReceived(receiver.Accepted);
    }

    [Fact]
    public async Task A_place_that_is_moved_while_it_is_sent_from_is_taken_up()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(40, 2_000);
        using SemaphoreSlim first = new(0), moved = new(0);
        int asked = 0;
        await using RelpServer receiver = new(r =>
        {
            if (r.Message == 100 && Interlocked.Increment(ref asked) == 1)
            {
                first.Release();
                moved.Wait(TestContext.Current.CancellationToken);
            }

            return RelpAnswer.Usual(r);
        });
        SyslogDestination destination = store.Add(receiver.Port, SyslogTransport.Relp);
        Task<ForwardingResult> sending = store.SendAsync(destination);
        await first.WaitAsync(TestContext.Current.CancellationToken);
        store.Registry.Update("siem", d => d, SyslogStart.Beginning);
        moved.Release();
        ForwardingResult result = await sending;
        Assert.True(result.State == ForwardingState.UpToDate, $"{result.State}: {result.ErrorMessage}");
        Assert.Equal(store.Filled.All.Count, store.Describe().Position);
        Assert.True(store.AssertNothingLost(receiver.Accepted) > 0);
    }

    [Fact]
    public async Task Settings_that_change_while_it_is_sent_to_count_from_then_on()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(44, 2_000);
        using SemaphoreSlim first = new(0), changed = new(0);
        int asked = 0;
        await using RelpServer old = new(r =>
        {
            if (r.Message == 100 && Interlocked.Increment(ref asked) == 1)
            {
                first.Release();
                changed.Wait(TestContext.Current.CancellationToken);
            }

            return RelpAnswer.Usual(r);
        });
        await using RelpServer other = new();
        // Nothing of what is stored is of a time to come: by the old settings all would be passed over.
        SyslogDestination destination = store.Add(old.Port, SyslogTransport.Relp);
        Task<ForwardingResult> sending = store.SendAsync(destination);
        await first.WaitAsync(TestContext.Current.CancellationToken);
        store.Registry.Update("siem", d => d with { Port = other.Port, ConnectorNames = ["second"] });
        changed.Release();
        ForwardingResult result = await sending;
        Assert.True(result.State == ForwardingState.UpToDate, result.ToString());
        Assert.Equal(store.Filled.All.Count, store.Describe().Position);
        long moved = SyslogMessageReader.Parse(other.Accepted[0]).StructuredData["jumpcloud@32473"]["sequence"] is { } text ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        // The old one has everything up to there, the other one all of the connector behind it.
        Assert.Equal(
            store.Filled.Find(new RecordQuery { ConnectorNames = ["second"], AfterSequence = moved - 1 }).Select(r => r.StellarUuid),
            other.Accepted.Select(m => SyslogMessageReader.Parse(m).StructuredData["jumpcloud@32473"]["uuid"]));
        Assert.True(old.Accepted.Count >= store.Filled.All.Count(r => r.Sequence < moved && r.Sequence <= 99));
    }

    [Fact]
    public async Task An_exception_of_one_destination_ends_no_service()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(45, 100);
        using SemaphoreSlim arrived = new(0);
        int count = store.Filled.All.Count;
        await using RelpServer receiver = new(r =>
        {
            if (r.Message > 0 && Interlocked.Decrement(ref count) == 0) arrived.Release();
            return RelpAnswer.Usual(r);
        });
        // A name that the resolver refuses with an exception of its own.
        string label = new('a', 60);
        store.Add(514, SyslogTransport.Tcp, "bad", d => d with { HostName = string.Join('.', Enumerable.Repeat(label, 4)) });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = new ContinuousForwarding(store.Filled.Store, store.Filled.Test.Secrets, DestinationFixture.Quick).RunAsync(null, stop.Token);
        store.Add(receiver.Port, SyslogTransport.Relp, "good");
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        stop.Cancel();
        await running;
        Assert.Equal("SyslogHostNotFound", store.Describe("bad").ErrorId);
        Assert.Equal(store.Filled.All.Count, store.Describe("good").Position);
    }

    [Fact]
    public async Task Who_looks_on_and_is_stopped_abandons_no_sender()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(46, 50);
        await using RelpServer one = new(), two = new();
        store.Add(one.Port, SyslogTransport.Relp, "one");
        store.Add(two.Port, SyslogTransport.Relp, "two");
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        StoppingObserver observer = new(stop);
        await new ContinuousForwarding(store.Filled.Store, store.Filled.Test.Secrets, DestinationFixture.Quick).RunAsync(observer, stop.Token);
        Assert.Equal(2, observer.Completions);
        // Both have given their lease back.
        foreach (SyslogDestination destination in store.Registry.Find())
            Assert.Equal(ForwardingState.UpToDate, (await store.SendAsync(destination)).State);
    }

    [Fact]
    public async Task A_datagram_without_a_limit_is_as_large_as_one_can_be()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(47, 20);
        Lease lease = store.Filled.Acquire("large", out _);
        store.Filled.Commit(lease, [System.Text.Encoding.UTF8.GetBytes($$"""{"id":"x","service":"mdm","event_type":"mdm_command_result","timestamp":"2024-05-06T07:08:09Z","raw":"{{new string('x', 75_000)}}"}""")], "large");
        using System.Net.Sockets.UdpClient receiver = new(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        receiver.Client.ReceiveBufferSize = 4 << 20;
        store.Add(((System.Net.IPEndPoint)receiver.Client.LocalEndPoint!).Port, SyslogTransport.Udp, change: d => d with { MaxMessageBytes = 0 });
        ForwardingResult result = await store.SendAsync();
        Assert.Equal(ForwardingState.UpToDate, result.State);
        Assert.Equal(store.Filled.All.Count, result.Position);
    }

    [Fact]
    public async Task One_process_sends_to_a_destination_at_a_time()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(41, 300);
        using SemaphoreSlim first = new(0), goOn = new(0);
        await using RelpServer receiver = new(r =>
        {
            if (r.Frame.Command == "open")
            {
                first.Release();
                goOn.Wait(TestContext.Current.CancellationToken);
            }

            return RelpAnswer.Usual(r);
        });
        SyslogDestination destination = store.Add(receiver.Port, SyslogTransport.Relp);
        Task<ForwardingResult> sending = store.SendAsync(destination);
        await first.WaitAsync(TestContext.Current.CancellationToken);
        ForwardingResult second = await store.SendAsync(destination);
        Assert.Equal((ForwardingState.Leased, "SyslogDestinationLeased"), (second.State, second.ErrorId));
        goOn.Release();
        Assert.Equal(ForwardingState.UpToDate, (await sending).State);
        store.AssertReceived(receiver.Accepted);
    }

    [Fact]
    public async Task Retention_waits_for_what_is_unsent_up_to_its_limit()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(42, 3_000);
        store.Add(9, SyslogTransport.Relp);
        IStoreCare care = store.Filled.Store.Care;
        DateTimeOffset oldest = DateTimeOffset.FromUnixTimeMilliseconds(store.Filled.All.Min(r => r.Time)), newest = DateTimeOffset.FromUnixTimeMilliseconds(store.Filled.All.Max(r => r.Time));
        // So many that all are older than that, and none twice as old.
        int days = (int)(newest - oldest).TotalDays + 3;
        care.SetRetention(new StoreRetention(days, null));
        RetentionResult held = care.Enforce(newest.AddDays(days + 1));
        Assert.Equal(0, held.Removed.Records);
        Assert.True(held.IsHeldBack);
        Assert.Empty(held.Lost);
        // Twice the days: it goes, and is counted.
        RetentionResult lost = care.Enforce(newest.AddDays((2 * days) + 1));
        Assert.Equal(store.Filled.All.Count, lost.Removed.Records);
        Assert.Equal([new UnsentRecords("siem", store.Filled.All.Count)], lost.Lost);
        Assert.Equal(store.Filled.All.Count, store.Describe().Lost);
        Assert.Equal(SyslogDestinationState.NotTried, store.Describe().State);
    }

    [Fact]
    public async Task A_disabled_destination_holds_nothing_back()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(43, 600);
        store.Add(9, SyslogTransport.Relp, change: d => d with { Enabled = false });
        store.Filled.Store.Care.SetRetention(new StoreRetention(10, null));
        RetentionResult result = store.Filled.Store.Care.Enforce(DateTimeOffset.FromUnixTimeMilliseconds(store.Filled.All.Max(r => r.Time)).AddDays(12));
        Assert.Equal(store.Filled.All.Count, result.Removed.Records);
        Assert.Equal(ForwardingState.Disabled, (await store.SendAsync()).State);
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Stops the service at the first confirmation, and has no place for a result then.</summary>
    private sealed class StoppingObserver(CancellationTokenSource stop) : IForwardingObserver
    {
        private int _completions;

        public int Completions => _completions;

        public void Progressed(ForwardingProgress progress) => stop.Cancel();

        public void Failed(string name, JcException fault, TimeSpan? retryAfter)
        {
        }

        public void Completed(ForwardingResult result)
        {
            Interlocked.Increment(ref _completions);
            throw new OperationCanceledException();
        }
    }

    private SyslogDestination Secured(SyslogDestination destination) =>
        destination.IsTls ? destination with { CertificateAuthorityFile = _root.Write(_folder) } : destination;
}
