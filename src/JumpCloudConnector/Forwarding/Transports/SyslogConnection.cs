using System.Net.Sockets;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>
/// A connection to a receiver. Used by one sender. Whatever breaks it is a <see cref="JcException"/>, after which only
/// <see cref="Confirmed"/> and Dispose are of use: what was not confirmed must be sent again over another.
/// </summary>
internal abstract class SyslogConnection(SyslogDestination destination) : IDisposable
{
    private long _confirmed;

    /// <summary>The receiver.</summary>
    protected SyslogDestination Destination => destination;

    /// <summary>Messages written.</summary>
    public long Sent { get; protected set; }

    /// <summary>Messages that the receiver has confirmed, of those written the first ones.</summary>
    public long Confirmed
    {
        get => Volatile.Read(ref _confirmed);
        protected set => Volatile.Write(ref _confirmed, value);
    }

    /// <summary>True where nothing is confirmed before <see cref="FinishAsync"/>.</summary>
    public abstract bool ConfirmsAtEnd { get; }

    /// <summary>Ends when the other side has ended the connection, with the reason where there is one.</summary>
    public abstract Task Ended { get; }

    /// <summary>True where the other side has ended it and what is not confirmed never will be.</summary>
    public virtual bool IsBroken => Ended.IsCompleted;

    /// <summary>Connects.</summary>
    /// <param name="destination">The receiver.</param>
    /// <param name="certificatePassword">Of the client certificate's file; null where it has none.</param>
    /// <param name="time">The clock of the time limits.</param>
    /// <param name="reached">Is told each step; null for nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<SyslogConnection> OpenAsync(
        SyslogDestination destination, string? certificatePassword, TimeProvider time, Action<SyslogStep>? reached, CancellationToken cancellationToken)
    {
        SocketConnector connector = new(destination, certificatePassword, time, reached);
        if (destination.Transport == SyslogTransport.Udp)
            return new UdpConnection(destination, await connector.OpenDatagramAsync(cancellationToken).ConfigureAwait(false), time);
        (Socket socket, Stream stream) = await connector.OpenStreamAsync(cancellationToken).ConfigureAwait(false);
        if (destination.Transport is SyslogTransport.Tcp or SyslogTransport.Tls) return new TcpConnection(destination, socket, stream, time);
        RelpConnection relp = new(destination, socket, stream, time);
        try
        {
            await relp.BeginAsync(cancellationToken).ConfigureAwait(false);
            return relp;
        }
        catch
        {
            relp.Dispose();
            throw;
        }
    }

    /// <summary>Writes messages; returns when the system has taken them, or for RELP, when the window has.</summary>
    public abstract Task SendAsync(MessageBatch batch, CancellationToken cancellationToken);

    /// <summary>Ends the connection in good order; returns when everything that was sent is confirmed.</summary>
    public abstract Task FinishAsync(CancellationToken cancellationToken);

    public abstract void Dispose();
}
