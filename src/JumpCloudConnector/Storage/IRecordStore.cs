using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Keeps streams, their leases and ledger, and the records. All members are safe to call from many threads; writers of
/// several processes wait for each other. A fault of the store is a <see cref="JcException"/>, and what was committed
/// before it stays.
/// </summary>
public interface IRecordStore
{
    /// <summary>Finds a stream or makes it, and remembers the organization's name.</summary>
    StreamInfo OpenStream(StreamKey key, string? organizationName, long now);

    /// <summary>The streams of a connector, or of all.</summary>
    IReadOnlyList<StreamInfo> GetStreams(Guid? connectorId = null);

    /// <summary>Writes how a turn ended. Does not need the lease: it is information, not data.</summary>
    void SetOutcome(long streamId, StreamOutcome outcome);

    /// <summary>
    /// Clears the status of a connector's streams, since they were not tried yet with the access now in force, and lets those
    /// that failed have their turn at once.
    /// </summary>
    void ResetStatus(Guid connectorId);

    /// <summary>
    /// Notes that a connector's streams, or those of some organizations, were tested well: failing ones are so no longer and
    /// have their turn at <paramref name="due"/>, and those that were never tried say so. Times are epoch milliseconds.
    /// </summary>
    void SetTested(Guid connectorId, IReadOnlyCollection<string>? organizations, long now, long due);

    /// <summary>Marks the streams of organizations that a provider no longer lists, and unmarks those that are back.</summary>
    void SetListed(Guid connectorId, IReadOnlyCollection<string> organizations, long now);

    /// <summary>
    /// Gives streams that were begun before their organization was known to that organization, positions and all.
    /// </summary>
    void AdoptStreams(Guid connectorId, string organizationId);

    /// <summary>Takes a stream for a time, also from an owner whose time is over or whose process is dead.</summary>
    LeaseAnswer AcquireLease(long streamId, LeaseOwner owner, long now, TimeSpan duration);

    /// <summary>Extends a lease; false when it is somebody else's by now.</summary>
    bool RenewLease(Lease lease, long now, TimeSpan duration);

    /// <summary>Gives a lease back; harmless when it is lost already.</summary>
    void ReleaseLease(Lease lease);

    /// <summary>
    /// Packs a batch ahead of its commit, so that committing takes less time under the single writer. Not needed for a commit.
    /// </summary>
    Task PrepareAsync(long streamId, RecordBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Commits records, their keys, the ledger's row and the watermark in one transaction: all of it or nothing. Sets each
    /// entry's fate and sequence.
    /// </summary>
    /// <exception cref="JcException">LeaseLost when the stream changed hands; nothing was written.</exception>
    CommitCounts Commit(Lease lease, RecordBatch batch, SliceCommit slice);

    /// <summary>What is known of these users; absent ones are new.</summary>
    IReadOnlyDictionary<string, UserState> GetUsers(long streamId, IReadOnlyCollection<string> userIds);

    /// <summary>The users that were recorded and are not in the set.</summary>
    IReadOnlyList<UserState> GetUsersExcept(long streamId, ISet<string> userIds);

    /// <summary>
    /// Commits user records with the users' new state in one transaction, and with <paramref name="slice"/> the end of a
    /// whole walk.
    /// </summary>
    /// <param name="lease">The stream's lease.</param>
    /// <param name="batch">The records.</param>
    /// <param name="userIds">The user of each record.</param>
    /// <param name="hashes">The content of each, or null where the record says that the user is gone.</param>
    /// <param name="filters">The log filters that the batch's entries name by number.</param>
    /// <param name="slice">The walk's row in the ledger, or null while it goes on.</param>
    CommitCounts CommitUsers(
        Lease lease, RecordBatch batch, IReadOnlyList<string> userIds, IReadOnlyList<RecordKey?> hashes,
        IReadOnlyList<Guid> filters, SliceCommit? slice);

    /// <summary>One record, or null.</summary>
    IngestedRecord? GetRecord(long sequence);

    /// <summary>
    /// Finds records, in the query's order, a little at a time: no read lock is held while the caller looks at one.
    /// </summary>
    IEnumerable<IngestedRecord> Find(RecordQuery query, CancellationToken cancellationToken);

    /// <summary>Tenants, connectors and organizations as the records in blocks have them, also of those that are no longer there.</summary>
    IReadOnlyList<RecordOrigin> GetOrigins();

    /// <summary>
    /// Counts the records that a query describes, as the store is at one moment: by time first, then the largest groups first.
    /// Takes memory for the groups, whose number is limited, and none for the records.
    /// </summary>
    /// <param name="query">Which records; not a number of them.</param>
    /// <param name="grouping">What to count by; without anything one count is given, also of nothing.</param>
    /// <param name="progress">Is told now and then how many were counted, and which part of the way is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="JcException">InvalidInterval or TooManyGroups.</exception>
    IReadOnlyList<RecordCount> Measure(
        RecordQuery query, RecordGrouping grouping, Action<long, double>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes the records that a query describes, the oldest first and a little at a time; or tells what it would remove.
    /// Their keys stay, so that they do not come back while JumpCloud still has the events.
    /// </summary>
    /// <param name="query">Which records; not a number of them.</param>
    /// <param name="preview">True to remove nothing.</param>
    /// <param name="progress">Is told now and then what is removed, and which part of the way is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops between two steps; what was removed is gone.</param>
    RemovedRecords Remove(RecordQuery query, bool preview, Action<RemovedRecords, double>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a connector's records, a little at a time; how many there were.</summary>
    long RemoveRecords(Guid connectorId, CancellationToken cancellationToken);

    /// <summary>The last place in the order of commits that was given away; 0 before the first record.</summary>
    long GetLastSequence();

    /// <summary>How many records there are, and the span of their times in epoch milliseconds.</summary>
    (long Count, long? First, long? Last) GetSpan();
}

/// <summary>Keeps connectors and their protected secrets. Every change is whole or not made.</summary>
public interface IConnectorStore
{
    /// <summary>All connectors, by name.</summary>
    IReadOnlyList<Connectors.Connector> GetConnectors();

    /// <summary>The connector of that name in any case, or null.</summary>
    Connectors.Connector? FindConnector(string name);

    /// <summary>Adds a connector.</summary>
    /// <exception cref="JcException">ConnectorExists.</exception>
    void AddConnector(Connectors.Connector connector, byte[] secret, byte[] proxySecret);

    /// <summary>Replaces a connector, and each of its secrets where one is given.</summary>
    /// <exception cref="JcException">ConnectorNotFound, or ConnectorChanged when it is no longer the version it was made from.</exception>
    void UpdateConnector(Connectors.Connector connector, byte[]? secret, byte[]? proxySecret);

    /// <summary>Removes a connector, its secret and its streams' positions. Records stay.</summary>
    bool RemoveConnector(Guid id);

    /// <summary>A connector's protected secret (API key, or a service account's); empty where it has none, null where it is gone.</summary>
    byte[]? GetSecret(Guid connectorId);

    /// <summary>The protected password of a connector's proxy; empty where it has none, null where it is gone.</summary>
    byte[]? GetProxySecret(Guid connectorId);

    /// <summary>All log filters, by name.</summary>
    IReadOnlyList<Filters.LogFilter> GetLogFilters();

    /// <summary>Adds a log filter.</summary>
    /// <exception cref="JcException">LogFilterExists.</exception>
    void AddLogFilter(Filters.LogFilter filter);

    /// <summary>Replaces a log filter.</summary>
    /// <exception cref="JcException">LogFilterChanged when it is no longer the version it was made from, or is gone.</exception>
    void UpdateLogFilter(Filters.LogFilter filter);

    /// <summary>Removes a log filter, detaches it from every connector, and forgets its counts.</summary>
    bool RemoveLogFilter(Filters.LogFilter filter);

    /// <summary>How many records each filter has excluded, per connector, and when it last did (epoch milliseconds).</summary>
    IReadOnlyList<(Guid Filter, Guid Connector, long Excluded, long Last)> GetFilterCounts();

    /// <summary>
    /// The organization that the connector's key proved to belong to, and whether that was found for the key and the
    /// addresses now in force; null where it never was.
    /// </summary>
    (string Id, string Name, bool IsCurrent)? GetOrganization(Connectors.Connector connector);

    /// <summary>
    /// The organizations that connectors' keys proved to belong to, by connector, each with the connector's AccessVersion that
    /// it was found for.
    /// </summary>
    IReadOnlyDictionary<Guid, (string Id, string Name, int For)> GetOrganizations();

    /// <summary>Keeps which organization the connector's key belongs to.</summary>
    void SetOrganization(Connectors.Connector connector, string id, string name);

    /// <summary>All Data Analyzer profiles: Default, and the others by name.</summary>
    IReadOnlyList<Connectors.AnalyzerProfile> GetAnalyzerProfiles();

    /// <summary>Adds a profile; false where one of that name exists.</summary>
    bool AddAnalyzerProfile(Connectors.AnalyzerProfile profile);

    /// <summary>Removes a profile, unless connectors are in it: then they are the answer and it stays.</summary>
    IReadOnlyList<string> RemoveAnalyzerProfile(string name);

    /// <summary>The hosts that have collected from this store, and when they last did (epoch milliseconds).</summary>
    IReadOnlyList<(string Name, long Seen)> GetHosts();

    /// <summary>Keeps that a host collects from this store.</summary>
    void SetHost(string name, long seen);

    /// <summary>Takes the right to test connectors for a time: one test at a time in a store.</summary>
    LeaseAnswer AcquireTestLease(LeaseOwner owner, long now, TimeSpan duration);

    /// <summary>Gives it back; harmless when it is lost already.</summary>
    void ReleaseTestLease(Lease lease);

    /// <summary>The stable id of a tenant; a new name gets a new id.</summary>
    string GetTenantId(string tenantName);
}
