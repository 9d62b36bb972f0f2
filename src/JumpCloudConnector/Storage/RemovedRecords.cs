namespace JumpCloudConnector.Storage;

/// <summary>What was removed, or would be.</summary>
/// <param name="Records">How many records.</param>
/// <param name="First">The oldest one's time, epoch milliseconds; null where there is none.</param>
/// <param name="Last">The newest one's time.</param>
public readonly record struct RemovedRecords(long Records, long? First, long? Last)
{
    internal RemovedRecords Plus(long records, long first, long last) => records == 0 ? this
        : new RemovedRecords(Records + records, Math.Min(First ?? first, first), Math.Max(Last ?? last, last));

    internal RemovedRecords Plus(RemovedRecords other) => other.Records == 0 ? this : Plus(other.Records, other.First!.Value, other.Last!.Value);
}
