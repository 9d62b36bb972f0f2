namespace JumpCloudConnector.Connectors;

/// <summary>Connectors that collect the same of the same organizations.</summary>
/// <param name="Names">The connectors, by name; two at least.</param>
/// <param name="Types">What they collect.</param>
/// <param name="Place">Of what, as a part of a sentence.</param>
internal sealed record ConnectorOverlap(IReadOnlyList<string> Names, IReadOnlyList<ContentType> Types, string Place)
{
    /// <summary>What there is to say, the same whichever of the connectors is asked about.</summary>
    public string Warning => Names.Count == 2
        ? $"Connectors '{Names[0]}' and '{Names[1]}' both collect {What}, so that the same records are stored twice. "
            + "Remove or disable one of them (Disable-JcConnector), or give each its own content types or its own log filters (Set-JcConnector)."
        : $"Connectors {Words.Names(Names)} all collect {What}, {Remedy}";

    /// <summary>What there is to say to whoever has just made, changed or enabled one of them.</summary>
    public string WarningOf(string name)
    {
        string[] others = [.. Names.Where(n => !string.Equals(n, name, StringComparison.OrdinalIgnoreCase))];
        return others.Length == 1 ? Warning : $"Connector '{name}' collects {What}, as {Words.Names(others)} do too, {Remedy}";
    }

    private static string Remedy => "so that the same records are stored once for each. "
        + "Remove or disable all but one of them (Disable-JcConnector), or give each its own content types or its own log filters (Set-JcConnector).";

    private string What => $"{string.Join(" and ", Types)} of {Place}";
}
