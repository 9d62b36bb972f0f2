using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>A cmdlet that works on a store. Opens it when it is first needed and keeps it open to the end of the command.</summary>
public abstract class StoreCmdlet : JcCmdlet
{
    private RecordStore? _store;
    private string? _openPath;

    private readonly SharedWarnings _shared = new();
    private readonly List<(string? StorePath, string Name)> _changed = [];
    private readonly HashSet<Guid> _doubted = [];

    private string? _inputStore;
    private string? _missedPath;
    private string? _emptyPath;

    /// <summary>Protects and reads secrets.</summary>
    protected SecretProtector Secrets { get; } = new();

    /// <summary>The folder of the store in force, whether there is one or not.</summary>
    /// <exception cref="JcException">InvalidStorePath.</exception>
    protected string StoreFolderInForce => StoreFolder.Resolve(ResolveStorePath());

    /// <summary>Opens the store, and makes it where there is none.</summary>
    /// <exception cref="JcException">See <see cref="RecordStore.Open"/>.</exception>
    protected RecordStore OpenOrCreate()
    {
        string path = StoreFolderInForce;
        if (_store is not null && path == _openPath) return _store;
        _store?.Dispose();
        _store = null;
        _store = RecordStore.Open(path);
        _openPath = path;
        return _store;
    }

    /// <summary>
    /// Opens the store that is there, for what lists settings. Null where the machine has none yet, which is not an error: it has
    /// no connectors.
    /// </summary>
    /// <exception cref="JcException">StoreNotFound where a path was given, and see <see cref="RecordStore.Open"/>.</exception>
    protected RecordStore? OpenExisting() => Open(isNeeded: false);

    /// <summary>
    /// Opens the store that is there, for what works on what it holds: where there is none, that is a warning, since nothing at
    /// all comes of the command.
    /// </summary>
    /// <exception cref="JcException">As <see cref="OpenExisting"/>.</exception>
    protected RecordStore? OpenForWork() => Open(isNeeded: true);

    /// <summary>
    /// As <see cref="OpenForWork"/>, for what works on connectors and what they collected: a store that has neither is most
    /// likely not the one that is meant.
    /// </summary>
    /// <exception cref="JcException">As <see cref="OpenExisting"/>.</exception>
    protected RecordStore? OpenWithConnectors()
    {
        RecordStore? store = OpenForWork();
        if (store is not null && HasNothing(store)) WarnWithoutConnectors(store);
        return store;
    }

    /// <summary>True of what <see cref="OpenWithConnectors"/> warns of: no store, or one that has neither connectors nor records.</summary>
    protected static bool HasNothing(RecordStore? store) =>
        store is null || (store.Destinations.GetLastSequence() == 0 && store.Connectors.GetConnectors().Count == 0);

    /// <summary>What there is to say where a store has no records at all.</summary>
    private protected static string HasNoRecords(RecordStore store) => $"The store in '{store.Folder}' holds no records yet. Invoke-JcCollection collects what is due.";

    /// <summary>Warns where a store has no connector; once for each store.</summary>
    protected void WarnWithoutConnectors(RecordStore store)
    {
        if (_emptyPath == store.Folder || store.Connectors.GetConnectors().Count > 0) return;
        _emptyPath = store.Folder;
        WriteWarning($"The store in '{store.Folder}' has no connector. New-JcConnector adds one. {Elsewhere}");
    }

    // What is wrong where a store is not the one that is meant.
    private string Elsewhere => !string.IsNullOrEmpty(StorePath) ? "If the connectors are in another store, -StorePath names the wrong folder."
        : StoreFolder.IsNamedByEnvironment ? $"If the connectors are in another store, the environment variable {StoreFolder.EnvironmentVariable} names the wrong folder."
        : $"If the connectors are in another store, name its folder with -StorePath or the environment variable {StoreFolder.EnvironmentVariable}.";

    private RecordStore? Open(bool isNeeded)
    {
        string path = StoreFolderInForce;
        if (File.Exists(path) || RecordStore.Exists(path)) return OpenOrCreate();
        if (!string.IsNullOrEmpty(StorePath))
        {
            throw new JcException("StoreNotFound", JcErrorKind.NotFound,
                $"There is no store in '{path}'. Check -StorePath; New-JcConnector makes a store where there is none.", path);
        }

        if (path == _missedPath) return null;
        _missedPath = path;
        if (StoreFolder.IsNamedByEnvironment)
            WriteWarning($"There is no store in '{path}', the folder that the environment variable {StoreFolder.EnvironmentVariable} names, so nothing is found there. Check the variable; New-JcConnector makes a store where there is none.");
        else if (isNeeded)
            WriteWarning($"There is no store in '{path}' yet. New-JcConnector makes it and adds a connector. {Elsewhere}");
        else
            WriteVerbose($"There is no store in '{path}' yet; New-JcConnector makes it.");
        return null;
    }

    /// <summary>
    /// For cmdlets that gather their input and work at its end: keeps the store that the pipeline's objects name, and
    /// refuses a second one.
    /// </summary>
    protected void KeepStore()
    {
        if (_inputStore is not null && StorePath is not null && _inputStore != StorePath)
        {
            throw new JcException("SeveralStores", JcErrorKind.InvalidInput,
                $"The pipeline brings connectors of two stores, '{_inputStore}' and '{StorePath}'. Run the command once for each.", StorePath);
        }

        _inputStore ??= StorePath;
    }

    /// <summary>Goes back to the store that <see cref="KeepStore"/> kept; for EndProcessing.</summary>
    protected void UseKeptStore() => StorePath = _inputStore ?? StorePath;

    /// <summary>
    /// The connectors of these names or patterns, or all without any. A plain name that no connector has is an error of its
    /// own; the others go on.
    /// </summary>
    protected IReadOnlyList<Connector> FindConnectors(RecordStore? store, IReadOnlyList<string>? names, IReadOnlyList<string>? tenants = null)
    {
        IReadOnlyList<Connector> found = store is null ? [] : new ConnectorRegistry(store, Secrets).Find(names, tenants);
        ReportMissing(names, found.Select(c => c.Name), name => ConnectorRegistry.NotFound(name, StoreFolderInForce, store?.Connectors.GetConnectors().Select(c => c.Name)));
        return found;
    }

    /// <summary>Keeps what is to be warned of one connector of perhaps many, for <see cref="WarnTogether"/>.</summary>
    private protected SharedWarnings Shared => _shared;

    /// <summary>Keeps a connector that was just made, changed or enabled, for <see cref="WarnTogether"/> to say who collects the same.</summary>
    protected void KeepForOverlaps(string name) => _changed.Add((StorePath, name));

    /// <summary>Writes what was kept, behind the last connector: of many it is said once.</summary>
    protected void WarnTogether()
    {
        foreach (string warning in _shared.Take()) WriteWarning(warning);
        foreach (IGrouping<string?, string> names in _changed.GroupBy(c => c.StorePath, c => c.Name))
        {
            StorePath = names.Key;
            if (OpenExisting() is { } store) WarnOfOverlaps(store, names);
        }
    }

    /// <summary>Keeps that the certificate authorities of a connector cannot be read here; another host may have the file.</summary>
    protected void WarnOfCertificates(Connector connector)
    {
        try
        {
            ConnectorRules.CheckCertificateAuthority(connector);
        }
        catch (JcException e)
        {
            _shared.Add(connector.Name, e.Message);
        }
    }

    /// <summary>Warns where others collect the same as these connectors, as far as the store knows: of several once for all that do.</summary>
    private void WarnOfOverlaps(RecordStore store, IEnumerable<string> names)
    {
        HashSet<string> sought = new(names, StringComparer.OrdinalIgnoreCase);
        Connector[] connectors = [.. store.Connectors.GetConnectors().Where(c => sought.Contains(c.Name))];
        if (connectors.Length == 0) return;
        ConnectorOverlaps overlaps = new(store, Secrets);
        IEnumerable<string> warnings = connectors.Length == 1 ? overlaps.OfChanged(connectors[0]) : connectors.SelectMany(c => overlaps.Of(c)).Distinct();
        foreach (string warning in warnings) WriteWarning(warning);
    }

    /// <summary>Keeps that an API key is shorter than JumpCloud's are, for <see cref="WarnTogether"/>. A gateway's own may be.</summary>
    protected void KeepShortKey(string connector, System.Security.SecureString? key)
    {
        if (key is not null && ApiKey.IsShort(key))
            Shared.Add(connector, $"The API key has {Words.Count(key.Length, "character")}, fewer than any of JumpCloud's; perhaps it was not copied whole. Test-JcConnector shows whether it is accepted, Set-JcConnector -ApiKey sets another.");
    }

    /// <summary>Warns of keys and secrets that expire soon, where that is known, of connectors that collect: others need none.</summary>
    protected void WarnOfKeys(IEnumerable<Connector> connectors)
    {
        KeepKeys(connectors);
        foreach (string warning in _shared.Take()) WriteWarning(warning);
    }

    /// <summary>As <see cref="WarnOfKeys"/>, for what takes one connector after the other: kept for <see cref="WarnTogether"/>.</summary>
    protected void KeepKeys(IEnumerable<Connector> connectors)
    {
        foreach (Connector connector in connectors)
            if (connector.Enabled && (connector.RunOn == RunOn.Sensor || connector.AnalyzerProfile is not null)) KeepKey(connector);
    }

    /// <summary>Keeps that the key or secret expires soon, for <see cref="WarnTogether"/>; for a connector that is just being set up, whether it collects or not.</summary>
    protected void KeepKey(Connector connector)
    {
        if (connector.ApiKeyExpiresAt is not { } expires) return;
        TimeSpan left = expires - DateTimeOffset.UtcNow;
        if (left > TimeSpan.FromDays(14)) return;
        bool isKey = connector.ServiceAccountClientId is null, isOver = left <= TimeSpan.Zero;
        string when = isOver ? TimeText.Day(expires) : $"{TimeText.Day(expires)}, in {Rounded(left)}";
        _shared.Add($"{isKey} {isOver} {when}", connector.Name, names =>
            $"The {(isKey ? "API key" : "service account's secret")} of {(names.Count == 1 ? "connector" : "connectors")} {Words.Names(names)} {(isOver ? "expired" : "expires")} on {when}. "
            + (isKey ? "Make a new one in the Admin Portal (API Settings) and set it with Set-JcConnector -ApiKey -ApiKeyExpiresAt."
                : "Make a new one in the Admin Portal (Settings, Service Accounts) and set it with Set-JcConnector -ServiceAccount -ApiKeyExpiresAt."));

        static string Rounded(TimeSpan left) => left.TotalHours < 1 ? "less than an hour"
            : left.TotalHours < 47.5 ? Words.Count((long)Math.Round(left.TotalHours), "hour") : Words.Count((long)Math.Round(left.TotalDays), "day");
    }

    /// <summary>The Data Analyzer profiles of these names or patterns, or all without any; as <see cref="FindConnectors"/>.</summary>
    protected IReadOnlyList<AnalyzerProfile> FindAnalyzerProfiles(RecordStore? store, IReadOnlyList<string>? names)
    {
        IReadOnlyList<AnalyzerProfile> found = store is null ? AnalyzerProfileRegistry.FindWithoutStore(names) : new AnalyzerProfileRegistry(store).Find(names);
        ReportMissing(names, found.Select(p => p.Name), name => AnalyzerProfileRegistry.NotFound(name, StoreFolderInForce, store?.Connectors.GetAnalyzerProfiles().Select(p => p.Name)));
        return found;
    }

    /// <summary>The log filters of these names or patterns, or all without any; as <see cref="FindConnectors"/>.</summary>
    protected IReadOnlyList<LogFilter> FindLogFilters(RecordStore? store, IReadOnlyList<string>? names)
    {
        IReadOnlyList<LogFilter> found = store is null ? [] : new LogFilterRegistry(store).Find(names);
        ReportMissing(names, found.Select(f => f.Name), name => LogFilterRegistry.NotFound(name, StoreFolderInForce, store?.Connectors.GetLogFilters().Select(f => f.Name)));
        return found;
    }

    /// <summary>Warns of conditions of a connector's log filters that can hardly be meant: attached, they begin to exclude.</summary>
    protected void WarnOfLogFilters(RecordStore store, Connector connector)
    {
        foreach (LogFilter filter in store.Connectors.GetLogFilters().Where(f => connector.LogFilters.Contains(f.Name, StringComparer.OrdinalIgnoreCase)))
        {
            // To look takes the newest records: not again for each connector of a table.
            if (!_doubted.Add(filter.Id)) continue;
            foreach (string doubt in DoubtsOf(store, filter.Conditions).Distinct()) WriteWarning($"Log filter '{filter.Name}': {doubt}");
        }
    }

    /// <summary>The syslog destinations of these names or patterns, or all without any; as <see cref="FindConnectors"/>.</summary>
    protected IReadOnlyList<SyslogDestination> FindDestinations(RecordStore? store, IReadOnlyList<string>? names)
    {
        IReadOnlyList<SyslogDestination> found = store is null ? [] : new SyslogDestinationRegistry(store, Secrets).Find(names);
        ReportMissing(names, found.Select(d => d.Name), name => SyslogDestinationRegistry.NotFound(name, StoreFolderInForce, store?.Destinations.GetDestinations().Select(d => d.Name)));
        return found;
    }

    /// <summary>Warns of conditions that can hardly be meant.</summary>
    protected void WarnOfConditions(RecordStore? store, IReadOnlyCollection<LogFilterCondition> conditions)
    {
        foreach (string doubt in DoubtsOf(store, conditions)) WriteWarning(doubt);
    }

    private IEnumerable<string> DoubtsOf(RecordStore? store, IReadOnlyCollection<LogFilterCondition> conditions) =>
        LogFilterRules.Doubts(conditions).Concat(new LogFilterAdvice(store).Doubts(conditions, StopToken));

    /// <summary>
    /// Asks before a removal. -Force spares the question, never the preview, be it asked for here or by the caller's -WhatIf.
    /// </summary>
    /// <param name="force">The cmdlet's -Force.</param>
    /// <param name="what">What is removed, with what: "log filter 'Quiet' with its counts".</param>
    /// <param name="consequence">What that means, in whole sentences.</param>
    protected bool IsConfirmed(bool force, string what, string consequence)
    {
        return IsConfirmed(force, $"Remove {what}. {consequence}", $"Remove {what}? {consequence}", "Confirm");
    }

    private protected bool IsConfirmed(bool force, string preview, string question, string caption)
    {
        return (force && !IsPreview && !MyInvocation.BoundParameters.ContainsKey("Confirm")) || ShouldProcess(preview, question, caption);
    }

    /// <summary>True where -WhatIf holds, be it asked for here or by the caller.</summary>
    private protected bool IsPreview => MyInvocation.BoundParameters.ContainsKey("WhatIf") || LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>True where -Confirm was given.</summary>
    private protected bool IsConfirmAsked => MyInvocation.BoundParameters.TryGetValue("Confirm", out object? asked) && LanguagePrimitives.IsTrue(asked);

    private void ReportMissing(IReadOnlyList<string>? names, IEnumerable<string> found, Func<string, JcException> missing)
    {
        foreach (string name in names ?? [])
        {
            // What the engine's patterns know: brackets are no wildcards here, and no connector's name has any.
            if (name.IndexOfAny(['*', '?']) < 0 && !found.Contains(name, StringComparer.OrdinalIgnoreCase)) Report(missing(name), name);
        }
    }

    /// <summary>Does something for one input; what it throws is written as an error or ends the command.</summary>
    protected void Guard(object? target, Action action)
    {
        try
        {
            action();
        }
        catch (JcException e)
        {
            Report(e, target);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _store?.Dispose();
        base.Dispose(disposing);
    }
}
