using System.Runtime.CompilerServices;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>A span whose count by the API is not what the ledger says.</summary>
/// <param name="Span">The span.</param>
/// <param name="Count">The API's count.</param>
/// <param name="IsDerived">True where the count was worked out from those of other spans, not asked for.</param>
internal sealed record LedgerDifference(LedgerSpan Span, long Count, bool IsDerived);

/// <summary>
/// Holds the API's counts of one stream against the ledger and halves its way into what differs. Spans are cut where a count
/// means the same whether its end is inclusive or not, and never within one that was accepted.
/// </summary>
internal sealed class LedgerComparison(
    JumpCloudClient client, RequestScope scope, ILedger ledger, long streamId, CollectionOptions options, RequestMeter meter)
{
    // Below this a span is not halved any more.
    private const long ShortestSpan = 1_000;

    /// <summary>True once the requests allowed were spent before everything was looked at.</summary>
    public bool IsCutShort { get; private set; }

    /// <summary>Finds the small spans that differ within a span.</summary>
    /// <param name="span">Which; its ends come from <see cref="CutBefore"/>.</param>
    /// <param name="count">The API's count of it.</param>
    /// <param name="goesOn">Asked before each request; when false, what is not looked into yet is left.</param>
    /// <param name="cancellationToken">Stops between requests.</param>
    public async IAsyncEnumerable<LedgerDifference> FindAsync(
        LedgerSpan span, long count, Func<bool> goesOn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stack<LedgerDifference> open = new();
        open.Push(new LedgerDifference(span, count, false));
        while (open.Count > 0)
        {
            LedgerDifference part = open.Pop();
            if (Matches(part.Span, part.Count)) continue;
            if (!goesOn())
            {
                IsCutShort = true;
                yield break;
            }

            if (IsSmall(part) || CutBefore(part.Span.From + (part.Span.Length / 2), part.Span.From) is not { } middle)
            {
                yield return part;
                continue;
            }

            LedgerSpan first = part.Span with { To = middle };
            long half = await CountAsync(first, cancellationToken).ConfigureAwait(false);
            open.Push(new LedgerDifference(part.Span with { From = middle }, Math.Max(0, part.Count - half), true));
            open.Push(new LedgerDifference(first, half, false));
        }
    }

    /// <summary>How many events the API has in a span.</summary>
    public Task<long> CountAsync(LedgerSpan span, CancellationToken cancellationToken) =>
        client.CountEventsAsync(scope, span.From, span.To, meter, cancellationToken);

    /// <summary>How many events are known in a span.</summary>
    public long Known(LedgerSpan span) => ledger.CountKnown(streamId, span).Events;

    /// <summary>What the API's count should be: what is known, and what it counts more or less in accepted spans.</summary>
    public long Expected(LedgerSpan span) =>
        Known(span) + ledger.GetAccepted(streamId, span).Where(a => a.Span.From >= span.From && a.Span.To <= span.To).Sum(a => a.Counted - a.Known);

    /// <summary>True where the API's count is what it should be, with either meaning of the end.</summary>
    public bool Matches(LedgerSpan span, long count)
    {
        long expected = Expected(span);
        // At a quiet end both are the same number; only where every millisecond has its events they are not.
        return count == expected || count == expected + Known(new LedgerSpan(span.To, span.To + 1));
    }

    /// <summary>A good place to cut at or before a millisecond, but after <paramref name="lowest"/>; null where there is none.</summary>
    public long? CutBefore(long at, long lowest)
    {
        at = OutOfAccepted(at, lowest);
        if (at <= lowest) return null;
        long cut = ledger.FindQuiet(streamId, at, lowest) ?? at;
        // The way to a quiet place may lead into an accepted span.
        return OutOfAccepted(cut, lowest) == cut ? cut : at;
    }

    private long OutOfAccepted(long at, long lowest)
    {
        foreach (AcceptedSpan accepted in ledger.GetAccepted(streamId, new LedgerSpan(lowest, at + 1)))
            if (accepted.Span.From < at && at < accepted.Span.To) return accepted.Span.From;
        return at;
    }

    private bool IsSmall(LedgerDifference part)
    {
        if (part.Count <= options.AuditSliceEvents || part.Span.Length <= ShortestSpan) return true;
        // Where most is missing, halving further would only ask for what has to be read anyway.
        return part.Count <= options.SliceEvents && Known(part.Span) < part.Count / 2;
    }
}
