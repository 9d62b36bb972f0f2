namespace JumpCloudConnector.Cmdlets;

/// <summary>The nouns of the module's cmdlets.</summary>
internal static class Nouns
{
    public const string Connector = "JcConnector";
    public const string AnalyzerProfile = "JcAnalyzerProfile";
    public const string CollectionTask = "JcCollectionTask";
    public const string Collection = "JcCollection";
    public const string CollectionLedger = "JcCollectionLedger";
    public const string CollectionGap = "JcCollectionGap";
    public const string Ingestion = "JcIngestion";
    public const string LogFilter = "JcLogFilter";
    public const string IngestedRecord = "JcIngestedRecord";
    public const string Store = "JcStore";
    public const string SyslogDestination = "JcSyslogDestination";
    public const string Syslog = "JcSyslog";
}
