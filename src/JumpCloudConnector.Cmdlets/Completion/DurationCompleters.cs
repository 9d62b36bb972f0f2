using System.Collections;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Offers spans that are looked back over, the shortest first; any other is taken too.</summary>
public sealed class LastCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override bool KeepsOrder => true;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => ["15m", "1h", "4h", "24h", "7d", "30d", "90d"];
}

/// <summary>Offers lengths of intervals to count by, the shortest first; any other is taken too.</summary>
public sealed class IntervalCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override bool KeepsOrder => true;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => ["1m", "5m", "15m", "1h", "6h", "1d", "7d"];
}
