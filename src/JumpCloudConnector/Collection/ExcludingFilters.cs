using JumpCloudConnector.Filters;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Collection;

/// <summary>Keeps which of a stream's log filters excluded records in its turn.</summary>
internal sealed class ExcludingFilters(FilterSet filters)
{
    private readonly bool[] _excluding = new bool[filters.Names.Count];

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names => [.. filters.Names.Where((_, i) => _excluding[i])];

    /// <summary>Looks at a batch behind its commit.</summary>
    public void Add(RecordBatch batch)
    {
        if (filters.IsEmpty) return;
        for (int i = 0; i < batch.Count; i++)
            if (batch[i].Fate == RecordFate.Filtered) _excluding[batch[i].Filter] = true;
    }
}
