namespace JumpCloudConnector.Storage;

/// <summary>A place in the order of an answer: the event's time, or the sequence, and the sequence where times are equal.</summary>
internal readonly record struct SearchPlace(long Key, long Sequence) : IComparable<SearchPlace>
{
    /// <summary>Ascending: the oldest, or the first committed, comes first.</summary>
    public int CompareTo(SearchPlace other) => Key != other.Key ? Key.CompareTo(other.Key) : Sequence.CompareTo(other.Sequence);
}

/// <summary>A record that a search has found. Its bytes may have been let go, to be read again when its turn comes.</summary>
/// <param name="Place">Where it comes in the answer.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Json">The record, or null.</param>
internal readonly record struct SearchMatch(SearchPlace Place, int Length, byte[]? Json);
