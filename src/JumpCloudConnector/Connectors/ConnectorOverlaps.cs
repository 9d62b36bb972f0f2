using System.Security.Cryptography;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Connectors;

/// <summary>
/// Finds connectors that collect the same: the same content type of the same organization, so that its records are stored twice.
/// What the store knows is read once; nothing is asked of JumpCloud.
/// </summary>
public sealed class ConnectorOverlaps
{
    private static readonly IdComparer s_byId = new();

    // No organization's id begins so.
    private const string ProviderMark = "provider ";

    private readonly RecordStore _store;
    private readonly SecretProtector _secrets;
    private readonly List<Connector> _connectors;
    private readonly IReadOnlyDictionary<Guid, (string Id, string Name, int For)> _own;
    private readonly ILookup<Guid, StreamInfo> _ofProviders;

    // Of a thousand connectors each is held against each: what is known of one is put together once.
    private readonly Dictionary<Guid, Dictionary<string, string>> _organizations = [];
    private readonly Dictionary<Guid, string?> _keys = [];
    private readonly Dictionary<Guid, Dictionary<(Place Place, ContentType Type), List<Connector>>> _neighbours = [];
    private readonly Dictionary<(Guid Connector, Place Place, ContentType Type), HashSet<Connector>> _sets = [];
    private ILookup<string, int>? _byOrganization;

    /// <summary>Reads what is known of a store's connectors.</summary>
    /// <param name="store">Stays the caller's.</param>
    /// <param name="secrets">Tells whether two connectors have the same API key, where their organizations are not known.</param>
    public ConnectorOverlaps(RecordStore store, SecretProtector secrets)
    {
        _store = store;
        _secrets = secrets;
        _connectors = [.. store.Connectors.GetConnectors().Where(IsCollected)];
        _own = store.Connectors.GetOrganizations();
        HashSet<Guid> providers = [.. _connectors.Where(c => c.ProviderId is not null).Select(c => c.Id)];
        _ofProviders = (providers.Count == 0 ? [] : store.Records.GetStreams())
            .Where(s => s.Gone is null && s.Key.OrganizationId is not (StreamKey.Listing or StreamKey.PortalOrganization or "") && providers.Contains(s.Key.ConnectorId))
            .ToLookup(s => s.Key.ConnectorId);
    }

    /// <summary>
    /// What there is to say of a connector and those that collect the same: one warning for all of them, whose text is the same
    /// from each of their sides. None for what is not collected, and where each of two has log filters and not the same ones.
    /// </summary>
    /// <param name="connector">The connector.</param>
    /// <param name="reached">The organizations that its key was just seen to reach; null for those that the store knows.</param>
    public IReadOnlyList<string> Of(Connector connector, IReadOnlyList<Organization>? reached = null)
    {
        if (!IsCollected(connector)) return [];
        Dictionary<(Place Place, ContentType Type), HashSet<Connector>> found = [];
        foreach (KeyValuePair<(Place, ContentType), List<Connector>> overlap in Neighbours(connector, reached))
        {
            // Who collects the same as one of these belongs to them, be it in other log filters apart from this one.
            HashSet<Connector> others = found[overlap.Key] = new(s_byId);
            foreach (Connector other in overlap.Value)
                if (!others.Contains(other)) others.UnionWith(SetOf(other, overlap.Key));
            others.RemoveWhere(c => c.Id == connector.Id);
        }

        return [.. Group(connector, found).Select(o => o.Warning)];
    }

    /// <summary>A connector and all that are connected with it by what they collect of one place.</summary>
    private HashSet<Connector> SetOf(Connector connector, (Place Place, ContentType Type) overlap)
    {
        if (_sets.TryGetValue((connector.Id, overlap.Place, overlap.Type), out HashSet<Connector>? set)) return set;
        set = new HashSet<Connector>(s_byId) { connector };
        Queue<Connector> open = new(set);
        while (open.Count > 0)
        {
            Connector next = open.Dequeue();
            _sets[(next.Id, overlap.Place, overlap.Type)] = set;
            if (Neighbours(next).TryGetValue(overlap, out List<Connector>? others))
                foreach (Connector other in others) if (set.Add(other)) open.Enqueue(other);
        }

        return set;
    }

    /// <summary>What there is to say to whoever has just made, changed or enabled a connector: which others collect the same.</summary>
    public IReadOnlyList<string> OfChanged(Connector connector) =>
        IsCollected(connector) ? [.. Group(connector, Neighbours(connector).ToDictionary(n => n.Key, n => new HashSet<Connector>(n.Value, s_byId))).Select(o => o.WarningOf(connector.Name))] : [];

    /// <summary>One overlap for each set of connectors that collects the same content types of the same organizations.</summary>
    private static IEnumerable<ConnectorOverlap> Group(Connector connector, Dictionary<(Place Place, ContentType Type), HashSet<Connector>> found)
    {
        foreach ((Place Place, ContentType Type) unnamed in found.Keys.Where(k => k.Place.IsUnnamed).ToArray())
            // What is known of one that has the key holds for the others.
            if (found.Any(f => !f.Key.Place.IsUnnamed && f.Key.Type == unnamed.Type && f.Value.IsSupersetOf(found[unnamed]))) found.Remove(unnamed);

        var sets = found.Select(f => (f.Key.Place, f.Key.Type, Names: NamesOf(connector, f.Value)))
            .GroupBy(f => (f.Place, Set: string.Join("\n", f.Names)))
            .Select(g => (g.Key.Place, g.Key.Set, g.First().Names, Types: g.Select(f => f.Type).OrderBy(t => t).ToArray()));
        return sets.GroupBy(s => (s.Set, Types: string.Join(",", s.Types)))
            .Select(g => new ConnectorOverlap(g.First().Names, g.First().Types, Describe([.. g.Select(s => s.Place)], g.First().Names.Length)))
            .OrderBy(o => o.Warning, StringComparer.OrdinalIgnoreCase);
    }

    private static string[] NamesOf(Connector connector, IEnumerable<Connector> others) =>
        [.. others.Select(o => o.Name).Append(connector.Name).OrderBy(n => n, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Who collects the same, by what and of which organization. For what the store knows it is put together once.</summary>
    private Dictionary<(Place Place, ContentType Type), List<Connector>> Neighbours(Connector connector, IReadOnlyList<Organization>? reached = null)
    {
        Dictionary<string, string> mine = Organizations(connector);
        bool isAsStored = reached is not { Count: > 0 };
        if (isAsStored && _neighbours.TryGetValue(connector.Id, out Dictionary<(Place, ContentType), List<Connector>>? found)) return found;
        if (!isAsStored)
        {
            mine = new Dictionary<string, string>(mine, StringComparer.OrdinalIgnoreCase);
            foreach (Organization organization in reached!) mine[organization.Id] = organization.Name;
        }

        found = [];
        foreach (Connector other in Candidates(connector, mine))
        {
            if (other.Id == connector.Id || AreApart(connector, other)) continue;
            ContentType[] types = [.. connector.ContentTypes.Intersect(other.ContentTypes)];
            if (types.Length == 0) continue;
            foreach (Place place in Shared(connector, mine, other))
            {
                foreach (ContentType type in types)
                {
                    if (!found.TryGetValue((place, type), out List<Connector>? others)) found[(place, type)] = others = [];
                    others.Add(other);
                }
            }
        }

        if (isAsStored) _neighbours[connector.Id] = found;
        return found;
    }

    /// <summary>Those that may collect the same, in the store's order: of thousands most are of other organizations.</summary>
    private IEnumerable<Connector> Candidates(Connector connector, Dictionary<string, string> mine)
    {
        // Whose organization nobody knows yet can be told from others by its key alone.
        if (mine.Count == 0 && connector.ProviderId is null) return _connectors;
        ILookup<string, int> byOrganization = _byOrganization ??= _connectors
            .SelectMany((c, i) => Organizations(c).Keys.DefaultIfEmpty("").Concat(c.ProviderId is { } provider ? [ProviderMark + provider] : []).Select(o => (Organization: o, Index: i)))
            .ToLookup(o => o.Organization, o => o.Index, StringComparer.OrdinalIgnoreCase);
        IEnumerable<string> sought = connector.ProviderId is { } own ? [.. mine.Keys, "", ProviderMark + own] : [.. mine.Keys, ""];
        return sought.SelectMany(o => byOrganization[o]).Distinct().OrderBy(i => i).Select(i => _connectors[i]);
    }

    private static bool IsCollected(Connector connector) => connector.Enabled && (connector.RunOn == RunOn.Sensor || connector.AnalyzerProfile is not null);

    // Whoever gives each its own filters has divided the records between them.
    private static bool AreApart(Connector one, Connector other) =>
        one.LogFilters.Count > 0 && other.LogFilters.Count > 0 && !new HashSet<string>(one.LogFilters, StringComparer.OrdinalIgnoreCase).SetEquals(other.LogFilters);

    /// <summary>What both collect; nothing where they do not, or nobody knows yet.</summary>
    private IEnumerable<Place> Shared(Connector one, Dictionary<string, string> organizations, Connector other)
    {
        if (one.ProviderId is { } provider && string.Equals(provider, other.ProviderId, StringComparison.OrdinalIgnoreCase)) return [new Place(ProviderMark + provider, "")];
        Dictionary<string, string> others = Organizations(other);
        (Dictionary<string, string> fewer, Dictionary<string, string> more) = organizations.Count <= others.Count ? (organizations, others) : (others, organizations);
        List<Place>? both = null;
        foreach (KeyValuePair<string, string> organization in fewer)
            if (more.TryGetValue(organization.Key, out string? name)) (both ??= []).Add(new Place(organization.Key, organization.Value.Length > 0 ? organization.Value : name));
        if (both is not null) return both;

        bool isKnown = organizations.Count > 0 && others.Count > 0;
        if (isKnown || !IsOfItsKey(one) || !IsOfItsKey(other) || !HaveSameKey(one, other)) return [];
        // What is known of one of the two holds for the other.
        return organizations.Count + others.Count == 0 ? [default] : (organizations.Count > 0 ? organizations : others).Select(o => new Place(o.Key, o.Value));
    }

    private static string Describe(Place[] places, int connectors)
    {
        if (places.Length == 1 && places[0].IsUnnamed) return $"the organization of the API key that {(connectors == 2 ? "both" : "all")} have";
        if (places.Length == 1 && places[0].Id!.StartsWith(ProviderMark, StringComparison.Ordinal)) return $"the organizations of {places[0].Id}";
        IEnumerable<string> names = places.OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Id, StringComparer.Ordinal)
            .Select(p => p.IsUnnamed ? "that of their API key" : p.Name!.Length > 0 ? $"'{p.Name}' ({p.Id})" : p.Id!);
        return $"{(places.Length == 1 ? "organization" : "organizations")} {Words.List(names)}";
    }

    /// <summary>The organizations that a connector surely collects, with their names where these are known.</summary>
    private Dictionary<string, string> Organizations(Connector connector)
    {
        if (_organizations.TryGetValue(connector.Id, out Dictionary<string, string>? found)) return found;
        found = _organizations[connector.Id] = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (connector.ProviderId is not null)
        {
            foreach (StreamInfo stream in _ofProviders[connector.Id]) found[stream.Key.OrganizationId] = stream.OrganizationName ?? "";
            return found;
        }

        // What was learnt with an earlier key says nothing of this one.
        (string Id, string Name, int For)? own = _own.TryGetValue(connector.Id, out (string, string, int For) known) && known.For == connector.AccessVersion ? known : null;
        if ((connector.OrganizationId ?? own?.Id) is { } id) found[id] = own?.Id == id ? own.Value.Name : "";
        return found;
    }

    private static bool IsOfItsKey(Connector connector) => connector.ProviderId is null && connector.OrganizationId is null;

    private bool HaveSameKey(Connector one, Connector other)
    {
        if (one.CredentialType != other.CredentialType) return false;
        return one.CredentialType switch
        {
            CredentialType.ApiKeyVariable => one.ApiKeyVariable == other.ApiKeyVariable,
            CredentialType.ApiKeySecret => Same(one.ApiKeySecret, other.ApiKeySecret) && Same(one.ApiKeyVault, other.ApiKeyVault),
            CredentialType.ApiKey => one.ApiKeyEnding == other.ApiKeyEnding && KeyOf(one) is { } key && key == KeyOf(other),
            _ => false,
        };

        static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What tells a key from another; null where there is none to be read.</summary>
    private string? KeyOf(Connector connector)
    {
        if (_keys.TryGetValue(connector.Id, out string? known)) return known;
        try
        {
            if (_store.Connectors.GetSecret(connector.Id) is { Length: > 0 } kept)
            {
                // The key itself is not kept.
                byte[] key = _secrets.Unprotect(connector.Id, kept);
                using SHA256 hash = SHA256.Create();
                known = Convert.ToBase64String(hash.ComputeHash(key));
                Array.Clear(key, 0, key.Length);
            }
        }
        catch (JcException)
        {
            // Whoever needs the key says so; here it is one that is like no other.
        }

        return _keys[connector.Id] = known;
    }

    /// <summary>An organization, all of a provider, or with the default the one of an API key that nobody has asked yet.</summary>
    private readonly struct Place(string id, string name) : IEquatable<Place>
    {
        public string? Id { get; } = id;

        public string? Name { get; } = name;

        public bool IsUnnamed => Id is null;

        // Some know an organization's name, some do not.
        public bool Equals(Place other) => string.Equals(Id, other.Id, StringComparison.OrdinalIgnoreCase);

        public override bool Equals(object? obj) => obj is Place other && Equals(other);

        public override int GetHashCode() => Id is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Id);
    }

    // What else a connector has need not be compared.
    private sealed class IdComparer : IEqualityComparer<Connector>
    {
        public bool Equals(Connector? one, Connector? other) => one?.Id == other?.Id;

        public int GetHashCode(Connector connector) => connector.Id.GetHashCode();
    }
}
