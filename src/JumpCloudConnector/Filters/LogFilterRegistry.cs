using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Filters;

/// <summary>A log filter as the administrator sees it: what was set, where it is attached and what it has excluded.</summary>
public sealed record LogFilterInfo
{
    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant whose connectors may use it, or null for all.</summary>
    public string? TenantName { get; init; }

    /// <summary>All of which must hold.</summary>
    public required IReadOnlyList<LogFilterCondition> Condition { get; init; }

    /// <summary>True when it is attached to a connector.</summary>
    public bool IsActive => ConnectorName.Count > 0;

    /// <summary>The connectors that it is attached to.</summary>
    public required IReadOnlyList<string> ConnectorName { get; init; }

    /// <summary>How many records it has excluded.</summary>
    public long Excluded { get; init; }

    /// <summary>When it last excluded one.</summary>
    public DateTimeOffset? LastExcluded { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>The store it lies in, so that a pipeline stays with that store.</summary>
    public required string StorePath { get; init; }
}

/// <summary>What a log filter would exclude of what is stored.</summary>
public sealed record LogFilterTestResult
{
    /// <summary>The filter.</summary>
    public required string Name { get; init; }

    /// <summary>Records looked at.</summary>
    public long Tested { get; init; }

    /// <summary>Records that it would have excluded.</summary>
    public long Excluded { get; init; }

    /// <summary>The part of them, 0 to 1.</summary>
    public double Fraction => Tested == 0 ? 0 : (double)Excluded / Tested;

    /// <summary>Some of the records that it would have excluded, the newest first.</summary>
    public required IReadOnlyList<IngestedRecord> Sample { get; init; }
}

/// <summary>Adds, finds, changes, removes and tries log filters, by the rules.</summary>
public sealed class LogFilterRegistry(RecordStore store, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>
    /// What is to be said of a filter's tenant: that none of the connectors that there are is of it, so that none can have the
    /// filter. Null where there is nothing to say; a filter may be made before the first connector.
    /// </summary>
    /// <param name="tenantName">The tenant, or null for all.</param>
    public string? Doubt(string? tenantName)
    {
        string[] tenants = [.. store.Connectors.GetConnectors().Select(c => c.TenantName).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (tenantName is null || tenants.Length == 0 || tenants.Contains(tenantName, StringComparer.OrdinalIgnoreCase)) return null;
        string remedy = Likeness.Nearest(tenantName, tenants) is { } near ? $"Did you mean '{near}'?" : "Get-JcConnector lists the tenants; without a tenant, any connector may have it.";
        return $"No connector is of the tenant '{tenantName}', so none can have the log filter. {remedy}";
    }

    /// <summary>Adds a filter; its id and times are given here.</summary>
    /// <exception cref="JcException">InvalidLogFilterName, InvalidLogFilterCondition or LogFilterExists.</exception>
    public LogFilterInfo Add(LogFilter filter)
    {
        LogFilterRules.Check(filter);
        DateTimeOffset now = _time.GetUtcNow();
        filter = filter with { Id = Guid.NewGuid(), CreatedAt = now, ModifiedAt = now, Version = 1 };
        store.Connectors.AddLogFilter(filter);
        return Describe([filter]).First();
    }

    /// <summary>The filters whose name matches one of the patterns (<c>*</c> and <c>?</c>), or all.</summary>
    public IReadOnlyList<LogFilter> Find(IReadOnlyList<string>? names = null)
    {
        IReadOnlyList<LogFilter> all = store.Connectors.GetLogFilters();
        if (names is not { Count: > 0 }) return all;
        TextPattern[] patterns = [.. names.Select(n => new TextPattern(n))];
        return [.. all.Where(f => Array.Exists(patterns, p => p.Matches(f.Name.AsSpan())))];
    }

    /// <summary>The filter of that name.</summary>
    /// <exception cref="JcException">LogFilterNotFound.</exception>
    public LogFilter Get(string name) =>
        store.Connectors.GetLogFilters().FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw NotFound(name, store.Folder, Find().Select(f => f.Name));

    /// <summary>The error for a name that no filter of a store has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="folder">The store's folder.</param>
    /// <param name="known">The names that there are, one of which may be meant.</param>
    public static JcException NotFound(string name, string folder, IEnumerable<string>? known = null) => new("LogFilterNotFound", JcErrorKind.NotFound,
        $"There is no log filter named '{name}' in the store '{folder}'. {Likeness.Question(name, known)}Get-JcLogFilter lists those there are.", name);

    /// <summary>Filters with what they have done.</summary>
    public IEnumerable<LogFilterInfo> Describe(IReadOnlyList<LogFilter> filters)
    {
        IReadOnlyList<Connector> connectors = store.Connectors.GetConnectors();
        ILookup<Guid, (Guid Filter, Guid Connector, long Excluded, long Last)> counts = store.Connectors.GetFilterCounts().ToLookup(c => c.Filter);
        foreach (LogFilter filter in filters)
        {
            long last = counts[filter.Id].Select(c => c.Last).DefaultIfEmpty().Max();
            yield return new LogFilterInfo
            {
                Name = filter.Name,
                TenantName = filter.TenantName,
                Condition = filter.Conditions,
                ConnectorName = [.. connectors.Where(c => c.LogFilters.Contains(filter.Name, StringComparer.OrdinalIgnoreCase)).Select(c => c.Name)],
                Excluded = counts[filter.Id].Sum(c => c.Excluded),
                LastExcluded = last == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(last),
                CreatedAt = filter.CreatedAt,
                ModifiedAt = filter.ModifiedAt,
                StorePath = store.Folder,
            };
        }
    }

    /// <summary>Changes a filter; name and identity stay.</summary>
    /// <exception cref="JcException">LogFilterNotFound, LogFilterChanged, or what the rules refuse.</exception>
    public LogFilterInfo Update(string name, Func<LogFilter, LogFilter> change)
    {
        LogFilter present = Get(name);
        LogFilter changed = change(present) with
        {
            Id = present.Id, Name = present.Name, CreatedAt = present.CreatedAt, ModifiedAt = _time.GetUtcNow(), Version = present.Version + 1,
        };
        LogFilterRules.Check(changed);
        CheckTenants(changed, store.Connectors.GetConnectors().Where(c => c.LogFilters.Contains(changed.Name, StringComparer.OrdinalIgnoreCase)));
        store.Connectors.UpdateLogFilter(changed);
        return Describe([changed]).First();
    }

    /// <summary>Removes a filter and detaches it from the connectors that have it.</summary>
    /// <exception cref="JcException">LogFilterNotFound.</exception>
    public void Remove(string name)
    {
        if (!store.Connectors.RemoveLogFilter(Get(name))) throw NotFound(name, store.Folder);
    }

    /// <summary>Checks that a connector may have its filters: they exist and are of its tenant or of all.</summary>
    /// <exception cref="JcException">LogFilterNotFound or LogFilterOfOtherTenant.</exception>
    public void CheckAttachable(Connector connector)
    {
        foreach (string name in connector.LogFilters) CheckTenants(Get(name), [connector]);
    }

    /// <summary>
    /// Tries a filter on what is stored, without changing anything: how much it would have excluded, with samples.
    /// </summary>
    public LogFilterTestResult Test(LogFilter filter, RecordQuery query, int samples, CancellationToken cancellationToken)
    {
        LogFilterRules.Check(filter);
        FilterSet set = new([filter]);
        List<IngestedRecord> sample = [];
        long tested = 0, excluded = 0;
        foreach (IngestedRecord record in store.Records.Find(query, cancellationToken))
        {
            tested++;
            if (set.Excludes(record.Utf8.Span) < 0) continue;
            excluded++;
            if (sample.Count < samples) sample.Add(record);
        }

        return new LogFilterTestResult { Name = filter.Name, Tested = tested, Excluded = excluded, Sample = sample };
    }

    /// <summary>The filters of a connector.</summary>
    internal IReadOnlyList<LogFilter> Attached(Connector connector) => connector.LogFilters.Count == 0 ? [] :
        [.. store.Connectors.GetLogFilters().Where(f => connector.LogFilters.Contains(f.Name, StringComparer.OrdinalIgnoreCase))];

    private static void CheckTenants(LogFilter filter, IEnumerable<Connector> connectors)
    {
        foreach (Connector connector in connectors)
        {
            if (filter.TenantName is null || string.Equals(filter.TenantName, connector.TenantName, StringComparison.OrdinalIgnoreCase)) continue;
            throw new JcException("LogFilterOfOtherTenant", JcErrorKind.InvalidInput,
                $"The log filter '{filter.Name}' belongs to tenant '{filter.TenantName}', the connector '{connector.Name}' to '{connector.TenantName}'. Use a filter of the same tenant, or one for all.", connector.Name);
        }
    }
}
