using System.Security;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Connectors;

/// <summary>Adds, finds, changes and removes connectors, by the rules.</summary>
public sealed class ConnectorRegistry(RecordStore store, SecretProtector secrets, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>
    /// Checks a new connector without adding it, its name's uniqueness included; for -WhatIf, and before a secret is asked for.
    /// </summary>
    /// <exception cref="JcException">See <see cref="ConnectorRules.Check"/>, and ConnectorExists.</exception>
    public void CheckNew(Connector connector)
    {
        ConnectorRules.Check(connector);
        CheckReferences(connector);
        if (store.Connectors.FindConnector(connector.Name) is { } existing)
        {
            throw new JcException("ConnectorExists", JcErrorKind.AlreadyExists,
                $"A connector named '{existing.Name}' exists already. Choose another name, or change that one with Set-JcConnector.", connector.Name);
        }
    }

    /// <summary>Adds a connector. <paramref name="connector"/>'s id, tenant id and times are given here.</summary>
    /// <param name="connector">What is to be added.</param>
    /// <param name="secret">The API key, or the service account's secret; null where the connector refers to one, or is to
    /// get it later.</param>
    /// <param name="proxyPassword">The password of the proxy's user; null where there is none, or it is to get it later.</param>
    /// <exception cref="JcException">See <see cref="CheckNew"/>, InvalidApiKey and InvalidServiceAccount.</exception>
    public ConnectorInfo Add(Connector connector, SecureString? secret, SecureString? proxyPassword = null)
    {
        CheckNew(connector);
        secrets.CheckApartFrom(store.Folder);
        DateTimeOffset now = _time.GetUtcNow();
        Guid id = Guid.NewGuid();
        (byte[] kept, string? ending) = Protect(id, connector, secret);
        byte[] proxy = ProtectProxy(id, connector, proxyPassword);
        connector = connector with
        {
            Id = id, TenantId = store.Connectors.GetTenantId(connector.TenantName), CreatedAt = now, ModifiedAt = now, Version = 1,
            ApiKeySetAt = now, ApiKeyEnding = ending, AnalyzerProfile = ProfileName(connector),
        };
        store.Connectors.AddConnector(connector, kept, proxy);
        return Describe(connector);
    }

    /// <summary>The connectors whose name matches one of the patterns (<c>*</c> and <c>?</c>), or all.</summary>
    public IReadOnlyList<Connector> Find(IReadOnlyList<string>? names = null, IReadOnlyList<string>? tenants = null)
    {
        TextPattern[]? byName = names is { Count: > 0 } ? [.. names.Select(n => new TextPattern(n))] : null;
        TextPattern[]? byTenant = tenants is { Count: > 0 } ? [.. tenants.Select(t => new TextPattern(t))] : null;
        return [.. store.Connectors.GetConnectors().Where(c => Matches(byName, c.Name) && Matches(byTenant, c.TenantName))];

        static bool Matches(TextPattern[]? patterns, string text) => patterns is null || Array.Exists(patterns, p => p.Matches(text.AsSpan()));
    }

    /// <summary>The connector of that name.</summary>
    /// <exception cref="JcException">ConnectorNotFound.</exception>
    public Connector Get(string name) => store.Connectors.FindConnector(name) ?? throw NotFound(name, store.Folder, Find().Select(c => c.Name));

    /// <summary>The error for a name that no connector of a store has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="folder">The store's folder.</param>
    /// <param name="known">The names that there are, one of which may be meant.</param>
    public static JcException NotFound(string name, string folder, IEnumerable<string>? known = null) => new("ConnectorNotFound", JcErrorKind.NotFound,
        $"There is no connector named '{name}' in the store '{folder}'. {Likeness.Question(name, known)}Get-JcConnector lists those there are.", name);

    /// <summary>A connector with its health.</summary>
    public ConnectorInfo Describe(Connector connector) =>
        ConnectorInfo.From(connector, store.Records.GetStreams(connector.Id), UnconfirmedGaps(), Hosts(), store.Folder, _time.GetUtcNow());

    /// <summary>Connectors with their health.</summary>
    public IEnumerable<ConnectorInfo> Describe(IReadOnlyList<Connector> connectors)
    {
        ILookup<Guid, StreamInfo> streams = store.Records.GetStreams().ToLookup(s => s.Key.ConnectorId);
        DateTimeOffset now = _time.GetUtcNow();
        IReadOnlyDictionary<long, int> gaps = UnconfirmedGaps();
        string[] hosts = Hosts();
        foreach (Connector connector in connectors) yield return ConnectorInfo.From(connector, [.. streams[connector.Id]], gaps, hosts, store.Folder, now);
    }

    /// <summary>Changes a connector.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">Makes the changed one from the present one; what is fixed after adding (name, tenant, where it
    /// runs) and the identity stay.</param>
    /// <param name="secret">A new API key, or the service account's secret; null to keep the one there is.</param>
    /// <param name="proxyPassword">A new password of the proxy's user; null to keep the one there is, for the same proxy and
    /// user.</param>
    /// <exception cref="JcException">ConnectorNotFound, ConnectorChanged, InvalidApiKey, InvalidServiceAccount, or what the
    /// rules refuse.</exception>
    public ConnectorInfo Update(string name, Func<Connector, Connector> change, SecureString? secret = null, SecureString? proxyPassword = null)
    {
        Connector present = Get(name);
        Connector changed = change(present) with
        {
            Id = present.Id, Name = present.Name, TenantName = present.TenantName, TenantId = present.TenantId,
            RunOn = present.RunOn, SensorName = present.SensorName,
            CreatedAt = present.CreatedAt, ModifiedAt = _time.GetUtcNow(), Version = present.Version + 1,
        };
        changed = changed with { EnabledAt = EnabledAt(present, changed.Enabled, changed.ModifiedAt) };
        (byte[] Secret, string? Ending)? renewed = null;
        bool otherKey = changed.ApiKeySecret != present.ApiKeySecret || changed.ApiKeyVault != present.ApiKeyVault || changed.ApiKeyVariable != present.ApiKeyVariable
            || changed.ServiceAccountClientId != present.ServiceAccountClientId;
        if (secret is not null || otherKey)
        {
            renewed = Protect(present.Id, changed, secret);
            changed = changed with { ApiKeySetAt = changed.ModifiedAt, ApiKeyEnding = renewed.Value.Ending };
        }

        bool otherAddress = changed.EffectiveInsightsUri != present.EffectiveInsightsUri || changed.EffectiveConsoleUri != present.EffectiveConsoleUri
            || changed.TokenUri != present.TokenUri;
        if (renewed is not null || otherAddress) changed = changed with { AccessVersion = present.AccessVersion + 1 };
        ConnectorRules.Check(changed);
        CheckReferences(changed);
        changed = changed with { AnalyzerProfile = ProfileName(changed) };
        // A password goes to the proxy and user that it was given for, and to no other.
        byte[]? proxy = proxyPassword is not null || changed.Proxy != present.Proxy || changed.ProxyUser != present.ProxyUser
            ? ProtectProxy(present.Id, changed, proxyPassword) : null;
        store.Connectors.UpdateConnector(changed, renewed?.Secret, proxy);

        // A new key or way may be just what a failing stream waits for, and whether it does what the old one did is not known. Nothing else mends it, so that its fault stays.
        bool otherWay = proxyPassword is not null || changed.Proxy != present.Proxy || changed.ProxyUser != present.ProxyUser || changed.NoProxy != present.NoProxy
            || changed.CertificateAuthorityFile != present.CertificateAuthorityFile;
        bool otherScope = changed.ProviderId != present.ProviderId || changed.OrganizationId != present.OrganizationId;
        if (renewed is not null || otherAddress || otherWay || otherScope) store.Records.ResetStatus(present.Id);
        return Describe(changed);
    }

    /// <summary>Switches a connector on or off. Its position, key, filters and status stay as they are.</summary>
    /// <returns>False where it was so already.</returns>
    /// <exception cref="JcException">ConnectorNotFound or ConnectorChanged.</exception>
    public bool SetEnabled(string name, bool enabled)
    {
        Connector present = Get(name);
        if (present.Enabled == enabled) return false;
        DateTimeOffset now = _time.GetUtcNow();
        store.Connectors.UpdateConnector(
            present with { Enabled = enabled, EnabledAt = EnabledAt(present, enabled, now), ModifiedAt = now, Version = present.Version + 1 }, null, null);
        return true;
    }

    /// <summary>True where a host of that name has collected from this store, or is this one.</summary>
    public bool IsHost(string name) => Hosts().Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Removes a connector with its secret and positions. Its records stay.</summary>
    /// <exception cref="JcException">ConnectorNotFound.</exception>
    public void Remove(string name)
    {
        if (!store.Connectors.RemoveConnector(Get(name).Id)) throw NotFound(name, store.Folder);
    }

    // What was not collected before that was not collected on purpose.
    private static DateTimeOffset? EnabledAt(Connector present, bool enabled, DateTimeOffset now) =>
        enabled && !present.Enabled ? now : present.EnabledAt;

    private void CheckReferences(Connector connector)
    {
        new LogFilterRegistry(store, _time).CheckAttachable(connector);
        if (connector.AnalyzerProfile is { } profile) new AnalyzerProfileRegistry(store, _time).Get(profile);
    }

    // As the profile itself is written.
    private string? ProfileName(Connector connector) =>
        connector.AnalyzerProfile is { } profile ? new AnalyzerProfileRegistry(store, _time).Get(profile).Name : null;

    // Nothing is kept of a key that is merely referred to.
    private (byte[] Secret, string? Ending) Protect(Guid id, Connector connector, SecureString? secret)
    {
        if (secret is null) return ([], null);
        // Of the secret of a service account, nothing is shown: its client ID tells it from another.
        if (connector.ServiceAccountClientId is not null) return (secrets.Protect(id, ApiKey.ToClientSecret(secret)), null);
        byte[] key = ApiKey.ToBytes(secret);
        return (secrets.Protect(id, key), ApiKey.EndingOf(key));
    }

    private Dictionary<long, int> UnconfirmedGaps() =>
        store.Ledger.GetGaps().Where(g => g.Confirmed is null).GroupBy(g => g.StreamId).ToDictionary(g => g.Key, g => g.Count());

    private byte[] ProtectProxy(Guid id, Connector connector, SecureString? password) =>
        password is null || connector.ProxyUser is null ? [] : secrets.ProtectProxyPassword(id, ApiKey.ToPassword(password));

    private string[] Hosts() => [Environment.MachineName, .. store.Connectors.GetHosts().Select(h => h.Name)];
}
