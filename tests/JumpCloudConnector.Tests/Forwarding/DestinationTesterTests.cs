using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>A test of a destination sends one message, says how far it got, and what it found lasts until it is otherwise.</summary>
public sealed class DestinationTesterTests : IDisposable
{
    private readonly TestAuthority _root = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-test-").FullName;

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
        SyslogDestination destination = store.Add(transport == SyslogTransport.Relp ? relp.Port : messages.Port, transport, change: d => d with { CertificateAuthorityFile = d.IsTls ? _root.Write(_folder) : null });
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
        SyslogDestinationTest stalled = await tester.TestAsync(store.Add(stalling.Port, SyslogTransport.Tcp, "b", d => d with { Timeout = DestinationFixture.Short }), TestContext.Current.CancellationToken);
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
            ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
            return (result.State, result.Sent);
        }
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
