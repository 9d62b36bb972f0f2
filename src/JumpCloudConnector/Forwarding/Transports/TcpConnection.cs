using System.Net.Security;
using System.Net.Sockets;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>
/// A stream of messages (RFC 6587, under TLS RFC 5425). That protocol has no acknowledgement, and what the system has taken may
/// still lie unread in a receiver that dies. Certain is what TCP itself says at an orderly end: a receiver that answers it with
/// its own end has read everything before, since one that closes with data unread resets the connection. It does not where it
/// shut the connection down first, with this side's end there already: nothing tells that from an answer.
/// </summary>
internal sealed class TcpConnection : StreamConnection
{
    // A receiver that ends of its own accord does so at once; its end shall not be taken for an answer to this side's.
    private static readonly TimeSpan s_beforeEnd = TimeSpan.FromMilliseconds(20);

    // The end of TLS alone is enough for nearly every receiver to end as well; one that wants more gets it after this time, which
    // leaves it some of the moments that a sender has when it is stopped.
    private static readonly TimeSpan s_answerToTls = TimeSpan.FromSeconds(2);

    // Between a receiver's shutdown and its close, on a machine that has other work.
    private static readonly TimeSpan s_untilClosed = TimeSpan.FromMilliseconds(250);

    private readonly Task _listening;

    public TcpConnection(SyslogDestination destination, Socket socket, Stream stream, TimeProvider time)
        : base(destination, socket, stream, time) => _listening = ListenAsync();

    public override bool ConfirmsAtEnd => true;

    public override Task Ended => _listening;

    // One message alone may be all that a receiver takes of a connection: whether it has, is seen at the end.
    public override bool IsBroken => _listening.IsCompleted && (Sent != 1 || _listening.IsFaulted);

    public override async Task SendAsync(MessageBatch batch, CancellationToken cancellationToken)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> message = batch[i];
            if (Destination.Framing == SyslogFraming.OctetCounting)
            {
                Out.AppendNumber(message.Length);
                Out.Append((byte)' ');
                Out.Append(message);
            }
            else
            {
                Out.Append(message);
                Out.Append((byte)'\n');
            }
        }

        Sent += batch.Count;
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (Sent > 1 || TcpEnd.KeepsReset) await WaitForEndAsync(s_beforeEnd, cancellationToken).ConfigureAwait(false);
        ThrowWhereBroken();
        bool isFirst = !_listening.IsCompleted;
        try
        {
            if (Stream is SslStream secured) await EndTlsAsync(secured, cancellationToken).ConfigureAwait(false);
            Socket.Shutdown(SocketShutdown.Send);
            await _listening.WithinAsync(Destination.Timeout, Time, Socket.Dispose, () => SyslogFaults.NotConfirmed(Destination), cancellationToken).ConfigureAwait(false);
            // Under TLS that was the end of its records, which may come before the end of the connection.
            await Task.Run(ReadToEnd, CancellationToken.None).WithinAsync(
                Destination.Timeout, Time, Socket.Dispose, () => SyslogFaults.NotConfirmed(Destination), cancellationToken).ConfigureAwait(false);
            if (!await TcpEnd.IsReadAsync(Socket, isFirst, Destination.Timeout, Time, cancellationToken).ConfigureAwait(false)) throw SyslogFaults.Closed(Destination);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw SyslogFaults.Closed(Destination, e);
        }

        Confirmed = Sent;
    }

    // A receiver may refuse this side's certificate when the handshake is long over, and read nothing. Where it says so by a
    // shutdown and closes afterwards, its system resets the connection for what lies unread, but not if this side's end has come
    // by then. So the end of TLS goes first, and the connection's only when the receiver has ended and had the time for a reset.
    private async Task EndTlsAsync(SslStream secured, CancellationToken cancellationToken)
    {
        await secured.ShutdownAsync().WithinAsync(
            Destination.Timeout, Time, Socket.Dispose, () => SyslogFaults.Stalled(Destination), cancellationToken).ConfigureAwait(false);
        await WaitForEndAsync(s_answerToTls < Destination.Timeout ? s_answerToTls : Destination.Timeout, cancellationToken).ConfigureAwait(false);
        if (_listening.IsCompleted) await Time.Delay(s_untilClosed, cancellationToken).ConfigureAwait(false);
    }

    private Task<Task> WaitForEndAsync(TimeSpan limit, CancellationToken cancellationToken) => Task.WhenAny(_listening, Time.Delay(limit, cancellationToken));

    private void ReadToEnd()
    {
        byte[] rest = new byte[256];
        while (Socket.Receive(rest) > 0)
        {
        }
    }

    /// <summary>Ends when the receiver does. A receiver of syslog has nothing to say; what it says all the same is passed over.</summary>
    private async Task ListenAsync()
    {
        byte[] heard = new byte[256];
        while (await Stream.ReadAsync(heard, 0, heard.Length, CancellationToken.None).ConfigureAwait(false) > 0)
        {
        }
    }
}
