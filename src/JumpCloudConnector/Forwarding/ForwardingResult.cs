namespace JumpCloudConnector.Forwarding;

/// <summary>How a run of a destination ended.</summary>
public enum ForwardingState
{
    /// <summary>Everything that there was for it is confirmed.</summary>
    UpToDate = 1,

    /// <summary>The time limit ended it before that; the next run goes on.</summary>
    Behind,

    /// <summary>It failed; what was not confirmed waits for the next run.</summary>
    Failed,

    /// <summary>Another process sends to it; the message says which.</summary>
    Leased,

    /// <summary>It was stopped; what was not confirmed waits for the next run.</summary>
    Stopped,

    /// <summary>Nothing is sent to it.</summary>
    Disabled,

    /// <summary>There was nothing to send, and it was never reached the way it is set up now.</summary>
    NotTried,
}

/// <summary>What a run of a destination came to.</summary>
public sealed record ForwardingResult
{
    /// <summary>The destination.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public required ForwardingState State { get; init; }

    /// <summary>Messages written, those of a second time too.</summary>
    public long Sent { get; init; }

    /// <summary>Messages confirmed; over Udp, where nothing is ever confirmed, those that this machine sent off.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Messages left out for their size.</summary>
    public long Skipped { get; init; }

    /// <summary>Messages written again after a broken connection.</summary>
    public long Resent { get; init; }

    /// <summary>Bytes of the messages written, without framing.</summary>
    public long Bytes { get; init; }

    /// <summary>The sequence up to which everything is confirmed; null where records came from the pipeline.</summary>
    public long? Position { get; init; }

    /// <summary>Records behind that place; null where records came from the pipeline.</summary>
    public long? LagRecords { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The id of the fault that ended it, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What happened and what to do, or null.</summary>
    public string? ErrorMessage { get; init; }
}

/// <summary>How far a run has come.</summary>
/// <param name="Name">The destination.</param>
/// <param name="Acknowledged">Messages confirmed so far.</param>
/// <param name="Sent">Messages written so far.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Fraction">Part of what there is that is confirmed, 0 to 1; null where that is not known.</param>
public sealed record ForwardingProgress(string Name, long Acknowledged, long Sent, long Bytes, double? Fraction);

/// <summary>Is told what happens while destinations are sent to, from many threads.</summary>
public interface IForwardingObserver
{
    /// <summary>Something was written or confirmed.</summary>
    void Progressed(ForwardingProgress progress);

    /// <summary>A destination could not be sent to; it is tried again, or was the last attempt.</summary>
    void Failed(string name, JcException fault, TimeSpan? retryAfter);

    /// <summary>A destination's run ended.</summary>
    void Completed(ForwardingResult result);
}
