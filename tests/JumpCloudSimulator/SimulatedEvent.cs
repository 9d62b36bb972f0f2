using System.Collections;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>One event as the server has it.</summary>
public sealed class SimulatedEvent
{
    private readonly Lazy<string?> _id;

    internal SimulatedEvent(in Row row)
    {
        Json = row.Json;
        Milliseconds = row.Milliseconds;
        IndexId = IndexIds.Format(row.Id);
        var json = Json;
        _id = new Lazy<string?>(() => ReadId(json));
    }

    /// <summary>The exact bytes that are served.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The event's own id, or null where it has none.</summary>
    public string? Id => _id.Value;

    /// <summary>Its timestamp in milliseconds since 1970, cut, not rounded.</summary>
    public long Milliseconds { get; }

    /// <summary>Its id in the index, which orders the events of one millisecond.</summary>
    public string IndexId { get; }

    private static string? ReadId(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }
}

/// <summary>A snapshot of events that makes their objects only as they are asked for: there may be millions.</summary>
internal sealed class EventList : IReadOnlyList<SimulatedEvent>
{
    private readonly Row[] _rows;
    private readonly int _first;
    private readonly int[]? _picked;

    public EventList(Row[] rows, int first, int end, bool distinct)
    {
        _rows = rows;
        _first = first;
        Count = end - first;
        if (distinct && Array.Exists(rows, r => r.IsDouble))
        {
            _picked = [.. Enumerable.Range(first, Count).Where(i => !rows[i].IsDouble)];
            Count = _picked.Length;
        }
    }

    public int Count { get; }

    public SimulatedEvent this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return new(_rows[_picked?[index] ?? (_first + index)]);
        }
    }

    public IEnumerator<SimulatedEvent> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
