using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Collection;

/// <summary>How far a stream's turn has come.</summary>
/// <param name="ConnectorName">The connector.</param>
/// <param name="Organization">The organization's name or id, or null.</param>
/// <param name="ContentType">What is collected.</param>
/// <param name="Fetched">Rows received so far.</param>
/// <param name="Fraction">Part of the span that is done, 0 to 1.</param>
public sealed record CollectionProgress(string ConnectorName, string? Organization, ContentType ContentType, long Fetched, double Fraction);

/// <summary>
/// Is told what happens while it happens, from many threads; a slow observer slows collection down, which is what keeps
/// memory bounded when a pipeline takes its time.
/// </summary>
public interface ICollectionObserver
{
    /// <summary>A page came.</summary>
    void Progressed(CollectionProgress progress);

    /// <summary>A batch was committed; its stored entries are new. The batch is valid during the call alone.</summary>
    void Committed(RecordBatch batch);

    /// <summary>A stream's turn ended.</summary>
    void Completed(CollectionResult result);

    /// <summary>Something that an administrator should look at, though collection goes on.</summary>
    void Warned(string message);

    /// <summary>Something to know that is no error.</summary>
    void Noted(string message);
}
