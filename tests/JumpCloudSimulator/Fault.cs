using System.Collections;

namespace JumpCloudSimulator;

/// <summary>Which of the two hosts.</summary>
public enum HostKind
{
    /// <summary>Directory Insights.</summary>
    Insights = 1,

    /// <summary>Users and organizations.</summary>
    Console = 2,
}

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>400 with a message.</summary>
    Status400 = 1,

    /// <summary>401 as for a bad or expired key.</summary>
    Unauthorized401,

    /// <summary>401 as for a multi-tenant key without an organization.</summary>
    NoOrganizationSelected401,

    /// <summary>402: Directory Insights is not licensed.</summary>
    PaymentRequired402,

    /// <summary>403: the role lacks the right.</summary>
    Forbidden403,

    /// <summary>403 with HTML: the address is blocked for abuse.</summary>
    ForbiddenBlocked403,

    /// <summary>404: unknown organization.</summary>
    NotFound404,

    /// <summary>429, with Retry-After where the rule gives one.</summary>
    TooManyRequests429,

    /// <summary>500 with a message.</summary>
    InternalServerError500,

    /// <summary>502 with a gateway's HTML.</summary>
    BadGateway502Html,

    /// <summary>503 with a gateway's HTML, and Retry-After where the rule gives one.</summary>
    ServiceUnavailable503Html,

    /// <summary>The right headers and the first half of the body, then the connection breaks.</summary>
    BodyCutShort,

    /// <summary>The connection is reset before any answer.</summary>
    ConnectionReset,

    /// <summary>200 with an HTML login page.</summary>
    NotJson,

    /// <summary>200 with a body that ends in the middle of the array, and a Content-Length that agrees with it.</summary>
    TruncatedJson,

    /// <summary>No answer until the client gives up.</summary>
    NeverAnswers,
}

/// <summary>A rule: which requests go wrong, and how.</summary>
public sealed class Fault(FaultKind kind)
{
    private int _seen;
    private int _applied;

    /// <summary>What goes wrong.</summary>
    public FaultKind Kind { get; } = kind;

    /// <summary>The share of matching requests, drawn from a seeded random.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>How often in all; null is without end.</summary>
    public int? Times { get; init; }

    /// <summary>How many matching requests are left alone first.</summary>
    public int Skip { get; init; }

    /// <summary>Only requests for this organization (or provider, for portal events).</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Only requests to this host.</summary>
    public HostKind? Host { get; init; }

    /// <summary>Only paths that contain this text, or, where it begins with =, are exactly the rest of it.</summary>
    public string? PathContains { get; init; }

    /// <summary>For 429 and 503.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Retry-After as a date, not as seconds.</summary>
    public bool RetryAfterAsDate { get; init; }

    /// <summary>BodyCutShort only: a chunked body, without Content-Length.</summary>
    public bool Chunked { get; init; }

    /// <summary>How often it was applied.</summary>
    public int Applied => _applied;

    internal bool Applies(HostKind host, string path, string? organizationId, Random random)
    {
        if ((Host is { } onHost && onHost != host)
            || (OrganizationId is not null && OrganizationId != organizationId)
            || (PathContains is { Length: > 0 } text && !(text[0] == '=' ? path == text[1..] : path.Contains(text, StringComparison.Ordinal))))
        {
            return false;
        }

        // Called under the lock of the list.
        if (_seen++ < Skip || (Times is { } times && _applied >= times) || (Rate < 1 && random.NextDouble() >= Rate))
        {
            return false;
        }

        _applied++;
        return true;
    }
}

/// <summary>The rules in force; the first that applies to a request is used. Safe to change at any time.</summary>
public sealed class FaultCollection : IReadOnlyCollection<Fault>
{
    private readonly Lock _lock = new();
    private readonly Random _random;
    private Fault[] _faults = [];

    internal FaultCollection(int seed) => _random = new Random(seed);

    /// <inheritdoc/>
    public int Count => _faults.Length;

    /// <summary>Adds a rule after the others.</summary>
    public Fault Add(Fault fault)
    {
        lock (_lock)
        {
            _faults = [.. _faults, fault];
            return fault;
        }
    }

    /// <summary>Adds a rule that needs nothing but its kind.</summary>
    public Fault Add(FaultKind kind) => Add(new Fault(kind));

    /// <summary>Takes a rule away.</summary>
    public void Remove(Fault fault)
    {
        lock (_lock)
        {
            _faults = [.. _faults.Where(f => !ReferenceEquals(f, fault))];
        }
    }

    /// <summary>Takes all rules away.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _faults = [];
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Fault> GetEnumerator() => ((IEnumerable<Fault>)_faults).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal Fault? For(HostKind host, string path, string? organizationId)
    {
        if (_faults.Length == 0)
        {
            return null;
        }

        lock (_lock)
        {
            return Array.Find(_faults, f => f.Applies(host, path, organizationId, _random));
        }
    }
}
