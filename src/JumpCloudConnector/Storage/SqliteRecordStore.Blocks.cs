using System.Collections.Concurrent;
using System.Text.Json;
using JumpCloudConnector.Records;
using Microsoft.Data.Sqlite;

namespace JumpCloudConnector.Storage;

/// <content>
/// Where records lie: in compressed blocks, and until enough are together for one, a row each. Many records of one commit go
/// into blocks at once; those of small commits, whatever their streams, are packed together later.
/// </content>
internal sealed partial class SqliteRecordStore
{
    // So many records of one commit are worth blocks of their own; fewer wait for others.
    private const int WorthABlock = 256;

    // What an older layout left is packed with the commits that follow, a little at a time.
    private const int MaxPackedAtOnce = 2;

    private readonly ConcurrentDictionary<RecordOrigin, long> _originNumbers = new();
    private readonly ConcurrentDictionary<long, RecordOrigin> _origins = new();

    // Packing takes a core and some megabytes: half of the cores are left to whoever fetches and commits.
    private readonly ConcurrentBag<BlockPacker> _packers = [];
    private readonly SemaphoreSlim _packing = new(Math.Max(1, Environment.ProcessorCount / 2));

    public async Task PrepareAsync(long streamId, RecordBatch batch, CancellationToken cancellationToken)
    {
        int kept = 0;
        for (int i = 0; i < batch.Count; i++)
            if (batch[i].Filter < 0) kept++;
        if (kept < WorthABlock) return;
        long origin = NumberOf(batch.Origin);
        await _packing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            batch.Prepared = Pack(streamId, batch, entry => entry.Filter < 0, origin);
        }
        finally
        {
            _packing.Release();
        }
    }

    private PackedBatch Pack(long stream, RecordBatch batch, Func<RecordEntry, bool> isKept, long origin) => WithPacker(packer =>
    {
        List<PackedBlock> blocks = [];
        long number = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            RecordEntry entry = batch[i];
            if (!isKept(entry)) continue;
            ReadOnlySpan<byte> json = batch.Json(i);
            packer.Add(
                number++, new BlockEntry(stream, origin, entry.Kind, entry.WriteTime, entry.Timestamp),
                entry.Kind == RecordKind.Whole ? json : batch.Vendor(i), json, entry.Places);
            if (packer.IsFull) blocks.Add(packer.Finish());
        }

        if (packer.Count > 0) blocks.Add(packer.Finish());
        return new PackedBatch(blocks);
    });

    private T WithPacker<T>(Func<BlockPacker, T> pack)
    {
        if (!_packers.TryTake(out BlockPacker? packer)) packer = new BlockPacker();
        // One that failed in the middle is not used again.
        T result = pack(packer);
        _packers.Add(packer);
        return result;
    }

    /// <summary>Writes the records of a batch that are new, in its order, and gives them their sequences.</summary>
    private void StoreNew(SqliteConnection connection, Statements run, long stream, RecordBatch batch)
    {
        long sequence = run.LastSequence();
        long first = sequence + 1;
        int added = 0, kept = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ref RecordEntry entry = ref batch[i];
            if (entry.Filter < 0) kept++;
            if (entry.Fate != RecordFate.Stored) continue;
            entry.Sequence = ++sequence;
            added++;
        }

        if (added == 0) return;
        run.SetSequence.Bind(1, sequence).Step();
        if (added < WorthABlock)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                RecordEntry entry = batch[i];
                if (entry.Fate == RecordFate.Stored)
                    run.PutRecord.Bind(1, entry.Sequence).Bind(2, stream).Bind(3, entry.Timestamp).Bind(4, batch.Json(i)).Step();
            }

            PackRows(connection, run);
            return;
        }

        // What was packed ahead is right where nothing of it turned out to be known.
        if (added != kept || batch.Prepared is not PackedBatch ahead)
        {
            using PackedBatch late = Pack(stream, batch, entry => entry.Fate == RecordFate.Stored, NumberOf(connection, batch.Origin));
            PutBlocks(connection, run, late, first);
            return;
        }

        PutBlocks(connection, run, ahead, first);
    }

    /// <summary>Packs the oldest rows where there are enough of them.</summary>
    private void PackRows(SqliteConnection connection, Statements run)
    {
        for (int packed = 0; packed < MaxPackedAtOnce && PackOldest(connection, run, BlockWriter.MaxRecords); packed++)
        {
        }
    }

    private bool PackOldest(SqliteConnection connection, Statements run, int least)
    {
        run.CountRows.Bind(1, least).Step();
        long rows = run.CountRows.Int64(0);
        run.CountRows.Reset();
        if (rows == 0 || rows < least) return false;
        // Damaged ones stay rows: in a block they would pass for sound, or could not be taken apart at all.
        List<long> damaged = [];
        (PackedBlock? packed, long last) = WithPacker(packer => PackOldest(connection, run, packer, damaged));
        if (packed is null) return false;
        using PackedBlock block = packed;
        PutBlock(connection, run, block, block.First);
        long behind = long.MinValue;
        foreach (long end in (long[])[.. damaged, last + 1])
        {
            run.DropRows.Bind(1, behind).Bind(2, end).Step();
            behind = end;
        }

        run.Moved.Step();
        return true;
    }

    /// <summary>Packs the oldest rows, but for damaged ones; gives no block where there are no others, and the last row looked at.</summary>
    private (PackedBlock? Block, long Last) PackOldest(SqliteConnection connection, Statements run, BlockPacker packer, List<long> damaged)
    {
        RowCheck check = new();
        // Numbers given in a transaction may be taken back with it, so that none is kept beyond it.
        Dictionary<RecordOrigin, long> numbers = [];
        Dictionary<long, RecordOrigin> origins = [];
        using RecordRenderer renderer = new(number => origins[number]);
        long last = 0;
        try
        {
            while (!packer.IsFull && run.OldestRows.Step())
            {
                last = run.OldestRows.Int64(0);
                ReadOnlySpan<byte> json = run.OldestRows.Blob(3);
                if (check.FaultOf(json, run.OldestRows.Int64(2)) is not null)
                {
                    damaged.Add(last);
                    continue;
                }

                BlockEntry entry = renderer.TakeApart(json, run.OldestRows.Int64(1), run.OldestRows.Int64(2), Number, out ReadOnlySpan<byte> kept);
                packer.Add(last, entry, kept, json);
            }
        }
        finally
        {
            run.OldestRows.Reset();
        }

        return (packer.Count > 0 ? packer.Finish() : null, last);

        long Number(RecordOrigin origin)
        {
            if (!numbers.TryGetValue(origin, out long number))
            {
                numbers[origin] = number = NumberOf(connection, origin);
                origins[number] = origin;
            }

            return number;
        }
    }

    private static void PutBlocks(SqliteConnection connection, Statements run, PackedBatch batch, long first)
    {
        foreach (PackedBlock block in batch.Blocks) PutBlock(connection, run, block, first + block.First);
    }

    private static void PutBlock(SqliteConnection connection, Statements run, PackedBlock block, long first)
    {
        int records = block.Parts.Sum(p => p.Records);
        run.PutBlock.Bind(1, first).Bind(2, first + block.Span - 1).Bind(3, records)
            .Bind(4, block.Parts.Min(p => p.From)).Bind(5, block.Parts.Max(p => p.To)).Bind(6, block.Size).Step();
        long id = SQLitePCL.raw.sqlite3_last_insert_rowid(connection.Handle);
        foreach (BlockPart part in block.Parts)
            run.PutBlockStream.Bind(1, part.Stream).Bind(2, id).Bind(3, part.Records).Bind(4, part.From).Bind(5, part.To).Step();
        run.PutBlockTerms.Bind(1, id).Bind(2, block.Terms).Step();
        run.PutBlockBody.Bind(1, id).Bind(2, block.Body.AsSpan(0, block.Length)).Step();
    }

    /// <summary>
    /// For a part of a block that is not found: true where the block is gone with it, so that others have its records. A block that
    /// is there without it is damage, and nothing to look for anew.
    /// </summary>
    /// <exception cref="InvalidDataException">The block is there.</exception>
    internal static bool IsGone(SqliteConnection connection, long block)
    {
        using SqliteCommand command = connection.CreateCommand("SELECT 1 FROM block WHERE id = $1", block);
        return command.ExecuteScalar() is null ? true : throw new InvalidDataException($"Block {block} lacks its filter or its records.");
    }

    private long NumberOf(RecordOrigin? origin)
    {
        if (origin is null) return 0;
        if (_originNumbers.TryGetValue(origin, out long known)) return known;
        return _originNumbers[origin] = database.Write(durable: true, connection => NumberOf(connection, origin));
    }

    /// <summary>The number of an origin; inside a transaction, since a new one gets its number there.</summary>
    private long NumberOf(SqliteConnection connection, RecordOrigin? origin)
    {
        if (origin is null) return 0;
        if (_originNumbers.TryGetValue(origin, out long known)) return known;
        string document = JsonSerializer.Serialize(
            new[] { origin.TenantId, origin.TenantName, origin.ConnectorName, origin.OrganizationId, origin.OrganizationName });
        using (SqliteCommand insert = connection.CreateCommand("INSERT OR IGNORE INTO origin(document) VALUES($1)", document)) insert.ExecuteNonQuery();
        using SqliteCommand select = connection.CreateCommand("SELECT id FROM origin WHERE document = $1", document);
        return (long)select.ExecuteScalar()!;
    }

    internal RecordOrigin OriginOf(SqliteConnection connection, long number)
    {
        if (_origins.TryGetValue(number, out RecordOrigin? known)) return known;
        using SqliteCommand select = connection.CreateCommand("SELECT document FROM origin WHERE id = $1", number);
        return _origins[number] = ReadOrigin((string)select.ExecuteScalar()!);
    }

    internal static RecordOrigin ReadOrigin(string document)
    {
        string?[] parts = JsonSerializer.Deserialize<string?[]>(document)!;
        return new RecordOrigin(parts[0]!, parts[1]!, parts[2]!, parts[3], parts[4]);
    }
}
