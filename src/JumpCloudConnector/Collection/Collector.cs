using System.Collections.Concurrent;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Runs the turns that are due: every stream of every connector, side by side and bounded, each with its own end. A stream
/// that fails does not hold up another.
/// </summary>
public sealed class Collector : IDisposable
{
    // How often the store's retention is looked at where turns end all the time.
    private static readonly TimeSpan RetentionPause = TimeSpan.FromMinutes(5);

    private readonly RecordStore _store;
    private readonly AccessReader _access;
    private readonly CollectionOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<HttpMessageHandler>? _handlers;
    private readonly HostGates _gates;
    private readonly SemaphoreSlim _slots;
    private readonly SemaphoreSlim _pagesInMemory;
    private readonly LeaseOwner _owner = LeaseOwner.ThisProcess();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _profiles = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int?> _limits = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<long, bool> _underWay = new();
    private readonly CollectionWarnings _warnings;
    private readonly object _keeping = new();
    private long? _kept;
    private int _waiting;

    /// <summary>Collects into a store.</summary>
    /// <param name="store">Stays the caller's.</param>
    /// <param name="secrets">Gives the keys.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="time">Null for the system's clock.</param>
    /// <param name="handlers">Makes HTTP handlers; null for the system's.</param>
    /// <param name="vault">Gives keys that lie in a vault; null where there is none.</param>
    public Collector(
        RecordStore store, SecretProtector secrets, CollectionOptions? options = null, TimeProvider? time = null,
        Func<HttpMessageHandler>? handlers = null, ISecretVault? vault = null)
    {
        _store = store;
        _options = options ?? new CollectionOptions();
        _options.Check();
        _time = time ?? TimeProvider.System;
        _warnings = new CollectionWarnings(store, secrets);
        _access = new AccessReader(store, secrets, vault, _time);
        _handlers = handlers;
        _gates = new HostGates(_options.Client, _time, new PaceMemory(store.Ledger, _time));
        _slots = new SemaphoreSlim(_options.MaxConcurrentStreams);
        _pagesInMemory = new SemaphoreSlim(_options.MaxPagesInMemory);
    }

    /// <summary>Collects the connectors' streams and returns one result per stream, in the order they ended.</summary>
    /// <param name="connectors">Which ones.</param>
    /// <param name="named">True when they were asked for by name: then those that are not due say so.</param>
    /// <param name="force">True to collect whether due or not, parked or not.</param>
    /// <param name="observer">Is told what happens; null for nobody.</param>
    /// <param name="cancellationToken">Stops between commits. What was committed stays, and every open turn says Stopped.</param>
    public async Task<IReadOnlyList<CollectionResult>> CollectAsync(
        IReadOnlyList<Connector> connectors, bool named, bool force, ICollectionObserver? observer = null, CancellationToken cancellationToken = default)
    {
        CollectionReport report = new(observer);
        long started = _time.GetTimestamp();
        Run run = new(named, force, () => _options.TimeLimit is not { } limit || _time.GetElapsedTime(started) < limit, report, cancellationToken);
        string[] hosts = SeeHost();
        ILookup<Guid, StreamInfo> streams = _store.Records.GetStreams().ToLookup(s => s.Key.ConnectorId);
        List<Connector> own = [];
        foreach (Connector connector in connectors)
        {
            if (Eligibility.Of(connector, _options.HostName, hosts) is not { } hindrance) own.Add(connector);
            else if (named) report.Add(Inactive(connector, hindrance));
            else report.Noted($"Connector '{connector.Name}' is not collected. {hindrance.Message}");
        }

        ReadProfiles();
        await Task.WhenAll(own.Select(c => Task.Run(
            () => CollectConnectorAsync(c, KnownStreams(c, streams[c.Id]), run), CancellationToken.None))).ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested) _warnings.OfOverlaps(run.Collected, report);
        KeepRetention(run);
        return report.Results;
    }

    /// <summary>Reads spans of events again, whatever the ledger says of them, and stores what was missing.</summary>
    /// <param name="requests">What to read.</param>
    /// <param name="observer">Is told what happens; null for nobody.</param>
    /// <param name="cancellationToken">Stops between commits. What was committed stays.</param>
    public async Task<IReadOnlyList<CollectionResult>> RereadAsync(
        IReadOnlyList<RereadRequest> requests, ICollectionObserver? observer = null, CancellationToken cancellationToken = default)
    {
        CollectionReport report = new(observer);
        string[] hosts = SeeHost();
        ILookup<Guid, StreamInfo> streams = _store.Records.GetStreams().ToLookup(s => s.Key.ConnectorId);
        List<RereadRequest> own = [];
        foreach (RereadRequest request in requests)
        {
            if (Eligibility.Of(request.Connector, _options.HostName, hosts) is { } hindrance) report.Add(Inactive(request.Connector, hindrance));
            else own.Add(request);
        }

        ReadProfiles();
        await Task.WhenAll(own.Select(r => Task.Run(
            () => CollectConnectorAsync(r.Connector, KnownStreams(r.Connector, streams[r.Connector.Id]), new Run(true, true, () => true, report, cancellationToken) { Reread = r }),
            CancellationToken.None))).ConfigureAwait(false);
        return report.Results;
    }

    /// <summary>Those of the connectors that have a turn now.</summary>
    internal IReadOnlyList<Connector> Due(IReadOnlyList<Connector> connectors)
    {
        DateTimeOffset now = _time.GetUtcNow();
        string[] hosts = [.. _store.Connectors.GetHosts().Select(h => h.Name)];
        ILookup<Guid, StreamInfo> streams = _store.Records.GetStreams().ToLookup(s => s.Key.ConnectorId);
        return [.. connectors.Where(c => Eligibility.Of(c, _options.HostName, hosts) is null && HasTurn(c, KnownStreams(c, streams[c.Id]), now))];
    }

    // What another run of this process has taken on goes on beside this one.
    private bool HasTurn(CollectionStream stream, DateTimeOffset now) => IsReady(stream, now) && !_underWay.ContainsKey(stream.Info.Id);

    private static bool IsReady(CollectionStream stream, DateTimeOffset now) => stream.IsDue(now) && stream.ParkedUntil(now) is null;

    /// <summary>True where one of the streams has a turn, or none is known yet and the organizations may be asked for.</summary>
    private bool HasTurn(Connector connector, List<CollectionStream> known, DateTimeOffset now)
    {
        if (known.Count > 0) return known.Exists(s => HasTurn(s, now)) || DueSchedule.HasNewContent(connector, All());
        List<CollectionStream> listing = Listing(connector);
        return listing.Count == 0 || HasTurn(listing[0], now);

        // The listing is looked for only where it matters.
        IEnumerable<StreamInfo> All()
        {
            foreach (CollectionStream stream in known) yield return stream.Info;
            foreach (CollectionStream stream in Listing(connector)) yield return stream.Info;
        }
    }

    // Of a provider whose organizations could never be listed, there is the listing alone.
    private List<CollectionStream> Listing(Connector connector) =>
    [
        .. _store.Records.GetStreams(connector.Id).Where(s => s.Key.OrganizationId == StreamKey.Listing).Take(1).Select(s => new CollectionStream(connector, s)),
    ];

    /// <summary>Says why a stream is left alone: a lasting fault, which is always told, or that its turn has not come.</summary>
    private static void ReportRest(CollectionStream stream, DateTimeOffset now, bool named, CollectionReport report)
    {
        DateTimeOffset? parked = stream.ParkedUntil(now);
        if (parked is not null && stream.IsDue(now) && stream.Info.StatusCode != 0)
        {
            report.Add(stream.Result(CollectionState.Parked) with
            {
                StatusCode = stream.Info.StatusCode,
                ErrorId = stream.Info.StatusId,
                ErrorMessage = stream.Info.StatusMessage,
                NextRun = parked,
            });
        }
        else if (named)
        {
            // After a good test there is a pause without a fault.
            report.Add(stream.Result(CollectionState.NotDue) with { NextRun = parked ?? stream.NextRun });
        }
    }

    /// <summary>Where it was not asked for by name, that a connector is left alone is for those who want to know.</summary>
    private void NoteRest(Connector connector, List<CollectionStream> streams, DateTimeOffset now, CollectionReport report)
    {
        if (streams.Exists(s => _underWay.ContainsKey(s.Info.Id))) return;
        DateTimeOffset next = streams.Min(s => s.ParkedUntil(now) ?? s.NextRun);
        report.Noted($"Connector '{connector.Name}' is not due: its next turn is at {TimeText.Utc(next)}, every {Words.Count(connector.IntervalMinutes, "minute")}. Invoke-JcCollection -ConnectorName '{connector.Name}' -Force collects it now.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gates.Dispose();
        _slots.Dispose();
        _pagesInMemory.Dispose();
        foreach (SemaphoreSlim profile in _profiles.Values) profile.Dispose();
    }

    /// <summary>Keeps that this host collects from the store, and gives all that do.</summary>
    private string[] SeeHost()
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        IReadOnlyList<(string Name, long Seen)> hosts = _store.Connectors.GetHosts();
        // An idle run shall not write.
        if (!hosts.Any(h => string.Equals(h.Name, _options.HostName, StringComparison.OrdinalIgnoreCase) && Math.Abs(now - h.Seen) < 3_600_000))
            _store.Connectors.SetHost(_options.HostName, now);
        return [.. hosts.Select(h => h.Name)];
    }

    private void ReadProfiles()
    {
        foreach (AnalyzerProfile profile in _store.Connectors.GetAnalyzerProfiles())
        {
            // With another limit it is another gate: a turn under way holds its place at the old one.
            if (profile.MaxConcurrentStreams is { } most) _profiles.GetOrAdd($"{most} {profile.Name}", _ => new SemaphoreSlim(most));
            _limits[profile.Name] = profile.MaxConcurrentStreams;
        }
    }

    private async Task CollectConnectorAsync(Connector connector, List<CollectionStream> known, Run run)
    {
        StreamDirectory directory = new(_store, _time);
        try
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (!run.Force && !HasTurn(connector, known, now))
            {
                // Nothing is asked, neither for the key nor of JumpCloud.
                List<CollectionStream> resting = known.Count > 0 ? known : Listing(connector);
                foreach (CollectionStream stream in resting) ReportRest(stream, now, run.Named, run.Report);
                if (!run.Named && resting.Exists(s => s.ParkedUntil(now) is null || s.Info.StatusCode == 0)) NoteRest(connector, resting, now, run.Report);
                return;
            }

            using JumpCloudClient client = CreateClient(connector);
            List<CollectionStream> streams = await directory
                .RefreshAsync(connector, known, client, run.Force, run.Report, run.Token).ConfigureAwait(false);
            // Only now is it known whose key it is.
            run.Collected.Add((connector, streams.Count));
            if (run.Reread is { } reread) streams.RemoveAll(s => !reread.Concerns(s.Info));
            FilterSet filters = new(new LogFilterRegistry(_store, _time).Attached(connector));
            await Task.WhenAll(streams.Select(s => CollectStreamAsync(s, client, filters, run))).ConfigureAwait(false);
            _warnings.OfClock(connector, client.Clock, run.Report);
            if (client.Clock.IsKnown) run.SawTime(client.Clock.Now);
            _gates.Remember();
        }
        catch (OperationCanceledException) when (run.Token.IsCancellationRequested)
        {
            run.Report.Add(Failed(connector, null) with { State = CollectionState.Stopped });
        }
        catch (JcException e)
        {
            run.Report.Add(Failed(connector, e));
            TryRecord(directory, connector, known, e);
        }
    }

    /// <summary>
    /// Removes what the store need not keep any more. Only where JumpCloud has told the time, and by the earlier of its and this
    /// machine's: by a clock that is ahead everything would be too old.
    /// </summary>
    private void KeepRetention(Run run)
    {
        if (run.ServerTime is not { } server || run.Token.IsCancellationRequested || !run.HasTime()) return;
        lock (_keeping)
        {
            if (_kept is { } last && _time.GetElapsedTime(last) < RetentionPause) return;
            _kept = _time.GetTimestamp();
        }

        try
        {
            DateTimeOffset own = _time.GetUtcNow();
            RetentionResult kept = _store.Care.Enforce(server < own ? server : own, run.HasTime, null, run.Token);
            if (kept.Removed.Records > 0)
            {
                run.Report.Noted($"{Words.Count(kept.Removed.Records, "record")} of {TimeText.Utc(kept.Removed.First ?? 0)} to {TimeText.Utc(kept.Removed.Last ?? 0)} {(kept.Removed.Records == 1 ? "was" : "were")} removed, as the store's retention says (Get-JcStore).");
            }

            foreach (UnsentRecords lost in kept.Lost)
                run.Report.Warned($"{Words.Count(lost.Records, "record")} had to go before syslog destination '{lost.Destination}' had them: what is unsent stays for twice the store's RetentionDays and half as much again as its MaxSizeGB. Mend the destination (Get-JcSyslogDestination says what is wrong), disable it, or raise the limits with Set-JcStore.");

            if (kept.IsAboveLimit)
            {
                string unsent = kept.IsHeldBack ? ", records that an enabled syslog destination has not got yet" : "";
                run.Report.Warned(FormattableString.Invariant(
                    $"The store is larger than its MaxSizeGB: {kept.UsedBytes / (double)(1L << 30):0.##} GB, and nothing is left that goes for it. Records of the last day{unsent}, keys and the ledger always stay; raise the limit with Set-JcStore."));
            }
        }
        catch (OperationCanceledException) when (run.Token.IsCancellationRequested)
        {
            // What was removed is gone whole; the next run goes on.
        }
        catch (JcException e)
        {
            run.Report.Warned($"What the store need not keep any more could not be removed: {e.Message}");
        }
    }

    private static void TryRecord(StreamDirectory directory, Connector connector, List<CollectionStream> known, JcException fault)
    {
        try
        {
            directory.RecordFault(connector, known, fault);
        }
        catch (JcException)
        {
            // A store that cannot be written is most likely the fault itself, and it is in the result.
        }
    }

    private List<CollectionStream> KnownStreams(Connector connector, IEnumerable<StreamInfo> streams)
    {
        // A connector that was turned from one organization to another keeps the old one's streams, but has no turn for them.
        string own = connector.OrganizationId ?? _store.Connectors.GetOrganization(connector)?.Id ?? "";
        return
        [
            .. streams
                .Where(s => connector.ContentTypes.Contains(s.Key.ContentType)
                    && (connector.ProviderId is null ? s.Key.OrganizationId == own || s.Key.OrganizationId.Length == 0 : s.Key.OrganizationId != StreamKey.Listing))
                .Select(s => new CollectionStream(connector, s)),
        ];
    }

    private JumpCloudClient CreateClient(Connector connector)
    {
        return new JumpCloudClient(
            connector.EffectiveInsightsUri, connector.EffectiveConsoleUri, _access.Read(connector), _options.Client, connector.Id, _gates, _time, _handlers?.Invoke());
    }

    private async Task CollectStreamAsync(CollectionStream stream, JumpCloudClient client, FilterSet filters, Run run)
    {
        // Taken on from here, though it may wait for its place. Who insists is told by the lease whose turn it is.
        bool isOurs = _underWay.TryAdd(stream.Info.Id, true);
        if (!isOurs && !run.Force) return;
        try
        {
            await TakeTurnAsync(stream, client, filters, run).ConfigureAwait(false);
        }
        finally
        {
            if (isOurs) _underWay.TryRemove(stream.Info.Id, out _);
        }
    }

    /// <summary>
    /// Takes a stream's turn, when there is a place for it. One with a long backlog gives its place back now and then where
    /// others wait for one, and goes on behind them.
    /// </summary>
    private async Task TakeTurnAsync(CollectionStream stream, JumpCloudClient client, FilterSet filters, Run run)
    {
        CollectionResult? sum = null;
        try
        {
            while (true)
            {
                using IDisposable place = await EnterAsync(stream.Connector, run.Token).ConfigureAwait(false);
                DateTimeOffset now = _time.GetUtcNow();
                if (sum is null && !run.Force && !IsReady(stream, now))
                {
                    ReportRest(stream, now, run.Named, run.Report);
                    return;
                }

                long begun = _time.GetTimestamp();
                StreamTurn turn = new(
                    stream, _store, client, filters.ForAnotherThread(), _options, _pagesInMemory, _time, _owner, run.Report,
                    run.HasTime, () => Volatile.Read(ref _waiting) > 0 && _time.GetElapsedTime(begun) >= _options.FairShare, run.Reread?.SpansOf(stream.Info));
                CollectionResult result = await turn.RunAsync(run.Token).ConfigureAwait(false);
                sum = sum is null ? result : result.After(sum);
                if (result.State == CollectionState.Collected && result.Backlog > TimeSpan.Zero && run.HasTime()) continue;
                run.Report.Add(sum);
                if (sum.State == CollectionState.Collected) _warnings.OfFilters(stream, filters, sum, _time.GetUtcNow(), run.Report);
                return;
            }
        }
        catch (OperationCanceledException) when (run.Token.IsCancellationRequested)
        {
            run.Report.Add((sum ?? stream.Result(CollectionState.Stopped)) with { State = CollectionState.Stopped });
        }
    }

    private async Task<IDisposable> EnterAsync(Connector connector, CancellationToken cancellationToken)
    {
        // The profile's place first: who waits for that one shall not take up a place of all.
        SemaphoreSlim? profile = connector.AnalyzerProfile is { } name && _limits.TryGetValue(name, out int? most) && most is not null
            ? _profiles[$"{most} {name}"] : null;
        Interlocked.Increment(ref _waiting);
        try
        {
            if (profile is not null) await profile.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                profile?.Release();
                throw;
            }

            return new Place(_slots, profile);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static CollectionResult Inactive(Connector connector, Hindrance hindrance) => new()
    {
        ConnectorName = connector.Name,
        TenantName = connector.TenantName,
        State = CollectionState.Inactive,
        StatusCode = hindrance.Code,
        ErrorId = hindrance.Id,
        ErrorMessage = hindrance.Message,
    };

    internal static CollectionResult Failed(Connector connector, JcException? error) => new()
    {
        ConnectorName = connector.Name,
        TenantName = connector.TenantName,
        State = CollectionState.Failed,
        StatusCode = StatusCodes.Of(error),
        ErrorId = error?.ErrorId,
        ErrorMessage = error?.Message,
    };

    /// <summary>A stream's place among those collected side by side.</summary>
    private sealed class Place(SemaphoreSlim slots, SemaphoreSlim? profile) : IDisposable
    {
        public void Dispose()
        {
            slots.Release();
            profile?.Release();
        }
    }

    /// <summary>What holds for all turns of a run.</summary>
    private sealed record Run(bool Named, bool Force, Func<bool> HasTime, CollectionReport Report, CancellationToken Token)
    {
        private readonly object _clock = new();
        private DateTimeOffset? _serverTime;

        public RereadRequest? Reread { get; init; }

        /// <summary>The connectors that were not left alone, each with the number of its streams.</summary>
        public ConcurrentBag<(Connector Connector, int Streams)> Collected { get; } = [];

        /// <summary>The earliest that JumpCloud said; null where it said nothing.</summary>
        public DateTimeOffset? ServerTime
        {
            get { lock (_clock) return _serverTime; }
        }

        public void SawTime(DateTimeOffset time)
        {
            lock (_clock)
                if (_serverTime is null || time < _serverTime) _serverTime = time;
        }
    }

    /// <summary>What was learnt of the rates lies in the store.</summary>
    private sealed class PaceMemory(ILedger ledger, TimeProvider time) : IPaceMemory
    {
        public (double PerSecond, bool Settled)? Recall(Guid connectorId, string host) => ledger.GetPace(connectorId, host);

        public void Keep(Guid connectorId, string host, double perSecond, bool settled) =>
            ledger.SetPace(connectorId, host, perSecond, settled, time.GetUtcNow().ToUnixTimeMilliseconds());
    }
}
