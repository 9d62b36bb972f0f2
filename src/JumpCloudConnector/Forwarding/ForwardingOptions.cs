namespace JumpCloudConnector.Forwarding;

/// <summary>How destinations are sent to. Times are those of the engine's clock.</summary>
public sealed record ForwardingOptions
{
    /// <summary>True to go on for ever, with whatever is committed meanwhile; false to end when everything there was is confirmed.</summary>
    public bool Continuous { get; init; }

    /// <summary>After this long nothing more is begun; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Attempts without any progress after which a run that is not continuous gives up.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The pause after the first failure; it doubles with each further one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a destination is this process's without a sign of life.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How soon what another process committed is noticed, and how long a single message waits for company at most.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection may be idle before what went over it is confirmed by its end; for Tcp and Tls.</summary>
    public TimeSpan IdleConfirm { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest that anything waits for that confirmation, where messages never cease.</summary>
    public TimeSpan MaxUnconfirmed { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Bytes that go over a Tcp or Tls connection before it is ended to confirm them: what is sent again when one breaks. It
    /// begins with a part, grows with each success and shrinks with each failure, down to a single message.
    /// </summary>
    public int MaxUnconfirmedBytes { get; init; } = 32 << 20;
}
