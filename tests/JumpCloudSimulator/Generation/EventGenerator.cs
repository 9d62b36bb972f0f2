using System.Buffers;

namespace JumpCloudSimulator;

/// <summary>Turns plans into rows: events written side by side into segments, in the order of the index.</summary>
internal sealed class EventGenerator(World world, ServiceNames services, Traps traps)
{
    private const int EventsPerSegment = 4096;

    public Row[] Generate(EventPlan[] plans)
    {
        var rows = new Row[plans.Length];
        var segments = (plans.Length + EventsPerSegment - 1) / EventsPerSegment;
        Parallel.For(
            0,
            segments,
            () => (Renderer: new EventRenderer(world, traps), Buffer: new ArrayBufferWriter<byte>(8 * 1024 * Math.Min(plans.Length, 1024))),
            (number, _, local) =>
            {
                var first = number * EventsPerSegment;
                Segment(plans, rows, first, Math.Min(first + EventsPerSegment, plans.Length), local.Renderer, local.Buffer);
                return local;
            },
            local => local.Renderer.Dispose());
        return rows;
    }

    private void Segment(EventPlan[] plans, Row[] rows, int first, int end, EventRenderer renderer, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        for (var i = first; i < end; i++)
        {
            var offset = buffer.WrittenCount;
            var service = renderer.Render(plans[i], buffer);
            ref var row = ref rows[i];
            row.Id = plans[i].IndexId;
            row.Milliseconds = plans[i].Nanoseconds / 1_000_000;
            row.Offset = offset;
            row.Length = buffer.WrittenCount - offset;
            row.Service = services.NumberOf(service);
            buffer.Write(","u8);
        }

        var segment = GC.AllocateUninitializedArray<byte>(buffer.WrittenCount);
        buffer.WrittenSpan.CopyTo(segment);
        for (var i = first; i < end; i++)
        {
            rows[i].Segment = segment;
        }
    }
}

/// <summary>Services by number, so that a row holds two bytes and not a text.</summary>
internal sealed class ServiceNames
{
    private readonly Dictionary<string, short> _numbers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public short NumberOf(string service)
    {
        lock (_lock)
        {
            if (!_numbers.TryGetValue(service, out var number))
            {
                _numbers[service] = number = (short)_numbers.Count;
            }

            return number;
        }
    }
}
