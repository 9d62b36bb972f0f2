using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>Reading.</content>
internal sealed partial class SqliteRecordStore
{
    // A step reads so many rows at most, so that a search that matches little can still be stopped, and keeps so many
    // matches at most, so that memory does not grow with the answer.
    private const int RowsPerStep = 4096;
    private const int MatchesPerStep = 256;

    public IngestedRecord? GetRecord(long sequence) => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT sequence, body FROM record WHERE sequence = $1", sequence);
        return command.ReadAll(row => new IngestedRecord(row.GetInt64(0), row.GetFieldValue<byte[]>(1))).FirstOrDefault();
    });

    public (long Count, long? First, long? Last) GetSpan() => database.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand("SELECT count(*), min(ms), max(ms) FROM record");
        return command.ReadAll(row => (row.GetInt64(0), row.Long(1), row.Long(2)))[0];
    });

    public IEnumerable<IngestedRecord> Find(RecordQuery query, CancellationToken cancellationToken)
    {
        RecordPredicate predicate = new(query);
        bool bySequence = query.AfterSequence is not null;
        bool ascending = bySequence || query.Oldest;
        (long Ms, long Sequence) place = ascending
            ? (query.After ?? long.MinValue, bySequence ? query.AfterSequence!.Value : long.MinValue)
            : (query.Before ?? long.MaxValue, long.MinValue);
        string sql = bySequence
            // The plus keeps the planner from the time index, which would sort everything anew for every step.
            ? "SELECT sequence, ms, body FROM record WHERE sequence > $2 AND +ms >= $3 AND +ms < $4 ORDER BY sequence"
            : ascending
                ? "SELECT sequence, ms, body FROM record WHERE (ms, sequence) > ($1, $2) AND ms >= $3 AND ms < $4 ORDER BY ms, sequence"
                : "SELECT sequence, ms, body FROM record WHERE (ms, sequence) < ($1, $2) AND ms >= $3 AND ms < $4 ORDER BY ms DESC, sequence DESC";

        using SqliteConnection connection = database.Guard(database.OpenReader);
        long left = query.First ?? long.MaxValue;
        bool more = left > 0;
        while (more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<IngestedRecord> matches = [];
            (place, more) = database.Guard(() => Step(connection, sql, query, predicate, place, Math.Min(left, MatchesPerStep), matches, cancellationToken));
            foreach (IngestedRecord record in matches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return record;
            }

            left -= matches.Count;
            more &= left > 0;
        }
    }

    private static ((long Ms, long Sequence) Place, bool More) Step(
        SqliteConnection connection, string sql, RecordQuery query, RecordPredicate predicate, (long Ms, long Sequence) place, long most,
        List<IngestedRecord> matches, CancellationToken cancellationToken)
    {
        using SqliteCommand command = connection.CreateCommand(
            sql, place.Ms, place.Sequence, query.After ?? long.MinValue, query.Before ?? long.MaxValue);
        using SqliteDataReader row = command.ExecuteReader();
        int rows = 0;
        while (row.Read())
        {
            place = (row.GetInt64(1), row.GetInt64(0));
            byte[] body = row.GetFieldValue<byte[]>(2);
            if (predicate.Matches(body)) matches.Add(new IngestedRecord(place.Sequence, body));
            if (matches.Count == most || ++rows == RowsPerStep) return (place, true);
            if ((rows & 255) == 0) cancellationToken.ThrowIfCancellationRequested();
        }

        return (place, false);
    }
}
