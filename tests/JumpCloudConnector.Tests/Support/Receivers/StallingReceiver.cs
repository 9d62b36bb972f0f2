using System.Net.Security;
using System.Net.Sockets;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>Accepts (under TLS as far as the end of the handshake) and never reads nor closes.</summary>
internal sealed class StallingReceiver : LoopbackListener
{
    public StallingReceiver(SslStreamCertificateContext? certificate = null, int receiveBuffer = 16 * 1024)
        : base(certificate, receiveBuffer: receiveBuffer) => Listen();

    protected override Task ServeAsync(int connection, Socket socket, Stream stream, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
}
