using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>Takes octet-counted messages over TCP, or over TLS with a given certificate, until the client ends.</summary>
internal class MessageReceiver : LoopbackListener
{
    private readonly ConcurrentQueue<byte[]> _messages = new();
    private readonly int _perConnection;

    public MessageReceiver(SslStreamCertificateContext? certificate = null, TestAuthority? clientAuthority = null)
        : this(int.MaxValue, certificate, clientAuthority)
    {
    }

    protected MessageReceiver(int perConnection, SslStreamCertificateContext? certificate, TestAuthority? clientAuthority = null)
        : base(certificate, clientAuthority)
    {
        _perConnection = perConnection;
        Listen();
    }

    public IReadOnlyList<byte[]> Messages => [.. _messages];

    protected override async Task ServeAsync(int connection, Socket socket, Stream stream, CancellationToken cancellationToken)
    {
        StreamReading reading = new(stream);
        for (int i = 0; i < _perConnection && await reading.ReadMessageAsync(cancellationToken) is { } message; i++) _messages.Enqueue(message);
    }
}

/// <summary>Closes behind each message. What came with it in the same packet is read by nobody, and answered with a reset.</summary>
internal sealed class OneMessageReceiver(SslStreamCertificateContext? certificate = null) : MessageReceiver(1, certificate)
{
    private readonly bool _isPlain = certificate is null;

    protected override async Task ServeAsync(int connection, Socket socket, Stream stream, CancellationToken cancellationToken)
    {
        await base.ServeAsync(connection, socket, stream, cancellationToken);
        // As receivers do: TcpClient would shut down first, and who is held up between the two has answered an end that it never read.
        if (_isPlain) socket.Close();
    }
}
