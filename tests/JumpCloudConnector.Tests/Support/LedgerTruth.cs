using JumpCloudConnector.Collection;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Tests.Support;

/// <summary>Holds a store's ledger against the simulator and against the store's own records and keys.</summary>
public static class LedgerTruth
{
    /// <summary>The one stream of a store.</summary>
    public static StreamInfo Stream(TestStore store) => Assert.Single(store.Store.Records.GetStreams());

    /// <summary>Everything the stream was ever to collect, up to its watermark.</summary>
    public static LedgerSpan Whole(StreamInfo stream) => new(stream.Start!.Value, stream.Watermark!.Value);

    /// <summary>
    /// Fails unless the ledger is whole and right: nothing open below the watermark, as many events known as the simulator
    /// has, hours that add up to their keys, and slices that add up to the store.
    /// </summary>
    /// <param name="store">The store, with one stream.</param>
    /// <param name="organization">What it was collected from; all of its events since the stream's start must still be visible.</param>
    /// <param name="lostParts">True where a killed process may have left records of a slice that has no row.</param>
    public static void AssertWhole(TestStore store, SimulatedOrganization organization, bool lostParts = false)
    {
        StreamInfo stream = Stream(store);
        LedgerSpan whole = Whole(stream);
        ILedger ledger = store.Store.Ledger;
        Assert.Empty(ledger.GetOpenSpans(stream.Id, whole));

        long known = ledger.CountKnown(stream.Id, whole).Events;
        Assert.Equal(organization.Truth().Count(e => e.Milliseconds >= whole.From && e.Milliseconds < whole.To), known);
        AssertTally(store);

        // What a first turn reads reaches a little past both ends, and what is newer than the watermark may be there too.
        IReadOnlyList<LedgerSlice> slices = ledger.GetSlices(stream.Id, new LedgerSpan(0, long.MaxValue));
        long stored = store.Store.Records.GetSpan().Count, written = slices.Sum(s => s.Counts.New);
        if (lostParts) Assert.InRange(written, 0, stored);
        else Assert.Equal(stored, written);
        Assert.All(slices, s => Assert.Equal(s.Counts.Received, s.Counts.New + s.Counts.Repeated + s.Counts.Filtered));
    }

    /// <summary>Fails unless every hour's tally is the number of its keys.</summary>
    public static void AssertTally(TestStore store)
    {
        Assert.Empty(Query(store,
            """
            SELECT stream, ms / 3600000 * 3600000 AS hour, count(*), sum(filtered) FROM seen GROUP BY stream, hour
            EXCEPT SELECT stream, hour_ms, events, filtered FROM tally
            """));
        Assert.Equal(Query(store, "SELECT count(*) FROM seen"), Query(store, "SELECT coalesce(sum(events), 0) FROM tally"));
    }

    /// <summary>The rows of a query, each as one text, read beside the store.</summary>
    public static List<string> Query(TestStore store, string sql)
    {
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(store.Folder, SqliteDatabase.FileName), Mode = SqliteOpenMode.ReadWrite, Pooling = false,
        }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader row = command.ExecuteReader();
        List<string> rows = [];
        while (row.Read()) rows.Add(string.Join(" ", Enumerable.Range(0, row.FieldCount).Select(row.GetValue)));
        return rows;
    }
}
