using System.Net.Sockets;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>What connections of a stream have in common: writing within a time limit, and listening to the other side all the while.</summary>
internal abstract class StreamConnection(SyslogDestination destination, Socket socket, Stream stream, TimeProvider time) : SyslogConnection(destination)
{
    // A part of this size is taken within the time limit, or the receiver has stalled.
    private const int MostAtOnce = 64 << 10;

    /// <summary>What waits to be written.</summary>
    protected ByteBuffer Out { get; } = new(MostAtOnce * 2);

    protected Socket Socket => socket;

    protected Stream Stream => stream;

    protected TimeProvider Time => time;

    /// <summary>True where enough waits that writing it is worth a packet or many.</summary>
    protected bool IsOutFull => Out.Length >= MostAtOnce;

    public override void Dispose()
    {
        // The socket first: with it end a read and a write that are under way.
        socket.Dispose();
        stream.Dispose();
        Out.Dispose();
    }

    /// <summary>Writes what waits. A connection that the other side has closed is noticed before and behind it.</summary>
    protected async Task FlushAsync(CancellationToken cancellationToken)
    {
        ThrowWhereBroken();
        int written = 0;
        try
        {
            while (written < Out.Length)
            {
                int part = Math.Min(MostAtOnce, Out.Length - written);
                await stream.WriteAsync(Out.Array, written, part, CancellationToken.None).WithinAsync(
                    Destination.Timeout, time, socket.Dispose, () => SyslogFaults.Stalled(Destination), cancellationToken).ConfigureAwait(false);
                written += part;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // What the other side last said may be the reason, and says more.
            ThrowWhereBroken();
            throw SyslogFaults.Closed(Destination, e);
        }

        Out.Truncate(0);
        ThrowWhereBroken();
    }

    /// <summary>Throws what broke the connection, where it is broken.</summary>
    protected void ThrowWhereBroken()
    {
        if (IsBroken) throw SyslogFaults.Broken(Destination, Ended);
    }
}
