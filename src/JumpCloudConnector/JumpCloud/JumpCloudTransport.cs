using System.Net;
using System.Security.Authentication;
using System.Text;
using Polly;
using Polly.Retry;

namespace JumpCloudConnector.JumpCloud;

/// <summary>The time limit of an answer under way: begun anew with every read, so that only a pause ends it.</summary>
internal readonly struct AnswerDeadline(CancellationTokenSource source, TimeSpan stall)
{
    public CancellationToken Token => source.Token;

    public void Restart() => source.CancelAfter(stall);
}

/// <summary>
/// Sends requests: rate, credentials, time limits, and the repetition of what failed for a moment. What is repeated is the
/// whole of it, reading the answer included, so that an answer cut short is a failure like any other.
/// </summary>
internal sealed class JumpCloudTransport : IDisposable
{
    private const int MaxErrorBody = 4096;
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(15);

    private static readonly ResiliencePropertyKey<RequestMeter> MeterKey = new("meter");
    private static readonly string UserAgent = "JumpCloudConnector/" + typeof(JumpCloudTransport).Assembly.GetName().Version?.ToString(3);

    private readonly string _apiKey;
    private readonly string _clockHost;
    private readonly JumpCloudClientOptions _options;
    private readonly HostGates _gates;
    private readonly Guid _connectorId;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _pipeline;

    public JumpCloudTransport(
        string apiKey, Uri clockHost, JumpCloudClientOptions options, Guid connectorId, HostGates gates, TimeProvider time, HttpMessageHandler? handler)
    {
        _clockHost = clockHost.Authority;
        _apiKey = apiKey;
        _options = options;
        _gates = gates;
        _connectorId = connectorId;
        _time = time;
        Clock = new ServerClock(time);
        _http = new HttpClient(handler ?? CreateHandler(options), disposeHandler: handler is null)
        {
            // Time limits are ours: one for the answer to begin, one for a pause within it.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _pipeline = CreatePipeline(options, time);
    }

    public ServerClock Clock { get; }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends until an answer was read whole, or a fault lasts.</summary>
    public async Task<T> SendAsync<T>(
        HttpMethod method, Uri uri, string? body, RequestScope scope, RequestMeter meter,
        Func<HttpResponseMessage, Uri, AnswerDeadline, Task<T>> read, CancellationToken cancellationToken, bool once = false)
    {
        if (once)
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ShortPatience);
            try
            {
                return await SendOnceAsync(method, uri, body, scope, meter, read, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw HttpFailures.TimedOut(uri, ShortPatience, answerHadBegun: false);
            }
        }

        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(MeterKey, meter);
        try
        {
            return await _pipeline.ExecuteAsync(
                async c => await SendOnceAsync(method, uri, body, scope, meter, read, c.CancellationToken).ConfigureAwait(false), context).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<T> SendOnceAsync<T>(
        HttpMethod method, Uri uri, string? body, RequestScope scope, RequestMeter meter,
        Func<HttpResponseMessage, Uri, AnswerDeadline, Task<T>> read, CancellationToken cancellationToken)
    {
        using IDisposable slot = await _gates.EnterAsync(_connectorId, uri, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using HttpRequestMessage request = CreateRequest(method, uri, body, scope);
        limit.CancelAfter(_options.AnswerTimeout);
        meter.Sent();
        bool begun = false;
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            begun = true;
            if (uri.Authority == _clockHost) Clock.Observe(response.Headers.Date);
            AnswerDeadline deadline = new(limit, _options.StallTimeout);
            // .NET Framework's response streams do not heed a token; closing the answer under them ends the read.
            using CancellationTokenRegistration close = limit.Token.Register(response.Dispose);
            if (response.StatusCode != HttpStatusCode.OK)
                throw HttpFailures.FromAnswer(response, await ErrorBodyAsync(response, deadline).ConfigureAwait(false), uri, scope.OrganizationId, _apiKey, _time.GetUtcNow());
            T answer = await read(response, uri, deadline).ConfigureAwait(false);
            _gates.Pace(_connectorId, uri).Answered();
            return answer;
        }
        catch (JumpCloudException e) when (e.Failure == FailureKind.TooManyRequests)
        {
            _gates.Pace(_connectorId, uri).Refused(e.RetryAfter);
            throw;
        }
        catch (Exception e) when (e is not (JcException or PageTooLargeException))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested) throw HttpFailures.TimedOut(uri, begun ? _options.StallTimeout : _options.AnswerTimeout, begun);
            if (e is OutOfMemoryException) throw;
            throw HttpFailures.FromException(e, uri, begun);
        }
    }

    private HttpRequestMessage CreateRequest(HttpMethod method, Uri uri, string? body, RequestScope scope)
    {
        HttpRequestMessage request = new(method, uri);
        request.Headers.TryAddWithoutValidation("x-api-key", _apiKey);
        if (scope.OrganizationId is not null) request.Headers.TryAddWithoutValidation("x-org-id", scope.OrganizationId);
        if (scope.ProviderId is not null) request.Headers.TryAddWithoutValidation("x-provider-id", scope.ProviderId);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.ExpectContinue = false;
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private static async Task<byte[]> ErrorBodyAsync(HttpResponseMessage response, AnswerDeadline deadline)
    {
        using MemoryStream body = new();
        try
        {
            await CopyAsync(response, body, MaxErrorBody, deadline).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            // The status says enough; what the server said of it is lost with the connection.
        }

        return body.ToArray();
    }

    public static async Task CopyAsync(HttpResponseMessage response, MemoryStream to, int most, AnswerDeadline deadline)
    {
        using Stream stream = await OpenAsync(response).ConfigureAwait(false);
        byte[] buffer = new byte[4096];
        // Not begun anew with each read: what is read whole into memory has one time limit for all of it.
        while (to.Length < most)
        {
            int read = await stream.ReadAsync(buffer, 0, buffer.Length, deadline.Token).ConfigureAwait(false);
            if (read == 0) break;
            to.Write(buffer, 0, read);
        }
    }

    public static Task<Stream> OpenAsync(HttpResponseMessage response) =>
#pragma warning disable CA2016 // The overload with a token is missing on .NET Framework; the answer has begun already.
        response.Content.ReadAsStreamAsync();
#pragma warning restore CA2016

    private static ResiliencePipeline CreatePipeline(JumpCloudClientOptions options, TimeProvider time)
    {
        ResiliencePipelineBuilder builder = new() { TimeProvider = time };
        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = args => new ValueTask<bool>(
                    args.Outcome.Exception is JumpCloudException { IsTransient: true } e
                    && !(e.RetryAfter > options.MaxRetryDelay)
                    // A name that does not resolve or a port that refuses seldom mends within seconds.
                    && (e.Failure is not (FailureKind.NameNotResolved or FailureKind.ConnectionRefused) || args.AttemptNumber < 1)
                    // Who did not answer at all in all that time is asked once more, since the others wait for the place.
                    && (e is not { Failure: FailureKind.TimedOut, ServerTime: null } || args.AttemptNumber < 1)),
                // A server that says "at once" is not taken at its word.
                DelayGenerator = args => new ValueTask<TimeSpan?>(
                    (args.Outcome.Exception as JumpCloudException)?.RetryAfter is { } wait && wait > options.RetryDelay ? wait : null),
                OnRetry = args =>
                {
                    if (args.Context.Properties.TryGetValue(MeterKey, out RequestMeter? meter)) meter.Repeated();
                    return default;
                },
            });
        }

        return builder.Build();
    }

    /// <summary>The versions of TLS that are offered.</summary>
#if NET
    internal const SslProtocols TlsVersions = SslProtocols.Tls12 | SslProtocols.Tls13;
#else
    // powershell.exe may offer older versions; .NET Framework 4.7.2 knows none newer.
    internal const SslProtocols TlsVersions = SslProtocols.Tls12;
#endif

    private static HttpClientHandler CreateHandler(JumpCloudClientOptions options) => new HttpClientHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
        MaxConnectionsPerServer = options.MaxConnectionsPerHost,
        SslProtocols = TlsVersions,
    };
}
