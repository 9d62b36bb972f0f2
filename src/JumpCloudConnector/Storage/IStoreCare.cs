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

    /// <summary>The store's sizes, sums and settings.</summary>
    StoreInfo Describe();

    /// <summary>Looks whether the store is sound. Changes nothing, and holds up nobody who collects meanwhile.</summary>
    /// <param name="full">True to look at every page, index and key too.</param>
    /// <param name="progress">Is told now and then what is looked at, and which part of it is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    StoreTest Test(bool full, Action<string, double>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Copies the store into a file, as it is at one moment, while others go on to use it.</summary>
    /// <param name="destination">The file, or a folder in which it gets a name of its own.</param>
    /// <param name="overwrite">True to replace a file that is there.</param>
    /// <param name="now">For the name.</param>
    /// <param name="progress">Is told now and then which part is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it; then nothing is left of it.</param>
    /// <returns>The copy, whole and checked.</returns>
    /// <exception cref="JcException">BackupExists or BackupFailed.</exception>
    StoreBackup Backup(string destination, bool overwrite, DateTimeOffset now, Action<double>? progress = null, CancellationToken cancellationToken = default);
}
