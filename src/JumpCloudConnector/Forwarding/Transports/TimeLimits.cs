namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>Ends what takes too long, or is stopped, in the one way that works on every platform: by taking its socket away.</summary>
internal static class TimeLimits
{
    /// <summary>Waits for a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="limit">How long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="abort">Makes the task end where its time is over.</param>
    /// <param name="late">The error for that.</param>
    /// <param name="cancellationToken">Makes it end at once.</param>
    public static async Task<T> WithinAsync<T>(this Task<T> task, TimeSpan limit, TimeProvider time, Action abort, Func<JcException> late, CancellationToken cancellationToken)
    {
        await WithinAsync((Task)task, limit, time, abort, late, cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <summary>The same for a task without a result.</summary>
    public static async Task WithinAsync(this Task task, TimeSpan limit, TimeProvider time, Action abort, Func<JcException> late, CancellationToken cancellationToken)
    {
        if (task.IsCompleted)
        {
            await task.ConfigureAwait(false);
            return;
        }

        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task pause = time.Delay(limit, over.Token);
        if (await Task.WhenAny(task, pause).ConfigureAwait(false) == task)
        {
            over.Cancel();
            await task.ConfigureAwait(false);
            return;
        }

        abort();
        // It ends with whatever error its lost socket gives, which is not the one to tell.
        await Task.WhenAny(task, Task.Delay(1_000, CancellationToken.None)).ConfigureAwait(false);
        _ = task.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        throw late();
    }
}
