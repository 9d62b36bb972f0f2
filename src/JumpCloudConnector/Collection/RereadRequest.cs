using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>Spans of events that are to be read again.</summary>
/// <param name="Connector">Whose.</param>
/// <param name="Streams">Which of its streams of events, by the store's numbers; null for all.</param>
/// <param name="Spans">Which times; what lies before the retention or after now is left out.</param>
public sealed record RereadRequest(Connector Connector, IReadOnlyCollection<long>? Streams, IReadOnlyList<LedgerSpan> Spans)
{
    // Each stream misses something else, and the connector's organizations are to be listed once.
    private IReadOnlyDictionary<long, List<LedgerSpan>>? SpansByStream { get; init; }

    /// <summary>What tests of a connector's streams found missing or open.</summary>
    /// <exception cref="JcException">TestOutdated where a stream is not the connector's any more.</exception>
    public static RereadRequest Repair(RecordStore store, Connector connector, IEnumerable<IngestionTest> tests)
    {
        HashSet<long> present = [.. store.Records.GetStreams(connector.Id).Select(s => s.Id)];
        Dictionary<long, List<LedgerSpan>> spans = [];
        foreach (IngestionTest test in tests)
        {
            if (!present.Contains(test.StreamId))
            {
                throw new JcException("TestOutdated", JcErrorKind.NotFound,
                    $"Connector '{connector.Name}' has not what was tested any more; it was removed and added anew. Run Test-JcIngestion again.", connector.Name);
            }

            if (!spans.TryGetValue(test.StreamId, out List<LedgerSpan>? known)) spans[test.StreamId] = known = [];
            known.AddRange(test.Repairs.Where(r => !known.Contains(r)));
        }

        return new RereadRequest(connector, [.. spans.Keys], []) { SpansByStream = spans };
    }

    internal bool Concerns(StreamInfo stream) =>
        stream.Key.ContentType == ContentType.DirectoryInsights && (Streams is null || Streams.Contains(stream.Id));

    internal IReadOnlyList<LedgerSpan> SpansOf(StreamInfo stream) =>
        SpansByStream is { } own && own.TryGetValue(stream.Id, out List<LedgerSpan>? spans) ? spans : Spans;
}
