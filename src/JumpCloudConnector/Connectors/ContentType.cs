namespace JumpCloudConnector.Connectors;

/// <summary>What a connector collects. Begins at 1, so that a stray 0 is never a content type.</summary>
public enum ContentType
{
    /// <summary>Events of Directory Insights; <c>msg_class</c> jumpcloud_directoryinsights.</summary>
    DirectoryInsights = 1,

    /// <summary>The organization's system users; <c>msg_class</c> jumpcloud_systemuser.</summary>
    SystemUser = 2,
}

/// <summary>The region an organization lives in; it decides the API's hosts.</summary>
public enum Region
{
    /// <summary>api.jumpcloud.com, console.jumpcloud.com.</summary>
    US = 1,

    /// <summary>api.eu.jumpcloud.com, console.eu.jumpcloud.com.</summary>
    EU = 2,

    /// <summary>api.in.jumpcloud.com, console.in.jumpcloud.com.</summary>
    IN = 3,
}
