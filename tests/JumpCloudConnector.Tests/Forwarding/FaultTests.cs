using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Receivers that refuse, hang, close and lie: each is told for what it is, and nothing is lost by it.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private static readonly ForwardingOptions Once = DestinationFixture.Quick with { MaxAttempts = 1 };

    private readonly TestAuthority _root = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-test-").FullName;

    [Theory]
    [InlineData(SyslogTransport.Tcp)]
    [InlineData(SyslogTransport.Relp)]
    [InlineData(SyslogTransport.Udp)]
    public async Task A_port_that_refuses_is_said_to(SyslogTransport transport)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(51, 200);
        using LoopbackPort port = LoopbackPort.Reserve();
        store.Add(port.Number, transport);
        ForwardingResult result = await store.SendAsync(options: Once);
        Assert.Equal((ForwardingState.Failed, "SyslogConnectionRefused"), (result.State, result.ErrorId));
        SyslogDestinationInfo destination = store.Describe();
        Assert.Equal((SyslogDestinationState.Failed, "SyslogConnectionRefused", 0L), (destination.State, destination.ErrorId, destination.Position));
        Assert.Contains(FormattableString.Invariant($"127.0.0.1:{port.Number}"), destination.ErrorMessage, StringComparison.Ordinal);
        Assert.NotNull(destination.Lag);
    }

    [Fact]
    public async Task A_name_without_an_address_is_said_to_have_none()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(52, 100);
        store.Add(514, SyslogTransport.Tcp, change: d => d with { HostName = "no-such-host.invalid" });
        Assert.Equal("SyslogHostNotFound", (await store.SendAsync(options: Once)).ErrorId);
    }

    [Theory]
    [InlineData(SyslogTransport.Tcp, 4_000, "SyslogNotConfirmed")]
    [InlineData(SyslogTransport.Tcp, 3, "SyslogNotConfirmed")]
    [InlineData(SyslogTransport.Relp, 300, "RelpProtocolError")]
    [InlineData(SyslogTransport.Tls, 300, "SyslogTlsFailed")]
    public async Task A_receiver_that_never_reads_ends_in_time_and_confirms_nothing(SyslogTransport transport, int records, string expected)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(53, records);
        await using StallingReceiver receiver = new();
        store.Add(receiver.Port, transport, change: d => d with { Timeout = Short });
        ForwardingResult result = await store.SendAsync(options: Once with { MaxUnconfirmedBytes = 64 << 20 });
        Assert.Equal((ForwardingState.Failed, expected), (result.State, result.ErrorId));
        Assert.Equal((0L, 0L), (result.Acknowledged, store.Describe().Position));
    }

    [Fact]
    public async Task A_receiver_that_stops_reading_is_given_up_in_time()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(67, 9_000);
        using SemaphoreSlim never = new(0);
        await using RelpServer receiver = new(r =>
        {
            if (r.Message == 5) never.Wait(TestContext.Current.CancellationToken);
            return RelpAnswer.Usual(r);
        });
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Timeout = Short, Window = 10_000 });
        ForwardingResult result = await store.SendAsync(options: Once);
        never.Release();
        Assert.Equal((ForwardingState.Failed, "SyslogReceiverStalled"), (result.State, result.ErrorId));
        Assert.Equal(4, store.Describe().Position);
    }

    [Fact]
    public async Task A_receiver_that_closes_behind_each_message_gets_all_of_them()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(54, 60);
        await using OneMessageReceiver receiver = new();
        store.Add(receiver.Port, SyslogTransport.Tcp);
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Quick with { MaxUnconfirmedBytes = 1 });
        Assert.Equal(ForwardingState.UpToDate, result.State);
        Assert.Equal(store.Filled.All.Count, result.Position);
        store.AssertNothingLost(receiver.Messages);
    }

    [Fact]
    public async Task So_it_does_where_more_was_tried_first()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(55, 30);
        await using OneMessageReceiver receiver = new();
        store.Add(receiver.Port, SyslogTransport.Tcp);
        ForwardingResult result = await store.SendAsync();
        Assert.Equal(ForwardingState.UpToDate, result.State);
        store.AssertNothingLost(receiver.Messages);
    }

    [Fact]
    public async Task Refused_messages_are_kept_and_the_reason_is_told()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(56, 200);
        bool refuses = true;
        await using RelpServer receiver = new(r => refuses && r.Message == 20 ? RelpAnswer.Response(r, "500 disk full") : RelpAnswer.Usual(r));
        store.Add(receiver.Port, SyslogTransport.Relp);
        ForwardingResult result = await store.SendAsync(options: Once);
        Assert.Equal((ForwardingState.Failed, "RelpRejected"), (result.State, result.ErrorId));
        Assert.Contains("500 disk full", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(19, store.Describe().Position);
        refuses = false;
        Assert.Equal(ForwardingState.UpToDate, (await store.SendAsync()).State);
        Assert.Null(store.Describe().ErrorId);
        store.AssertNothingLost(receiver.Accepted);
    }

    [Fact]
    public async Task A_receiver_that_acknowledges_nothing_is_given_up_in_time()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(57, 2_000);
        await using RelpServer receiver = new(r => r.Message > 0 ? RelpAnswer.Nothing : RelpAnswer.Usual(r));
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Timeout = Short, Window = 100 });
        ForwardingResult result = await store.SendAsync(options: Once);
        Assert.Equal((ForwardingState.Failed, "RelpNotAcknowledged"), (result.State, result.ErrorId));
        // No more than the window was ever on its way.
        Assert.InRange(receiver.Requests.Count(r => r.Message > 0), 1, 100);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("offers")]
    [InlineData("other number")]
    [InlineData("serverclose")]
    public async Task What_speaks_no_RELP_is_said_to(string what)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(58, 100);
        await using RelpServer receiver = new(r => what switch
        {
            "garbage" => new RelpAnswer("220 mail.example.com ESMTP ready, and more than any frame's head would ever have\r\n"u8.ToArray()),
            "offers" => RelpAnswer.Response(r, "200 OK\nrelp_version=0\ncommands=other"),
            "other number" => r.Message > 0 ? new RelpAnswer(new RelpFrame(999, "rsp", "200 OK").ToBytes()) : RelpAnswer.Usual(r),
            _ => RelpAnswer.ServerClose,
        });
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Timeout = Short });
        string? expected = what switch { "offers" => "RelpRejected", "serverclose" => "SyslogConnectionClosed", _ => "RelpProtocolError" };
        ForwardingResult result = await store.SendAsync(options: Once);
        Assert.Equal(expected, result.ErrorId);
        // Without TLS there are no certificates.
        Assert.DoesNotContain("-ClientCertificate", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, store.Describe().Position);
    }

    [Fact]
    public async Task Dropped_sessions_double_at_most_a_window()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(59, 3_000);
        const int Window = 64;
        await using RelpServer receiver = new(r => r.Message == 400 ? RelpAnswer.Reset : RelpAnswer.Usual(r));
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Window = Window });
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Quick with { MaxAttempts = 2 });
        Assert.Equal(ForwardingState.UpToDate, result.State);
        int doubled = store.AssertNothingLost(receiver.Accepted);
        Assert.InRange(doubled, 0, Window * receiver.Connections);
        Assert.InRange(result.Resent, receiver.Connections - 1, Window * receiver.Connections);
    }

    [Theory]
    [InlineData("host", "SyslogCertificateRejected", "it is not for '127.0.0.1'")]
    [InlineData("expired", "SyslogCertificateRejected", "NotTimeValid")]
    [InlineData("authority", "SyslogCertificateRejected", "this machine does not trust it")]
    [InlineData("fingerprint", "SyslogCertificateRejected", "fingerprint is")]
    public async Task A_wrong_certificate_is_refused_with_its_reason(string wrong, string id, string reason)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(60, 100);
        using X509Certificate2 certificate = wrong switch { "host" => _root.Issue("other.example"), "expired" => _root.IssueExpired(), _ => _root.Issue() };
        await using MessageReceiver receiver = new(TestAuthority.Shown(certificate));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with
        {
            CertificateAuthorityFile = wrong == "authority" ? null : Root(), CertificateFingerprint = wrong == "fingerprint" ? new string('A', 64) : null,
        });
        ForwardingResult result = await store.SendAsync(options: Once);
        Assert.Equal((ForwardingState.Failed, id), (result.State, result.ErrorId));
        Assert.Contains(reason, result.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task A_fingerprint_is_enough_whoever_issued_it_and_for_whom()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(61, 100);
        using X509Certificate2 certificate = _root.Issue("other.example");
        await using MessageReceiver receiver = new(TestAuthority.Shown(certificate));
        string fingerprint = string.Join(":", SHA256.HashData(certificate.RawData).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateFingerprint = fingerprint });
        Assert.Equal(ForwardingState.UpToDate, (await store.SendAsync(options: Once)).State);
        store.AssertReceived(receiver.Messages);
    }

    [Theory]
    [InlineData("pfx", SyslogTransport.Tls)]
    [InlineData("pem", SyslogTransport.Tls)]
    [InlineData("pfx", SyslogTransport.RelpTls)]
    public async Task A_client_certificate_is_shown_where_it_is_asked_for(string kind, SyslogTransport transport)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(62, 200);
        using X509Certificate2 server = _root.Issue(), client = _root.IssueClient("collector");
        SslStreamCertificateContext shown = TestAuthority.Shown(server);
        await using LoopbackListener receiver = transport == SyslogTransport.Tls ? new MessageReceiver(shown, _root) : new RelpServer(null, shown, _root);
        string file = Path.Combine(_folder, "client." + kind);
        if (kind == "pfx") File.WriteAllBytes(file, client.Export(X509ContentType.Pkcs12, "s3cret-of-a-file"));
        else File.WriteAllText(file, client.ExportCertificatePem() + "\n" + TestAuthority.KeyPem(client));
        store.Add(receiver.Port, transport, "without", d => d with { CertificateAuthorityFile = Root() });
        ForwardingResult without = await store.SendAsync(store.Registry.Get("without"), Once);
        Assert.Equal(ForwardingState.Failed, without.State);
        Assert.Equal(0, without.Acknowledged);
        // RELP learns of it when the handshake is over, and by little.
        Assert.Contains(transport == SyslogTransport.Tls ? "client certificate" : "-ClientCertificateFile or -ClientCertificateThumbprint", without.ErrorMessage, StringComparison.Ordinal);
        SyslogDestination destination = new()
        {
            Id = Guid.Empty, Name = "with", HostName = "127.0.0.1", Port = receiver.Port, Transport = transport, MaxMessageBytes = 0, CertificateAuthorityFile = Root(), ClientCertificateFile = file,
        };
        store.Registry.Add(destination, SyslogStart.Beginning, kind == "pfx" ? TestStore.Secure("s3cret-of-a-file") : null);
        ForwardingResult with = await store.SendAsync(store.Registry.Get("with"), Once);
        Assert.True(with.State == ForwardingState.UpToDate, with.ErrorMessage);
        Assert.Equal(store.Filled.All.Count, with.Acknowledged);
        Assert.Contains(receiver.ClientCertificates, c => c.Thumbprint == client.Thumbprint);
        foreach (string stored in Directory.GetFiles(store.Filled.Test.Folder, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("s3cret-of-a-file", System.Text.Encoding.Latin1.GetString(ReadShared(stored)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_receiver_that_refuses_behind_the_handshake_has_confirmed_nothing(int untilClosed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The receiver reads the state of its connection as Linux gives it.");
        using DestinationFixture store = await DestinationFixture.MakeAsync(68, 20);
        using X509Certificate2 certificate = _root.Issue();
        await using RefusingReceiver receiver = new(TestAuthority.Shown(certificate), TimeSpan.FromMilliseconds(untilClosed));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateAuthorityFile = Root() });
        ForwardingResult result = await store.SendAsync(options: Once);
        Assert.Equal((ForwardingState.Failed, "SyslogConnectionClosed"), (result.State, result.ErrorId));
        Assert.Contains("-ClientCertificateFile or -ClientCertificateThumbprint", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (result.Acknowledged, store.Describe().Position));
    }

    [Fact]
    public async Task What_is_stopped_is_confirmed_by_a_receiver_that_waits_for_the_end_of_the_connection()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(68, 50);
        using X509Certificate2 certificate = _root.Issue();
        await using EndingReceiver receiver = new(TestAuthority.Shown(certificate), store.Filled.All.Count);
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateAuthorityFile = Root() });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        ForwardingOptions options = DestinationFixture.Quick with { Continuous = true, IdleConfirm = TimeSpan.FromMinutes(5), MaxUnconfirmed = TimeSpan.FromMinutes(5) };
        Task<IReadOnlyList<ForwardingResult>> sending = new Forwarder(store.Filled.Store, store.Filled.Test.Secrets, options).SendAsync(store.Registry.Find(), null, stop.Token);
        await receiver.HasAll.WaitAsync(TestContext.Current.CancellationToken);
        stop.Cancel();
        Assert.Equal(store.Filled.All.Count, Assert.Single(await sending).Acknowledged);
    }

    [Fact]
    public async Task A_client_certificate_that_cannot_be_read_says_why()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(63, 50);
        using X509Certificate2 server = _root.Issue();
        await using MessageReceiver receiver = new(TestAuthority.Shown(server));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateAuthorityFile = Root(), ClientCertificateFile = Path.Combine(_folder, "none.pfx") });
        Assert.Equal("ClientCertificateNotRead", (await store.SendAsync(options: Once)).ErrorId);
    }

    [Fact]
    public async Task One_that_fails_does_not_hold_up_another()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(64, 1_000);
        await using StallingReceiver stalling = new();
        await using RelpServer silent = new(r => r.Message > 0 ? RelpAnswer.Nothing : RelpAnswer.Usual(r)), good = new();
        using LoopbackPort closed = LoopbackPort.Reserve();
        // The others have all the time in the world: the good one's end does not wait for theirs.
        using SemaphoreSlim done = new(0);
        store.Add(stalling.Port, SyslogTransport.Tcp, "stalling", d => d with { Timeout = TimeSpan.FromMinutes(5) });
        store.Add(silent.Port, SyslogTransport.Relp, "silent", d => d with { Timeout = TimeSpan.FromMinutes(5) });
        store.Add(closed.Number, SyslogTransport.Tcp, "closed");
        store.Add(good.Port, SyslogTransport.Relp, "good");
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<IReadOnlyList<ForwardingResult>> sending = new Forwarder(store.Filled.Store, store.Filled.Test.Secrets, DestinationFixture.Quick).SendAsync(
            store.Registry.Find(), new EndOf("good", done), stop.Token);
        await done.WaitAsync(TestContext.Current.CancellationToken);
        store.AssertReceived(good.Accepted);
        stop.Cancel();
        IReadOnlyList<ForwardingResult> results = await sending;
        Assert.Equal(ForwardingState.UpToDate, results.Single(r => r.Name == "good").State);
        Assert.Equal(ForwardingState.Stopped, results.Single(r => r.Name == "silent").State);
        Assert.Equal(0, store.Describe("stalling").Position);
    }

    [Theory]
    [InlineData(SyslogTransport.Tcp, SyslogStep.Acknowledged)]
    [InlineData(SyslogTransport.Tls, SyslogStep.Acknowledged)]
    [InlineData(SyslogTransport.Relp, SyslogStep.Acknowledged)]
    public async Task A_test_sends_one_marked_message_and_tells_each_step(SyslogTransport transport, SyslogStep reached)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(65, 10);
        using X509Certificate2 certificate = _root.Issue();
        await using MessageReceiver messages = new(transport == SyslogTransport.Tls ? TestAuthority.Shown(certificate) : null);
        await using RelpServer relp = new();
        SyslogDestination destination = store.Add(transport == SyslogTransport.Relp ? relp.Port : messages.Port, transport, change: d => d with { CertificateAuthorityFile = d.IsTls ? Root() : null });
        SyslogDestinationTest test = await new SyslogDestinationTester(store.Filled.Store, store.Filled.Test.Secrets).TestAsync(destination, TestContext.Current.CancellationToken);
        Assert.True(test.Succeeded, test.Message);
        Assert.Equal(reached, test.Reached);
        SyslogStep[] steps = [SyslogStep.Resolved, SyslogStep.Connected, .. destination.IsTls ? new[] { SyslogStep.Secured } : [], SyslogStep.Accepted, SyslogStep.Acknowledged];
        Assert.Equal(steps, test.Step.Select(s => s.Step));
        SyslogMessage message = SyslogMessageReader.Parse(Assert.Single(transport == SyslogTransport.Relp ? relp.Accepted : messages.Messages));
        Assert.Equal(SyslogDestinationTester.EventType, message.MsgId);
        Assert.Contains(test.Marker!, System.Text.Encoding.UTF8.GetString(message.Text), StringComparison.Ordinal);
        Assert.Equal(0, store.Describe().Position);
    }

    [Fact]
    public async Task A_test_says_how_far_it_got_where_it_fails()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(66, 10);
        using LoopbackPort closed = LoopbackPort.Reserve();
        SyslogDestinationTester tester = new(store.Filled.Store, store.Filled.Test.Secrets);
        SyslogDestinationTest refused = await tester.TestAsync(store.Add(closed.Number, SyslogTransport.Tcp, "a"), TestContext.Current.CancellationToken);
        Assert.Equal((false, SyslogStep.Resolved, "SyslogConnectionRefused"), (refused.Succeeded, refused.Reached!.Value, refused.ErrorId));
        await using StallingReceiver stalling = new();
        SyslogDestinationTest stalled = await tester.TestAsync(store.Add(stalling.Port, SyslogTransport.Tcp, "b", d => d with { Timeout = Short }), TestContext.Current.CancellationToken);
        Assert.Equal((false, SyslogStep.Accepted, "SyslogNotConfirmed"), (stalled.Succeeded, stalled.Reached!.Value, stalled.ErrorId));
        Assert.Equal(["SyslogConnectionRefused", "SyslogNotConfirmed"], store.Registry.Describe(store.Registry.Find()).Select(d => d.ErrorId));
        Assert.All(store.Registry.Describe(store.Registry.Find()), d => Assert.Equal(SyslogDestinationState.Failed, d.State));
    }

    [Fact]
    public async Task A_failed_tests_fault_stays_until_the_receiver_has_taken_something()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(68, 50);
        SyslogDestinationTester tester = new(store.Filled.Store, store.Filled.Test.Secrets);
        bool refuses = false;
        await using RelpServer receiver = new(r => refuses && r.Message > 0 ? RelpAnswer.Response(r, "500 disk full") : RelpAnswer.Usual(r));
        SyslogDestination destination = store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { ConnectorNames = ["main"] });
        Assert.Equal(ForwardingState.UpToDate, (await store.SendAsync()).State);
        refuses = true;
        Assert.Equal("RelpRejected", (await tester.TestAsync(destination, TestContext.Current.CancellationToken)).ErrorId);

        // Neither a run without anything new says that it is well again, nor one that leaves out what is new.
        Assert.Equal((ForwardingState.UpToDate, 0L), await RunAsync());
        Assert.Equal((SyslogDestinationState.Failed, "RelpRejected"), (store.Describe().State, store.Describe().ErrorId));
        store.Filled.Commit(store.Filled.Acquire("later", out _), await FilledStore.EventsAsync(99, 3), "later");
        Assert.Equal((ForwardingState.UpToDate, 0L), await RunAsync());
        Assert.Equal((SyslogDestinationState.Failed, "RelpRejected"), (store.Describe().State, store.Describe().ErrorId));

        refuses = false;
        Assert.True((await tester.TestAsync(destination, TestContext.Current.CancellationToken)).Succeeded);
        Assert.Equal((SyslogDestinationState.UpToDate, null), (store.Describe().State, store.Describe().ErrorId));

        async Task<(ForwardingState, long)> RunAsync()
        {
            ForwardingResult result = await store.SendAsync(options: Once);
            return (result.State, result.Sent);
        }
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private string Root()
    {
        string file = Path.Combine(_folder, "root.pem");
        File.WriteAllText(file, _root.Pem);
        return file;
    }

    private sealed class EndOf(string name, SemaphoreSlim done) : IForwardingObserver
    {
        public void Progressed(ForwardingProgress progress)
        {
        }

        public void Failed(string name, JcException fault, TimeSpan? retryAfter)
        {
        }

        public void Completed(ForwardingResult result)
        {
            if (result.Name == name) done.Release();
        }
    }
}
