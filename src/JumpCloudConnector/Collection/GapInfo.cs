using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>A span of one organization that may lack events for good, as the administrator sees it.</summary>
public sealed record GapInfo
{
    /// <summary>Its number in the store.</summary>
    public required long Id { get; init; }

    /// <summary>The connector's name.</summary>
    public required string ConnectorName { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string TenantName { get; init; }

    /// <summary>The organization's id, or null for the key's own and for the portal.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>The organization's name where it is known.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>Its beginning.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Its end, exclusive; null while its cause lasts.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The cause.</summary>
    public required GapReason Reason { get; init; }

    /// <summary>The cause in words.</summary>
    public required string Message { get; init; }

    /// <summary>When it was found.</summary>
    public required DateTimeOffset FoundAt { get; init; }

    /// <summary>When somebody acknowledged it, or null.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>The account that did.</summary>
    public string? ConfirmedBy { get; init; }

    /// <summary>What that account had to say.</summary>
    public string? Note { get; init; }

    /// <summary>The store it lies in, so that a pipeline stays with that store.</summary>
    public required string StorePath { get; init; }

    /// <summary>The gaps of connectors, by connector and time.</summary>
    public static IReadOnlyList<GapInfo> Of(RecordStore store, IReadOnlyList<Connector> connectors)
    {
        ILookup<long, LedgerGap> gaps = store.Ledger.GetGaps().ToLookup(g => g.StreamId);
        if (gaps.Count == 0) return [];
        ILookup<Guid, StreamInfo> streams = store.Records.GetStreams().ToLookup(s => s.Key.ConnectorId);
        return [.. connectors.SelectMany(c => streams[c.Id].SelectMany(s => gaps[s.Id].Select(g => Describe(store, new CollectionStream(c, s), g))))];
    }

    internal static IEnumerable<GapInfo> Of(RecordStore store, CollectionStream stream) =>
        store.Ledger.GetGaps(stream.Info.Id).Select(g => Describe(store, stream, g));

    private static GapInfo Describe(RecordStore store, CollectionStream stream, LedgerGap gap) => new()
    {
        Id = gap.Id,
        ConnectorName = stream.Connector.Name,
        TenantName = stream.Connector.TenantName,
        OrganizationId = stream.OrganizationId,
        OrganizationName = stream.OrganizationName,
        From = DateTimeOffset.FromUnixTimeMilliseconds(gap.From),
        To = gap.To is { } to ? DateTimeOffset.FromUnixTimeMilliseconds(to) : null,
        Reason = gap.Reason,
        Message = GapText.Of(gap.Reason),
        FoundAt = DateTimeOffset.FromUnixTimeMilliseconds(gap.Found),
        ConfirmedAt = gap.Confirmed is { } confirmed ? DateTimeOffset.FromUnixTimeMilliseconds(confirmed) : null,
        ConfirmedBy = gap.ConfirmedBy,
        Note = gap.Note,
        StorePath = store.Folder,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Reason} from {TimeText.Utc(From)} to {(To is { } to ? TimeText.Utc(to) : "now")}";
}
