using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Receivers that refuse, hang, close and lie: each is told for what it is, and nothing is lost by it.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(SyslogTransport.Tcp)]
    [InlineData(SyslogTransport.Relp)]
    [InlineData(SyslogTransport.Udp)]
    public async Task A_port_that_refuses_is_said_to(SyslogTransport transport)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(51, 200);
        using LoopbackPort port = LoopbackPort.Reserve();
        store.Add(port.Number, transport);
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
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
        Assert.Equal("SyslogHostNotFound", (await store.SendAsync(options: DestinationFixture.Once)).ErrorId);
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
        store.Add(receiver.Port, transport, change: d => d with { Timeout = DestinationFixture.Short });
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once with { MaxUnconfirmedBytes = 64 << 20 });
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
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Timeout = DestinationFixture.Short, Window = 10_000 });
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
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
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
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
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Timeout = DestinationFixture.Short, Window = 100 });
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
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
        store.Add(receiver.Port, SyslogTransport.Relp, change: d => d with { Timeout = DestinationFixture.Short });
        string? expected = what switch { "offers" => "RelpRejected", "serverclose" => "SyslogConnectionClosed", _ => "RelpProtocolError" };
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
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
