using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>Whole messages, one behind the other in one buffer, on their way from whoever makes them to whoever sends them.</summary>
internal sealed class MessageBatch : IDisposable
{
    private readonly List<Slot> _slots = [];

    /// <summary>The messages' bytes, without any framing.</summary>
    public ByteBuffer Bytes { get; } = new(64 << 10);

    /// <summary>How many messages there are.</summary>
    public int Count => _slots.Count;

    /// <summary>The place up to which everything was looked at, whether it gave a message or not.</summary>
    public long LookedAt { get; set; }

    /// <summary>Messages that were left out for their size.</summary>
    public int Skipped { get; set; }

    /// <summary>The place of a message's record.</summary>
    public long PlaceOf(int index) => _slots[index].Place;

    /// <summary>A message.</summary>
    public ReadOnlySpan<byte> this[int index] => Bytes.Span.Slice(_slots[index].Start, _slots[index].Length);

    /// <summary>Keeps what was appended since the last message as one of a place.</summary>
    public void Add(long place, int start) => _slots.Add(new Slot(place, start, Bytes.Length - start));

    public void Clear()
    {
        _slots.Clear();
        Bytes.Truncate(0);
        Skipped = 0;
    }

    public void Dispose() => Bytes.Dispose();

    private readonly record struct Slot(long Place, int Start, int Length);
}
