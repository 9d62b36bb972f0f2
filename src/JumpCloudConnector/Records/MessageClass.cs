namespace JumpCloudConnector.Records;

/// <summary>The names that a record's header carries for each content type; from the Interflow specification.</summary>
public static class MessageClass
{
    /// <summary><c>msg_class</c> of Directory Insights events.</summary>
    public const string DirectoryInsights = "jumpcloud_directoryinsights";

    /// <summary><c>msg_class</c> of system users.</summary>
    public const string SystemUser = "jumpcloud_systemuser";

    /// <summary><c>msg_origin.source</c> of Directory Insights events.</summary>
    public const string DirectoryInsightsSource = "jumpcloud_directory_insights";

    /// <summary><c>msg_origin.source</c> of system users.</summary>
    public const string SystemUserSource = "jumpcloud";

    /// <summary><c>msg_origin.category</c> of both.</summary>
    public const string Category = "iam";
}
