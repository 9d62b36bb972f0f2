namespace JumpCloudConnector.Storage;

/// <summary>A span of time in epoch milliseconds.</summary>
/// <param name="From">Its first millisecond.</param>
/// <param name="To">The first millisecond after it.</param>
public readonly record struct LedgerSpan(long From, long To)
{
    /// <summary>Its length in milliseconds.</summary>
    public long Length => To - From;
}

/// <summary>A row of the ledger.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="Span">What it covers.</param>
/// <param name="Kind">Why it was read.</param>
/// <param name="Counted">What the API counted before, or null.</param>
/// <param name="Counts">What was received and what became of it.</param>
/// <param name="Pages">Pages received whole.</param>
/// <param name="Committed">When it was committed last, epoch milliseconds.</param>
public sealed record LedgerSlice(long StreamId, LedgerSpan Span, SliceKind Kind, long? Counted, CommitCounts Counts, int Pages, long Committed);

/// <summary>How much of a span an audit looks at.</summary>
public enum AuditWidth
{
    /// <summary>The last hours, every turn.</summary>
    Hours = 1,

    /// <summary>The last days, once a day.</summary>
    Days,

    /// <summary>As far back as JumpCloud keeps events, once a week.</summary>
    Retention,
}

/// <summary>A span that was read whole though the API's count says otherwise.</summary>
/// <param name="Span">The span.</param>
/// <param name="Counted">The API's count.</param>
/// <param name="Known">How many events were known after it was read.</param>
public sealed record AcceptedSpan(LedgerSpan Span, long Counted, long Known);

/// <summary>Why a span may lack events for good.</summary>
public enum GapReason
{
    /// <summary>Nothing was collected for longer than JumpCloud keeps events.</summary>
    Outage = 1,

    /// <summary>The connector was disabled for longer than JumpCloud keeps events.</summary>
    Disabled,

    /// <summary>Directory Insights was not licensed: JumpCloud may not have recorded events then.</summary>
    NotLicensed,
}

/// <summary>A span that may lack events for good. Times are epoch milliseconds.</summary>
public sealed record LedgerGap
{
    /// <summary>Its number in the store.</summary>
    public required long Id { get; init; }

    /// <summary>The stream.</summary>
    public required long StreamId { get; init; }

    /// <summary>Its first millisecond.</summary>
    public required long From { get; init; }

    /// <summary>The first millisecond after it, or null while its cause lasts.</summary>
    public long? To { get; init; }

    /// <summary>The cause.</summary>
    public required GapReason Reason { get; init; }

    /// <summary>When it was found.</summary>
    public required long Found { get; init; }

    /// <summary>When somebody acknowledged it, or null.</summary>
    public long? Confirmed { get; init; }

    /// <summary>The account that did.</summary>
    public string? ConfirmedBy { get; init; }

    /// <summary>What that account had to say.</summary>
    public string? Note { get; init; }
}

/// <summary>How many events are known in a span.</summary>
/// <param name="Events">All of them.</param>
/// <param name="Filtered">Those of them that log filters excluded.</param>
public readonly record struct KnownEvents(long Events, long Filtered);

/// <summary>
/// What was read of every stream, what is still open, and what is missing for good. Commits write it
/// (<see cref="IRecordStore.Commit"/>); here it is read, and kept what audits found out.
/// </summary>
public interface ILedger
{
    /// <summary>A stream's slices that touch a span, by their beginning.</summary>
    IReadOnlyList<LedgerSlice> GetSlices(long streamId, LedgerSpan span);

    /// <summary>What no slice covers within a span, by time.</summary>
    IReadOnlyList<LedgerSpan> GetOpenSpans(long streamId, LedgerSpan span);

    /// <summary>The end of the newest slice, or null before the first.</summary>
    long? GetEnd(long streamId);

    /// <summary>How many distinct events are known in a span.</summary>
    KnownEvents CountKnown(long streamId, LedgerSpan span);

    /// <summary>How many of the stream's records lie in a span.</summary>
    long CountRecords(long streamId, LedgerSpan span);

    /// <summary>
    /// How many of the stream's records that may have lain in a span were removed on purpose: by days, so that at a span's ends
    /// there may be some of just outside.
    /// </summary>
    long CountRemoved(long streamId, LedgerSpan span);

    /// <summary>
    /// The last millisecond up to <paramref name="at"/> and after <paramref name="lowest"/> at which, and just before which, no
    /// event is known: there a count is the same whether its end is inclusive or not. Null where there is none near.
    /// </summary>
    long? FindQuiet(long streamId, long at, long lowest);

    /// <summary>When each audit was last done; those never done are missing.</summary>
    IReadOnlyDictionary<AuditWidth, long> GetAudits(long streamId);

    /// <summary>Keeps that an audit was done, and with it the narrower ones.</summary>
    void SetAudited(long streamId, AuditWidth width, long time);

    /// <summary>The accepted spans that touch a span, by time.</summary>
    IReadOnlyList<AcceptedSpan> GetAccepted(long streamId, LedgerSpan span);

    /// <summary>Accepts a span, in place of what was accepted within it; with equal counts nothing is left to accept.</summary>
    void Accept(long streamId, AcceptedSpan accepted, long time);

    /// <summary>
    /// Writes a gap and its slice, so that the watermark moves past it, in one transaction under the lease. The gap may reach
    /// further than the slice, over time that is still read but may not be whole any more.
    /// </summary>
    void CommitGap(Lease lease, LedgerSpan span, long gapEnd, GapReason reason, long streamStart, long time);

    /// <summary>Begins a gap whose cause lasts; false where one of that reason is open already.</summary>
    bool OpenGap(long streamId, GapReason reason, long from, long time);

    /// <summary>Ends the open gap of a reason; true where there was one.</summary>
    bool CloseGap(long streamId, GapReason reason, long to);

    /// <summary>The gaps of a stream, or of all, by time.</summary>
    IReadOnlyList<LedgerGap> GetGaps(long? streamId = null);

    /// <summary>Keeps who acknowledged a gap; false where it is gone, still open, or acknowledged already.</summary>
    bool ConfirmGap(long id, string account, string? note, long time);

    /// <summary>How fast a host took a connector's requests; null where that is not known.</summary>
    (double PerSecond, bool Settled)? GetPace(Guid connectorId, string host);

    /// <summary>Keeps how fast a host took a connector's requests.</summary>
    void SetPace(Guid connectorId, string host, double perSecond, bool settled, long time);
}
