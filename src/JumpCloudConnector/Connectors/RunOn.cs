namespace JumpCloudConnector.Connectors;

/// <summary>Which hosts collect a connector.</summary>
public enum RunOn
{
    /// <summary>Any host that collects from this store.</summary>
    DataProcessor = 1,

    /// <summary>The host of one name alone.</summary>
    Sensor,
}
