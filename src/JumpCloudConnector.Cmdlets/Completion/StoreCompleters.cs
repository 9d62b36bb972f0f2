using System.Collections;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Offers what the store holds, of the store that the command line names.</summary>
public abstract class StoreCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected sealed override IReadOnlyList<string> Values(IDictionary bound)
    {
        string? path = bound[nameof(JcCmdlet.StorePath)] as string;
        if (!RecordStore.Exists(path)) return [];
        using RecordStore store = RecordStore.Open(path);
        return [.. Values(store).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>What the store has to offer.</summary>
    protected abstract IEnumerable<string> Values(RecordStore store);
}

/// <summary>Offers the names of connectors.</summary>
public sealed class ConnectorNameCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) => store.Connectors.GetConnectors().Select(c => c.Name);
}

/// <summary>Offers the names of tenants.</summary>
public sealed class TenantNameCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) => store.Connectors.GetConnectors().Select(c => c.TenantName);
}

/// <summary>Offers the names of log filters.</summary>
public sealed class LogFilterNameCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) => store.Connectors.GetLogFilters().Select(f => f.Name);
}

/// <summary>Offers the names of syslog destinations.</summary>
public sealed class SyslogDestinationNameCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) => store.Destinations.GetDestinations().Select(d => d.Name);
}

/// <summary>Offers the names of Data Analyzer profiles.</summary>
public sealed class AnalyzerProfileNameCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) => store.Connectors.GetAnalyzerProfiles().Select(p => p.Name);
}

/// <summary>Offers the names of hosts: this one, and those that have collected from the store.</summary>
public sealed class HostNameCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) => [Environment.MachineName, .. store.Connectors.GetHosts().Select(h => h.Name)];
}

/// <summary>Offers the names of organizations.</summary>
public sealed class OrganizationCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) =>
        store.Records.GetStreams().Select(s => s.OrganizationName).Where(n => !string.IsNullOrEmpty(n)).Select(n => n!);
}

/// <summary>Offers the numbers of gaps that nobody has acknowledged and that have ended.</summary>
public sealed class GapIdCompleter : StoreCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Values(RecordStore store) => store.Ledger.GetGaps()
        .Where(g => g.Confirmed is null && g.To is not null).Select(g => g.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
