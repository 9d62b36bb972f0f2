using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>One turn of one stream: lease, collection, outcome.</summary>
internal sealed class StreamTurn(
    CollectionStream stream, RecordStore recordStore, JumpCloudClient client, FilterSet filters, CollectionOptions options, SemaphoreSlim pagesInMemory, TimeProvider time,
    LeaseOwner owner, CollectionReport report, Func<bool> hasTime, Func<bool> othersWait, IReadOnlyList<LedgerSpan>? reread = null)
{
    private readonly IRecordStore _store = recordStore.Records;
    private readonly RequestMeter _meter = new();
    private readonly long _started = time.GetTimestamp();
    // A turn is the one it began in, however long it took.
    private readonly DateTimeOffset _begun = time.GetUtcNow();
    private EventCollector? _events;
    private UserCollector? _users;
    private EventTurn? _eventTurn;
    private long? _from;
    private bool _snapshot;

    /// <summary>Runs the turn. Every fault becomes part of the result; nothing but a programming error is thrown.</summary>
    public async Task<CollectionResult> RunAsync(CancellationToken cancellationToken)
    {
        LeaseOwner me = owner with { Instance = Guid.NewGuid() };
        LeaseKeeper? keeper = null;
        CollectionResult result;
        try
        {
            LeaseAnswer answer = _store.AcquireLease(stream.Info.Id, me, Now(), options.LeaseDuration);
            if (answer.Lease is null) return Leased(answer);
            // What was read before the lease was ours may be out of date.
            stream = stream with { Info = _store.OpenStream(stream.Info.Key, null, Now()) };
            keeper = new LeaseKeeper(_store, answer.Lease, options.LeaseDuration, time, cancellationToken);
            try
            {
                result = await CollectAsync(answer.Lease, keeper.Token).ConfigureAwait(false);
            }
            finally
            {
                keeper.Dispose();
            }
        }
        catch (OperationCanceledException) when (keeper is { IsLost: true })
        {
            result = Ended(CollectionState.Leased) with { ErrorId = "LeaseLost", ErrorMessage = "Another process took over the stream while this one was collecting it; nothing was written twice." };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ended(CollectionState.Stopped);
        }
        catch (JcException e) when (e.ErrorId == "LeaseLost")
        {
            result = Ended(CollectionState.Leased) with { ErrorId = e.ErrorId, ErrorMessage = e.Message };
        }
        catch (JumpCloudException e)
        {
            result = Failed(e, Parking.PauseAfter(e, stream.Info.ConsecutiveFailures));
        }
        catch (JcException e)
        {
            result = Failed(e, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of ours in one stream is no reason to take the others along.
            result = Failed(new JcException("UnexpectedError", JcErrorKind.Remote,
                $"The stream could not be collected, by a fault of this module: {e.GetType().Name}: {e.Message} What was committed stays; please report it.", stream.Connector.Name, e), null);
        }

        return Record(result);
    }

    private async Task<CollectionResult> CollectAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (stream.Info.Key.ContentType == ContentType.DirectoryInsights)
        {
            await CollectEventsAsync(lease, cancellationToken).ConfigureAwait(false);
            return Ended(CollectionState.Collected);
        }

        return await CollectUsersAsync(lease, cancellationToken).ConfigureAwait(false)
            ? Ended(CollectionState.Collected)
            : Failed(new JcException("UsersChanging", JcErrorKind.Remote,
                "The users changed or their number did not fit during every walk over them. Those seen are recorded; who is gone is found at the next turn.", stream.OrganizationName), null);
    }

    private async Task CollectEventsAsync(Lease lease, CancellationToken cancellationToken)
    {
        EventCollector events = _events = new EventCollector(
            client, stream.Scope, _store, lease, stream.Origin, filters, options, pagesInMemory, time, _meter);
        EventTurn turn = _eventTurn = new EventTurn(stream, recordStore, client, lease, events, options, hasTime, othersWait, _meter, report, time);
        if (reread is null) await turn.CollectAsync(Progressed, cancellationToken).ConfigureAwait(false);
        else await turn.RereadAsync(reread, Progressed, cancellationToken).ConfigureAwait(false);

        void Progressed(double fraction) => Progress(events.Fetched, fraction);
    }

    private async Task<bool> CollectUsersAsync(Lease lease, CancellationToken cancellationToken)
    {
        long now = Now();
        long start = Math.Min(stream.Info.Start ?? now, now);
        _from = Math.Min(stream.Info.Watermark ?? start, now);
        _snapshot = stream.Info.LastSnapshot is not { } last || last > now || now - last >= (long)stream.Connector.SnapshotInterval.TotalMilliseconds;
        UserRecordWriter writer = new(stream.Origin);
        UserCollector users = _users = new UserCollector(client, stream.Scope, _store, lease, writer, filters, options, time, _meter);
        // The first walk records everybody; whom an interrupted one recorded already are not new again.
        bool whole = await users.CollectAsync(_from.Value, start, _snapshot && stream.Info.LastSnapshot is not null,
            fraction => Progress(users.Fetched, fraction), report.Committed, cancellationToken).ConfigureAwait(false);
        _snapshot &= whole;
        return whole;
    }

    private void Progress(long fetched, double fraction) => report.Progressed(new CollectionProgress(
        stream.Connector.Name, stream.OrganizationName ?? stream.OrganizationId, stream.Info.Key.ContentType, fetched, fraction));

    /// <summary>Writes the outcome and fills in what the turn has changed.</summary>
    private CollectionResult Record(CollectionResult result)
    {
        if (result.State == CollectionState.Leased) return result;
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            bool failed = result.State == CollectionState.Failed;
            MarkLicence(result);
            _store.SetOutcome(stream.Info.Id, new StreamOutcome
            {
                Time = now.ToUnixTimeMilliseconds(),
                Turn = reread is null ? _begun.ToUnixTimeMilliseconds() : null,
                StatusCode = result.StatusCode,
                StatusId = result.ErrorId,
                StatusMessage = result.ErrorMessage,
                ParkedUntil = failed ? _parkedUntil?.ToUnixTimeMilliseconds() : null,
                Snapshot = _snapshot && !failed,
                IsBehind = _eventTurn?.Backlog > 0,
            });
            CollectionStream after = stream with { Info = _store.OpenStream(stream.Info.Key, null, Now()) };
            return result with
            {
                Watermark = after.Result(result.State).Watermark,
                NextRun = failed && _parkedUntil > after.NextRun ? _parkedUntil : after.NextRun,
            };
        }
        catch (JcException e)
        {
            // The data is committed or refused already; that the status could not be written must not hide either.
            return result.ErrorId is null ? result with { State = CollectionState.Failed, ErrorId = e.ErrorId, ErrorMessage = e.Message, StatusCode = StatusCodes.Of(e) } : result;
        }
    }

    /// <summary>While Directory Insights is not licensed, JumpCloud may not record events: that time is a gap.</summary>
    private void MarkLicence(CollectionResult result)
    {
        if (stream.Info.Key.ContentType != ContentType.DirectoryInsights) return;
        ILedger ledger = recordStore.Ledger;
        if (result.StatusCode == (int)FailureKind.NotLicensed)
        {
            // From where the last data ends, since nobody knows when the licence did.
            long from = ledger.GetEnd(stream.Info.Id) ?? Now();
            if (ledger.OpenGap(stream.Info.Id, GapReason.NotLicensed, Math.Min(from, Now()), Now()))
                report.Warned($"{result.ErrorMessage} JumpCloud may not record events meanwhile: a gap is open from {TimeText.Utc(from)}.");
        }
        else if (result.State == CollectionState.Collected)
        {
            ledger.CloseGap(stream.Info.Id, GapReason.NotLicensed, Now());
        }
    }

    private DateTimeOffset? _parkedUntil;

    private CollectionResult Failed(JcException error, TimeSpan? pause)
    {
        _parkedUntil = time.GetUtcNow() + pause;
        return Ended(CollectionState.Failed) with
        {
            StatusCode = StatusCodes.Of(error),
            ErrorId = error.ErrorId,
            ErrorMessage = error.Message,
        };
    }

    private CollectionResult Leased(LeaseAnswer answer) => Ended(CollectionState.Leased) with
    {
        ErrorId = "StreamLeased",
        ErrorMessage = answer.Refusal("The stream is being collected"),
    };

    private CollectionResult Ended(CollectionState state)
    {
        CommitCounts counts = _events?.Counts ?? _users?.Counts ?? default;
        return stream.Result(state) with
        {
            Fetched = _events?.Fetched ?? _users?.Fetched ?? 0,
            New = counts.New,
            Repeated = counts.Repeated,
            Filtered = counts.Filtered,
            ExcludedBy = _events?.ExcludedBy ?? _users?.ExcludedBy ?? [],
            Pages = _events?.Pages ?? _users?.Pages ?? 0,
            Requests = _meter.Requests,
            Retries = _meter.Retries,
            Duration = time.GetElapsedTime(_started),
            Backlog = TimeSpan.FromMilliseconds(_eventTurn?.Backlog ?? 0),
            From = (_eventTurn?.From ?? _from) is { } from and not 0 ? DateTimeOffset.FromUnixTimeMilliseconds(from) : null,
        };
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
