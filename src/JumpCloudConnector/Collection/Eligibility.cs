using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Collection;

/// <summary>Why a connector is not collected here, whatever its schedule says.</summary>
/// <param name="Id">ConnectorDisabled, NoAnalyzerProfile, NoSuchHost or SensorElsewhere.</param>
/// <param name="Code">The status that the connector shows; 0 where all is as it should be.</param>
/// <param name="Message">What is the case and what to do.</param>
internal sealed record Hindrance(string Id, int Code, string Message);

/// <summary>Tells which connectors a host collects.</summary>
internal static class Eligibility
{
    /// <summary>Why a host does not collect a connector, or null where it does.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="host">This host's name.</param>
    /// <param name="hosts">The hosts that have collected from the store.</param>
    public static Hindrance? Of(Connector connector, string host, IReadOnlyCollection<string> hosts)
    {
        if (!connector.Enabled)
            return new Hindrance("ConnectorDisabled", 0, "Disabled. Enable-JcConnector lets it go on where it stopped.");
        if (connector.RunOn == RunOn.DataProcessor)
        {
            return connector.AnalyzerProfile is not null ? null : new Hindrance("NoAnalyzerProfile", StatusCodes.NoAnalyzerProfile,
                $"It runs on the Data Processor and is in no Data Analyzer profile, so it does not collect. Put it into one: Set-JcConnector '{connector.Name}' -AnalyzerProfile Default.");
        }

        if (Same(connector.SensorName, host)) return null;
        return hosts.Any(h => Same(connector.SensorName, h))
            ? new Hindrance("SensorElsewhere", 0, $"It runs on the sensor '{connector.SensorName}'; this host is '{host}'.")
            : new Hindrance("NoSuchHost", StatusCodes.NoSuchHost,
                $"It runs on the sensor '{connector.SensorName}', and no host of that name has collected from this store yet. Run Invoke-JcCollection there; where the name is wrong, add the connector anew, since what it runs on cannot change.");

        static bool Same(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
    }
}
