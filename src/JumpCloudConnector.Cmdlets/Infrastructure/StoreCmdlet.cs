using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>A cmdlet that works on a store. Opens it when it is first needed and keeps it open to the end of the command.</summary>
public abstract class StoreCmdlet : JcCmdlet
{
    private RecordStore? _store;
    private string? _openPath;

    private string? _inputStore;

    /// <summary>Protects and reads secrets.</summary>
    protected SecretProtector Secrets { get; } = new();

    /// <summary>Opens the store, and makes it where there is none.</summary>
    /// <exception cref="JcException">See <see cref="RecordStore.Open"/>.</exception>
    protected RecordStore OpenOrCreate()
    {
        string path = StoreFolder.Resolve(ResolveStorePath());
        if (_store is not null && path == _openPath) return _store;
        _store?.Dispose();
        _store = null;
        _store = RecordStore.Open(path);
        _openPath = path;
        return _store;
    }

    /// <summary>
    /// Opens the store that is there. Null where the machine has none yet, which is not an error: it has no connectors.
    /// </summary>
    /// <exception cref="JcException">StoreNotFound where a path was given, and see <see cref="RecordStore.Open"/>.</exception>
    protected RecordStore? OpenExisting()
    {
        string path = StoreFolder.Resolve(ResolveStorePath());
        if (File.Exists(path) || RecordStore.Exists(path)) return OpenOrCreate();
        if (!string.IsNullOrEmpty(StorePath))
        {
            throw new JcException("StoreNotFound", JcErrorKind.NotFound,
                $"There is no store in '{path}'. Check -StorePath; New-JcConnector makes a store where there is none.", path);
        }

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
        ReportMissing(names, found.Select(c => c.Name), ConnectorRegistry.NotFound);
        return found;
    }

    /// <summary>Warns of keys that expire soon, where that is known.</summary>
    protected void WarnOfKeys(IEnumerable<Connector> connectors)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        foreach (Connector connector in connectors)
        {
            if (connector.ApiKeyExpiresAt is not { } expires || expires - now > TimeSpan.FromDays(14)) continue;
            string when = expires <= now ? $"expired on {expires.ToLocalTime():d}" : $"expires on {expires.ToLocalTime():d}, in {(int)(expires - now).TotalDays} days";
            WriteWarning($"The API key of connector '{connector.Name}' {when}. Make a new one in the Admin Portal (API Settings) and set it with Set-JcConnector -ApiKey -ApiKeyExpiresAt.");
        }
    }

    /// <summary>The Data Analyzer profiles of these names or patterns, or all without any; as <see cref="FindConnectors"/>.</summary>
    protected IReadOnlyList<AnalyzerProfile> FindAnalyzerProfiles(RecordStore? store, IReadOnlyList<string>? names)
    {
        IReadOnlyList<AnalyzerProfile> found = store is null ? [] : new AnalyzerProfileRegistry(store).Find(names);
        ReportMissing(names, found.Select(p => p.Name), AnalyzerProfileRegistry.NotFound);
        return found;
    }

    /// <summary>The log filters of these names or patterns, or all without any; as <see cref="FindConnectors"/>.</summary>
    protected IReadOnlyList<LogFilter> FindLogFilters(RecordStore? store, IReadOnlyList<string>? names)
    {
        IReadOnlyList<LogFilter> found = store is null ? [] : new LogFilterRegistry(store).Find(names);
        ReportMissing(names, found.Select(f => f.Name), LogFilterRegistry.NotFound);
        return found;
    }

    /// <summary>
    /// Asks before a removal. -Force spares the question, never the preview, be it asked for here or by the caller's -WhatIf.
    /// </summary>
    protected bool IsConfirmed(bool force, string target, string action)
    {
        bool preview = MyInvocation.BoundParameters.ContainsKey("WhatIf") || LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
        bool asked = MyInvocation.BoundParameters.ContainsKey("Confirm");
        return (force && !preview && !asked) || ShouldProcess(target, action);
    }

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
