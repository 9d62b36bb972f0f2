using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// One turn of a stream of events: what JumpCloud has no longer becomes a gap, the newest data is read first, then what is
/// still open, and at last the API's counts are held against the ledger.
/// </summary>
internal sealed class EventTurn(
    CollectionStream stream, RecordStore store, JumpCloudClient client, Lease lease, EventCollector events, CollectionOptions options,
    Func<bool> hasTime, Func<bool> othersWait, RequestMeter meter, CollectionReport report, TimeProvider time)
{
    // What of a long span is the newest data, and is read before the rest.
    private const long LiveSpan = 3_600_000;

    // So long it may take until the oldest that JumpCloud still has is read.
    private const long Dropping = 15 * 60_000;

    private readonly ILedger _ledger = store.Ledger;

    /// <summary>Where the reading began, epoch milliseconds.</summary>
    public long From { get; private set; }

    /// <summary>What is still open at the end, in milliseconds.</summary>
    public long Backlog { get; private set; }

    /// <summary>Reads everything up to now.</summary>
    public async Task CollectAsync(Action<double> progressed, CancellationToken cancellationToken)
    {
        // The end is fixed here, by the server's clock, and never taken from an event. The local clock may be wrong: past
        // the server's time the span would claim what is still to come. Two milliseconds back, as a request reaches past it.
        await client.LearnTimeAsync(stream.Scope, meter, cancellationToken).ConfigureAwait(false);
        long to = ServerNow();
        long start = Start(to);
        long watermark = Math.Min(stream.Info.Watermark ?? start, to);
        long? before = _ledger.GetEnd(lease.StreamId) is { } end ? Math.Min(end, to) : null;
        if (CommitGaps(new LedgerSpan(watermark, to - Retention), start, to)) watermark = Math.Max(watermark, to - Retention);

        SlicePlan plan = new();
        long liveFrom = LiveFrom(before, start, to);
        plan.Add(new PlannedSlice(new LedgerSpan(liveFrom, to), SliceKind.Live));
        From = liveFrom;
        bool isLive = true, hasBegun = false;
        long interval = stream.Connector.IntervalMinutes * 60_000L;
        await events.CollectAsync(plan, More, start, progressed, report.Committed, cancellationToken).ConfigureAwait(false);

        Backlog = _ledger.GetOpenSpans(lease.StreamId, new LedgerSpan(watermark, to)).Sum(s => s.Length);
        if (Backlog == 0 && before is { } audited) await AuditAsync(start, audited, to, cancellationToken).ConfigureAwait(false);

        bool More()
        {
            if (isLive && plan.IsEmpty)
            {
                // The newest data is in, or cut into parts that are under way.
                isLive = false;
                if (!hasTime()) return false;
                foreach (LedgerSpan open in Open(watermark, before, liveFrom, start))
                {
                    plan.Add(new PlannedSlice(open, SliceKind.Backfill));
                    From = Math.Min(From, open.From);
                }
            }
            else if (!plan.IsEmpty && ServerNow() - to >= interval)
            {
                // A long backfill has taken a whole interval: meanwhile there is newer data, which does not wait for it.
                long reached = to;
                to = ServerNow();
                plan.Add(new PlannedSlice(new LedgerSpan(Math.Max(start, reached - Overlap), to), SliceKind.Live));
            }

            if (isLive) return true;
            // However many wait, each turn gets on by a few slices.
            bool goesOn = hasTime() && !(hasBegun && othersWait());
            hasBegun = true;
            return goesOn;
        }
    }

    /// <summary>Reads spans again, whatever the ledger says of them.</summary>
    public async Task RereadAsync(IReadOnlyList<LedgerSpan> spans, Action<double> progressed, CancellationToken cancellationToken)
    {
        await client.LearnTimeAsync(stream.Scope, meter, cancellationToken).ConfigureAwait(false);
        long to = ServerNow();
        SlicePlan plan = new();
        foreach (LedgerSpan span in spans)
        {
            LedgerSpan possible = new(Math.Max(span.From, to - Retention), Math.Min(span.To, to));
            if (possible.Length > 0) plan.Add(new PlannedSlice(possible, SliceKind.Reread));
        }

        From = spans.Min(s => s.From);
        await events.CollectAsync(plan, () => true, Start(to), progressed, report.Committed, cancellationToken).ConfigureAwait(false);
    }

    private long Retention => (long)stream.Connector.Retention.TotalMilliseconds;

    private long Overlap => Math.Max(1, (long)stream.Connector.Overlap.TotalMilliseconds);

    private long ServerNow() => client.Clock.Now.ToUnixTimeMilliseconds() - 2;

    /// <summary>Where the stream's first collection begins: fixed, so that it does not slide along while first turns fail.</summary>
    private long Start(long to)
    {
        if (stream.Info.Start is { } known) return known;
        long lookback = Math.Max(1, (long)stream.Connector.InitialLookback.TotalMilliseconds);
        long start = Math.Min(stream.Info.Created, to - 1) - lookback;
        // What goes by between the connector's making and its first turn is no gap in a lookback as long as the retention.
        return start < to - Retention && to - stream.Info.Created < 24 * 3_600_000 ? to - Retention : start;
    }

    private long LiveFrom(long? before, long start, long to)
    {
        // After a pause longer than that, the newest hour comes first and the rest is backlog.
        long from = before is { } end && to - end <= LiveSpan ? end - Overlap : to - LiveSpan;
        return Math.Min(Math.Max(from, start), to - 1);
    }

    /// <summary>What is open before the newest data. Where an outage ended, the overlap before it is read again as well.</summary>
    private IEnumerable<LedgerSpan> Open(long watermark, long? before, long liveFrom, long start)
    {
        foreach (LedgerSpan open in _ledger.GetOpenSpans(lease.StreamId, new LedgerSpan(watermark, liveFrom)))
            yield return open.From == before ? open with { From = Math.Max(start, open.From - Overlap) } : open;
    }

    /// <summary>Writes as gaps what is open and older than JumpCloud keeps events.</summary>
    private bool CommitGaps(LedgerSpan lost, long start, long to)
    {
        if (lost.Length <= 0) return false;
        IReadOnlyList<LedgerSpan> open = _ledger.GetOpenSpans(lease.StreamId, lost);
        foreach (LedgerSpan span in open)
        {
            GapReason reason = stream.Connector.EnabledAt?.ToUnixTimeMilliseconds() > span.From ? GapReason.Disabled : GapReason.Outage;
            // What JumpCloud drops while the oldest of the rest is read is part of it.
            long end = span.To == lost.To ? span.To + Dropping : span.To;
            _ledger.CommitGap(lease, span, end, reason, start, Now());
            report.Warned(GapText.Found(stream, span with { To = end }, reason));
        }

        return open.Count > 0;
    }

    private async Task AuditAsync(long start, long end, long to, CancellationToken cancellationToken)
    {
        LedgerComparison comparison = new(client, stream.Scope, _ledger, lease.StreamId, options, meter);
        EventAudit audit = new(comparison, _ledger, lease.StreamId, events, options, meter, stream.Info.Created, Now);
        await audit.RunAsync(new LedgerSpan(Math.Max(start, to - Retention + 3_600_000), end), to, start, hasTime, report.Committed, cancellationToken).ConfigureAwait(false);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
