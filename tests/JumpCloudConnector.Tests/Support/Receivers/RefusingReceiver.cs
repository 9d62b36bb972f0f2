using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>
/// Ends the handshake, and refuses the client only then, reading nothing: a shutdown, and the close behind it. It does so when
/// the client's end is there, as a busy machine would, or a moment after the first data where the client keeps that back.
/// </summary>
internal sealed class RefusingReceiver : LoopbackListener
{
    private const int Tcp = 6, TcpInfo = 11;
    private const byte CloseWait = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(150);

    private readonly TimeSpan _untilClosed;

    /// <param name="certificate">Its certificate.</param>
    /// <param name="untilClosed">How long after its shutdown it closes.</param>
    public RefusingReceiver(SslStreamCertificateContext certificate, TimeSpan untilClosed)
        : base(certificate)
    {
        _untilClosed = untilClosed;
        Listen();
    }

    protected override async Task ServeAsync(int connection, Socket socket, Stream stream, CancellationToken cancellationToken)
    {
        // A read of nothing ends when there is something.
        await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        long begun = Stopwatch.GetTimestamp();
        while (!IsClientAtEnd(socket) && Stopwatch.GetElapsedTime(begun) < s_patience) await Task.Delay(1, cancellationToken);
        socket.Shutdown(SocketShutdown.Both);
        // This thread waits itself: on a busy machine it could be long until another goes on.
        Thread.Sleep(_untilClosed);
    }

    private static bool IsClientAtEnd(Socket socket)
    {
        Span<byte> info = stackalloc byte[1];
        socket.GetRawSocketOption(Tcp, TcpInfo, info);
        return info[0] == CloseWait;
    }
}
