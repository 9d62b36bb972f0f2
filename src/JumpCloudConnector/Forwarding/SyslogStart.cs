namespace JumpCloudConnector.Forwarding;

/// <summary>Where a destination begins: with what comes from now on, with all that is stored, or with events from a time on.</summary>
public sealed record SyslogStart
{
    private SyslogStart(string? word, DateTimeOffset? time)
    {
        Word = word;
        Time = time;
    }

    /// <summary>What is committed from now on, late events too.</summary>
    public static SyslogStart Now { get; } = new(nameof(Now), null);

    /// <summary>Everything that is stored, the first that was committed first.</summary>
    public static SyslogStart Beginning { get; } = new(nameof(Beginning), null);

    /// <summary>Now or Beginning, or null.</summary>
    public string? Word { get; }

    /// <summary>The time, or null.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>Events at or after a time, stored already or not.</summary>
    public static SyslogStart At(DateTimeOffset time) => new(null, time);

    /// <inheritdoc/>
    public override string ToString() => Word ?? TimeText.Exact(Time!.Value);
}
