using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>What advice asks of the records.</summary>
internal static class RecordSamples
{
    // A few blocks: what is new at JumpCloud is among them sooner or later.
    private const int Newest = 1000;

    /// <summary>The newest records that match.</summary>
    public static IEnumerable<IngestedRecord> FindNewest(this IRecordStore records, RecordQuery sought, CancellationToken cancellationToken) =>
        records.Find(sought with { First = Newest }, cancellationToken);

    /// <summary>Whether any record matches.</summary>
    public static bool HasAny(this IRecordStore records, RecordQuery sought, CancellationToken cancellationToken) =>
        records.Find(sought with { First = 1 }, cancellationToken).Any();
}
