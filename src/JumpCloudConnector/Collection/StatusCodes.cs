using JumpCloudConnector.JumpCloud;

namespace JumpCloudConnector.Collection;

/// <summary>The number that a connector shows for an error: 0 is healthy.</summary>
internal static class StatusCodes
{
    /// <summary>A fault of the store or of the connector's own data, which no answer of JumpCloud has caused.</summary>
    public const int LocalFault = 1100;

    /// <summary>It runs on the Data Processor and is in no Data Analyzer profile.</summary>
    public const int NoAnalyzerProfile = 1101;

    /// <summary>It runs on a sensor whose name no host of the store has.</summary>
    public const int NoSuchHost = 1102;

    public static int Of(JcException? error) => error switch
    {
        null => 0,
        JumpCloudException remote => (int)remote.Failure,
        _ => LocalFault,
    };
}
