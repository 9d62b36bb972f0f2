using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>Spans of events that are to be read again.</summary>
/// <param name="Connector">Whose.</param>
/// <param name="Streams">Which of its streams of events, by the store's numbers; null for all.</param>
/// <param name="Spans">Which times; what lies before the retention or after now is left out.</param>
public sealed record RereadRequest(Connector Connector, IReadOnlyCollection<long>? Streams, IReadOnlyList<LedgerSpan> Spans)
{
    internal bool Concerns(StreamInfo stream) =>
        stream.Key.ContentType == ContentType.DirectoryInsights && (Streams is null || Streams.Contains(stream.Id));
}
