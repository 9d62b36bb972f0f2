using System.Net;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
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
    private const int MaxTokenBody = 64 << 10;
    private const double DefaultTokenSeconds = 300, MaxTokenSeconds = 24 * 3600;

    /// <summary>The id of the error that says that the credentials were not accepted.</summary>
    private const string UnauthorizedId = "Unauthorized";

    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(15);

    private static readonly ResiliencePropertyKey<RequestMeter> MeterKey = new("meter");
    private static readonly string UserAgent = "JumpCloudConnector/" + typeof(JumpCloudTransport).Assembly.GetName().Version?.ToString(3);

    private readonly ConnectorAccess _access;
    private readonly string _clockHost;
    private readonly JumpCloudClientOptions _options;
    private readonly HostGates _gates;
    private readonly Guid _connectorId;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _pipeline;

    public JumpCloudTransport(
        ConnectorAccess access, Uri clockHost, JumpCloudClientOptions options, Guid connectorId, HostGates gates, TimeProvider time, HttpMessageHandler? handler)
    {
        _clockHost = clockHost.Authority;
        _access = access;
        _options = options;
        _gates = gates;
        _connectorId = connectorId;
        _time = time;
        Clock = new ServerClock(time);
        _http = new HttpClient(handler ?? CreateHandler(options, access.Route), disposeHandler: handler is null)
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

    /// <summary>Asks the token endpoint whether it gives a token, and for how long; without repetition.</summary>
    public async Task<TimeSpan?> TryTokenAsync(RequestMeter meter, CancellationToken cancellationToken) =>
        _access.Credentials is ServiceAccount account ? (await TokenAsync(account, meter, cancellationToken).ConfigureAwait(false)).Lifetime : null;

    private async Task<T> SendOnceAsync<T>(
        HttpMethod method, Uri uri, string? body, RequestScope scope, RequestMeter meter,
        Func<HttpResponseMessage, Uri, AnswerDeadline, Task<T>> read, CancellationToken cancellationToken)
    {
        if (_access.Credentials is not ServiceAccount account) return await SendWithAsync(null).ConfigureAwait(false);
        AccessToken token = await TokenAsync(account, meter, cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendWithAsync(token).ConfigureAwait(false);
        }
        catch (JumpCloudException e) when (e.ErrorId == UnauthorizedId)
        {
            // It may have been withdrawn, or be older than this machine believes: with a new one, once.
            account.Drop(token);
            token = await TokenAsync(account, meter, cancellationToken).ConfigureAwait(false);
            meter.Repeated();
            return await SendWithAsync(token).ConfigureAwait(false);
        }

        async Task<T> SendWithAsync(AccessToken? token)
        {
            using HttpRequestMessage request = CreateRequest(method, uri, body, scope, token);
            return await ExchangeAsync(
                request, uri, meter, (response, said) => HttpFailures.FromAnswer(response, said, uri, scope.OrganizationId, _access, token, _time.GetUtcNow()),
                read, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> ExchangeAsync<T>(
        HttpRequestMessage request, Uri uri, RequestMeter meter, Func<HttpResponseMessage, byte[], JumpCloudException> refusal,
        Func<HttpResponseMessage, Uri, AnswerDeadline, Task<T>> read, CancellationToken cancellationToken)
    {
        using IDisposable slot = await _gates.EnterAsync(_connectorId, uri, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.AnswerTimeout);
        meter.Sent();
        bool begun = false;
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            begun = true;
            if (uri.Authority == _clockHost) Clock.Observe(response.Headers.Date);
            AnswerDeadline deadline = new(limit, _options.StallTimeout);
#if !NET
            // .NET Framework's response streams do not heed a token; closing the answer under them ends the read. Others do,
            // and may be decompressing in native code at this moment, which closing would pull the memory from under.
            using CancellationTokenRegistration close = limit.Token.Register(response.Dispose);
#endif
            if (response.StatusCode != HttpStatusCode.OK)
                throw refusal(response, await ErrorBodyAsync(response, deadline).ConfigureAwait(false));
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
            throw HttpFailures.FromException(e, uri, begun, _access.Route);
        }
    }

    /// <summary>The token there is, or a new one. Asked for before the request takes its place in the rate, which it must not hold up.</summary>
    private Task<AccessToken> TokenAsync(ServiceAccount account, RequestMeter meter, CancellationToken cancellationToken) => account.GetTokenAsync(
        async () =>
        {
            long askedAt = _time.GetTimestamp();
            using HttpRequestMessage request = new(HttpMethod.Post, account.TokenUri);
            request.Headers.TryAddWithoutValidation("Authorization", account.Authorization);
            AddCommonHeaders(request);
            request.Content = new StringContent("grant_type=client_credentials&scope=api", Encoding.ASCII, "application/x-www-form-urlencoded");
            return await ExchangeAsync(
                request, account.TokenUri, meter, (response, said) => HttpFailures.FromTokenAnswer(response, said, account.TokenUri, _access, _time.GetUtcNow()),
                async (response, uri, deadline) =>
                {
                    using MemoryStream body = new();
                    await CopyAsync(response, body, MaxTokenBody, deadline).ConfigureAwait(false);
                    return ReadToken(body.ToArray(), uri, response.Content.Headers.ContentType?.MediaType, askedAt);
                }, cancellationToken).ConfigureAwait(false);
        }, cancellationToken);

    private static AccessToken ReadToken(byte[] body, Uri uri, string? mediaType, long askedAt)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            string? text = root.TryGetProperty("access_token", out JsonElement token) && token.ValueKind == JsonValueKind.String ? token.GetString() : null;
            // What no header carries is no token; it would be refused with the token in the message.
            if (string.IsNullOrEmpty(text) || text!.Any(c => c is <= ' ' or >= (char)0x7F)) throw HttpFailures.Violation(uri, "it has no access_token");
            double seconds = root.TryGetProperty("expires_in", out JsonElement expires) && expires.ValueKind == JsonValueKind.Number ? expires.GetDouble() : DefaultTokenSeconds;
            return new AccessToken(text!, askedAt, TimeSpan.FromSeconds(Math.Max(0, Math.Min(seconds, MaxTokenSeconds))));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Without its cause, which may quote a piece of the answer.
            throw HttpFailures.NotJson(uri, mediaType, null, body.Length > 0 && body[0] is (byte)'{' or (byte)'[');
        }
    }

    private HttpRequestMessage CreateRequest(HttpMethod method, Uri uri, string? body, RequestScope scope, AccessToken? token)
    {
        HttpRequestMessage request = new(method, uri);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token.Text);
        else if (_access.Credentials is ApiKeyCredentials key) request.Headers.TryAddWithoutValidation("x-api-key", key.Key);
        string? organization = scope.OrganizationId ?? (token is not null && scope.ProviderId is null ? _access.OrganizationId : null);
        if (organization is not null) request.Headers.TryAddWithoutValidation("x-org-id", organization);
        if (scope.ProviderId is not null) request.Headers.TryAddWithoutValidation("x-provider-id", scope.ProviderId);
        AddCommonHeaders(request);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private static void AddCommonHeaders(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.ExpectContinue = false;
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

    private static HttpClientHandler CreateHandler(JumpCloudClientOptions options, HttpRoute route)
    {
        HttpClientHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            MaxConnectionsPerServer = options.MaxConnectionsPerHost,
            SslProtocols = TlsVersions,
        };
        route.ApplyTo(handler);
        return handler;
    }
}
