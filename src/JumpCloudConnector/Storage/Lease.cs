namespace JumpCloudConnector.Storage;

/// <summary>Who holds, or wants, a stream: host, process and the process's start, which together name a process for good.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="ProcessId">The process id.</param>
/// <param name="ProcessStart">When the process started, epoch milliseconds; tells a process from a later one of its id.</param>
/// <param name="Instance">Tells two collections in one process apart.</param>
public sealed record LeaseOwner(string Host, int ProcessId, long ProcessStart, Guid Instance)
{
    /// <summary>This process, with a new instance.</summary>
    public static LeaseOwner ThisProcess()
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetCurrentProcess();
        return new LeaseOwner(Environment.MachineName, process.Id, StartOf(process), Guid.NewGuid());
    }

    /// <summary>True when the owner ran on this machine and its process is no more.</summary>
    public bool IsDead()
    {
        if (!string.Equals(Host, Environment.MachineName, StringComparison.OrdinalIgnoreCase)) return false;
        try
        {
            using System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(ProcessId);
            // The start is derived from clock ticks on Linux and may be read a little differently each time.
            return Math.Abs(StartOf(process) - ProcessStart) > 2_000;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended this moment, or belongs to an account that may not be looked at: the lease's own end decides.
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"process {ProcessId} on {Host}";

    private static long StartOf(System.Diagnostics.Process process) =>
        new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds();
}

/// <summary>The right to collect one stream for a time. Every commit checks <see cref="Fence"/> inside its transaction.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="Owner">Who holds it.</param>
/// <param name="Fence">Counts up each time the stream changes hands.</param>
public sealed record Lease(long StreamId, LeaseOwner Owner, long Fence);

/// <summary>A stream's lease was asked for: either it is ours, or somebody else has it.</summary>
/// <param name="Lease">Ours, or null.</param>
/// <param name="Holder">Who has it, where it is not ours.</param>
/// <param name="Expires">When theirs ends, epoch milliseconds.</param>
public sealed record LeaseAnswer(Lease? Lease, LeaseOwner? Holder, long Expires)
{
    /// <summary>Says who has it, and when it is free again.</summary>
    /// <param name="what">What is done with it, as the beginning of a sentence: "The stream is being collected".</param>
    internal string Refusal(string what) =>
        $"{what} by {Holder} already; there is nothing to do here, and nothing is lost by it. A process that has ended gives way at once on its own host, and elsewhere at {TimeText.Utc(Expires)}.";
}
