namespace JumpCloudSimulator;

/// <summary>A system user and its JSON as served.</summary>
public sealed record SimulatedUser(string Id, string Username, ReadOnlyMemory<byte> Json);

/// <summary>The system users of an organization, in the order of _id.</summary>
public sealed class SimulatedUsers
{
    private readonly Lock _lock = new();
    private readonly SortedList<string, (int Number, int Version, SimulatedUser User)> _users = new(StringComparer.Ordinal);
    private readonly ulong _seed;
    private readonly string _organizationId;
    private readonly string _domain;
    private readonly DateTimeOffset _made;
    private int _next;

    internal SimulatedUsers(ulong seed, string organizationId, string domain, TimeProvider clock)
    {
        _seed = seed;
        _organizationId = organizationId;
        _domain = domain;
        _made = clock.GetUtcNow();
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _users.Count;
            }
        }
    }

    /// <summary>All of them now, by _id.</summary>
    public IReadOnlyList<SimulatedUser> List()
    {
        lock (_lock)
        {
            return [.. _users.Values.Select(u => u.User)];
        }
    }

    /// <summary>Makes more users. Their ids are not in the order of their making.</summary>
    public IReadOnlyList<SimulatedUser> Add(int count = 1)
    {
        lock (_lock)
        {
            var added = new List<SimulatedUser>(count);
            for (var i = 0; i < count; i++)
            {
                var number = _next++;
                var user = Make(number, version: 0);
                _users[user.Id] = (number, 0, user);
                added.Add(user);
            }

            return added;
        }
    }

    /// <summary>Changes something of a user; answers how it is now, or null where there is none of that id.</summary>
    public SimulatedUser? Change(string id)
    {
        lock (_lock)
        {
            if (!_users.TryGetValue(id, out var entry))
            {
                return null;
            }

            var user = Make(entry.Number, entry.Version + 1);
            _users[id] = (entry.Number, entry.Version + 1, user);
            return user;
        }
    }

    /// <summary>Removes a user; answers whether there was one.</summary>
    public bool Remove(string id)
    {
        lock (_lock)
        {
            return _users.Remove(id);
        }
    }

    private SimulatedUser Make(int number, int version) => UserRenderer.Render(_seed, _organizationId, _domain, number, version, _made);
}
