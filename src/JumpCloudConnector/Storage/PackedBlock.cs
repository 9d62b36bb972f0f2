using System.Buffers;
using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>How many records of a stream a block has, and the span of their times.</summary>
internal readonly record struct BlockPart(long Stream, int Records, long From, long To);

/// <summary>A block ready to be written.</summary>
/// <param name="First">Its first record's sequence, or 0 where that is not given yet.</param>
/// <param name="Span">How many sequences it reaches over.</param>
/// <param name="Parts">What it has of each stream.</param>
/// <param name="Terms">Its filter.</param>
/// <param name="Body">Its records, at the beginning of an array of the shared pool.</param>
/// <param name="Length">How many bytes of it.</param>
/// <param name="Size">Bytes of the vendors' objects.</param>
internal sealed record PackedBlock(long First, long Span, IReadOnlyList<BlockPart> Parts, byte[] Terms, byte[] Body, int Length, long Size) : IDisposable
{
    public void Dispose() => ArrayPool<byte>.Shared.Return(Body);
}

/// <summary>The blocks of a batch, packed before its commit as if all of it were new.</summary>
internal sealed class PackedBatch(List<PackedBlock> blocks) : IDisposable
{
    public List<PackedBlock> Blocks => blocks;

    public void Dispose()
    {
        foreach (PackedBlock block in blocks) block.Dispose();
        blocks.Clear();
    }
}

/// <summary>Packs records into blocks, with what is needed to skip each. Used by one thread.</summary>
internal sealed class BlockPacker : IDisposable
{
    private readonly BlockWriter _writer = new();
    private readonly BlockTerms _terms = new();
    private readonly Dictionary<long, BlockPart> _parts = [];

    // Whose events the block has already: what is the same for all of an origin is among its terms.
    private readonly HashSet<long> _origins = [];
    private long _first = -1;
    private long _last;

    public int Count => _writer.Count;

    public bool IsFull => _writer.IsFull;

    /// <summary>Adds a record.</summary>
    /// <param name="sequence">Its sequence, or its number in a run that gets its sequences later; ascending.</param>
    /// <param name="entry">What is not in the kept part.</param>
    /// <param name="kept">The part that is kept.</param>
    /// <param name="json">The whole record.</param>
    /// <param name="places">Where its terms lie, if that is known.</param>
    [MethodImpl(HotPath.Optimized)]
    public void Add(long sequence, BlockEntry entry, ReadOnlySpan<byte> kept, ReadOnlySpan<byte> json, in RecordPlaces places = default)
    {
        if (_first < 0) _first = sequence;
        _last = sequence;
        _writer.Add(sequence - _first, entry, kept);
        if (!places.AreKnown || entry.Kind != RecordKind.Event || _origins.Add(entry.Origin)) _terms.Add(json);
        else _terms.Add(json, places);
        _parts[entry.Stream] = _parts.TryGetValue(entry.Stream, out BlockPart part)
            ? new BlockPart(entry.Stream, part.Records + 1, Math.Min(part.From, entry.Timestamp), Math.Max(part.To, entry.Timestamp))
            : new BlockPart(entry.Stream, 1, entry.Timestamp, entry.Timestamp);
    }

    /// <summary>Gives the block and begins the next.</summary>
    public PackedBlock Finish()
    {
        long size = _writer.Size;
        ReadOnlySpan<byte> packed = _writer.Finish();
        byte[] body = ArrayPool<byte>.Shared.Rent(packed.Length);
        packed.CopyTo(body);
        PackedBlock block = new(_first, _last - _first + 1, [.. _parts.Values], _terms.Finish(), body, packed.Length, size);
        _parts.Clear();
        _origins.Clear();
        _first = -1;
        return block;
    }

    public void Dispose() => _writer.Dispose();
}
