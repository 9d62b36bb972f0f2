using System.Text;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding.Receivers;

/// <summary>What holds for every real receiver.</summary>
public abstract class ReceiverTestBase : IDisposable
{
    internal TestAuthority Authority { get; } = new();

    public void Dispose()
    {
        Authority.Dispose();
        GC.SuppressFinalize(this);
    }

    internal static byte[] Message(string text) => Encoding.UTF8.GetBytes("<86>1 2026-03-04T05:06:07.089012Z host app - ID - " + text);

    internal static List<byte[]> Messages(string tag, int count, int length = 1200) =>
        [.. Enumerable.Range(0, count).Select(i => Message($"{tag} {i} ".PadRight(length, 'x')))];

    internal ReceiverOptions Options(SyslogTransport transport, SyslogFraming framing = SyslogFraming.OctetCounting) => new()
    {
        Transport = transport, Framing = framing,
        Tls = transport is SyslogTransport.Tls or SyslogTransport.RelpTls ? ReceiverTls.Of(Authority, Authority.Issue()) : null,
    };

    internal async Task<ReceiverClient> ConnectAsync(ReceiverProcess server) =>
        await ReceiverClient.ConnectAsync(server.Port, server.Options.Tls is null ? null : Authority);

    /// <summary>Sends and sees that the receiver had it all before it said so.</summary>
    internal async Task SendAllAsync(ReceiverProcess server, IReadOnlyList<byte[]> messages)
    {
        int before = server.CountMessages();
        switch (server.Options.Transport)
        {
            case SyslogTransport.Udp:
                await ReceiverClient.SendDatagramsAsync(server.Port, messages);
                break;
            case SyslogTransport.Relp or SyslogTransport.RelpTls:
                await using (ReceiverClient client = await ConnectAsync(server))
                {
                    RelpFrame? open = await client.OpenRelpAsync();
                    Assert.StartsWith("200 OK\nrelp_version=0\n", open?.Text, StringComparison.Ordinal);
                    Assert.Equal(messages.Count, await client.SendRelpAsync(messages));
                    Assert.Equal(before + messages.Count, server.CountMessages());
                }

                break;
            default:
                await using (ReceiverClient client = await ConnectAsync(server))
                {
                    await client.SendAsync(messages, server.Options.Framing);
                    Assert.Equal(StreamEnd.Orderly, await client.EndAsync());
                }

                break;
        }

        await server.WaitForMessagesAsync(before + messages.Count);
    }

    internal async Task TakesEveryByteAsync(ReceiverProcess server)
    {
        bool stream = server.Options.Transport != SyslogTransport.Udp;
        List<byte[]> messages =
        [
            Message("plain"), Message("\u00e4\u4e2d\U0001f600\u2028\u2029 \"quoted\" \\ | = ,"), Message("\u0001\u0002\u001b[1m\u007f\t."),
            .. server.Options.Framing == SyslogFraming.OctetCounting ? [Message("two\r\nlines\n\n.")] : Array.Empty<byte[]>(),
            [.. Message("not UTF-8 "), 0xff, 0xc0, 0x80], Message(new string('l', stream ? 200_000 : 20_000)), Message("last"),
        ];
        await SendAllAsync(server, messages);
        ReceivedMessages.AssertEqual(messages, server.ReadMessages());
    }

    internal async Task KeepsFileAndPortAsync(ReceiverProcess server)
    {
        int port = server.Port;
        List<byte[]> first = Messages("first", 50), second = Messages("second", 50), third = Messages("third", 50);
        await SendAllAsync(server, first);
        await server.RestartAsync();
        await SendAllAsync(server, second);
        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.StartAsync();
        await SendAllAsync(server, third);
        Assert.Equal(port, server.Port);
        ReceivedMessages.AssertEqual([.. first, .. second, .. third], server.ReadMessages());
    }

    /// <summary>Stopped in the middle of a stream: what it then has is the beginning, all of it where it closed in an orderly way.</summary>
    internal async Task LosesNothingReadAtItsEndAsync(ReceiverProcess server, int unwritten = 0)
    {
        for (int round = 0; round < 5; round++)
        {
            int before = server.CountMessages();
            List<byte[]> messages = Messages($"round {round}", 3000);
            await using ReceiverClient client = await ConnectAsync(server);
            Task<StreamEnd> sending = SendAsync(client, messages);
            await server.WaitForMessagesAsync(before + 1 + (round * 500));
            await server.StopAsync();
            StreamEnd end = await sending;
            List<byte[]> received = [.. server.EnumerateMessages().Skip(before)];
            if (end == StreamEnd.Orderly) Assert.InRange(received.Count, messages.Count - unwritten, messages.Count);
            ReceivedMessages.AssertEqual([.. messages.Take(received.Count)], received);
            await server.StartAsync();
        }

        async Task<StreamEnd> SendAsync(ReceiverClient client, List<byte[]> messages)
        {
            try
            {
                await client.SendAsync(messages, server.Options.Framing);
            }
            catch (IOException)
            {
                return StreamEnd.Reset;
            }

            return await client.EndAsync();
        }
    }
}
