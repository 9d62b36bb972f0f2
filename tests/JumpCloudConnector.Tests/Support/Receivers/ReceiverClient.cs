using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>How a receiver has ended a connection.</summary>
internal enum StreamEnd
{
    /// <summary>FIN: nothing lay unread.</summary>
    Orderly,

    /// <summary>RST: something did.</summary>
    Reset,
}

/// <summary>The least that can send to a receiver, to see what the receiver does; it is no part of what it tests.</summary>
internal sealed class ReceiverClient : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly CancellationTokenSource _limit = new(Limit);

    private ReceiverClient(TcpClient client, Stream stream)
    {
        _client = client;
        _stream = stream;
        Reading = new StreamReading(stream);
    }

    public StreamReading Reading { get; }

    /// <summary>Connects to a port of loopback, under TLS where the receiver's authority is given.</summary>
    public static async Task<ReceiverClient> ConnectAsync(int port, TestAuthority? authority = null, X509Certificate2? certificate = null)
    {
        TcpClient client = new();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            if (authority is null) return new ReceiverClient(client, client.GetStream());
            SslStream tls = new(client.GetStream());
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(authority.Certificate);
            using CancellationTokenSource limit = new(Limit);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "127.0.0.1", CertificateChainPolicy = policy,
                    ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
                },
                limit.Token);
            return new ReceiverClient(client, tls);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>A datagram a message.</summary>
    public static async Task SendDatagramsAsync(int port, IEnumerable<byte[]> messages)
    {
        using UdpClient client = new();
        foreach (byte[] message in messages) await client.SendAsync(message, new IPEndPoint(IPAddress.Loopback, port));
    }

    /// <summary>A message as it goes over a stream.</summary>
    public static byte[] Frame(byte[] message, SyslogFraming framing) => framing == SyslogFraming.NewLine
        ? [.. message, (byte)'\n']
        : [.. Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture) + " "), .. message];

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes, _limit.Token);

    public async Task SendAsync(IEnumerable<byte[]> messages, SyslogFraming framing)
    {
        using MemoryStream frames = new();
        foreach (byte[] message in messages) frames.Write(Frame(message, framing));
        await SendAsync(frames.ToArray());
    }

    /// <summary>Says that nothing more comes, and reads on until the receiver closes too.</summary>
    public async Task<StreamEnd> EndAsync()
    {
        try
        {
            if (_stream is SslStream tls) await tls.ShutdownAsync();
            _client.Client.Shutdown(SocketShutdown.Send);
            while (!await Reading.IsAtEndAsync(_limit.Token))
            {
            }

            // close_notify says that the receiver sends no more, not what it has read: that its TCP says alone.
            byte[] behind = new byte[4096];
            while (await _client.Client.ReceiveAsync(behind, _limit.Token) > 0)
            {
            }

            // The FIN of a receiver that ended early can be read while a reset lies behind it.
            return (int)_client.Client.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0 ? StreamEnd.Orderly : StreamEnd.Reset;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return StreamEnd.Reset;
        }
    }

    /// <summary>Sends a frame of RELP; the response is read by <see cref="Reading"/>.</summary>
    public Task SendFrameAsync(int number, string command, byte[] data) => SendAsync(new RelpFrame(number, command, data).ToBytes());

    /// <summary>Opens a RELP session, and gives the response.</summary>
    public async Task<RelpFrame?> OpenRelpAsync()
    {
        await SendFrameAsync(1, "open", "relp_version=0\nrelp_software=test,1.0,http://localhost\ncommands=syslog"u8.ToArray());
        return await ReadFrameAsync();
    }

    public Task<RelpFrame?> ReadFrameAsync() => Reading.ReadFrameAsync(_limit.Token);

    /// <summary>Sends messages in an open session, and gives how many were acknowledged; less than all where the connection ends before.</summary>
    /// <param name="messages">The messages, which take the transaction numbers from 2 on.</param>
    /// <param name="window">How many may be unacknowledged.</param>
    public async Task<int> SendRelpAsync(IEnumerable<byte[]> messages, int window = 128)
    {
        int sent = 0, acknowledged = 0;
        try
        {
            foreach (byte[] message in messages)
            {
                await SendFrameAsync(++sent + 1, "syslog", message);
                if (sent - acknowledged >= window && !await IsAcknowledgedAsync()) return acknowledged;
            }

            while (acknowledged < sent && await IsAcknowledgedAsync())
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // What came back before the reset may still lie here unread; it counts as not acknowledged, as it would for a sender.
        }

        return acknowledged;

        async Task<bool> IsAcknowledgedAsync()
        {
            if (await ReadFrameAsync() is not { Number: > 0 } response) return false;
            Assert.Equal((acknowledged + 2, "rsp", "200 OK"), (response.Number, response.Command, response.Text));
            acknowledged++;
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
        _limit.Dispose();
    }
}
