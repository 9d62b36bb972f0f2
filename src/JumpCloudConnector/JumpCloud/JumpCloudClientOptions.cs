namespace JumpCloudConnector.JumpCloud;

/// <summary>How the client behaves towards the API.</summary>
public sealed record JumpCloudClientOptions
{
    /// <summary>Requests a second of one connector to one host, to begin with; the API's limit is unpublished, others run at 2 to 10.</summary>
    public int RequestsPerSecond { get; init; } = 5;

    /// <summary>Requests a second that the rate may rise to while the answers are good.</summary>
    public int MaxRequestsPerSecond { get; init; } = 300;

    /// <summary>Requests under way to one host at once, of all connectors together.</summary>
    public int MaxConnectionsPerHost { get; init; } = 12;

    /// <summary>How often a request that met a passing fault is sent again.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The first pause before a repetition; it doubles, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause, also where the server asks for a longer one: then the turn ends and the next one tries.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the server may take to begin its answer.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How long the server may pause in the midst of its answer.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
