using JumpCloudConnector.Forwarding.Transports;

namespace JumpCloudConnector.Forwarding;

/// <summary>What a sender has done so far.</summary>
internal readonly record struct SenderCounts(long Sent, long Acknowledged, long Skipped, long Resent, long Bytes);

/// <summary>
/// Sends records to one destination, in their order, until each is confirmed. Its memory is the source: whatever breaks a
/// connection, it begins another behind the last confirmed place. Used by one caller.
/// </summary>
/// <param name="destination">The destination.</param>
/// <param name="certificatePassword">Of its client certificate's file; null where it has none.</param>
/// <param name="source">The records.</param>
/// <param name="place">The place behind which it begins.</param>
/// <param name="options">How.</param>
/// <param name="time">The clock.</param>
/// <param name="settled">Is told now and then, and at every end of a connection, what was confirmed; what it throws ends the run.</param>
/// <param name="failed">Is told each failure and the pause before the next attempt; null where there is none.</param>
internal sealed class DestinationSender(
    SyslogDestination destination, string? certificatePassword, IRecordSource source, long place, ForwardingOptions options, TimeProvider time,
    Action<bool> settled, Action<JcException, TimeSpan?> failed)
{
    private const int BatchBytes = 128 << 10, FirstUnconfirmedBytes = 2 << 20;

    // From megabytes to a single message in a few steps.
    private const int ShrinkBy = 16;

    // What is stopped has this long to have confirmed what is on its way.
    private static readonly TimeSpan s_lastMoments = TimeSpan.FromSeconds(3), s_lastAnswers = TimeSpan.FromSeconds(1);

    private readonly Queue<long> _onTheWay = new();
    private long _lookedAt = place;
    private long _highestSent;
    private long _highestLookedAt = place;
    private long _connectionConfirmed;
    private long _connectionBytes;
    private long _connectionBegun;
    private int _mostUnconfirmed = Math.Min(FirstUnconfirmedBytes, options.MaxUnconfirmedBytes);

    /// <summary>The place up to which everything is confirmed, or needed no sending.</summary>
    public long Place { get; private set; } = place;

    public SenderCounts Counts { get; private set; }

    /// <summary>Sends until the source ends and all of it is confirmed.</summary>
    /// <exception cref="JcException">The attempts are used up; this is the last one's fault.</exception>
    /// <exception cref="OperationCanceledException">It was stopped. What was confirmed until then counts.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        while (true)
        {
            long before = Place;
            try
            {
                await SessionAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (JcException e) when (IsOfTheWay(e))
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Less at once may get through where much did not, and that is no attempt of its own.
                if (TryShrink(e)) continue;
                failures = Place > before ? 1 : failures + 1;
                if (!options.Continuous && failures >= options.MaxAttempts)
                {
                    failed(e, null);
                    throw;
                }

                TimeSpan pause = PauseAfter(failures);
                failed(e, pause);
                await time.Delay(pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsOfTheWay(JcException e) => e.Kind is not (JcErrorKind.StoreFault or JcErrorKind.Leased);

    private bool TryShrink(JcException fault)
    {
        bool isOfAmount = fault.ErrorId == "SyslogConnectionClosed" && destination.Transport is SyslogTransport.Tcp or SyslogTransport.Tls;
        if (!isOfAmount || _mostUnconfirmed == 1) return false;
        _mostUnconfirmed = Math.Max(1, _mostUnconfirmed / ShrinkBy);
        // Any message is larger than that, so that each goes alone.
        if (_mostUnconfirmed < SyslogDestinationRules.LeastMessageBytes) _mostUnconfirmed = 1;
        return true;
    }

    private TimeSpan PauseAfter(int failures)
    {
        double factor = Math.Pow(2, Math.Min(failures - 1, 20));
        TimeSpan pause = TimeSpan.FromTicks((long)Math.Min(options.MaxRetryDelay.Ticks, options.RetryDelay.Ticks * factor));
        // Many senders whose receiver comes back shall not come at once.
        return TimeSpan.FromTicks((long)(pause.Ticks * (0.75 + (0.25 * (Math.Abs(destination.Id.GetHashCode() % 100) / 100.0)))));
    }

    /// <summary>Sends from the confirmed place on until the source ends or a connection breaks.</summary>
    private async Task SessionAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource lastMoments = new();
        using CancellationTokenRegistration stopping = cancellationToken.Register(() => lastMoments.CancelAfter(s_lastMoments));
        using SyslogMessageFormatter formatter = new(destination, Environment.MachineName, s_processId);
        using BatchQueue queue = new(Math.Min(BatchBytes, _mostUnconfirmed), formatter);
        _onTheWay.Clear();
        _lookedAt = Place;
        Task making = Task.Factory.StartNew(() => Make(queue, ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        SyslogConnection? connection = null;
        bool isWhole = false;
        try
        {
            bool more = true;
            while (more && !cancellationToken.IsCancellationRequested)
            {
                MessageBatch? batch = queue.TryTake(orOpen: false);
                if (batch is null)
                {
                    more = !queue.IsAtEnd && await WaitAsync(queue, connection, cancellationToken).ConfigureAwait(false);
                    batch = more ? queue.TryTake(orOpen: true) : null;
                }

                if (batch is not null)
                {
                    if (batch.Count > 0) connection ??= await OpenAsync(lastMoments.Token).ConfigureAwait(false);
                    await SendAsync(batch, connection, lastMoments.Token).ConfigureAwait(false);
                    queue.Return(batch);
                }

                Settle(connection);
                if (connection?.IsBroken == true)
                {
                    if (_onTheWay.Count > 0) throw SyslogFaults.Broken(destination, connection.Ended);
                    // With nothing on its way that is no fault: another is opened for the next message.
                    connection.Dispose();
                    connection = null;
                }

                if (connection is not null && MustConfirm(connection, isIdle: batch is null)) connection = await FinishAsync(connection, lastMoments.Token).ConfigureAwait(false);
                settled(false);
            }

            // First what was written: whatever ended the source, the receiver has that.
            if (connection is not null) connection = await FinishAsync(connection, lastMoments.Token).ConfigureAwait(false);
            if (!more) await queue.Completion.ConfigureAwait(false);
            isWhole = true;
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            ending.Cancel();
            // What was confirmed before it broke need not be sent again; its last answers may still have to be read.
            if (!isWhole && connection is RelpConnection) await Task.WhenAny(connection.Ended, time.Delay(s_lastAnswers, CancellationToken.None)).ConfigureAwait(false);
            Settle(connection);
            connection?.Dispose();
            await making.ConfigureAwait(false);
            settled(true);
        }
    }

    /// <summary>Waits for a batch, for the time to look after the connection, or for its end; false at the end of the source.</summary>
    private async Task<bool> WaitAsync(BatchQueue queue, SyslogConnection? connection, CancellationToken cancellationToken)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task next = queue.WaitAsync();
        Task pause = time.Delay(connection is { ConfirmsAtEnd: true } && options.IdleConfirm < options.Beat ? options.IdleConfirm : options.Beat, waiting.Token);
        await (connection is null ? Task.WhenAny(next, pause) : Task.WhenAny(next, pause, connection.Ended)).ConfigureAwait(false);
        waiting.Cancel();
        return !queue.IsAtEnd;
    }

    private bool MustConfirm(SyslogConnection connection, bool isIdle)
    {
        if (!connection.ConfirmsAtEnd || _onTheWay.Count == 0) return false;
        return connection.Ended.IsCompleted || _connectionBytes >= _mostUnconfirmed || time.GetElapsedTime(_connectionBegun) >= (isIdle ? options.IdleConfirm : options.MaxUnconfirmed);
    }

    private async Task<SyslogConnection> OpenAsync(CancellationToken cancellationToken)
    {
        SyslogConnection opened = await SyslogConnection.OpenAsync(destination, certificatePassword, time, null, cancellationToken).ConfigureAwait(false);
        _connectionConfirmed = _connectionBytes = 0;
        _connectionBegun = time.GetTimestamp();
        return opened;
    }

    private async Task SendAsync(MessageBatch batch, SyslogConnection? connection, CancellationToken cancellationToken)
    {
        long again = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            _onTheWay.Enqueue(batch.PlaceOf(i));
            if (batch.PlaceOf(i) <= _highestSent) again++;
        }

        if (connection is not null && batch.Count > 0)
        {
            long written = connection.Sent;
            try
            {
                await connection.SendAsync(batch, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                written = connection.Sent - written;
                Counts = Counts with { Sent = Counts.Sent + written, Resent = Counts.Resent + Math.Min(again, written), Bytes = Counts.Bytes + batch.Bytes.Length };
                if (written > 0) _highestSent = Math.Max(_highestSent, batch.PlaceOf((int)written - 1));
            }

            _connectionBytes += batch.Bytes.Length;
        }

        _lookedAt = batch.LookedAt;
        _highestLookedAt = Math.Max(_highestLookedAt, _lookedAt);
        Counts = Counts with { Skipped = Counts.Skipped + batch.Skipped };
    }

    private async Task<SyslogConnection?> FinishAsync(SyslogConnection connection, CancellationToken cancellationToken)
    {
        await connection.FinishAsync(cancellationToken).ConfigureAwait(false);
        Settle(connection);
        connection.Dispose();
        _mostUnconfirmed = (int)Math.Min((long)_mostUnconfirmed * 2, options.MaxUnconfirmedBytes);
        return null;
    }

    /// <summary>Takes the confirmations that have come, and moves the place with them.</summary>
    private void Settle(SyslogConnection? connection)
    {
        if (connection is not null)
        {
            long confirmed = connection.Confirmed - _connectionConfirmed;
            _connectionConfirmed += confirmed;
            Counts = Counts with { Acknowledged = Counts.Acknowledged + confirmed };
            for (; confirmed > 0; confirmed--) Place = _onTheWay.Dequeue();
        }

        if (_onTheWay.Count == 0) Place = Math.Max(Place, _lookedAt);
        source.Confirmed(Place);
    }

    /// <summary>Makes messages until the source ends; on a thread of its own, since searches and formatting wait for nobody.</summary>
    private void Make(BatchQueue queue, CancellationToken cancellationToken)
    {
        try
        {
            foreach (SourceItem item in source.Read(Place, cancellationToken)) queue.Put(item, item.Place > Volatile.Read(ref _highestLookedAt), cancellationToken);
            queue.Complete(null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            queue.Complete(null);
        }
        catch (Exception e)
        {
            // It ends the run there, where it can be told.
            queue.Complete(e);
        }
    }

    private static readonly int s_processId = ProcessId();

    private static int ProcessId()
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetCurrentProcess();
        return process.Id;
    }
}
