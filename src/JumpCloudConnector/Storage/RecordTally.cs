using System.IO.Hashing;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>How many records a group has, and the span of their times.</summary>
internal readonly record struct Tally(long Count, long First, long Last)
{
    public Tally Plus(Tally other) => Count == 0 ? other
        : new Tally(Count + other.Count, Math.Min(First, other.First), Math.Max(Last, other.Last));
}

/// <summary>A group: its interval of time (0 without), and its values in any case. Those that are compared have as many values.</summary>
internal readonly struct TallyKey(long start, string?[] values) : IEquatable<TallyKey>
{
    public long Start => start;

    public string?[] Values => values;

    public bool Equals(TallyKey other)
    {
        if (start != other.Start) return false;
        for (int i = 0; i < values.Length; i++)
            if (!string.Equals(values[i], other.Values[i], StringComparison.OrdinalIgnoreCase)) return false;
        return true;
    }

    public override bool Equals(object? obj) => obj is TallyKey other && Equals(other);

    public override int GetHashCode()
    {
        int hash = start.GetHashCode();
        foreach (string? value in values) hash = unchecked((hash * 31) + (value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(value)));
        return hash;
    }
}

/// <summary>The groups of all records. Grows with their number alone, never with that of the records.</summary>
internal sealed class RecordTally(int limit)
{
    private readonly Dictionary<TallyKey, (TallyKey Key, Tally Tally)> _groups = [];

    public IEnumerable<(TallyKey Key, Tally Tally)> Groups => _groups.Values;

    public int Count => _groups.Count;

    public void Add(TallyKey key, Tally tally)
    {
        if (!_groups.TryGetValue(key, out (TallyKey Key, Tally Tally) known))
        {
            if (_groups.Count >= limit)
            {
                throw new JcException("TooManyGroups", JcErrorKind.InvalidInput,
                    $"The records fall into more than {limit} groups, which is more than are counted at once. Group by less, take longer intervals, or narrow down what is counted.");
            }

            _groups[key] = (key, tally);
            return;
        }

        // Whichever block comes first, a group is shown in the same spelling: the one that sorts last, which is in small letters.
        string?[] values = known.Key.Values;
        for (int i = 0; i < values.Length; i++)
            if (string.CompareOrdinal(key.Values[i], values[i]) > 0) values[i] = key.Values[i];
        _groups[key] = (known.Key, known.Tally.Plus(tally));
    }
}

/// <summary>The groups of one block's records, by their values as they are written. Used by one thread, block after block.</summary>
internal sealed class BlockTally : IDisposable
{
    private readonly ByteBuffer _keys = new(4096);
    private readonly List<(int At, int Length, int Next, Tally Tally)> _groups = [];
    private readonly Dictionary<ulong, int> _heads = [];

    /// <summary>Begins a record's key, which <see cref="Append"/> completes.</summary>
    public int Begin(long start)
    {
        int at = _keys.Length;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(_keys.Reserve(8), start);
        return at;
    }

    /// <summary>Appends a value; null where the record has none.</summary>
    public void Append(ReadOnlySpan<byte> json, FieldValue value)
    {
        _keys.AppendNumberOf(value.IsString ? value.Length + 1 : 0);
        if (value.IsString) _keys.Append(value.Of(json));
    }

    /// <summary>Counts the record whose key began there.</summary>
    public void End(int at, long time)
    {
        ReadOnlySpan<byte> key = _keys.Span.Slice(at);
        ulong hash = XxHash3.HashToUInt64(key);
        int head = _heads.TryGetValue(hash, out int known) ? known : -1;
        for (int i = head; i >= 0; i = _groups[i].Next)
        {
            (int place, int length, int next, Tally tally) = _groups[i];
            if (!_keys.Span.Slice(place, length).SequenceEqual(key)) continue;
            _groups[i] = (place, length, next, tally.Plus(new Tally(1, time, time)));
            _keys.Truncate(at);
            return;
        }

        _heads[hash] = _groups.Count;
        _groups.Add((at, key.Length, head, new Tally(1, time, time)));
    }

    /// <summary>Adds what was counted to the groups of all records, and begins anew.</summary>
    public void AddTo(RecordTally all, int values)
    {
        foreach ((int place, int length, _, Tally tally) in _groups)
        {
            ReadOnlySpan<byte> key = _keys.Span.Slice(place, length);
            string?[] texts = new string?[values];
            int at = 8;
            for (int i = 0; i < values; i++)
            {
                int size = BlockNumbers.ReadInt(key, ref at) - 1;
                if (size < 0) continue;
                texts[i] = TextOf(key.Slice(at, size));
                at += size;
            }

            all.Add(new TallyKey(System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(key), texts), tally);
        }

        Clear();
    }

    public void Clear()
    {
        _keys.Truncate(0);
        _groups.Clear();
        _heads.Clear();
    }

    public void Dispose() => _keys.Dispose();

    private static string TextOf(ReadOnlySpan<byte> written)
    {
        if (written.IndexOf((byte)'\\') < 0) return System.Text.Encoding.UTF8.GetString(written.ToArray());
        byte[] token = new byte[written.Length + 2];
        token[0] = token[token.Length - 1] = (byte)'"';
        written.CopyTo(token.AsSpan(1));
        return JsonText.Unescape(token);
    }
}
