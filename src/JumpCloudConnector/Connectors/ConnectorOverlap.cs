namespace JumpCloudConnector.Connectors;

/// <summary>Connectors that collect the same of the same organizations.</summary>
/// <param name="Names">The connectors, by name; two at least.</param>
/// <param name="Types">What they collect.</param>
/// <param name="Place">Of what, as a part of a sentence.</param>
internal sealed record ConnectorOverlap(IReadOnlyList<string> Names, IReadOnlyList<ContentType> Types, string Place)
{
    // More names than these nobody reads, be it of connectors or of organizations.
    private const int MostNamed = 3;

    /// <summary>What there is to say, the same whichever of the connectors is asked about.</summary>
    public string Warning => Names.Count == 2
        ? $"Connectors '{Names[0]}' and '{Names[1]}' both collect {What}, so that the same records are stored twice. "
            + "Remove or disable one of them (Disable-JcConnector), or give each its own content types or its own log filters (Set-JcConnector)."
        : $"Connectors {List(Names.Select(Quoted))} all collect {What}, {Remedy}";

    /// <summary>What there is to say to whoever has just made, changed or enabled one of them.</summary>
    public string WarningOf(string name)
    {
        string[] others = [.. Names.Where(n => !string.Equals(n, name, StringComparison.OrdinalIgnoreCase))];
        return others.Length == 1 ? Warning : $"Connector '{name}' collects {What}, as {List(others.Select(Quoted))} do too, {Remedy}";
    }

    /// <summary>The first of many, and how many more there are: <c>a, b, c and 7 more</c>.</summary>
    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length == 1) return all[0];
        // "And 1 more" takes the room of its name.
        return all.Length <= MostNamed + 1 ? $"{string.Join(", ", all.Take(all.Length - 1))} and {all[all.Length - 1]}"
            : $"{string.Join(", ", all.Take(MostNamed))} and {all.Length - MostNamed} more";
    }

    private static string Remedy => "so that the same records are stored once for each. "
        + "Remove or disable all but one of them (Disable-JcConnector), or give each its own content types or its own log filters (Set-JcConnector).";

    private string What => $"{string.Join(" and ", Types)} of {Place}";

    private static string Quoted(string name) => $"'{name}'";
}
