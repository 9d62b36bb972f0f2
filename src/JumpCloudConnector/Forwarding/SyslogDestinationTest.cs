namespace JumpCloudConnector.Forwarding;

/// <summary>A step of the way to a receiver, and how long it took.</summary>
/// <param name="Step">The step.</param>
/// <param name="Duration">Since the step before.</param>
public sealed record SyslogStepResult(SyslogStep Step, TimeSpan Duration)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Step} {Duration.TotalMilliseconds:0} ms");
}

/// <summary>How far a test's message got.</summary>
public sealed record SyslogDestinationTest
{
    /// <summary>The destination.</summary>
    public required string Name { get; init; }

    /// <summary>The receiver's name or address.</summary>
    public required string HostName { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>How the message went.</summary>
    public required SyslogTransport Transport { get; init; }

    /// <summary>True where it got as far as the transport can tell: acknowledged, or over Udp, sent off.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>The last step that was reached; null for none.</summary>
    public SyslogStep? Reached { get; init; }

    /// <summary>All that were reached.</summary>
    public required IReadOnlyList<SyslogStepResult> Step { get; init; }

    /// <summary>The text that the message can be found by at the receiver; null where none was sent.</summary>
    public string? Marker { get; init; }

    /// <summary>What to make of it.</summary>
    public required string Message { get; init; }

    /// <summary>The id of the error, or null.</summary>
    public string? ErrorId { get; init; }
}
