using System.Net.Sockets;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>A datagram a message (RFC 5426). What can be known is that this machine sent it off, and sometimes that nothing listens.</summary>
internal sealed class UdpConnection(SyslogDestination destination, Socket socket, TimeProvider time) : SyslogConnection(destination)
{
    // Datagrams of one go. A receiver's buffer holds a few hundred, and nothing ever tells that it is full.
    private const int Burst = 32;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    private byte[] _datagram = new byte[SyslogDestination.DefaultMaxDatagramBytes];

    public override bool ConfirmsAtEnd => false;

    public override Task Ended { get; } = new TaskCompletionSource<bool>().Task;

    public override async Task SendAsync(MessageBatch batch, CancellationToken cancellationToken)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Send(Copy(batch[i]));
            if (++Sent % Burst == 0) await time.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }

        // One that is refused is said to be so with a later one: that much of it is sent again.
        Confirmed = Sent;
    }

    public override Task FinishAsync(CancellationToken cancellationToken)
    {
        // The answer that nothing listens comes behind the datagram it is about, if at all: this machine's own comes at once.
        if (socket.Poll(50_000, SelectMode.SelectRead))
        {
            try
            {
                socket.Receive(_datagram);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
            {
                throw SyslogFaults.ConnectionFailed(Destination, new SocketException((int)SocketError.ConnectionRefused));
            }
            catch (SocketException)
            {
                // Nobody has anything to say to this side.
            }
        }

        return Task.CompletedTask;
    }

    public override void Dispose() => socket.Dispose();

    private int Copy(ReadOnlySpan<byte> message)
    {
        if (_datagram.Length < message.Length) _datagram = new byte[message.Length];
        message.CopyTo(_datagram);
        return message.Length;
    }

    private void Send(int length)
    {
        try
        {
            socket.Send(_datagram, 0, length, SocketFlags.None);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            Confirmed = Sent;
            throw SyslogFaults.TooLarge(Destination, length, e);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
        {
            // That was said of an earlier one.
            throw SyslogFaults.ConnectionFailed(Destination, new SocketException((int)SocketError.ConnectionRefused));
        }
        catch (SocketException e)
        {
            throw SyslogFaults.ConnectionFailed(Destination, e);
        }
    }
}
