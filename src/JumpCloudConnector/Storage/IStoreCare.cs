namespace JumpCloudConnector.Storage;

/// <summary>Looks after a store: what it keeps, and that it is sound.</summary>
public interface IStoreCare
{
    /// <summary>How long records are kept, and how large the store may become.</summary>
    StoreRetention GetRetention();

    /// <summary>Sets that. Nothing is removed by it: that is done after the next collection, or by <see cref="Enforce"/>.</summary>
    /// <exception cref="JcException">InvalidRetention.</exception>
    void SetRetention(StoreRetention retention);

    /// <summary>
    /// Removes what need not be kept any more, the oldest first and a little at a time, and gives the space back. What is
    /// left of a store in which nothing is due is a look at its blocks' spans.
    /// </summary>
    /// <param name="now">Records are as old as they are then.</param>
    /// <param name="goesOn">False when it should end; the next time goes on.</param>
    /// <param name="progress">Is told now and then what is removed, and which part of the way is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops between two steps; what was removed is gone.</param>
    RetentionResult Enforce(
        DateTimeOffset now, Func<bool>? goesOn = null, Action<RemovedRecords, double>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>What <see cref="Enforce"/> would remove with these settings; by size, about so much.</summary>
    RetentionResult Preview(StoreRetention retention, DateTimeOffset now, CancellationToken cancellationToken = default);

    /// <summary>Gives the space of what was removed back to the file system, a little at a time.</summary>
    void GiveBackSpace(CancellationToken cancellationToken = default);
}
