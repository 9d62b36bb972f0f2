using System.Net.Sockets;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>
/// Tells the two ends of a connection apart that look alike to a reader: the receiver read everything and closed; or it closed
/// of its own accord while the last of it was still on the way, which it will answer with a reset. In the second case the
/// system has no acknowledgement of this side's end yet when the other's arrives.
/// </summary>
internal static class TcpEnd
{
    // Between two looks at a connection whose last packet is under way.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    // Where the system does not say: long enough for a reset to come back from far away.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    private enum State
    {
        /// <summary>This side's end is acknowledged.</summary>
        Over,

        /// <summary>It is not, so far.</summary>
        Open,

        /// <summary>The connection is no more, and may have been reset.</summary>
        Gone,

        /// <summary>The system does not say.</summary>
        Unknown,
    }

    /// <summary>Whether the system still knows of a reset that came behind the receiver's end; where it does not, an end that came first proves nothing.</summary>
    public static bool KeepsReset => IsLinux;

    /// <summary>Whether the receiver has read everything; asked when its end has been read and this side's was sent.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="isFirst">True where this side's end was sent before the other's was there.</param>
    /// <param name="limit">How long to wait for the system to know.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<bool> IsReadAsync(Socket socket, bool isFirst, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!isFirst && !KeepsReset) return false;
        long begun = time.GetTimestamp();
        while (true)
        {
            State state = StateOf(socket);
            if ((int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0) return false;
            if (state == State.Over) return true;
            if (state == State.Gone) return false;
            TimeSpan waited = time.GetElapsedTime(begun);
            if (state == State.Unknown && waited >= s_grace) return true;
            if (waited >= limit) return false;
            await time.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

#if NET
    private const int Tcp = 6, TcpInfo = 11;

    // Linux's states in which this side's end is not acknowledged.
    private const byte FinWait1 = 4, LastAck = 9, Closing = 11;

    private static bool IsLinux => OperatingSystem.IsLinux();

    private static State StateOf(Socket socket)
    {
        if (IsLinux)
        {
            Span<byte> info = stackalloc byte[8];
            socket.GetRawSocketOption(Tcp, TcpInfo, info);
            return info[0] is FinWait1 or LastAck or Closing ? State.Open : State.Over;
        }

        return OperatingSystem.IsWindows() ? WindowsStateOf(socket) : State.Unknown;
    }
#else
    private static bool IsLinux => false;

    private static State StateOf(Socket socket) => Environment.OSVersion.Platform == PlatformID.Win32NT ? WindowsStateOf(socket) : State.Unknown;
#endif

    // SIO_TCP_INFO, from Windows 10 and Server 2016 on: asked for its first version, whose first number is the TCPSTATE.
    private const int SioTcpInfo = unchecked((int)0xD8000027), TcpInfoBytes = 88;

    private static State WindowsStateOf(Socket socket)
    {
        const int finWait2 = 6, timeWait = 10, closed = 0;
        byte[] info = new byte[TcpInfoBytes];
        try
        {
            socket.IOControl(SioTcpInfo, BitConverter.GetBytes(0), info);
        }
        catch (SocketException)
        {
            return State.Unknown;
        }

        return BitConverter.ToInt32(info, 0) switch { finWait2 or timeWait => State.Over, closed => State.Gone, _ => State.Open };
    }
}
