using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>Records that are being sent to a destination as somebody gives them.</summary>
public sealed class SyslogReplay : IDisposable
{
    private readonly GivenSource _source;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task<ForwardingResult> _running;

    internal SyslogReplay(GivenSource source, Func<CancellationToken, Task<ForwardingResult>> run, CancellationToken cancellationToken)
    {
        _source = source;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken stop = _stop.Token;
        _running = Task.Run(
            async () =>
            {
                try
                {
                    return await run(stop).ConfigureAwait(false);
                }
                finally
                {
                    // Who waits to give another record waits in vain.
                    _ended.Cancel();
                }
            },
            CancellationToken.None);
    }

    /// <summary>Gives a record; waits where many are under way. False where the run has ended and takes no more.</summary>
    public bool Add(IngestedRecord record)
    {
        try
        {
            _source.Add(record, _ended.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Says that no more will come, and waits until everything is confirmed, or the run has ended otherwise.</summary>
    public Task<ForwardingResult> CompleteAsync()
    {
        _source.Complete();
        return _running;
    }

    /// <summary>Stops what is still under way, without waiting for its end.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Stops what is still under way, and waits for its end.</summary>
    public void Dispose()
    {
        Stop();
        _source.Complete();
        // What it came to is the result's to tell; there is nobody here to be told.
        Task.WaitAny(_running);
        _stop.Dispose();
        _ended.Dispose();
        _source.Dispose();
    }
}
