namespace JumpCloudConnector.Cmdlets;

/// <summary>The connectors and tenants that a command line and its pipeline name, gathered for a cmdlet that works at the end.</summary>
internal sealed class ConnectorInput
{
    private readonly List<string> _connectors = [];
    private readonly List<string> _tenants = [];

    /// <summary>Connectors, as they came.</summary>
    public IReadOnlyList<string> Connectors => _connectors;

    /// <summary>Tenants, each once: every connector of a pipeline brings its tenant's.</summary>
    public IReadOnlyList<string> Tenants => _tenants;

    /// <summary>True where none was named. From a pipeline that means none; without one it means all.</summary>
    public bool IsEmpty => _connectors.Count == 0 && _tenants.Count == 0;

    /// <summary>Adds what one input names.</summary>
    public void Add(IEnumerable<string>? connectors, IEnumerable<string>? tenants)
    {
        _connectors.AddRange(connectors ?? []);
        foreach (string tenant in tenants ?? [])
            if (!_tenants.Contains(tenant, StringComparer.OrdinalIgnoreCase)) _tenants.Add(tenant);
    }
}
