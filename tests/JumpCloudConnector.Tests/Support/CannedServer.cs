using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace JumpCloudConnector.Tests.Support;

/// <summary>A request as it came over the wire.</summary>
internal sealed record CannedRequest(string Head, string Body)
{
    public string Method => Head[..Head.IndexOf(' ', StringComparison.Ordinal)];

    public string Path => Head.Split(' ')[1].Split('?')[0];

    public bool IsCount => Path.EndsWith("/events/count", StringComparison.Ordinal);

    public bool IsEvents => Path.EndsWith("/events", StringComparison.Ordinal);

    /// <summary>The values of a header, one for each line of it.</summary>
    public string[] Header(string name) =>
    [
        .. Head.Split("\r\n").Skip(1).Where(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            .Select(l => l[(name.Length + 1)..].Trim()),
    ];
}

/// <summary>
/// An HTTP server on loopback that sends the very bytes it is told to, right or wrong, one answer a connection. Where an
/// answer is incomplete, the connection stays open for as long as the client waits.
/// </summary>
internal sealed class CannedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<CannedRequest> _requests = new();
    private readonly Func<CannedRequest, byte[]> _answer;
    private readonly bool _closes;
    private readonly SslStreamCertificateContext? _certificate;
    private readonly Task _accepting;

    /// <param name="answer">The bytes of the answer.</param>
    /// <param name="closes">Close behind an incomplete answer, instead of letting the client wait.</param>
    /// <param name="certificate">Speak TLS, with this certificate.</param>
    public CannedServer(Func<CannedRequest, byte[]> answer, bool closes = false, SslStreamCertificateContext? certificate = null)
    {
        _certificate = certificate;
        _answer = answer;
        _closes = closes;
        _listener.Start();
        Uri = new Uri($"{(certificate is null ? "http" : "https")}://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync();
    }

    public Uri Uri { get; }

    public IReadOnlyList<CannedRequest> Requests => [.. _requests];

    /// <summary>A port of this machine where nothing listens.</summary>
    public static Uri RefusingUri()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}/");
    }

    /// <summary>A whole answer.</summary>
    public static byte[] Answer(int status, string body, params string[] headers) =>
        Answer(status, Encoding.UTF8.GetBytes(body), headers);

    public static byte[] Answer(int status, byte[] body, params string[] headers)
    {
        bool hasType = headers.Any(h => h.StartsWith("Content-Type:", StringComparison.Ordinal));
        string[] lines =
        [
            FormattableString.Invariant($"HTTP/1.1 {status} Canned"),
            "Connection: close",
            "Date: " + DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture),
            FormattableString.Invariant($"Content-Length: {body.Length}"),
            .. hasType ? headers : ["Content-Type: application/json", .. headers],
        ];
        return [.. Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), .. body];
    }

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

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using TcpClient held = client;
            await using Stream stream = await OpenAsync(client);
            if (await ReadAsync(stream) is not { } request) return;
            _requests.Enqueue(request);
            await stream.WriteAsync(_answer(request), _stopping.Token);
            if (_closes) client.Client.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(new byte[16], _stopping.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or AuthenticationException)
        {
            // One side has closed.
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null) return client.GetStream();
        SslStream tls = new(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate }, _stopping.Token);
        return tls;
    }

    private async Task<CannedRequest?> ReadAsync(Stream stream)
    {
        List<byte> bytes = [];
        byte[] buffer = new byte[4096];
        while (true)
        {
            int read = await stream.ReadAsync(buffer, _stopping.Token);
            if (read == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, read));
            // A TLS greeting has no such end.
            if (bytes[0] == 0x16) return new CannedRequest("TLS /", "");
            string text = Encoding.Latin1.GetString([.. bytes]);
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            CannedRequest request = new(text[..end], text[(end + 4)..]);
            int length = int.Parse(request.Header("Content-Length").FirstOrDefault("0"), CultureInfo.InvariantCulture);
            if (request.Body.Length >= length) return request;
        }
    }
}
