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
    // No organization's id begins so.
    private const string ProviderMark = "provider ";

    // More names than these nobody reads.
    private const int MostNamed = 3;

    private readonly RecordStore _store;
    private readonly SecretProtector _secrets;
    private readonly List<Connector> _connectors;
    private readonly IReadOnlyDictionary<Guid, (string Id, string Name, int For)> _own;
    private readonly ILookup<Guid, StreamInfo> _ofProviders;

    // Of a thousand connectors each is held against each: what is known of one is put together once.
    private readonly Dictionary<Guid, Dictionary<string, string>> _organizations = [];
    private readonly Dictionary<Guid, string?> _keys = [];
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
    /// A warning for each other connector that collects the same as this one; the text is the same from either side. None for
    /// what is not collected, and where each of the two has log filters and not the same ones.
    /// </summary>
    /// <param name="connector">The connector.</param>
    /// <param name="reached">The organizations that its key was just seen to reach; null for those that the store knows.</param>
    public IReadOnlyList<string> Of(Connector connector, IReadOnlyList<Organization>? reached = null)
    {
        if (!IsCollected(connector)) return [];
        Dictionary<string, string> mine = Organizations(connector);
        if (reached is { Count: > 0 })
        {
            mine = new Dictionary<string, string>(mine, StringComparer.OrdinalIgnoreCase);
            foreach (Organization organization in reached) mine[organization.Id] = organization.Name;
        }

        List<string> found = [];
        foreach (Connector other in Candidates(connector, mine))
        {
            if (other.Id == connector.Id || AreApart(connector, other)) continue;
            if (Shared(connector, mine, other) is not { } shared) continue;
            ContentType[] types = [.. connector.ContentTypes.Intersect(other.ContentTypes).OrderBy(t => t)];
            if (types.Length > 0) found.Add(Warning(connector, other, types, shared));
        }

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

    /// <summary>What both collect, as a part of a sentence; null where that is nothing, or nobody knows yet.</summary>
    private string? Shared(Connector one, Dictionary<string, string> organizations, Connector other)
    {
        if (one.ProviderId is { } provider && string.Equals(provider, other.ProviderId, StringComparison.OrdinalIgnoreCase)) return $"the organizations of provider {provider}";
        Dictionary<string, string> others = Organizations(other);
        (Dictionary<string, string> fewer, Dictionary<string, string> more) = organizations.Count <= others.Count ? (organizations, others) : (others, organizations);
        Dictionary<string, string>? both = null;
        foreach (KeyValuePair<string, string> organization in fewer)
            if (more.TryGetValue(organization.Key, out string? name)) (both ??= [])[organization.Key] = organization.Value.Length > 0 ? organization.Value : name;
        if (both is not null) return Describe(both);

        bool isKnown = organizations.Count > 0 && others.Count > 0;
        if (isKnown || !IsOfItsKey(one) || !IsOfItsKey(other) || !HaveSameKey(one, other)) return null;
        // What is known of one of the two holds for the other.
        return organizations.Count + others.Count == 0 ? "the organization of the API key that both have" : Describe(organizations.Count > 0 ? organizations : others);
    }

    private static string Describe(Dictionary<string, string> organizations)
    {
        IEnumerable<string> first = organizations.OrderBy(o => o.Value, StringComparer.OrdinalIgnoreCase).ThenBy(o => o.Key, StringComparer.Ordinal)
            .Take(MostNamed).Select(o => o.Value.Length > 0 ? $"'{o.Value}' ({o.Key})" : o.Key);
        string more = organizations.Count > MostNamed ? $" and {organizations.Count - MostNamed} more" : "";
        return $"{(organizations.Count == 1 ? "organization" : "organizations")} {string.Join(", ", first)}{more}";
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

    private static string Warning(Connector connector, Connector other, ContentType[] types, string shared)
    {
        string[] names = [.. new[] { connector.Name, other.Name }.OrderBy(n => n, StringComparer.OrdinalIgnoreCase)];
        return $"Connectors '{names[0]}' and '{names[1]}' both collect {string.Join(" and ", types)} of {shared}, so that the same records are stored twice. "
            + "Remove or disable one of them (Disable-JcConnector), or give each its own content types or its own log filters (Set-JcConnector).";
    }
}
