namespace JumpCloudConnector.Cmdlets;

/// <summary>What is to be said of connectors, kept until all are known: of many in a pipeline it is said once, with their names.</summary>
internal sealed class SharedWarnings
{
    private readonly Dictionary<string, (List<string> Names, Func<IReadOnlyList<string>, string> Say)> _kept = new(StringComparer.Ordinal);

    /// <summary>Keeps a warning of a connector.</summary>
    /// <param name="what">What is alike where it is the same.</param>
    /// <param name="connector">The connector's name.</param>
    /// <param name="say">Makes the warning, of the names of all that it holds for.</param>
    public void Add(string what, string connector, Func<IReadOnlyList<string>, string> say)
    {
        if (!_kept.TryGetValue(what, out (List<string> Names, Func<IReadOnlyList<string>, string>) kept)) _kept[what] = kept = ([], say);
        if (!kept.Names.Contains(connector)) kept.Names.Add(connector);
    }

    /// <summary>As <see cref="Add(string, string, Func{IReadOnlyList{string}, string})"/>, for what needs no other words for several.</summary>
    public void Add(string connector, string message) => Add(message, connector, names => $"{Connectors(names)}: {message}");

    /// <summary>"Connector 'A'", "Connectors 'A' and 'B'".</summary>
    public static string Connectors(IReadOnlyList<string> names) => $"{(names.Count == 1 ? "Connector" : "Connectors")} {Words.Names(names)}";

    /// <summary>Gives what was kept, in its order, and forgets it.</summary>
    public IReadOnlyList<string> Take()
    {
        string[] all = [.. _kept.Values.Select(kept => kept.Say(kept.Names))];
        _kept.Clear();
        return all;
    }
}
