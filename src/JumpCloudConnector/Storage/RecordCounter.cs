using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Counts the records that a query matches, by group, as the store is at one moment. Blocks whose summary says enough are not
/// opened; of others no more is made than the groups need.
/// </summary>
internal sealed class RecordCounter : IDisposable
{
    /// <summary>Groups at most: some hundred megabytes.</summary>
    public const int MaxGroups = 1_000_000;

    private readonly RecordQuery _query;
    private readonly RecordGrouping _grouping;
    private readonly RecordPredicate _predicate;
    private readonly OriginFilter _byOrigin;
    private readonly TermFilter _terms;
    private readonly long _after;
    private readonly long _before;
    private readonly long _afterSequence;
    private readonly TimeIntervals? _intervals;
    private readonly GroupValues _values;
    private readonly RecordTally _tally;
    private readonly Dictionary<long, RecordOrigin> _origins = [];
    private readonly BlockScans _scans;
    private long _counted;

    public RecordCounter(RecordQuery query, RecordGrouping grouping, int maxGroups = MaxGroups)
    {
        _query = query;
        _grouping = grouping;
        _predicate = new RecordPredicate(query);
        _byOrigin = new OriginFilter(query);
        _terms = new TermFilter(query, _predicate.Required);
        _after = Math.Max(query.After ?? long.MinValue, _predicate.Span.After ?? long.MinValue);
        _before = Math.Min(query.Before ?? long.MaxValue, _predicate.Span.Before ?? long.MaxValue);
        _afterSequence = query.AfterSequence ?? long.MinValue;
        _intervals = NewIntervals();
        _values = new GroupValues(grouping.By);
        _tally = new RecordTally(maxGroups);
        _scans = new BlockScans(query, _predicate, number => _origins[number]);
    }

    /// <summary>Blocks that had to be opened.</summary>
    public long Opened { get; private set; }

    /// <summary>Counts.</summary>
    /// <param name="connection">A connection of its own.</param>
    /// <param name="progress">Is told now and then how many records were counted, and which part of the way is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public RecordTally Count(SqliteConnection connection, Action<long, double>? progress, CancellationToken cancellationToken)
    {
        // One transaction, hence one moment, whatever is committed or moves into blocks meanwhile.
        SqliteDatabase.Execute(connection, "BEGIN");
        using (SqliteCommand origins = connection.CreateCommand("SELECT id, document FROM origin"))
        {
            foreach ((long id, string document) in origins.ReadAll(row => (row.GetInt64(0), row.GetString(1)))) _origins[id] = SqliteRecordStore.ReadOrigin(document);
        }

        CountRows(connection, cancellationToken);
        Queue<Block> blocks = new(ListBlocks(connection));
        using BlockSummaries summaries = new(connection, _origins.Values, _values.NeedsOrganization || _byOrigin.AsksOrganization);
        using SqliteStatement body = new(connection, "SELECT body FROM block_body WHERE block = ?1");
        using SqliteStatement terms = new(connection, "SELECT terms FROM block_terms WHERE block = ?1");
        int all = blocks.Count;
        while (blocks.Count > 0)
        {
            List<BlockBody> bodies = [];
            while (blocks.Count > 0 && bodies.Count < BlockScans.MostAtOnce)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Block block = blocks.Dequeue();
                if (CountBySummary(block, summaries)) continue;
                if (_terms.IsActive)
                {
                    if (!terms.Bind(1, block.Id).Step()) throw new InvalidDataException($"Block {block.Id} has no filter.");
                    bool mayMatch = _terms.MayMatch(terms.Blob(0));
                    terms.Reset();
                    if (!mayMatch) continue;
                }

                if (!body.Bind(1, block.Id).Step()) throw new InvalidDataException($"Block {block.Id} has no body.");
                bodies.Add(BlockBody.Copy(block.Id, block.First, body.Blob(0)));
                body.Reset();
            }

            Opened += bodies.Count;
            foreach (long matches in _scans.Run(bodies, (scan, packed) => CountIn(scan, packed, cancellationToken))) _counted += matches;
            progress?.Invoke(_counted, 1 - ((double)blocks.Count / Math.Max(1, all)));
        }

        SqliteDatabase.Execute(connection, "COMMIT");
        return _tally;
    }

    public void Dispose() => _scans.Dispose();

    private TimeIntervals? NewIntervals() => _grouping.Interval is { } length ? new TimeIntervals(length, _grouping.Zone) : null;

    private List<Block> ListBlocks(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand(
            "SELECT id, first, records, from_ms, to_ms FROM block WHERE to_ms >= $1 AND from_ms < $2 AND last > $3 ORDER BY id", _after, _before, _afterSequence);
        return command.ReadAll(row => new Block(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)));
    }

    /// <summary>Counts a block by what is known of it; false where it has to be opened.</summary>
    private bool CountBySummary(Block block, BlockSummaries summaries)
    {
        if (_query.IngestedAfter is not null || !_byOrigin.IsEnough || !_values.AreOfOrigin || block.From < _after || block.To >= _before || block.First <= _afterSequence) return false;
        if (!_query.HasCriteria && _values.Count == 0 && IsOneInterval(block.From, block.To))
        {
            Add(block.From, [], new Tally(block.Records, block.From, block.To));
            return true;
        }

        List<(BlockPart Part, string?[] Values)> found = [];
        foreach (BlockPart part in summaries.PartsOf(block.Id))
        {
            if (!IsOneInterval(part.From, part.To) || summaries.OriginOf(part.Stream) is not (RecordKind kind, RecordOrigin origin)) return false;
            if (_byOrigin.Matches(kind, origin) is not { } matches) return false;
            if (matches) found.Add((part, _values.Of(kind, origin)));
        }

        foreach ((BlockPart part, string?[] values) in found) Add(part.From, values, new Tally(part.Records, part.From, part.To));
        return true;
    }

    private bool IsOneInterval(long from, long to) => _intervals is null || _intervals.StartOf(from) == _intervals.StartOf(to);

    private void Add(long time, string?[] values, Tally tally)
    {
        _counted += tally.Count;
        _tally.Add(new TallyKey(_intervals?.StartOf(time) ?? 0, values), tally);
    }

    private long CountIn(BlockScan scan, BlockBody body, CancellationToken cancellationToken)
    {
        TimeIntervals? intervals = NewIntervals();
        RecordHeader header = new();
        Dictionary<(long Origin, RecordKind Kind, long Start), Tally> byOrigin = [];
        using BlockTally byValues = new();
        bool[]? passes = scan.Open(body);
        bool isOfOrigin = _byOrigin.IsEnough && _values.AreOfOrigin;
        long counted = 0;
        while (scan.Reader.MoveNext())
        {
            if ((scan.Reader.Index & 127) == 0) cancellationToken.ThrowIfCancellationRequested();
            BlockEntry entry = scan.Reader.Entry;
            if ((passes is not null && !passes[scan.Reader.Index]) || _query.WrittenBefore(entry)) continue;
            if (entry.Timestamp < _after || entry.Timestamp >= _before || scan.Reader.Sequence <= _afterSequence) continue;
            long start = intervals?.StartOf(entry.Timestamp) ?? 0;
            if (isOfOrigin && entry.Kind != RecordKind.Whole && _origins[entry.Origin] is var origin
                && (!_values.NeedsOrganization || OriginFilter.HasOrganization(origin)) && _byOrigin.Matches(entry.Kind, origin) is { } matches)
            {
                if (!matches) continue;
                (long, RecordKind, long) key = (entry.Origin, entry.Kind, start);
                byOrigin.TryGetValue(key, out Tally tally);
                byOrigin[key] = tally.Plus(new Tally(1, entry.Timestamp, entry.Timestamp));
                counted++;
                continue;
            }

            ReadOnlySpan<byte> json = scan.Renderer.Render(entry, scan.Reader.Json);
            if (!scan.Predicate.Matches(json)) continue;
            CountOne(json, header, byValues, start, entry.Timestamp);
            counted++;
        }

        lock (_tally)
        {
            foreach (((long number, RecordKind kind, long start), Tally tally) in byOrigin.Select(g => (g.Key, g.Value)))
                _tally.Add(new TallyKey(start, _values.Of(kind, _origins[number])), tally);
            byValues.AddTo(_tally, _values.Count);
        }

        return counted;
    }

    private void CountOne(ReadOnlySpan<byte> json, RecordHeader header, BlockTally tally, long start, long time)
    {
        int at = tally.Begin(start);
        if (_values.Count > 0)
        {
            header.Read(json);
            _values.Append(json, header, tally);
        }

        tally.End(at, time);
    }

    /// <summary>Counts the records that no block has yet.</summary>
    private void CountRows(SqliteConnection connection, CancellationToken cancellationToken)
    {
        using SqliteStatement row = new(connection, "SELECT ms, body FROM record WHERE sequence > ?1 AND +ms >= ?2 AND +ms < ?3");
        row.Bind(1, _afterSequence).Bind(2, _after).Bind(3, _before);
        RecordHeader header = new();
        using BlockTally tally = new();
        for (int rows = 1; row.Step(); rows++)
        {
            ReadOnlySpan<byte> json = row.Blob(1);
            if (_predicate.Matches(json)) CountOne(json, header, tally, _intervals?.StartOf(row.Int64(0)) ?? 0, row.Int64(0));
            if (rows % BlockWriter.MaxRecords != 0) continue;
            cancellationToken.ThrowIfCancellationRequested();
            tally.AddTo(_tally, _values.Count);
        }

        tally.AddTo(_tally, _values.Count);
    }

    private sealed record Block(long Id, long First, long Records, long From, long To);

    /// <summary>What of blocks is known by stream, and whose records a stream has.</summary>
    private sealed class BlockSummaries : IDisposable
    {
        private readonly SqliteStatement _parts;
        private readonly Dictionary<long, (RecordKind Kind, RecordOrigin Origin)> _streams = [];

        public BlockSummaries(SqliteConnection connection, IEnumerable<RecordOrigin> origins, bool withOrganization)
        {
            _parts = new SqliteStatement(connection, "SELECT stream, records, from_ms, to_ms FROM block_stream WHERE block = ?1");
            ILookup<string, RecordOrigin> byConnector = origins.ToLookup(o => o.ConnectorName, StringComparer.Ordinal);
            using SqliteCommand command = connection.CreateCommand(
                "SELECT s.id, s.organization, s.content_type, c.name FROM stream s JOIN connector c ON c.id = s.connector");
            foreach ((long id, string organization, long type, string connector) in command.ReadAll(row => (row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3))))
            {
                // A name that was given away again, or an organization that was not known from the beginning, leaves a doubt:
                // then its blocks are opened.
                RecordOrigin[] candidates = [.. byConnector[connector]
                    .Where(o => !withOrganization || !OriginFilter.HasOrganization(o) || o.OrganizationId == organization)];
                bool isCertain = withOrganization ? candidates.Length == 1 && OriginFilter.HasOrganization(candidates[0])
                    : candidates.Length > 0 && Array.TrueForAll(candidates, c => c.TenantName == candidates[0].TenantName);
                if (isCertain) _streams[id] = ((Connectors.ContentType)type == Connectors.ContentType.DirectoryInsights ? RecordKind.Event : RecordKind.UserSnapshot, candidates[0]);
            }
        }

        public (RecordKind Kind, RecordOrigin Origin)? OriginOf(long stream) => _streams.TryGetValue(stream, out var known) ? known : null;

        public List<BlockPart> PartsOf(long block)
        {
            List<BlockPart> parts = [];
            _parts.Bind(1, block);
            while (_parts.Step()) parts.Add(new BlockPart(_parts.Int64(0), (int)_parts.Int64(1), _parts.Int64(2), _parts.Int64(3)));
            return parts;
        }

        public void Dispose() => _parts.Dispose();
    }
}
