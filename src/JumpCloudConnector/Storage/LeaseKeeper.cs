namespace JumpCloudConnector.Storage;

/// <summary>Renews a lease while its stream or destination is worked on, and cancels the work when the lease is somebody else's.</summary>
internal sealed class LeaseKeeper : IDisposable
{
    private readonly IRecordStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _lost;
    private readonly Task _renewing;

    public LeaseKeeper(IRecordStore store, Lease lease, TimeSpan duration, TimeProvider time, CancellationToken cancellationToken)
    {
        _store = store;
        Lease = lease;
        _time = time;
        _duration = duration;
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _renewing = RenewAsync();
    }

    public Lease Lease { get; }

    /// <summary>Cancelled when the caller stops or the lease is lost.</summary>
    public CancellationToken Token => _lost.Token;

    public bool IsLost { get; private set; }

    public void Dispose()
    {
        _ended.Cancel();
        _renewing.GetAwaiter().GetResult();
        try
        {
            _store.ReleaseLease(Lease);
        }
        catch (JcException)
        {
            // It runs out by itself; what the turn came to must not be hidden by this.
        }

        _ended.Dispose();
        _lost.Dispose();
    }

    private void CancelWork()
    {
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work has ended by itself.
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            while (true)
            {
                await _time.Delay(TimeSpan.FromTicks(_duration.Ticks / 3), _ended.Token).ConfigureAwait(false);
                try
                {
                    if (_store.RenewLease(Lease, _time.GetUtcNow().ToUnixTimeMilliseconds(), _duration)) continue;
                    IsLost = true;
                    // Not on this stack: on .NET Framework what waits for the token goes on in here, as far as to dispose of this.
                    _ = Task.Run(CancelWork, CancellationToken.None);
                    return;
                }
                catch (JcException)
                {
                    // The store could not be written this time. The next beat tries again; should the lease run out
                    // meanwhile, the fence keeps the commits right.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }
}
