using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>What a span of the ledger is.</summary>
public enum LedgerState
{
    /// <summary>Read whole and committed.</summary>
    Collected = 1,

    /// <summary>Not collected yet.</summary>
    Open,

    /// <summary>JumpCloud no longer had it.</summary>
    Gap,
}

/// <summary>How finely the ledger is shown.</summary>
public enum LedgerDetail
{
    /// <summary>Slices that join are one span.</summary>
    Span = 1,

    /// <summary>The same, with a new span for the slices that begin on another day (UTC).</summary>
    Day,

    /// <summary>Every row of the ledger, what was read again too.</summary>
    Slice,
}

/// <summary>A span of one stream's ledger, as the administrator sees it.</summary>
public sealed record LedgerEntry
{
    /// <summary>The connector's name.</summary>
    public required string ConnectorName { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string TenantName { get; init; }

    /// <summary>The organization's id, or null for the key's own and for the portal.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>The organization's name where it is known.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>What was collected.</summary>
    public ContentType ContentType { get; init; }

    /// <summary>Its beginning.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Its end, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Collected, open, or a gap.</summary>
    public required LedgerState State { get; init; }

    /// <summary>Why it was read, where it is a single slice.</summary>
    public SliceKind? Kind { get; init; }

    /// <summary>Slices that it is made of.</summary>
    public int Slices { get; init; }

    /// <summary>Distinct events known in it: those in the store and those that log filters excluded. Of walks over users, the new records.</summary>
    public long Events { get; init; }

    /// <summary>Events that the API counted in it before it was read; null where it was not asked.</summary>
    public long? ApiCount { get; init; }

    /// <summary>Rows that were received for it, repeated ones too.</summary>
    public long Received { get; init; }

    /// <summary>Of these, records that were new.</summary>
    public long New { get; init; }

    /// <summary>Of these, those that the store had.</summary>
    public long Repeated { get; init; }

    /// <summary>Of these, those that log filters excluded.</summary>
    public long Filtered { get; init; }

    /// <summary>Pages received whole.</summary>
    public int Pages { get; init; }

    /// <summary>When its newest slice was committed; null where it is open.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>The store it lies in, so that a pipeline stays with that store.</summary>
    public required string StorePath { get; init; }
}

/// <summary>What of the ledger is wanted.</summary>
public sealed record LedgerQuery
{
    /// <summary>Organizations, by id or name, with wildcards; empty for all.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>Content types; empty for all.</summary>
    public IReadOnlyList<ContentType> ContentTypes { get; init; } = [];

    /// <summary>Spans that end after this; null for all.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Spans that begin before this; null for up to now.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>How finely.</summary>
    public LedgerDetail Detail { get; init; } = LedgerDetail.Span;
}

/// <summary>Reads the ledger for whoever wants to see it.</summary>
public static class LedgerReport
{
    private const long Day = 24 * 3_600_000;

    /// <summary>The ledger of connectors, stream by stream and by time.</summary>
    /// <param name="store">The store.</param>
    /// <param name="connectors">Whose.</param>
    /// <param name="query">What of it.</param>
    /// <param name="now">Up to here a span without a slice is open.</param>
    public static IEnumerable<LedgerEntry> Read(RecordStore store, IReadOnlyList<Connector> connectors, LedgerQuery query, DateTimeOffset now)
    {
        TextPattern[] organizations = [.. query.Organizations.Select(o => new TextPattern(o))];
        return Read(store, connectors, IsWanted, query.After, query.Before, query.Detail, now);

        bool IsWanted(StreamKey key, string? name) =>
            (query.ContentTypes.Count == 0 || query.ContentTypes.Contains(key.ContentType))
            && (organizations.Length == 0 || Array.Exists(organizations, o => o.Matches(key.OrganizationId.AsSpan()) || (name is not null && o.Matches(name.AsSpan()))));
    }

    /// <summary>The ledger of connectors, stream by stream and by time.</summary>
    /// <param name="store">The store.</param>
    /// <param name="connectors">Whose.</param>
    /// <param name="isWanted">Which organizations and content types.</param>
    /// <param name="after">Spans that end after this; null for all.</param>
    /// <param name="before">Spans that begin before this; null for up to now.</param>
    /// <param name="detail">How finely.</param>
    /// <param name="now">Up to here a span without a slice is open.</param>
    public static IEnumerable<LedgerEntry> Read(
        RecordStore store, IReadOnlyList<Connector> connectors, Func<StreamKey, string?, bool> isWanted, DateTimeOffset? after, DateTimeOffset? before,
        LedgerDetail detail, DateTimeOffset now)
    {
        foreach (Connector connector in connectors)
        {
            foreach (StreamInfo info in store.Records.GetStreams(connector.Id))
            {
                CollectionStream stream = new(connector, info);
                if (info.Key.OrganizationId == StreamKey.Listing || info.Start is null || !isWanted(info.Key, stream.OrganizationName)) continue;
                long end = Math.Min(before?.ToUnixTimeMilliseconds() ?? long.MaxValue, Math.Max(now.ToUnixTimeMilliseconds(), info.Watermark ?? 0));
                // A walk over few users may begin and end within its first millisecond.
                LedgerSpan span = new(after?.ToUnixTimeMilliseconds() ?? Math.Min(info.Start.Value, end) - 1, end);
                if (span.Length <= 0) continue;
                foreach (LedgerEntry entry in Read(store, stream, span, detail)) yield return entry;
            }
        }
    }

    private static IEnumerable<LedgerEntry> Read(RecordStore store, CollectionStream stream, LedgerSpan span, LedgerDetail detail)
    {
        ILedger ledger = store.Ledger;
        IReadOnlyList<LedgerSlice> slices = ledger.GetSlices(stream.Info.Id, span);
        // Users are walked over, not read by time: what was not walked yet is no open span.
        long openFrom = Math.Max(span.From, stream.Info.Start!.Value);
        IReadOnlyList<LedgerSpan> open = stream.Info.Key.ContentType == ContentType.DirectoryInsights && openFrom < span.To
            ? ledger.GetOpenSpans(stream.Info.Id, span with { From = openFrom }) : [];
        IEnumerable<LedgerEntry> collected = detail == LedgerDetail.Slice
            ? slices.Select(s => Entry(store, stream, s.Span, [s])) : Merge(slices, detail).Select(m => Entry(store, stream, m.Span, m.Slices));
        return collected.Concat(open.Select(o => Entry(store, stream, o, []))).OrderBy(e => e.From).ThenBy(e => e.To);
    }

    /// <summary>Joins slices that touch, into spans that are all gap or all collected.</summary>
    private static IEnumerable<(LedgerSpan Span, List<LedgerSlice> Slices)> Merge(IReadOnlyList<LedgerSlice> slices, LedgerDetail detail)
    {
        LedgerSpan span = default;
        List<LedgerSlice> members = [];
        foreach (LedgerSlice slice in slices)
        {
            bool joins = members.Count > 0 && slice.Span.From <= span.To && (slice.Kind == SliceKind.Gap) == (members[0].Kind == SliceKind.Gap)
                && (detail != LedgerDetail.Day || slice.Span.From / Day == span.From / Day);
            if (!joins)
            {
                if (members.Count > 0) yield return (span, members);
                // What was read again with the span before is not shown as a second one.
                span = new LedgerSpan(members.Count > 0 ? Math.Max(slice.Span.From, Math.Min(span.To, slice.Span.To)) : slice.Span.From, slice.Span.To);
                members = [slice];
                continue;
            }

            span = span with { To = Math.Max(span.To, slice.Span.To) };
            members.Add(slice);
        }

        if (members.Count > 0) yield return (span, members);
    }

    private static LedgerEntry Entry(RecordStore store, CollectionStream stream, LedgerSpan span, List<LedgerSlice> slices)
    {
        CommitCounts counts = slices.Aggregate(default(CommitCounts), (sum, s) => sum.Plus(s.Counts));
        return new LedgerEntry
        {
            ConnectorName = stream.Connector.Name,
            TenantName = stream.Connector.TenantName,
            OrganizationId = stream.OrganizationId,
            OrganizationName = stream.OrganizationName,
            ContentType = stream.Info.Key.ContentType,
            From = DateTimeOffset.FromUnixTimeMilliseconds(span.From),
            To = DateTimeOffset.FromUnixTimeMilliseconds(span.To),
            State = slices.Count == 0 ? LedgerState.Open : slices[0].Kind == SliceKind.Gap ? LedgerState.Gap : LedgerState.Collected,
            Kind = slices.Count == 1 ? slices[0].Kind : null,
            Slices = slices.Count,
            // Users leave no keys; what a walk came to is what was new.
            Events = stream.Info.Key.ContentType == ContentType.SystemUser ? counts.New : store.Ledger.CountKnown(stream.Info.Id, span).Events,
            ApiCount = slices.Count == 1 ? slices[0].Counted : null,
            Received = counts.Received,
            New = counts.New,
            Repeated = counts.Repeated,
            Filtered = counts.Filtered,
            Pages = slices.Sum(s => s.Pages),
            CommittedAt = slices.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(slices.Max(s => s.Committed)),
            StorePath = store.Folder,
        };
    }
}
