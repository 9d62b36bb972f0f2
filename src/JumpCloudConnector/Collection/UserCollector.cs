using JumpCloudConnector.Filters;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Walks one organization's system users and records those that are new, changed or gone. The API pages by offset, so a
/// deletion during the walk shifts the rest: each page begins with the last user of the one before, and where it does not,
/// or the total changes, the walk begins again. Users are called gone only after a walk that was whole.
/// </summary>
internal sealed class UserCollector(
    JumpCloudClient client, RequestScope scope, IRecordStore store, Lease lease, UserRecordWriter writer, FilterSet filters,
    CollectionOptions options, TimeProvider time, RequestMeter meter)
{
    private enum WalkEnd
    {
        Whole,
        Shifted,
        CountDiffers,
    }

    private readonly ExcludingFilters _excluding = new(filters);
    private long _fetched;

    public long Fetched => Interlocked.Read(ref _fetched);

    public int Pages { get; private set; }

    public CommitCounts Counts { get; private set; }

    /// <summary>The log filters that excluded something.</summary>
    public IReadOnlyList<string> ExcludedBy => _excluding.Names;

    /// <summary>Walks once over all users, more often where they change meanwhile.</summary>
    /// <param name="from">End of the last walk, epoch milliseconds: the ledger's row begins there.</param>
    /// <param name="streamStart">Where the stream's first walk began.</param>
    /// <param name="snapshot">True to record every user.</param>
    /// <param name="progressed">Is told which part is done, 0 to 1.</param>
    /// <param name="committed">Is given each batch after its commit.</param>
    /// <param name="cancellationToken">Stops between pages.</param>
    /// <returns>True when the walk was whole; otherwise nobody was called gone, and the next turn walks again.</returns>
    public async Task<bool> CollectAsync(
        long from, long streamStart, bool snapshot, Action<double> progressed, Action<RecordBatch> committed, CancellationToken cancellationToken)
    {
        long walkTime = time.GetUtcNow().ToUnixTimeMilliseconds();
        HashSet<string> recorded = new(StringComparer.Ordinal);
        for (int attempt = 0; ; attempt++)
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            WalkEnd end = await WalkAsync(seen, recorded, snapshot, walkTime, progressed, committed, cancellationToken).ConfigureAwait(false);
            if (end == WalkEnd.Whole)
            {
                CommitEnd(seen, from, streamStart, walkTime, committed);
                return true;
            }

            if (attempt == options.MaxWalkRestarts) return false;
        }
    }

    private async Task<WalkEnd> WalkAsync(
        HashSet<string> seen, HashSet<string> recorded, bool snapshot, long walkTime,
        Action<double> progressed, Action<RecordBatch> committed, CancellationToken cancellationToken)
    {
        using UserPageSink page = new(writer);
        long? total = null;
        string? last = null;
        long skip = 0;
        while (true)
        {
            (long count, int rows) = await client.GetSystemUsersAsync(scope, skip, JumpCloudClient.UserPageLimit, page, meter, cancellationToken).ConfigureAwait(false);
            Pages++;
            Interlocked.Add(ref _fetched, last is null ? rows : Math.Max(0, rows - 1));
            total ??= count;
            if (count != total || (last is not null && (rows == 0 || page.Id(0) != last))) return WalkEnd.Shifted;
            int first = last is null ? 0 : 1;
            for (int i = first; i < rows; i++)
            {
                if (!seen.Add(page.Id(i))) return WalkEnd.Shifted;
            }

            CommitPage(page, first, recorded, snapshot, walkTime, committed);
            progressed(total == 0 ? 1 : Math.Min(1, (double)seen.Count / total.Value));
            if (rows < JumpCloudClient.UserPageLimit) return seen.Count == total ? WalkEnd.Whole : WalkEnd.CountDiffers;
            last = page.Id(rows - 1);
            skip += rows - 1;
        }
    }

    private void CommitPage(
        UserPageSink page, int first, HashSet<string> recorded, bool snapshot, long walkTime, Action<RecordBatch> committed)
    {
        List<string> ids = [];
        for (int i = first; i < page.Count; i++) ids.Add(page.Id(i));
        IReadOnlyDictionary<string, UserState> known = store.GetUsers(lease.StreamId, ids);
        using RecordBatch batch = new();
        List<string> changedIds = [];
        List<RecordKey?> contents = [];
        int unchanged = 0;
        for (int i = first; i < page.Count; i++)
        {
            UserChange? change = !known.TryGetValue(page.Id(i), out UserState? state) ? UserChange.Added
                : state.Hash != page.Content(i) ? UserChange.Changed
                : snapshot && !recorded.Contains(page.Id(i)) ? UserChange.Snapshot
                : null;
            if (change is null)
            {
                if (!recorded.Contains(page.Id(i))) unchanged++;
                continue;
            }

            writer.Write(page.Json(i), change.Value, walkTime, batch);
            batch[batch.Count - 1].Filter = filters.Excludes(batch.Json(batch.Count - 1));
            changedIds.Add(page.Id(i));
            contents.Add(page.Content(i));
            recorded.Add(page.Id(i));
        }

        if (batch.Count > 0)
        {
            Counts = Counts.Plus(store.CommitUsers(lease, batch, changedIds, contents, filters.Ids, null));
            _excluding.Add(batch);
            committed(batch);
        }

        Counts = Counts.Plus(new CommitCounts(unchanged, 0, unchanged, 0));
    }

    /// <summary>Ends a whole walk: those who are gone, and the ledger's row.</summary>
    private void CommitEnd(HashSet<string> seen, long from, long streamStart, long walkTime, Action<RecordBatch> committed)
    {
        using RecordBatch batch = new();
        List<string> ids = [];
        foreach (UserState user in store.GetUsersExcept(lease.StreamId, seen))
        {
            ReadOnlyMemory<byte> lastSeen = store.GetRecord(user.Sequence)?.VendorUtf8 ?? default;
            byte[] json = lastSeen.IsEmpty ? System.Text.Encoding.UTF8.GetBytes($"{{\"_id\":\"{user.UserId}\"}}") : lastSeen.ToArray();
            writer.Write(json, UserChange.Removed, walkTime, batch);
            batch[batch.Count - 1].Filter = filters.Excludes(batch.Json(batch.Count - 1));
            ids.Add(user.UserId);
        }

        SliceCommit slice = new(Math.Min(from, walkTime), walkTime)
        {
            StreamStart = streamStart, Pages = Pages, Earlier = Counts, Time = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        Counts = Counts.Plus(store.CommitUsers(lease, batch, ids, new RecordKey?[batch.Count], filters.Ids, slice));
        _excluding.Add(batch);
        if (batch.Count > 0) committed(batch);
    }
}
