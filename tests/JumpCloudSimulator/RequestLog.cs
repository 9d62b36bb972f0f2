using System.Collections.Frozen;

namespace JumpCloudSimulator;

/// <summary>A request that was answered, or broken off (status 0). Credentials are not kept.</summary>
public sealed record LoggedRequest
{
    /// <summary>Its number, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>When it came, by the simulator's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The host it was sent to.</summary>
    public required HostKind Host { get; init; }

    /// <summary>GET or POST.</summary>
    public required string Method { get; init; }

    /// <summary>The path, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query with its question mark, or nothing.</summary>
    public required string Query { get; init; }

    /// <summary>The x-org-id headers, one for each line that was sent; empty where none was.</summary>
    public required IReadOnlyList<string> OrganizationHeaders { get; init; }

    /// <summary>The x-provider-id headers.</summary>
    public required IReadOnlyList<string> ProviderHeaders { get; init; }

    /// <summary>The organization (or provider) that it was about, where that is known.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>All headers but those that hold a credential; names in any case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Whether x-api-key was sent.</summary>
    public required bool HasApiKey { get; init; }

    /// <summary>Whether Authorization was sent.</summary>
    public required bool HasAuthorization { get; init; }

    /// <summary>The body as text: its first 4096 bytes, and nothing for /oauth2/token.</summary>
    public string Body { get; init; } = "";

    /// <summary>The answer's status, or 0 where the connection was broken before one.</summary>
    public int Status { get; init; }

    /// <summary>How many rows or users the answer had.</summary>
    public int Rows { get; init; }

    /// <summary>How many bytes of body were sent, as compressed.</summary>
    public long ResponseBytes { get; init; }

    /// <summary>The fault that was applied.</summary>
    public FaultKind? Fault { get; init; }
}

/// <summary>What one counter counts.</summary>
public readonly record struct RequestKey(HostKind Host, string Path, string? OrganizationId, int Status);

/// <summary>Counts of all requests, and the last of them in full. Requests to /_simulator are not in it.</summary>
public sealed class RequestLog
{
    private readonly Lock _lock = new();
    private readonly Queue<LoggedRequest> _last = new();
    private readonly Dictionary<RequestKey, int> _counts = [];
    private readonly int _keep;
    private long _number;
    private int _underWay;
    private int _mostAtOnce;

    internal RequestLog(int keep) => _keep = keep;

    /// <summary>How many requests were answered in all.</summary>
    public long Total => Interlocked.Read(ref _number);

    /// <summary>How many requests are being answered now.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>The most requests that were being answered at one time.</summary>
    public int MostAtOnce => _mostAtOnce;

    /// <summary>The last requests, oldest first.</summary>
    public IReadOnlyList<LoggedRequest> Last()
    {
        lock (_lock)
        {
            return [.. _last];
        }
    }

    /// <summary>Counts by host, path, organization and status.</summary>
    public IReadOnlyDictionary<RequestKey, int> Counts()
    {
        lock (_lock)
        {
            return _counts.ToFrozenDictionary();
        }
    }

    /// <summary>How many requests match what is given; the path matches where it contains the text.</summary>
    public int Count(string? pathContains = null, string? organizationId = null, int? status = null, HostKind? host = null) =>
        Counts().Where(c => (pathContains is null || c.Key.Path.Contains(pathContains, StringComparison.Ordinal))
            && (organizationId is null || c.Key.OrganizationId == organizationId)
            && (status is null || c.Key.Status == status)
            && (host is null || c.Key.Host == host)).Sum(c => c.Value);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _last.Clear();
            _counts.Clear();
            _number = 0;
            _mostAtOnce = _underWay;
        }
    }

    internal void Begin()
    {
        lock (_lock)
        {
            _mostAtOnce = Math.Max(_mostAtOnce, ++_underWay);
        }
    }

    internal void End(LoggedRequest request)
    {
        lock (_lock)
        {
            _underWay--;
            _last.Enqueue(request with { Number = ++_number });
            if (_last.Count > _keep)
            {
                _last.Dequeue();
            }

            var key = new RequestKey(request.Host, request.Path, request.OrganizationId, request.Status);
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }
    }
}
