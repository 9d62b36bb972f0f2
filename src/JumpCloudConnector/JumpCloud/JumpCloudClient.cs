using System.Globalization;
using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.JumpCloud;

/// <summary>Whose data a request is about. Directory Insights takes one organization a request.</summary>
/// <param name="OrganizationId">Sent as x-org-id, or null for the key's own organization.</param>
/// <param name="ProviderId">Sent as x-provider-id, without x-org-id, for the portal's own events.</param>
public sealed record RequestScope(string? OrganizationId = null, string? ProviderId = null);

/// <summary>Counts what a stream's turn cost.</summary>
public sealed class RequestMeter
{
    private int _requests;
    private int _retries;

    /// <summary>Requests sent, the repeated ones too.</summary>
    public int Requests => _requests;

    /// <summary>Requests that had to be repeated.</summary>
    public int Retries => _retries;

    internal void Sent() => Interlocked.Increment(ref _requests);

    internal void Repeated() => Interlocked.Increment(ref _retries);
}

/// <summary>A JumpCloud organization.</summary>
/// <param name="Id">24 hexadecimal digits.</param>
/// <param name="Name">Its display name.</param>
public sealed record Organization(string Id, string Name);

/// <summary>A span of events to read; the start is inclusive, the end may or may not be.</summary>
/// <param name="From">Epoch milliseconds.</param>
/// <param name="To">Epoch milliseconds.</param>
/// <param name="Limit">Rows a page, 1 to 10,000.</param>
public sealed record EventQuery(long From, long To, int Limit);

/// <summary>What a page said of itself.</summary>
/// <param name="Rows">How many events it held.</param>
/// <param name="Bytes">Their size, uncompressed.</param>
/// <param name="Limit">The limit in force, as the server said.</param>
/// <param name="Cursor">The X-Search_after header, or null.</param>
public sealed record EventPage(int Rows, long Bytes, int Limit, string? Cursor);

/// <summary>
/// The two hosts of JumpCloud's API. Every method repeats passing faults as the options say and then throws a
/// <see cref="JumpCloudException"/>; a page is given to its sink whole or begun again.
/// </summary>
internal sealed class JumpCloudClient : IDisposable
{
    /// <summary>The most rows that a page of system users may have.</summary>
    public const int UserPageLimit = 100;

    private const int OrganizationPageLimit = 100;
    private const int MaxListBytes = 64 << 20;
    private const string EventsPath = "insights/directory/v1/events";

    private readonly Uri _insights;
    private readonly Uri _console;
    private readonly JumpCloudTransport _transport;

    public JumpCloudClient(
        Uri insights, Uri console, ConnectorAccess access, JumpCloudClientOptions options, Guid connectorId, HostGates gates, TimeProvider time,
        HttpMessageHandler? handler = null)
    {
        _insights = WithSlash(insights);
        _console = WithSlash(console);
        _transport = new JumpCloudTransport(access, _insights, options, connectorId, gates, time, handler);
    }

    public ServerClock Clock => _transport.Clock;

    /// <summary>Sees to it that there is an access token, and tells how long it lasts; null where the credentials need none.</summary>
    public Task<TimeSpan?> TryTokenAsync(RequestMeter meter, CancellationToken cancellationToken) => _transport.TryTokenAsync(meter, cancellationToken);

    /// <summary>Reads one page of events into the sink.</summary>
    /// <exception cref="PageTooLargeException">The page has more than <paramref name="maxBytes"/>.</exception>
    public Task<EventPage> GetEventsAsync(
        RequestScope scope, EventQuery query, string? cursor, long maxBytes, IJsonItemSink sink, RequestMeter meter, CancellationToken cancellationToken)
    {
        string body = EventBody(query, cursor);
        return _transport.SendAsync(HttpMethod.Post, new Uri(_insights, EventsPath), body, scope, meter, async (response, uri, deadline) =>
        {
            JsonPageReader reader = new(sink, maxBytes);
            await ReadPageAsync(response, uri, reader, deadline).ConfigureAwait(false);
            int? said = HeaderNumber(response, "X-Result-Count");
            if (said is { } count && count != reader.Rows)
                throw HttpFailures.Violation(uri, $"it announces {count} events and has {reader.Rows}");
            string? next = Header(response, "X-Search_after");
            // Without X-Limit the limit in force may be smaller than the one asked for, and only an empty page is surely the last.
            // A larger one is not believed: a page as long as was asked for would pass for the last.
            int limit = Math.Min(query.Limit, HeaderNumber(response, "X-Limit") ?? (next is null ? query.Limit : 1));
            if (reader.Rows >= limit)
            {
                if (next is null) throw HttpFailures.Violation(uri, "a full page has no X-Search_after to go on from");
                if (next == cursor) throw HttpFailures.Violation(uri, "X-Search_after did not move, so that the next page would be this one");
            }

            return new EventPage(reader.Rows, reader.Bytes, limit, next);
        }, cancellationToken);
    }

    /// <summary>How many events the server has in a span.</summary>
    public Task<long> CountEventsAsync(RequestScope scope, long from, long to, RequestMeter meter, CancellationToken cancellationToken) =>
        GetJsonAsync(HttpMethod.Post, new Uri(_insights, EventsPath + "/count"), CountBody(from, to), scope, meter,
            root => root.GetProperty("count").GetInt64(), cancellationToken);

    /// <summary>Reads one page of system users, in the order of their ids, into the sink; returns totalCount and the rows.</summary>
    public Task<(long TotalCount, int Rows)> GetSystemUsersAsync(
        RequestScope scope, long skip, int limit, IJsonItemSink sink, RequestMeter meter, CancellationToken cancellationToken)
    {
        Uri uri = new(_console, FormattableString.Invariant($"api/systemusers?limit={limit}&skip={skip}&sort=_id"));
        return _transport.SendAsync(HttpMethod.Get, uri, null, scope, meter, async (response, at, deadline) =>
        {
            JsonPageReader reader = new(sink, long.MaxValue);
            await ReadPageAsync(response, at, reader, deadline).ConfigureAwait(false);
            return reader.TotalCount is { } total
                ? (total, reader.Rows)
                : throw HttpFailures.Violation(at, "a page of users has no totalCount");
        }, cancellationToken);
    }

    /// <summary>
    /// Sees to it that the server's time is known: asks for a small count where no answer has told it yet. That the server
    /// may refuse the count's span as lying in its future does not matter; its refusal tells the time.
    /// </summary>
    public async Task LearnTimeAsync(RequestScope scope, RequestMeter meter, CancellationToken cancellationToken)
    {
        if (Clock.IsKnown) return;
        try
        {
            long now = Clock.Now.ToUnixTimeMilliseconds();
            await CountEventsAsync(scope, now - 1000, now, meter, cancellationToken).ConfigureAwait(false);
        }
        catch (JumpCloudException e) when (e.Failure == FailureKind.BadRequest && Clock.IsKnown)
        {
        }
    }

    /// <summary>The organizations that the key reaches; asked once, with little patience, since nothing waits for names.</summary>
    public Task<IReadOnlyList<Organization>> GetOrganizationsOnceAsync(RequestMeter meter, CancellationToken cancellationToken) =>
        ListOrganizationsAsync("api/organizations?", meter, once: true, cancellationToken);

    /// <summary>The organizations of a provider.</summary>
    public Task<IReadOnlyList<Organization>> GetProviderOrganizationsAsync(string providerId, RequestMeter meter, CancellationToken cancellationToken) =>
        ListOrganizationsAsync($"api/v2/providers/{Uri.EscapeDataString(providerId)}/organizations?", meter, once: false, cancellationToken);

    public void Dispose() => _transport.Dispose();

    /// <summary>Walks the pages; an organization that joins or leaves meanwhile may be seen at the next walk only.</summary>
    private async Task<IReadOnlyList<Organization>> ListOrganizationsAsync(string path, RequestMeter meter, bool once, CancellationToken cancellationToken)
    {
        Dictionary<string, Organization> found = new(StringComparer.Ordinal);
        for (int skip = 0; ;)
        {
            Uri uri = new(_console, FormattableString.Invariant($"{path}limit={OrganizationPageLimit}&skip={skip}&sort=_id"));
            (List<Organization> page, long total) = await GetJsonAsync(HttpMethod.Get, uri, null, new RequestScope(), meter, root =>
            {
                List<Organization> rows = [];
                foreach (JsonElement row in root.GetProperty("results").EnumerateArray())
                {
                    string id = Text(row, "id") ?? Text(row, "_id") ?? throw new KeyNotFoundException("id");
                    rows.Add(new Organization(id, Text(row, "name") ?? Text(row, "displayName") ?? id));
                }

                return (rows, root.GetProperty("totalCount").GetInt64());
            }, cancellationToken, once).ConfigureAwait(false);
            foreach (Organization organization in page) found[organization.Id] = organization;
            // The page may be smaller than asked for; what counts is what came.
            skip += page.Count;
            if (page.Count > 0 && skip < total) continue;
            return found.Count >= total ? [.. found.Values]
                : throw HttpFailures.Violation(uri, $"it announces {total} organizations and lists {found.Count}");
        }

        static string? Text(JsonElement row, string name) =>
            row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private Task<T> GetJsonAsync<T>(
        HttpMethod method, Uri uri, string? body, RequestScope scope, RequestMeter meter, Func<JsonElement, T> read,
        CancellationToken cancellationToken, bool once = false) =>
        _transport.SendAsync(method, uri, body, scope, meter, async (response, at, deadline) =>
        {
            using MemoryStream bytes = new();
            await JumpCloudTransport.CopyAsync(response, bytes, MaxListBytes, deadline).ConfigureAwait(false);
            try
            {
                using JsonDocument document = JsonDocument.Parse(bytes.ToArray());
                return read(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                bool json = bytes.Length > 0 && bytes.GetBuffer()[0] is (byte)'{' or (byte)'[';
                throw HttpFailures.NotJson(at, response.Content.Headers.ContentType?.MediaType, e, json);
            }
        }, cancellationToken, once);

    private static async Task ReadPageAsync(HttpResponseMessage response, Uri uri, JsonPageReader reader, AnswerDeadline deadline)
    {
        string? mediaType = response.Content.Headers.ContentType?.MediaType;
        using Stream stream = await JumpCloudTransport.OpenAsync(response).ConfigureAwait(false);
        int first = -1;
        try
        {
            await reader.ReadAsync(async (buffer, offset, count) =>
            {
                deadline.Restart();
                int read = await stream.ReadAsync(buffer, offset, count, deadline.Token).ConfigureAwait(false);
                if (first < 0 && read > 0) first = buffer[offset];
                return read;
            }).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            deadline.Token.ThrowIfCancellationRequested();
            throw HttpFailures.NotJson(uri, mediaType, e, first is '[' or '{');
        }
    }

    private static string EventBody(EventQuery query, string? cursor)
    {
        string body = FormattableString.Invariant(
            $"{{\"service\":[\"all\"],\"start_time\":\"{EventTime.Format(query.From)}\",\"end_time\":\"{EventTime.Format(query.To)}\",\"limit\":{query.Limit},\"sort\":\"ASC\"");
        return cursor is null ? body + "}" : body + ",\"search_after\":" + cursor + "}";
    }

    private static string CountBody(long from, long to) => FormattableString.Invariant(
        $"{{\"service\":[\"all\"],\"start_time\":\"{EventTime.Format(from)}\",\"end_time\":\"{EventTime.Format(to)}\"}}");

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static int? HeaderNumber(HttpResponseMessage response, string name) =>
        int.TryParse(Header(response, name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static Uri WithSlash(Uri uri) => uri.AbsolutePath[uri.AbsolutePath.Length - 1] == '/' ? uri : new Uri(uri.AbsoluteUri + "/");
}
