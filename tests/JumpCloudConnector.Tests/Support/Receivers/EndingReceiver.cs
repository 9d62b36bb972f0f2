using System.Net.Security;
using System.Net.Sockets;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>Reads a number of messages, pays no heed to the end of TLS, and closes when the connection itself has ended.</summary>
internal sealed class EndingReceiver : LoopbackListener
{
    private readonly TaskCompletionSource _hasAll = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _messages;

    public EndingReceiver(SslStreamCertificateContext certificate, int messages)
        : base(certificate)
    {
        _messages = messages;
        Listen();
    }

    /// <summary>Ends when all messages were read.</summary>
    public Task HasAll => _hasAll.Task;

    protected override async Task ServeAsync(int connection, Socket socket, Stream stream, CancellationToken cancellationToken)
    {
        StreamReading reading = new(stream);
        for (int i = 0; i < _messages; i++)
            if (await reading.ReadMessageAsync(cancellationToken) is null) return;
        _hasAll.TrySetResult();
        byte[] rest = new byte[256];
        while (await socket.ReceiveAsync(rest, cancellationToken) > 0)
        {
        }
    }
}
