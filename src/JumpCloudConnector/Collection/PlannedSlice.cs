using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>A span that is to be read.</summary>
/// <param name="Span">The span.</param>
/// <param name="Kind">Why.</param>
/// <param name="Counted">How many events the API counts in it, or null where it was not asked.</param>
internal sealed record PlannedSlice(LedgerSpan Span, SliceKind Kind, long? Counted = null)
{
    /// <summary>True where it was cut out of a span with many events: it is counted before it is read.</summary>
    public bool IsPart { get; init; }

    /// <summary>True where the count is of a narrower span: it is no count of the slice.</summary>
    public bool IsWidened { get; init; }
}

/// <summary>
/// What is still to be read in a turn: the newest first, which must not wait behind a long backfill, and then the oldest,
/// which JumpCloud will drop first.
/// </summary>
internal sealed class SlicePlan
{
    private readonly List<PlannedSlice> _slices = [];

    public bool IsEmpty => _slices.Count == 0;

    /// <summary>How many milliseconds were planned in all; parts of a slice are not planned again.</summary>
    public long Total { get; private set; }

    public void Add(PlannedSlice slice)
    {
        Total += slice.Span.Length;
        _slices.Add(slice);
    }

    /// <summary>Puts back the parts of a slice that was taken.</summary>
    public void AddParts(IReadOnlyList<PlannedSlice> parts) => _slices.AddRange(parts);

    public PlannedSlice Take()
    {
        int first = 0;
        for (int i = 1; i < _slices.Count; i++)
        {
            (bool, long) candidate = Order(_slices[i]), best = Order(_slices[first]);
            if (candidate.CompareTo(best) < 0) first = i;
        }

        PlannedSlice slice = _slices[first];
        _slices.RemoveAt(first);
        return slice;

        static (bool, long) Order(PlannedSlice slice) => (slice.Kind != SliceKind.Live, slice.Span.From);
    }
}
