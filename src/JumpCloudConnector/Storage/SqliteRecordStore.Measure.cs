using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>Counting.</content>
internal sealed partial class SqliteRecordStore
{
    // Beyond this, intervals without records would be most of the answer.
    private const int MaxFilled = 10_000;

    public IReadOnlyList<RecordCount> Measure(RecordQuery query, RecordGrouping grouping, Action<long, double>? progress, CancellationToken cancellationToken)
    {
        if (query.First is not null) throw new ArgumentException("What is counted cannot be a number of records.", nameof(query));
        query.Check();
        using RecordCounter counter = new(query, grouping);
        RecordTally tally = database.Guard(() =>
        {
            using SqliteConnection connection = database.OpenReader();
            return counter.Count(connection, progress, cancellationToken);
        });
        return Arrange(tally, query, grouping);
    }

    /// <summary>Puts groups in order: by time, then the largest first, then by name.</summary>
    private List<RecordCount> Arrange(RecordTally tally, RecordQuery query, RecordGrouping grouping)
    {
        GroupValues values = new(grouping.By);
        long all = tally.Groups.Sum(g => g.Tally.Count);
        List<(TallyKey Key, Tally Tally)> groups = [.. tally.Groups];
        if (values.Count == 0) Fill(groups, query, grouping);
        groups.Sort((a, b) =>
        {
            int order = a.Key.Start.CompareTo(b.Key.Start);
            if (order == 0) order = b.Tally.Count.CompareTo(a.Tally.Count);
            for (int i = 0; order == 0 && i < a.Key.Values.Length; i++) order = StringComparer.OrdinalIgnoreCase.Compare(a.Key.Values[i], b.Key.Values[i]);
            return order;
        });
        List<RecordCount> counts = [];
        long ofInterval = 0;
        for (int i = 0; i < groups.Count; i++)
        {
            (TallyKey key, Tally found) = groups[i];
            ofInterval = i > 0 && groups[i - 1].Key.Start == key.Start ? ofInterval + 1 : 1;
            if (ofInterval > (grouping.First ?? long.MaxValue)) continue;
            counts.Add(values.Fill(
                new RecordCount
                {
                    Count = found.Count,
                    Percent = all == 0 ? 0 : Math.Round(100.0 * found.Count / all, 2),
                    Time = grouping.Interval is null ? null : Local(key.Start, grouping.Zone),
                    Group = "",
                    FirstRecord = found.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(found.First),
                    LastRecord = found.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(found.Last),
                    StorePath = database.Folder,
                }, key.Values));
        }

        return counts;
    }

    /// <summary>Adds the sum of nothing, or the intervals in which there is nothing.</summary>
    private static void Fill(List<(TallyKey Key, Tally Tally)> groups, RecordQuery query, RecordGrouping grouping)
    {
        if (grouping.Interval is not { } length)
        {
            if (groups.Count == 0) groups.Add((new TallyKey(0, []), default));
            return;
        }

        TimeIntervals intervals = new(length, grouping.Zone);
        HashSet<long> known = [.. groups.Select(g => g.Key.Start)];
        long? first = query.After ?? (known.Count > 0 ? known.Min() : null);
        long? last = grouping.Until ?? (query.Before is null && known.Count > 0 ? known.Max() : long.MaxValue);
        if (query.Before - 1 < last) last = query.Before - 1;
        if (first is null || last is null || ((double)last - first) / length.TotalMilliseconds > MaxFilled) return;
        for (long start = intervals.StartOf(first.Value); start <= last; start = intervals.Next(start))
            if (known.Add(start)) groups.Add((new TallyKey(start, []), default));
    }

    private static DateTimeOffset Local(long milliseconds, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), zone);
}
