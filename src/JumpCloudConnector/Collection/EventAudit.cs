using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Finds events that arrived late, however late: where the API's count of a past span differs from the ledger, what differs
/// is read again. The last hours are looked at every turn, the last days once a day, everything that JumpCloud keeps once a
/// week.
/// </summary>
internal sealed class EventAudit(
    LedgerComparison comparison, ILedger ledger, long streamId, EventCollector events, CollectionOptions options, RequestMeter meter, long created, Func<long> now)
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;

    // A span is read again with so much on either side: its events may lie just past its ends on the server.
    private const long Margin = 1_000;

    /// <summary>Audits what is due.</summary>
    /// <param name="whole">What was collected before this turn and JumpCloud still has.</param>
    /// <param name="readable">Up to where this turn has read, epoch milliseconds.</param>
    /// <param name="streamStart">Where the stream's first collection began.</param>
    /// <param name="hasTime">False when the turn should end.</param>
    /// <param name="committed">Is given each batch after its commit.</param>
    /// <param name="cancellationToken">Stops between requests.</param>
    public async Task RunAsync(
        LedgerSpan whole, long readable, long streamStart, Func<bool> hasTime, Action<RecordBatch> committed, CancellationToken cancellationToken)
    {
        if (whole.Length <= 0 || !hasTime()) return;
        AuditWidth width = WidestDue();
        long reach = width switch { AuditWidth.Hours => 6 * Hour, AuditWidth.Days => 7 * Day, _ => whole.Length };
        long from = whole.To - reach > whole.From ? Cut(whole.To - reach, whole.From) : whole.From > streamStart ? Cut(whole.From, streamStart) : whole.From;
        if (comparison.CutBefore(whole.To, from) is not { } to) return;

        LedgerSpan span = new(from, to);
        int before = meter.Requests;
        long count = await comparison.CountAsync(span, cancellationToken).ConfigureAwait(false);
        bool hasSettled = false;
        // What it cannot find out this time, the next turn does. The way into one difference is gone to its end, however
        // long: the next turn would have to begin it anew.
        await foreach (LedgerDifference difference in comparison.FindAsync(
            span, count, () => hasTime() && (!hasSettled || meter.Requests - before < options.MaxAuditRequests), cancellationToken).ConfigureAwait(false))
        {
            hasSettled = true;
            await SettleAsync(difference, readable, streamStart, committed, cancellationToken).ConfigureAwait(false);
        }

        if (!comparison.IsCutShort) ledger.SetAudited(streamId, width, now());
    }

    /// <summary>Reads a span again whole, and accepts the API's count where that does not bring it about.</summary>
    private async Task SettleAsync(
        LedgerDifference difference, long readable, long streamStart, Action<RecordBatch> committed, CancellationToken cancellationToken)
    {
        (LedgerSpan span, long count, bool isDerived) = difference;
        if (isDerived)
        {
            // Events may have arrived between the counts it was derived from.
            count = await comparison.CountAsync(span, cancellationToken).ConfigureAwait(false);
            if (comparison.Matches(span, count)) return;
        }

        if (count > 0)
        {
            SlicePlan plan = new();
            LedgerSpan wider = new(span.From - Margin, Math.Min(span.To + Margin, readable));
            plan.Add(new PlannedSlice(wider, SliceKind.Audit, count) { IsWidened = true });
            await events.CollectAsync(plan, () => true, streamStart, _ => { }, committed, cancellationToken).ConfigureAwait(false);
            if (comparison.Matches(span, count)) return;
            count = await comparison.CountAsync(span, cancellationToken).ConfigureAwait(false);
        }

        // The server has true doubles, or has dropped events already: looked at again only when its count changes.
        ledger.Accept(streamId, new AcceptedSpan(span, count, comparison.Known(span)), now());
    }

    private long Cut(long at, long lowest) => comparison.CutBefore(at, lowest) ?? lowest;

    private AuditWidth WidestDue()
    {
        IReadOnlyDictionary<AuditWidth, long> done = ledger.GetAudits(streamId);
        if (done.Count == 0)
        {
            // None of it was read before the stream began; turns that ended before their audit may have passed since.
            ledger.SetAudited(streamId, AuditWidth.Retention, created);
            done = ledger.GetAudits(streamId);
        }

        return IsDue(AuditWidth.Retention, 7 * Day) ? AuditWidth.Retention : IsDue(AuditWidth.Days, Day) ? AuditWidth.Days : AuditWidth.Hours;

        // An audit after now was done under a wrong clock.
        bool IsDue(AuditWidth width, long every) => !done.TryGetValue(width, out long last) || last > now() || now() - last >= every;
    }
}
