using JumpCloudConnector.JumpCloud;

namespace JumpCloudConnector.Collection;

/// <summary>How collection uses memory, connections and time. The defaults are meant to be right; tests and benchmarks set them.</summary>
public sealed record CollectionOptions
{
    /// <summary>How the API is called.</summary>
    public JumpCloudClientOptions Client { get; init; } = new();

    /// <summary>Rows asked for in a stream's first page, before the size of its events is known.</summary>
    public int FirstPageSize { get; init; } = 1000;

    /// <summary>Most rows a page may have; the API allows 10,000.</summary>
    public int MaxPageSize { get; init; } = 10_000;

    /// <summary>Bytes that a page should come to; its rows follow from that. As records they are about twice as many.</summary>
    public long TargetPageBytes { get; init; } = 1L << 20;

    /// <summary>
    /// Pages that may be in memory at once over all streams, on their way from the network to the store. With
    /// <see cref="TargetPageBytes"/> this bounds memory, however many streams there are.
    /// </summary>
    public int MaxPagesInMemory { get; init; } = 10;

    /// <summary>Bytes at which a page is given up and asked for with fewer rows.</summary>
    public long MaxPageBytes { get; init; } = 4L << 20;

    /// <summary>Streams collected side by side.</summary>
    public int MaxConcurrentStreams { get; init; } = 16;

    /// <summary>How long a stream with a backlog keeps its place while others wait for one; then it goes on behind them.</summary>
    public TimeSpan FairShare { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Slices of one stream fetched side by side.</summary>
    public int MaxConcurrentSlices { get; init; } = 12;

    /// <summary>Events that a slice may have by the API's count; a span with more is cut.</summary>
    public int SliceEvents { get; init; } = 10_000;

    /// <summary>Events that a span which the audit found to differ may have to be read again whole; one with more is halved.</summary>
    public int AuditSliceEvents { get; init; } = 2_000;

    /// <summary>Requests that the audit of one stream may cost in one turn; the next turn goes on.</summary>
    public int MaxAuditRequests { get; init; } = 40;

    /// <summary>After this long no further part of a backlog is begun, and the next run goes on; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How long a lease holds unless it is renewed, which is done after a third of it.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The name by which this host is known where a connector runs on a sensor.</summary>
    public string HostName { get; init; } = Environment.MachineName;

    /// <summary>How often a walk over the users is begun again when they change under it.</summary>
    public int MaxWalkRestarts { get; init; } = 5;

    internal void Check()
    {
        if (FirstPageSize < 1 || MaxPageSize < FirstPageSize || MaxPageSize > 10_000 || TargetPageBytes < 1
            || MaxPageBytes < TargetPageBytes || MaxConcurrentStreams < 1 || MaxConcurrentSlices < 1 || SliceEvents < 1 || AuditSliceEvents < 1 || MaxAuditRequests < 1 || MaxPagesInMemory < 1 || LeaseDuration <= TimeSpan.Zero || MaxWalkRestarts < 0 || HostName.Length == 0)
        {
            throw new ArgumentException("The collection options contradict each other: 1 <= FirstPageSize <= MaxPageSize <= 10000, TargetPageBytes <= MaxPageBytes, and all of them positive.");
        }
    }
}
