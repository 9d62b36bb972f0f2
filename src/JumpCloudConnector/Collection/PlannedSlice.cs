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

    /// <summary>Takes what comes next, or, at the end of a turn, what is left of the newest data; false where there is none.</summary>
    public bool TryTake(bool onlyLive, out PlannedSlice slice)
    {
        slice = _slices.Where(s => !onlyLive || s.Kind == SliceKind.Live).OrderBy(s => s.Kind != SliceKind.Live).ThenBy(s => s.Span.From).FirstOrDefault()!;
        return slice is not null && _slices.Remove(slice);
    }
}
