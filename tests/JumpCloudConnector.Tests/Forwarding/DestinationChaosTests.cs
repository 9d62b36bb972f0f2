using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Receivers that are stopped and started, and senders that are killed, under load: nothing is lost.</summary>
[Trait("Category", "Chaos")]
public sealed class DestinationChaosTests(ITestOutputHelper output) : IDisposable
{
    private const int Restarts = 50, Kills = 50, Window = 256;

    private readonly TestAuthority _root = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-test-").FullName;

    [Theory]
    [InlineData(SyslogTransport.Relp)]
    [InlineData(SyslogTransport.Tcp)]
    [InlineData(SyslogTransport.Tls)]
    public async Task A_receiver_is_stopped_and_started_fifty_times_and_misses_nothing(SyslogTransport transport)
    {
        Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");
        using DestinationFixture store = await DestinationFixture.MakeAsync(71, 30_000);
        using X509Certificate2 certificate = _root.Issue();
        await using RsyslogServer receiver = await RsyslogServer.StartAsync(new ReceiverOptions { Transport = transport, Tls = ReceiverTls.Of(_root, certificate) });
        SyslogDestination destination = store.Add(receiver.Port, transport, change: d => d with { Window = Window, CertificateAuthorityFile = d.IsTls ? _root.Write(_folder) : null });
        // It never gives up, and there is always something on its way: at the end it begins anew.
        ForwardingOptions options = DestinationFixture.Quick with { MaxAttempts = int.MaxValue, MaxUnconfirmedBytes = 1 << 20 };
        Random random = new(7);
        long resent = 0;
        int restarts = 0, rounds = 0, messages = 0;
        List<int> perRound = [];
        while (restarts < Restarts)
        {
            rounds++;
            Task<ForwardingResult> sending = store.SendAsync(destination, options);
            while (restarts < Restarts && !sending.IsCompleted)
            {
                int seen = receiver.CountMessages();
                // Under load: some of this round have come, and some have not.
                await Task.WhenAny(sending, receiver.WaitForMessagesAsync(seen + random.Next(50, 600), TimeSpan.FromMinutes(1)));
                if (sending.IsCompleted) break;
                await receiver.RestartAsync();
                restarts++;
            }

            ForwardingResult result = await sending;
            Assert.Equal(ForwardingState.UpToDate, result.State);
            resent += result.Resent;
            await receiver.StopAsync();
            List<byte[]> round = [.. receiver.EnumerateMessages().Skip(messages)];
            messages += round.Count;
            perRound.Add(store.AssertNothingLost(round));
            await receiver.StartAsync();
            store.Registry.Update("siem", d => d, SyslogStart.Beginning);
            destination = store.Registry.Get("siem");
        }

        int doubled = perRound.Sum();
        output.WriteLine($"{transport}: {restarts} restarts in {rounds} rounds of {store.Filled.All.Count} records: none lost, {doubled} doubled, {resent} sent again.");
        if (transport == SyslogTransport.Relp) Assert.InRange(doubled, 0, restarts * Window);
    }

    [Theory]
    [InlineData(SyslogTransport.Relp)]
    [InlineData(SyslogTransport.Tcp)]
    public async Task A_sender_is_killed_fifty_times_and_nothing_is_lost(SyslogTransport transport)
    {
        Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");
        using DestinationFixture store = await DestinationFixture.MakeAsync(72, 20_000);
        await using RsyslogServer receiver = await RsyslogServer.StartAsync(new ReceiverOptions { Transport = transport });
        store.Add(receiver.Port, transport);
        Random random = new(11);
        int kills = 0, rounds = 0, messages = 0, doubled = 0;
        while (kills < Kills)
        {
            bool ended = false;
            while (kills < Kills && !ended)
            {
                using CollectionChild child = CollectionChild.StartForwarding(store.Filled.Test);
                int seen = receiver.CountMessages();
                Task<bool> end = child.ReachesAsync("state");
                Task first = await Task.WhenAny(end, receiver.WaitForMessagesAsync(seen + random.Next(1, 4_000), TimeSpan.FromMinutes(1)));
                ended = first == end && await end;
                await child.KillAsync();
                kills++;
            }

            rounds++;
            ForwardingResult result = await store.SendAsync();
            Assert.Equal(ForwardingState.UpToDate, result.State);
            await receiver.StopAsync();
            // A message of a killed sender may be cut; rsyslog keeps what it got of it.
            List<byte[]> round = [.. receiver.EnumerateMessages().Skip(messages)];
            messages += round.Count;
            doubled += store.AssertNothingLost(round.Where(IsWhole));
            await receiver.StartAsync();
            store.Registry.Update("siem", d => d, SyslogStart.Beginning);
        }

        output.WriteLine($"{transport}: {kills} kills in {rounds} rounds of {store.Filled.All.Count} records: none lost, {doubled} doubled.");
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsWhole(byte[] message) => message[^1] == (byte)'}';
}

/// <summary>Many records: once each, in order, and equal to what the store has.</summary>
[Trait("Category", "Scale")]
public sealed class ManyMessagesTests : IAsyncLifetime
{
    private const int Records = 200_000;

    private readonly TestAuthority _root = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-test-").FullName;
    private DestinationFixture? _store;

    public async ValueTask InitializeAsync() => _store = await DestinationFixture.MakeAsync(81, Records);

    [Fact]
    public async Task They_arrive_once_each_and_in_order_over_each_stream()
    {
        Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");
        DestinationFixture store = _store!;
        Assert.True(store.Filled.All.Count >= Records);
        string root = _root.Write(_folder);
        using X509Certificate2 certificate = _root.Issue();
        foreach (SyslogTransport transport in (SyslogTransport[])[SyslogTransport.Tcp, SyslogTransport.Tls, SyslogTransport.Relp])
        {
            await using RsyslogServer receiver = await RsyslogServer.StartAsync(new ReceiverOptions { Transport = transport, Tls = ReceiverTls.Of(_root, certificate) });
            SyslogDestination destination = store.Add(receiver.Port, transport, $"{transport}", d => d with { CertificateAuthorityFile = d.IsTls ? root : null });
            ForwardingResult result = await store.SendAsync(destination);
            Assert.Equal((ForwardingState.UpToDate, 0L), (result.State, result.Resent));
            Assert.Equal(store.Filled.All.Count, result.Acknowledged);
            await receiver.StopAsync();
            store.AssertReceived(receiver.EnumerateMessages());
        }
    }

    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }
}
