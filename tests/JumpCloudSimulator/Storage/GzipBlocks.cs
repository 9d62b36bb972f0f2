using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;

namespace JumpCloudSimulator;

/// <summary>
/// Compressed pages without compressing pages. Blocks of a fixed number of rows are deflated once, each ended on a
/// byte boundary and not as the last of its stream; a page is then a gzip header, blocks as they lie in memory, and
/// a trailer with the checksum combined from theirs. So whatever way a collector cuts its pages and slices, only
/// the rows before the first and after the last whole block are compressed for it.
/// </summary>
internal sealed class GzipBlocks
{
    private const int RowsPerBlock = 128;
    private const int OddBlocksKept = 20_000;

    private static readonly byte[] s_header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    private static readonly Block s_open = Stored((byte)'[');
    private static readonly Block s_comma = Stored((byte)',');

    private readonly Row[] _rows;
    private readonly Block?[] _blocks;
    private readonly ConcurrentDictionary<(int First, int End), Block> _odd = new();

    public GzipBlocks(Row[] rows)
    {
        _rows = rows;
        _blocks = new Block?[rows.Length / RowsPerBlock];
    }

    /// <summary>Keeps what an earlier index has compressed of the rows before the first that is new.</summary>
    public GzipBlocks(Row[] rows, GzipBlocks earlier, int unchanged)
        : this(rows) => Array.Copy(earlier._blocks, _blocks, Math.Min(unchanged / RowsPerBlock, earlier._blocks.Length));

    /// <summary>The gzip of the JSON array of rows [first, end).</summary>
    public List<ReadOnlyMemory<byte>> Page(int first, int end)
    {
        var page = new PageBuilder();
        page.Add(s_open);
        var at = first;
        while (at < end)
        {
            var number = at / RowsPerBlock;
            var blockEnd = (number + 1) * RowsPerBlock;
            var whole = at % RowsPerBlock == 0 && blockEnd <= end;
            var stop = Math.Min(blockEnd, end);
            if (at > first)
            {
                page.Add(s_comma);
            }

            page.Add(whole ? Whole(number) : Odd(at, stop));
            at = stop;
        }

        return page.Finish();
    }

    /// <summary>Compresses everything that a walk from the first row with this page size will ask for.</summary>
    public void Prewarm(int limit, CancellationToken cancellation)
    {
        var options = new ParallelOptions { CancellationToken = cancellation };
        Parallel.For(0, _blocks.Length, options, number => Whole(number));
        var pages = (_rows.Length + limit - 1) / limit;
        Parallel.For(0, pages, options, page => Page(page * limit, Math.Min((page + 1) * limit, _rows.Length)));
    }

    private Block Whole(int number) => _blocks[number] ??= Compress(number * RowsPerBlock, (number + 1) * RowsPerBlock);

    private Block Odd(int first, int end)
    {
        if (_odd.TryGetValue((first, end), out var block))
        {
            return block;
        }

        if (_odd.Count >= OddBlocksKept)
        {
            _odd.Clear();
        }

        return _odd[(first, end)] = Compress(first, end);
    }

    private Block Compress(int first, int end)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        EventIndex.AppendSpans(_rows, first, end, parts);
        return Compress(parts);
    }

    private static Block Compress(List<ReadOnlyMemory<byte>> parts)
    {
        long length = 0;
        foreach (var part in parts)
        {
            length += part.Length;
        }

        using var target = new MemoryStream((int)(length / 4) + 256);
        int dataEnd;
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var part in parts)
            {
                gzip.Write(part.Span);
            }

            gzip.Flush(); // ends the data on a byte boundary; what Dispose adds is the end of the stream and the checksum
            dataEnd = (int)target.Length;
        }

        var whole = target.GetBuffer().AsSpan(0, (int)target.Length);
        return new Block(whole[s_header.Length..dataEnd].ToArray(), BinaryPrimitives.ReadUInt32LittleEndian(whole[^8..]), length);
    }

    /// <summary>One byte as a stored deflate block.</summary>
    private static Block Stored(byte value) => new([0, 1, 0, 0xFE, 0xFF, value], Crc32.Of(value), 1);

    private sealed record Block(byte[] Deflated, uint Crc, long Length);

    private sealed class PageBuilder
    {
        private readonly List<ReadOnlyMemory<byte>> _parts = [s_header];
        private uint _crc;
        private long _length;

        public void Add(Block block)
        {
            _parts.Add(block.Deflated);
            _crc = _length == 0 ? block.Crc : Crc32.Combine(_crc, block.Crc, block.Length);
            _length += block.Length;
        }

        public List<ReadOnlyMemory<byte>> Finish()
        {
            Add(Stored((byte)']'));
            var last = (byte[])[1, 1, 0, 0xFE, 0xFF, (byte)']', 0, 0, 0, 0, 0, 0, 0, 0]; // the same, as the last block
            BinaryPrimitives.WriteUInt32LittleEndian(last.AsSpan(6), _crc);
            BinaryPrimitives.WriteUInt32LittleEndian(last.AsSpan(10), (uint)_length);
            _parts[^1] = last;
            return _parts;
        }
    }
}
