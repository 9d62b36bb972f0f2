using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Collection;

/// <summary>What a test of the ingestion came to.</summary>
public enum IngestionState
{
    /// <summary>The API's count, the ledger and the store agree, nothing is open, and every gap is acknowledged.</summary>
    Complete = 1,

    /// <summary>Something is missing, still open, or a gap that nobody has acknowledged.</summary>
    Incomplete,

    /// <summary>JumpCloud could not be asked; the message says why.</summary>
    Unknown,
}

/// <summary>A span in which the API counts more events than are known.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end, exclusive.</param>
/// <param name="ApiCount">What the API counts.</param>
/// <param name="LedgerCount">What is known.</param>
public sealed record MissingSpan(DateTimeOffset From, DateTimeOffset To, long ApiCount, long LedgerCount)
{
    /// <summary>How many are missing.</summary>
    public long Missing => ApiCount - LedgerCount;

    /// <inheritdoc/>
    public override string ToString() => $"{Missing} from {TimeText.Exact(From)} to {TimeText.Exact(To)}";
}

/// <summary>A span that was not collected yet.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end, exclusive.</param>
public sealed record OpenSpan(DateTimeOffset From, DateTimeOffset To)
{
    /// <inheritdoc/>
    public override string ToString() => $"{TimeText.Exact(From)} to {TimeText.Exact(To)}";
}

/// <summary>
/// Whether everything that JumpCloud has of one stream, in a span, is in the store. One of these per organization.
/// </summary>
public sealed record IngestionTest
{
    /// <summary>The connector's name.</summary>
    public required string ConnectorName { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string TenantName { get; init; }

    /// <summary>The organization's id, or null for the key's own and for the portal.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>The organization's name where it is known.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>What was tested; system users have no count by time, and are tested at every walk.</summary>
    public ContentType ContentType { get; init; } = ContentType.DirectoryInsights;

    /// <summary>The store's number of the stream.</summary>
    public long StreamId { get; init; }

    /// <summary>Complete, or not.</summary>
    public IngestionState State { get; init; }

    /// <summary>Beginning of the span that was tested, or null where nothing was collected yet.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Its end, exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Events that the API counts in what of the span was collected; null where it was not asked.</summary>
    public long? ApiCount { get; init; }

    /// <summary>Distinct events that were received there.</summary>
    public long LedgerCount { get; init; }

    /// <summary>Those of them that log filters excluded.</summary>
    public long FilteredCount { get; init; }

    /// <summary>Records that are in the store.</summary>
    public long StoreCount { get; init; }

    /// <summary>Records that were removed on purpose, by the store's retention or by hand; at the span's ends, of whole days.</summary>
    public long RemovedCount { get; init; }

    /// <summary>
    /// By how much the API's count may differ: spans that were read whole though it says otherwise, such as events that the
    /// server has twice.
    /// </summary>
    public long AcceptedDifference { get; init; }

    /// <summary>Events that the API counts and nobody received.</summary>
    public long MissingCount => Missing.Sum(m => m.Missing);

    /// <summary>Where they are missing.</summary>
    public IReadOnlyList<MissingSpan> Missing { get; init; } = [];

    /// <summary>What was not collected yet.</summary>
    public IReadOnlyList<OpenSpan> Open { get; init; } = [];

    /// <summary>Gaps in the span that nobody has acknowledged.</summary>
    public IReadOnlyList<GapInfo> Gaps { get; init; } = [];

    /// <summary>Requests that the test cost.</summary>
    public int Requests { get; init; }

    /// <summary>0, or the status of what kept JumpCloud from being asked.</summary>
    public int StatusCode { get; init; }

    /// <summary>The stable id of the error, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What is the matter and what to do, in words.</summary>
    public required string Message { get; init; }

    /// <summary>The store it was tested in, so that a pipeline stays with that store.</summary>
    public required string StorePath { get; init; }

    /// <summary>What a repair would read again: what is missing and what is open.</summary>
    internal IReadOnlyList<Storage.LedgerSpan> Repairs =>
    [
        .. Missing.Select(m => Span(m.From, m.To)), .. Open.Select(o => Span(o.From, o.To)),
    ];

    // An event may lie just past the ends on the server.
    private static Storage.LedgerSpan Span(DateTimeOffset from, DateTimeOffset to) =>
        new(from.ToUnixTimeMilliseconds() - 1_000, to.ToUnixTimeMilliseconds() + 1_000);
}
