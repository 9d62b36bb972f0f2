using System.Globalization;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>Says what a gap is and what to do about it.</summary>
internal static class GapText
{
    /// <summary>What a gap's cause means.</summary>
    public static string Of(GapReason reason) => reason switch
    {
        GapReason.Disabled => "the connector was disabled for longer than JumpCloud keeps events",
        GapReason.NotLicensed => "Directory Insights was not licensed, and JumpCloud may not have recorded events",
        _ => "nothing was collected for longer than JumpCloud keeps events",
    };

    /// <summary>The warning about a new gap.</summary>
    public static string Found(CollectionStream stream, LedgerSpan span, GapReason reason) => string.Format(
        CultureInfo.InvariantCulture,
        "Connector '{0}'{1} has a gap from {2} to {3}: {4}. Look at it with Get-JcCollectionGap, and acknowledge it with Confirm-JcCollectionGap.",
        stream.Connector.Name, stream.OrganizationName is { } name ? $", organization '{name}'," : "",
        TimeText.Utc(span.From), TimeText.Utc(span.To), Of(reason));
}
