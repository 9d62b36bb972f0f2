using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>Listens on loopback, under TLS where it has a certificate, and serves each connection as its kind does.</summary>
internal abstract class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly ConcurrentQueue<X509Certificate2> _clients = new();
    private Task? _accepting;
    private int _connections, _disposed;

    /// <param name="certificate">Speak TLS, with this certificate.</param>
    /// <param name="clientAuthority">Refuse clients without a certificate of this authority.</param>
    /// <param name="receiveBuffer">Bytes that the system takes for a connection before anybody reads; null for its own choice.</param>
    protected LoopbackListener(SslStreamCertificateContext? certificate = null, TestAuthority? clientAuthority = null, int? receiveBuffer = null)
    {
        if (receiveBuffer is { } size) _listener.Server.ReceiveBufferSize = size;
        if (certificate is null) return;
        _tls = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate, ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, shown, _, _) => Accepts(shown, clientAuthority),
        };
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Handshakes that failed, connections that broke, and frames that were none.</summary>
    public IReadOnlyList<Exception> Failures => [.. _failures];

    /// <summary>The certificates that clients have shown.</summary>
    public IReadOnlyList<X509Certificate2> ClientCertificates => [.. _clients];

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        // Stopped only when nobody accepts any more: to accept of a stopped listener is an error of its own.
        await _stopping.CancelAsync();
        if (_accepting is not null) await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
        foreach (X509Certificate2 client in _clients) client.Dispose();
    }

    /// <summary>Begins to accept; the last thing that a kind's constructor does.</summary>
    protected void Listen()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Serves one connection; it is closed in an orderly way behind this, under TLS with close_notify.</summary>
    protected abstract Task ServeAsync(int connection, Socket socket, Stream stream, CancellationToken cancellationToken);

    private bool Accepts(X509Certificate? shown, TestAuthority? authority)
    {
        if (shown is not X509Certificate2 certificate) return authority is null;
        _clients.Enqueue(X509CertificateLoader.LoadCertificate(certificate.RawData));
        if (authority is null) return true;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        int connection = Interlocked.Increment(ref _connections);
        try
        {
            using TcpClient held = client;
            if (_tls is null)
            {
                await ServeAsync(connection, client.Client, client.GetStream(), _stopping.Token);
                return;
            }

            await using SslStream tls = new(client.GetStream());
            await tls.AuthenticateAsServerAsync(_tls, _stopping.Token);
            await ServeAsync(connection, client.Client, tls, _stopping.Token);
            if (client.Connected) await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException or InvalidDataException)
        {
            _failures.Enqueue(e);
        }
        catch (OperationCanceledException)
        {
            // The listener is disposed of.
        }
    }
}
