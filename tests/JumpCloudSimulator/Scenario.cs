using System.Collections.Concurrent;

namespace JumpCloudSimulator;

/// <summary>
/// How the service behaves: everything that may change while it runs. Each property can be set at any time from any
/// thread and holds for the requests that come after.
/// </summary>
public sealed class Scenario
{
    internal Scenario(int seed) => Faults = new FaultCollection(seed);

    /// <summary>Whether an event at the very millisecond of end_time is in the answer: nobody outside knows.</summary>
    public bool EndTimeInclusive { get; set; }

    /// <summary>Each answer is delayed by this long of real time.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>An event is seen only when its timestamp and this lie behind the clock; zero shows all, future ones too.</summary>
    public TimeSpan ArrivalLag { get; set; }

    /// <summary>Events older than this are gone; zero keeps all.</summary>
    public TimeSpan Retention { get; set; }

    /// <summary>Serves every event with another property order and white space at each repeat.</summary>
    public bool RewriteEvents { get; set; }

    /// <summary>Whether a service that is not known gets 400 (else it simply matches nothing).</summary>
    public bool RefuseUnknownService { get; set; } = true;

    /// <summary>Whether an end_time in the future gets 400; a start_time there always does.</summary>
    public bool RefuseFutureEnd { get; set; }

    /// <summary>The highest limit; more, or nonsense, becomes 1000 (or this, where this is less).</summary>
    public int MaxLimit { get; set; } = 10_000;

    /// <summary>Requests a second on each host beyond which 429 comes; zero is without limit.</summary>
    public int RequestsPerSecond { get; set; }

    /// <summary>How long an access token of the service account lives.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether lists of users come in an order of their own on each request unless sort=_id is asked for.</summary>
    public bool UnstableUserOrder { get; set; }

    /// <summary>Organizations that refuse the key, and the status (401, 402, 403 or 404) they do it with.</summary>
    public ConcurrentDictionary<string, int> RefusedOrganizations { get; } = new(StringComparer.Ordinal);

    /// <summary>What goes wrong.</summary>
    public FaultCollection Faults { get; }

    /// <summary>Called after page number n (from 0) of a walk over the users was answered.</summary>
    public Action<SimulatedOrganization, int>? UserChurn { get; set; }

    /// <summary>The same without a hook: changes that are made under a walk until they are used up.</summary>
    public UserChurnPlan? UserChurnPlan { get; set; }
}

/// <summary>Changes to the users that happen while somebody pages through them.</summary>
public sealed class UserChurnPlan
{
    private readonly Lock _lock = new();
    private int _removals;
    private int _additions;
    private int _changes;

    /// <summary>How many users (of pages already served) to remove, to add, and to change, one of each after a page.</summary>
    public UserChurnPlan(int removals = 0, int additions = 0, int changes = 0)
    {
        _removals = removals;
        _additions = additions;
        _changes = changes;
    }

    /// <summary>What is still to be done.</summary>
    public int Remaining
    {
        get
        {
            lock (_lock)
            {
                return _removals + _additions + _changes;
            }
        }
    }

    internal void After(SimulatedOrganization organization)
    {
        lock (_lock)
        {
            var users = organization.Users.List();
            if (_removals > 0 && users.Count > 0)
            {
                _removals--;
                organization.Users.Remove(users[0].Id);
            }

            if (_additions > 0)
            {
                _additions--;
                organization.Users.Add();
            }

            if (_changes > 0 && users.Count > 1)
            {
                _changes--;
                organization.Users.Change(users[1].Id);
            }
        }
    }
}
