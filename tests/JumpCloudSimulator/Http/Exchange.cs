using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Net.Http.Headers;

namespace JumpCloudSimulator;

/// <summary>What one host does with a request: answers it or throws an <see cref="ApiException"/>.</summary>
internal delegate Task<Reply> HostHandler(HttpContext context, byte[] body);

/// <summary>One request and its answer: faults, latency, the log and the sending, the same for both hosts.</summary>
internal sealed class Exchange(Simulator simulator, HostKind host, HostHandler handle)
{
    private const int BodyBytesKept = 4096;
    private readonly RateLimit _rate = new();

    public async Task RunAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (host == HostKind.Console && path.StartsWith("/_simulator/", StringComparison.Ordinal))
        {
            var control = await AnswerAsync(context, await ReadBodyAsync(context), ControlHost.For(simulator));
            await SendAsync(context, control, control.Body, gzip: false, cut: null);
            return;
        }

        simulator.Requests.Begin();
        var entry = Describe(context, path);
        var isLogged = false;
        try
        {
            var body = await ReadBodyAsync(context);
            if (path != "/oauth2/token")
            {
                entry = entry with { Body = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, BodyBytesKept))) };
            }

            if (simulator.Scenario.Latency > TimeSpan.Zero)
            {
                using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, simulator.Stopping);
                await Task.Delay(simulator.Scenario.Latency, gone.Token);
            }

            await RespondAsync(context, body, entry, Log);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client has gone, or the simulator is being stopped.
        }
        finally
        {
            if (!isLogged)
            {
                Log(entry);
            }
        }

        void Log(LoggedRequest request)
        {
            isLogged = true;
            simulator.Requests.End(request);
        }
    }

    /// <summary>
    /// Logs before it sends, so that whoever has the answer finds the request in the log, and the users already
    /// changed under the walk.
    /// </summary>
    private async Task RespondAsync(HttpContext context, byte[] body, LoggedRequest entry, Action<LoggedRequest> log)
    {
        var fault = simulator.Scenario.Faults.For(host, entry.Path, entry.OrganizationId);
        entry = entry with { Fault = fault?.Kind };
        if (fault?.Kind is FaultKind.ConnectionReset or FaultKind.NeverAnswers)
        {
            log(entry);
            if (fault.Kind == FaultKind.NeverAnswers)
            {
                await UntilGoneAsync(context);
            }

            Reset(context);
            return;
        }

        var reply = fault is null ? null : Refusal(fault);
        if (reply is null && !_rate.Allows(simulator.Scenario.RequestsPerSecond))
        {
            reply = Reply.Error(429, "Too Many Requests");
            reply.Headers["Retry-After"] = "1";
        }

        reply ??= await AnswerAsync(context, body, handle);
        if (fault?.Kind == FaultKind.TruncatedJson)
        {
            var whole = reply.Join();
            reply = reply.With([whole.AsMemory(0, whole.Length / 2)]);
        }

        var gzip = AcceptsGzip(context.Request);
        var parts = reply.Encode(gzip);
        reply.Answered?.Invoke();
        log(entry with { Status = reply.Status, Rows = reply.Rows, ResponseBytes = parts.Sum(p => (long)p.Length) });
        await SendAsync(context, reply, parts, gzip, fault?.Kind == FaultKind.BodyCutShort ? fault : null);
    }

    private async Task UntilGoneAsync(HttpContext context)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, simulator.Stopping);
        await Task.Delay(Timeout.Infinite, gone.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static async Task<Reply> AnswerAsync(HttpContext context, byte[] body, HostHandler handler)
    {
        try
        {
            return await handler(context, body);
        }
        catch (ApiException e)
        {
            return Reply.Error(e.Status, e.Message);
        }
    }

    private Reply? Refusal(Fault fault)
    {
        var reply = fault.Kind switch
        {
            FaultKind.Status400 => Reply.Error(400, "invalid request"),
            FaultKind.Unauthorized401 => Reply.Error(401, "Unauthorized"),
            FaultKind.NoOrganizationSelected401 => Reply.Error(401, "Unauthorized: no organization selected"),
            FaultKind.PaymentRequired402 => Reply.Error(402, "Directory Insights is not enabled for this organization"),
            FaultKind.Forbidden403 => Reply.Error(403, "Forbidden"),
            FaultKind.ForbiddenBlocked403 => Reply.Html(403, "403 Forbidden: your IP address has been blocked"),
            FaultKind.NotFound404 => Reply.Error(404, "organization not found"),
            FaultKind.TooManyRequests429 => Reply.Error(429, "Too Many Requests"),
            FaultKind.InternalServerError500 => Reply.Error(500, "Internal Server Error"),
            FaultKind.BadGateway502Html => Reply.Html(502, "502 Bad Gateway"),
            FaultKind.ServiceUnavailable503Html => Reply.Html(503, "503 Service Temporarily Unavailable"),
            FaultKind.NotJson => Reply.Html(200, "JumpCloud - Log in"),
            _ => null,
        };
        if (reply is not null && fault.RetryAfter is { } wait)
        {
            reply.Headers["Retry-After"] = fault.RetryAfterAsDate
                ? (simulator.Options.Clock.GetUtcNow() + wait).ToString("R", CultureInfo.InvariantCulture)
                : ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return reply;
    }

    /// <summary>Sends an answer, or half of it.</summary>
    private async Task SendAsync(HttpContext context, Reply reply, List<ReadOnlyMemory<byte>> parts, bool gzip, Fault? cut)
    {
        var length = parts.Sum(p => (long)p.Length);
        var response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.Headers.Date = simulator.Options.Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        foreach (var header in reply.Headers)
        {
            response.Headers[header.Key] = header.Value;
        }

        if (gzip)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        if (cut?.Chunked != true)
        {
            response.ContentLength = length;
        }

        var left = cut is null ? length : length / 2;
        foreach (var part in parts)
        {
            var piece = part.Length <= left ? part : part[..(int)left];
            await response.Body.WriteAsync(piece, context.RequestAborted);
            left -= piece.Length;
        }

        if (cut is not null)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            await EndEarlyAsync(context);
            return;
        }

        await response.CompleteAsync();
    }

    /// <summary>
    /// Ends the connection behind what was sent. A reset at once would overtake it, and the client would see no
    /// headers; so the reset that Kestrel ends with comes after the client has seen the end and closed.
    /// </summary>
    private static async Task EndEarlyAsync(HttpContext context)
    {
        await Task.Delay(20, context.RequestAborted); // from Kestrel's pipe to the socket
        try
        {
            context.Features.Get<IConnectionSocketFeature>()?.Socket.Shutdown(SocketShutdown.Send);
            await Task.Delay(TimeSpan.FromSeconds(1), context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client has closed already.
        }

        context.Abort();
    }

    /// <summary>Breaks the connection with a TCP reset, as a gateway that dies does.</summary>
    private static void Reset(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new LingerOption(true, 0);
        }

        context.Abort();
    }

    private LoggedRequest Describe(HttpContext context, string path)
    {
        var request = context.Request;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in request.Headers)
        {
            if (!header.Key.Equals("x-api-key", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            {
                headers[header.Key] = string.Join('\n', header.Value.ToArray());
            }
        }

        return new LoggedRequest
        {
            Number = 0,
            Time = simulator.Options.Clock.GetUtcNow(),
            Host = host,
            Method = request.Method,
            Path = path,
            Query = request.QueryString.Value ?? "",
            OrganizationHeaders = [.. request.Headers["x-org-id"].Select(v => v ?? "")],
            ProviderHeaders = [.. request.Headers["x-provider-id"].Select(v => v ?? "")],
            OrganizationId = Gate.Concerns(simulator, host, request),
            Headers = headers,
            HasApiKey = request.Headers.ContainsKey("x-api-key"),
            HasAuthorization = request.Headers.ContainsKey("Authorization"),
        };
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)
        && accepted.Any(a => a.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && a.Quality != 0);
}

/// <summary>So many requests in each second of real time.</summary>
internal sealed class RateLimit
{
    private readonly Lock _lock = new();
    private long _second;
    private int _count;

    public bool Allows(int perSecond)
    {
        if (perSecond <= 0)
        {
            return true;
        }

        lock (_lock)
        {
            var second = Environment.TickCount64 / 1000;
            if (second != _second)
            {
                _second = second;
                _count = 0;
            }

            return ++_count <= perSecond;
        }
    }
}
