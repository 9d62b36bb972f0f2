namespace JumpCloudConnector.Storage;

/// <summary>
/// What a search has found and not given yet. Each run is in order; which of them has the next match is known at any time.
/// Bytes are kept up to a limit.
/// </summary>
/// <param name="compare">The order of the answer.</param>
/// <param name="maxBytes">Beyond, bytes of blocks' matches are let go and read again when their turn comes.</param>
internal sealed class MatchRuns(Comparison<SearchPlace> compare, long maxBytes)
{
    // Read again at a time where the limit leaves less: that many runs wait is how the limit is reached.
    private const long LeastReadAgain = 32L << 10;

    // A heap: no run's head comes before that of the run at half its place.
    private readonly List<MatchRun> _runs = [];

    /// <summary>How many bytes are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many matches wait.</summary>
    public long Count { get; private set; }

    /// <summary>The run with the next match, or null.</summary>
    public MatchRun? First => _runs.Count > 0 ? _runs[0] : null;

    /// <summary>Adds a run.</summary>
    public void Add(MatchRun run)
    {
        if (run.Count == 0) return;
        Bytes += run.Shorten(run.Block == 0 ? long.MaxValue : Math.Max(0, maxBytes - Bytes));
        Count += run.Count;
        int at = _runs.Count;
        _runs.Add(run);
        for (int above; at > 0 && IsBefore(run, _runs[above = (at - 1) / 2]); at = above) _runs[at] = _runs[above];
        _runs[at] = run;
    }

    /// <summary>Passes over the next match.</summary>
    public void Next()
    {
        MatchRun run = _runs[0];
        if (run.Head.Json is { } json) Bytes -= json.Length;
        Count--;
        run.Next();
        if (run.Count == 0)
        {
            run = _runs[_runs.Count - 1];
            _runs.RemoveAt(_runs.Count - 1);
            if (_runs.Count == 0) return;
        }

        int at = 0;
        for (int below; (below = (2 * at) + 1) < _runs.Count; at = below)
        {
            if (below + 1 < _runs.Count && IsBefore(_runs[below + 1], _runs[below])) below++;
            if (!IsBefore(_runs[below], run)) break;
            _runs[at] = _runs[below];
        }

        _runs[at] = run;
    }

    /// <summary>Reads a block's matches again whose bytes were let go: as many as the limit allows.</summary>
    /// <param name="run">The run.</param>
    /// <param name="read">Gives a record of its block by the number that it has for its sequence, for each that is asked for.</param>
    public void ReadAgain(MatchRun run, Action<IReadOnlyDictionary<long, int>, Action<int, byte[]>> read) =>
        read(run.Missing(Math.Max(LeastReadAgain, maxBytes - Bytes)), (number, json) =>
        {
            run.Fill(number, json);
            Bytes += json.Length;
        });

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _runs.Clear();
        Bytes = 0;
        Count = 0;
    }

    private bool IsBefore(MatchRun a, MatchRun b) => compare(a.Head.Place, b.Head.Place) < 0;
}
