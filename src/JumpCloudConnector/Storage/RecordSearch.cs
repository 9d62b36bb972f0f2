using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>
/// One search: opens as few blocks as it can, several at a time, and gives what it finds in the query's order. No lock is
/// held while the caller looks at a record; where records move meanwhile it looks anew from the place it has reached.
/// </summary>
internal sealed class RecordSearch : IDisposable
{
    // Rows looked at in one step, so that a search which matches little can still be stopped.
    private const int RowsPerStep = 4096;

    // Blocks listed in one step.
    private const int BlocksPerList = 512;

    // Matches that wait for their turn keep their bytes up to here.
    private const long MaxWaitingBytes = 48L << 20;

    private readonly SqliteDatabase _database;
    private readonly Func<SqliteConnection, long, RecordOrigin> _originOf;
    private readonly RecordQuery _query;
    private readonly RecordPredicate _predicate;
    private readonly long _after;
    private readonly long _before;
    private readonly TermFilter _terms;
    private readonly bool _bySequence;
    private readonly bool _ascending;
    private readonly RowCheck _check = new();
    private readonly BlockScans _scans;
    private readonly Queue<BlockRow> _blocks = new();
    private readonly MatchRuns _waiting;
    private readonly CancellationTokenSource _stop = new();
    private SqliteConnection? _connection;

    // The next blocks, looked into while the caller looks at what the last ones had.
    private readonly Queue<(Task<MatchRun> Scan, SearchPlace First)> _ahead = new();
    private readonly List<Task> _forgotten = [];
    private long _moved;
    private long _until;
    private SearchPlace _place;
    private SearchPlace _rowPlace;
    private bool _moreRows;

    // The block listed last, and whether others may come behind it.
    private BlockRow? _listed;
    private bool _moreBlocks;
    private int _atOnce = 1;

    /// <summary>Prepares a search.</summary>
    public RecordSearch(SqliteDatabase database, Func<SqliteConnection, long, RecordOrigin> originOf, RecordQuery query)
    {
        _database = database;
        _originOf = originOf;
        _predicate = new RecordPredicate(query);
        // A query that names a time need not read what lies outside.
        (_after, _before) = (Math.Max(query.After ?? long.MinValue, _predicate.Span.After ?? long.MinValue), Math.Min(query.Before ?? long.MaxValue, _predicate.Span.Before ?? long.MaxValue));
        _query = query;
        _terms = new TermFilter(query, _predicate.Required);
        _bySequence = query.AfterSequence is not null;
        _ascending = _bySequence || query.Oldest;
        _scans = new BlockScans(query, _predicate, Origin);
        _waiting = new MatchRuns(Compare, MaxWaitingBytes);
    }

    /// <summary>Finds the records.</summary>
    public IEnumerable<IngestedRecord> Run(CancellationToken cancellationToken)
    {
        long left = _query.First ?? long.MaxValue;
        if (left <= 0) yield break;
        using CancellationTokenRegistration stopped = cancellationToken.Register(_stop.Cancel);
        _connection = _database.Guard(_database.OpenReader);
        _place = _bySequence ? new SearchPlace(_query.AfterSequence!.Value, long.MaxValue) : _ascending ? new SearchPlace(long.MinValue, long.MinValue) : new SearchPlace(long.MaxValue, long.MaxValue);
        _database.Guard(() => Transact(Plan));
        while (left > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_waiting.First is not { } run || !IsNext(run.Head.Place))
            {
                if (!_database.Guard(() => Advance(left, cancellationToken))) yield break;
                continue;
            }

            SearchMatch match = run.Head;
            // What moved from the rows into a block meanwhile may have been found in both.
            bool isGiven = Compare(match.Place, _place) <= 0;
            if (!isGiven && match.Json is null)
            {
                ReadAgain(run);
                continue;
            }

            _waiting.Next();
            if (isGiven) continue;
            _place = match.Place;
            left--;
            yield return new IngestedRecord(match.Place.Sequence, match.Json!);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        ForgetAhead();
        // Whatever became of them, nobody asks any more; but they use what is freed next.
        Task.WaitAll([.. _forgotten], CancellationToken.None);

        _scans.Dispose();
        _connection?.Dispose();
        _stop.Dispose();
    }

    /// <summary>Lists the blocks that may have what is behind the place reached, and begins the rows from there.</summary>
    private bool Plan()
    {
        ForgetAhead();
        _moved = ReadMeta("moved");
        // What is committed from here on may lie in blocks that are not listed: rows behind them would leave these out.
        _until = ReadMeta("sequence");
        _blocks.Clear();
        _waiting.Clear();
        _rowPlace = _place;
        _moreRows = true;
        _moreBlocks = true;
        _listed = null;
        ListBlocks();
        return true;
    }

    /// <summary>
    /// Lists the next blocks in the query's order: of a large store few are ever looked at. What was committed since the plan
    /// was made is left to the next one.
    /// </summary>
    private void ListBlocks()
    {
        string key = _bySequence ? "first" : _ascending ? "from_ms" : "to_ms";
        string reach = _bySequence ? "last > $4" : _ascending ? "to_ms >= $4" : "from_ms <= $4";
        string way = _ascending ? "" : " DESC";
        // A block that is written anew meanwhile has a higher id: among equals it must come behind what was listed.
        string behind = _listed is null ? "" : $"AND {key} {(_ascending ? ">=" : "<=")} $6 AND ({key} <> $6 OR id > $7)";
        using SqliteCommand command = _connection!.CreateCommand(
            $"SELECT id, first, {key} FROM block WHERE to_ms >= $1 AND from_ms < $2 AND last > $3 AND {reach} AND last <= $5 {behind} ORDER BY {key}{way}, id LIMIT {BlocksPerList}",
            [_after, _before, _query.AfterSequence ?? long.MinValue, _place.Key, _until, .. _listed is { } last ? new object[] { last.Bound, last.Id } : []]);
        using SqliteDataReader row = command.ExecuteReader();
        int listed = 0;
        for (; row.Read(); listed++)
        {
            BlockRow block = new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
            _blocks.Enqueue(block);
            _listed = block;
        }

        _moreBlocks = listed == BlocksPerList;
    }

    /// <summary>The first place that a block may have which was not looked into yet; null where there is no such block.</summary>
    private SearchPlace? FirstOfBlocks => _ahead.Count > 0 ? _ahead.Peek().First : _blocks.Count > 0 ? FirstOf(_blocks.Peek()) : null;

    private SearchPlace FirstOf(BlockRow block) => new(block.Bound, _ascending ? long.MinValue : long.MaxValue);

    /// <summary>True where nothing that was not looked at yet can come before it.</summary>
    private bool IsNext(SearchPlace place) =>
        (FirstOfBlocks is not { } first || Compare(place, first) < 0) && (!_moreRows || Compare(place, _rowPlace) <= 0);

    /// <summary>Looks at the rows or at the next block, whatever may come first; false when all was looked at.</summary>
    private bool Advance(long left, CancellationToken cancellationToken)
    {
        bool rowsFirst = _moreRows && (FirstOfBlocks is not { } first || Compare(_rowPlace, first) <= 0);
        if (rowsFirst) return Transact(() => ReadRows(cancellationToken) || Plan());
        if (_ahead.Count == 0)
        {
            if (_blocks.Count == 0) return false;
            Transact(() => LookAhead(cancellationToken) || Plan());
            if (_ahead.Count == 0) return true;
        }

        _waiting.Add(BlockScans.Finish(_ahead.Dequeue().Scan));
        if (_waiting.Count < left && _blocks.Count > 0 && _ahead.Count <= _atOnce / 2) Transact(() => LookAhead(cancellationToken) || Plan());
        return true;
    }

    /// <summary>Begins to look into the next blocks that may match; false where one is gone.</summary>
    private bool LookAhead(CancellationToken cancellationToken)
    {
        List<(BlockRow Row, BlockBody Body)>? blocks = TakeBodies(cancellationToken);
        if (blocks is null) return false;
        _atOnce = Math.Min(_atOnce * 2, BlockScans.MostAtOnce);
        SearchPlace reached = _place;
        CancellationToken stop = _stop.Token;
        foreach ((BlockRow row, BlockBody packed) in blocks)
            _ahead.Enqueue((_scans.Begin(packed, (scan, body) => Scan(scan, body, reached, stop)), FirstOf(row)));
        return true;
    }

    /// <summary>What is being looked into is no longer asked for. It is not waited for here, since it may need the connection.</summary>
    private void ForgetAhead()
    {
        _forgotten.RemoveAll(t => t.IsCompleted);
        // What it finds and what becomes of it goes with it.
        foreach ((Task<MatchRun> scan, _) in _ahead)
            _forgotten.Add(scan.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
        _ahead.Clear();
    }

    /// <summary>The bodies of the next blocks that may match; nothing where one is gone.</summary>
    private List<(BlockRow Row, BlockBody Body)>? TakeBodies(CancellationToken cancellationToken)
    {
        List<(BlockRow Row, BlockBody Body)> bodies = [];
        using SqliteStatement terms = new(_connection!, "SELECT terms FROM block_terms WHERE block = ?1");
        using SqliteStatement body = new(_connection!, "SELECT body FROM block_body WHERE block = ?1");
        while (_blocks.Count > 0 && _ahead.Count + bodies.Count < _atOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BlockRow block = _blocks.Dequeue();
            if (_blocks.Count == 0 && _moreBlocks) ListBlocks();
            if (_terms.IsActive)
            {
                if (!terms.Bind(1, block.Id).Step() && SqliteRecordStore.IsGone(_connection!, block.Id)) return null;
                bool mayMatch = _terms.MayMatch(terms.Blob(0));
                terms.Reset();
                if (!mayMatch) continue;
            }

            if (!body.Bind(1, block.Id).Step() && SqliteRecordStore.IsGone(_connection!, block.Id)) return null;
            bodies.Add((block, BlockBody.Copy(block.Id, block.First, body.Blob(0))));
            body.Reset();
        }

        return bodies;
    }

    private MatchRun Scan(BlockScan scan, BlockBody body, SearchPlace reached, CancellationToken cancellationToken)
    {
        List<SearchMatch> matches = [];
        bool[]? passes = scan.Open(body);
        while (scan.Reader.MoveNext())
        {
            if ((scan.Reader.Index & 127) == 0) cancellationToken.ThrowIfCancellationRequested();
            BlockEntry entry = scan.Reader.Entry;
            if ((passes is not null && !passes[scan.Reader.Index]) || _query.WrittenBefore(entry)) continue;
            SearchPlace place = new(_bySequence ? scan.Reader.Sequence : entry.Timestamp, scan.Reader.Sequence);
            if (entry.Timestamp < _after || entry.Timestamp >= _before || Compare(place, reached) <= 0) continue;
            ReadOnlySpan<byte> json = scan.Renderer.Render(entry, scan.Reader.Json);
            if (scan.Predicate.Matches(json)) matches.Add(new SearchMatch(place, json.Length, json.ToArray()));
        }

        matches.Sort((a, b) => Compare(a.Place, b.Place));
        return new MatchRun(body.Id, matches);
    }

    // Scans run beside each other and beside the caller, the connection serves one at a time; origins are few and remembered.
    private RecordOrigin Origin(long number)
    {
        lock (_connection!) return _originOf(_connection, number);
    }

    /// <summary>Looks at the next rows; false where records have moved, so that what was planned is no longer right.</summary>
    private bool ReadRows(CancellationToken cancellationToken)
    {
        if (ReadMeta("moved") != _moved) return false;
        string sql = _bySequence
            // The plus keeps the planner from the time index, which would sort everything anew for every step.
            ? "SELECT sequence, ms, body FROM record WHERE sequence > $1 AND sequence <= $5 AND +ms >= $3 AND +ms < $4 ORDER BY sequence"
            : _ascending
                ? "SELECT sequence, ms, body FROM record WHERE (ms, sequence) > ($1, $2) AND ms >= $3 AND ms < $4 AND sequence <= $5 ORDER BY ms, sequence"
                : "SELECT sequence, ms, body FROM record WHERE (ms, sequence) < ($1, $2) AND ms >= $3 AND ms < $4 AND sequence <= $5 ORDER BY ms DESC, sequence DESC";
        using SqliteCommand command = _connection!.CreateCommand(sql, _rowPlace.Key, _rowPlace.Sequence, _after, _before, _until);
        using SqliteDataReader row = command.ExecuteReader();
        int rows = 0;
        List<SearchMatch> matches = [];
        _moreRows = false;
        while (row.Read())
        {
            long sequence = row.GetInt64(0);
            _rowPlace = new SearchPlace(_bySequence ? sequence : row.GetInt64(1), sequence);
            byte[] json = row.GetFieldValue<byte[]>(2);
            _check.Ensure(sequence, json, row.GetInt64(1));
            if (_predicate.Matches(json)) matches.Add(new SearchMatch(_rowPlace, json.Length, json));
            if (++rows == RowsPerStep || matches.Count == RowsPerStep / 16)
            {
                _moreRows = true;
                break;
            }

            if ((rows & 255) == 0) cancellationToken.ThrowIfCancellationRequested();
        }

        _waiting.Add(new MatchRun(0, matches));
        return true;
    }

    /// <summary>Reads the bytes of a block's matches again that were let go; where the block is gone, looks anew.</summary>
    private void ReadAgain(MatchRun run) => _database.Guard(() => Transact(() =>
    {
        using SqliteCommand command = _connection!.CreateCommand("SELECT first, body FROM block JOIN block_body ON block = id WHERE id = $1", run.Block);
        foreach ((long first, byte[] body) in command.ReadAll(row => (row.GetInt64(0), row.GetFieldValue<byte[]>(1))))
        {
            using BlockScan scan = new(_query, _predicate, Origin);
            scan.Reader.Open(body, first);
            _waiting.ReadAgain(run, (missing, fill) =>
            {
                while (scan.Reader.MoveNext())
                    if (missing.TryGetValue(scan.Reader.Sequence, out int number)) fill(number, scan.Renderer.Render(scan.Reader.Entry, scan.Reader.Json).ToArray());
            });
        }

        return run.Head.Json is not null || (SqliteRecordStore.IsGone(_connection!, run.Block) && Plan());
    }));

    private long ReadMeta(string name)
    {
        using SqliteCommand command = _connection!.CreateCommand("SELECT value FROM meta WHERE name = $1", name);
        return (long)command.ExecuteScalar()!;
    }

    private T Transact<T>(Func<T> read)
    {
        lock (_connection!)
        {
            SqliteDatabase.Execute(_connection, "BEGIN");
            T result;
            try
            {
                result = read();
            }
            catch
            {
                SqliteDatabase.RollBack(_connection);
                throw;
            }

            SqliteDatabase.Execute(_connection, "COMMIT");
            return result;
        }
    }

    private int Compare(SearchPlace a, SearchPlace b) => _ascending ? a.CompareTo(b) : b.CompareTo(a);

    /// <summary>A block that was not opened yet, and the first place that it may have.</summary>
    private readonly record struct BlockRow(long Id, long First, long Bound);
}
