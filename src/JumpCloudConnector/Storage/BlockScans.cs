using System.Buffers;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>A block's packed bytes, in an array of the shared pool that whoever opens it gives back.</summary>
internal readonly record struct BlockBody(long Id, long First, byte[] Bytes, int Length)
{
    public static BlockBody Copy(long id, long first, ReadOnlySpan<byte> packed)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(packed.Length);
        packed.CopyTo(copy);
        return new BlockBody(id, first, copy, packed.Length);
    }
}

/// <summary>What one thread needs to look into a block.</summary>
internal sealed class BlockScan(RecordQuery query, RecordPredicate predicate, Func<long, RecordOrigin> originOf) : IDisposable
{
    public BlockReader Reader { get; } = new();

    public RecordRenderer Renderer { get; } = new(originOf);

    public RecordPredicate Predicate => predicate;

    public BlockSieve Sieve { get; } = new(query, predicate.Required);

    /// <summary>Opens a block and gives its bytes back; which of its records may match, or null where any may.</summary>
    public bool[]? Open(BlockBody body)
    {
        Reader.Open(body.Bytes.AsSpan(0, body.Length), body.First);
        ArrayPool<byte>.Shared.Return(body.Bytes);
        return Sieve.IsActive ? Sieve.Sift(Reader, originOf) : null;
    }

    public void Dispose()
    {
        Reader.Dispose();
        Renderer.Dispose();
    }
}

/// <summary>Looks into several blocks at a time, with one <see cref="BlockScan"/> for each thread, kept for the blocks that follow.</summary>
internal sealed class BlockScans(RecordQuery query, RecordPredicate predicate, Func<long, RecordOrigin> originOf) : IDisposable
{
    /// <summary>Blocks that are worth looking into at a time.</summary>
    public static readonly int MostAtOnce = Math.Max(2, Environment.ProcessorCount * 2);

    private readonly List<BlockScan> _idle = [];

    /// <summary>Looks into blocks side by side, and waits for all.</summary>
    public T[] Run<T>(IReadOnlyList<BlockBody> bodies, Func<BlockScan, BlockBody, T> look)
    {
        Task<T>[] scans = [.. bodies.Select(b => Begin(b, look))];
        // With an error in one, none may be under way any more that could use what is about to be freed.
        Task.WaitAny([Task.WhenAll(scans)], CancellationToken.None);
        return [.. scans.Select(Finish)];
    }

    /// <summary>Begins to look into a block; none of this may be disposed before it is through.</summary>
    public Task<T> Begin<T>(BlockBody body, Func<BlockScan, BlockBody, T> look) => Task.Run(() => Run(body, look), CancellationToken.None);

    /// <summary>Waits until a block is through, and gives what was found, or its error.</summary>
    public static T Finish<T>(Task<T> scan) => scan.GetAwaiter().GetResult();

    public void Dispose()
    {
        foreach (BlockScan scan in _idle) scan.Dispose();
    }

    private T Run<T>(BlockBody body, Func<BlockScan, BlockBody, T> look)
    {
        BlockScan? scan = null;
        lock (_idle)
        {
            if (_idle.Count > 0)
            {
                scan = _idle[_idle.Count - 1];
                _idle.RemoveAt(_idle.Count - 1);
            }
        }

        scan ??= new BlockScan(query, predicate.ForAnotherThread(), originOf);
        T result = look(scan, body);
        lock (_idle) _idle.Add(scan);
        return result;
    }
}
