namespace JumpCloudConnector.Storage;

/// <summary>What one block, or one step over the rows, has for a search, in the order of the answer.</summary>
internal sealed class MatchRun(long block, List<SearchMatch> matches)
{
    private int _at;

    /// <summary>The block, by which bytes can be read again; 0 for rows, whose bytes are always kept.</summary>
    public long Block => block;

    /// <summary>The next that was not given yet.</summary>
    public SearchMatch Head => matches[_at];

    /// <summary>How many were not given yet.</summary>
    public int Count => matches.Count - _at;

    /// <summary>Passes over the head.</summary>
    public void Next()
    {
        // What was given is the caller's.
        matches[_at] = default;
        _at++;
    }

    /// <summary>Lets the bytes go that are more than so many; gives how many are kept.</summary>
    public long Shorten(long most)
    {
        long kept = 0;
        for (int i = _at; i < matches.Count; i++)
        {
            if (kept + matches[i].Length <= most) kept += matches[i].Length;
            else matches[i] = matches[i] with { Json = null };
        }

        return kept;
    }

    /// <summary>The next whose bytes were let go, of so many bytes together and one at least: their numbers by their sequences.</summary>
    public Dictionary<long, int> Missing(long most)
    {
        Dictionary<long, int> missing = [];
        long bytes = 0;
        for (int i = _at; i < matches.Count; i++)
        {
            if (matches[i].Json is not null) continue;
            bytes += matches[i].Length;
            if (bytes > most && missing.Count > 0) break;
            missing[matches[i].Place.Sequence] = i;
        }

        return missing;
    }

    /// <summary>Gives a match its bytes again.</summary>
    public void Fill(int number, byte[] json) => matches[number] = matches[number] with { Json = json };
}
