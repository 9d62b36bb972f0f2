using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace JumpCloudConnector.Tests.Support;

/// <summary>
/// A proxy on loopback: CONNECT for TLS, absolute addresses for plain http, one request a connection. With a user and
/// password it asks for them (Basic).
/// </summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<CannedRequest> _requests = new();
    private readonly string? _expected;
    private readonly int? _refusal;
    private readonly Task _accepting;

    /// <param name="credential">User, colon, password; null to ask for none.</param>
    /// <param name="refusal">A status with which everything is refused.</param>
    public TestProxy(string? credential = null, int? refusal = null)
    {
        _expected = credential is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credential));
        _refusal = refusal;
        _listener.Start();
        Uri = new Uri($"http://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync();
    }

    public Uri Uri { get; }

    /// <summary>What was asked of it, whether it let it through or not.</summary>
    public IReadOnlyList<CannedRequest> Requests => [.. _requests];

    public async ValueTask DisposeAsync()
    {
        // Stopped only when nobody accepts any more: to accept of a stopped listener is an error of its own.
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient accepted)
    {
        try
        {
            using TcpClient client = accepted;
            NetworkStream stream = client.GetStream();
            if (await ReadHeadAsync(stream) is not var (request, rest)) return;
            _requests.Enqueue(request);
            if (_refusal is { } status)
            {
                await AnswerAsync(stream, $"{status} Refused", "");
            }
            else if (_expected is not null && !request.Header("Proxy-Authorization").Contains(_expected))
            {
                await AnswerAsync(stream, "407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"test\"\r\n");
            }
            else
            {
                await PassAsync(request, rest, stream);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or SocketException)
        {
            // One side has closed.
        }
    }

    private async Task PassAsync(CannedRequest request, byte[] rest, NetworkStream stream)
    {
        bool tunnel = request.Method == "CONNECT";
        string target = request.Head.Split(' ')[1];
        Uri uri = new(tunnel ? "https://" + target : target);
        using TcpClient server = new();
        await server.ConnectAsync(uri.Host, uri.Port, _stopping.Token);
        NetworkStream there = server.GetStream();
        if (tunnel)
        {
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stopping.Token);
        }
        else
        {
            IEnumerable<string> headers = request.Head.Split("\r\n").Skip(1)
                .Where(h => !h.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) && !h.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
            string head = string.Join("\r\n", [$"{request.Method} {uri.PathAndQuery} HTTP/1.1", .. headers, "Connection: close"]) + "\r\n\r\n";
            await there.WriteAsync(Encoding.Latin1.GetBytes(head), _stopping.Token);
        }

        await there.WriteAsync(rest, _stopping.Token);
        await Task.WhenAny(stream.CopyToAsync(there, _stopping.Token), there.CopyToAsync(stream, _stopping.Token));
    }

    private async Task AnswerAsync(NetworkStream stream, string status, string headers) => await stream.WriteAsync(
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n")), _stopping.Token);

    private async Task<(CannedRequest Request, byte[] Behind)?> ReadHeadAsync(NetworkStream stream)
    {
        List<byte> bytes = [];
        byte[] buffer = new byte[4096];
        while (true)
        {
            int read = await stream.ReadAsync(buffer, _stopping.Token);
            if (read == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, read));
            int end = Encoding.Latin1.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0) return (new CannedRequest(Encoding.Latin1.GetString([.. bytes], 0, end), ""), [.. bytes.Skip(end + 4)]);
        }
    }
}
