using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// The base of the module's cmdlets: the store they work on, and asynchronous work that Ctrl+C cancels and that is always
/// awaited, since a commit may be under way.
/// </summary>
public abstract class JcCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private bool _disposed;

    /// <summary>
    /// The folder of the store. By default the one in the environment variable JCCONNECTOR_STORE, or else the machine's.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? StorePath { get; set; }

    /// <summary>Cancelled when the user presses Ctrl+C, or when the pipeline needs no more.</summary>
    protected CancellationToken StopToken => _cancel.Token;

    /// <summary>True where verbose lines are shown, or may be: what is looked for only to be said there is not looked for in vain.</summary>
    private protected bool IsVerbose => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        ? LanguagePrimitives.IsTrue(given) : !Equals(GetVariableValue("VerbosePreference")?.ToString(), nameof(ActionPreference.SilentlyContinue));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the cmdlet holds. Called after Ctrl+C too, where EndProcessing is not.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _disposed) return;
        lock (_cancel)
        {
            _disposed = true;
            _cancel.Dispose();
        }
    }

    /// <inheritdoc/>
    // What a variable that was never set gives must not mean the machine's store, perhaps to remove from it. Only what stands in the
    // command is bound by now: an empty cell of a table that is piped is one that says nothing.
    protected override void BeginProcessing()
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(StorePath)) && string.IsNullOrWhiteSpace(StorePath))
            ThrowTerminatingError(ErrorRecords.From(ErrorRecords.EmptyStorePath()));
    }

    /// <inheritdoc/>
    // Runs on another thread than the rest, perhaps while the cmdlet is being disposed of.
    protected override void StopProcessing()
    {
        lock (_cancel)
        {
            if (!_disposed) Cancel();
        }
    }

    /// <summary>
    /// The full path of <see cref="StorePath"/>, seen from PowerShell's location (not the process's); null where none was
    /// given.
    /// </summary>
    /// <exception cref="JcException">InvalidStorePath</exception>
    protected string? ResolveStorePath()
    {
        if (string.IsNullOrEmpty(StorePath)) return null;
        try
        {
            string path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(StorePath, out ProviderInfo provider, out _);
            if (provider.ImplementingType == typeof(Microsoft.PowerShell.Commands.FileSystemProvider)) return path;
        }
        catch (Exception exception) when (exception is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ProviderInvocationException or PSNotSupportedException)
        {
            throw ErrorRecords.InvalidStorePath(StorePath!, exception);
        }

        throw ErrorRecords.InvalidStorePath(StorePath!, null);
    }

    /// <summary>
    /// Runs work on the thread pool and gives the pipeline what it writes, until the work has ended. Pipeline's thread only.
    /// </summary>
    /// <returns>
    /// True where the work ended well; false where it failed and the failure was written as an error that concerns this
    /// input alone.
    /// </returns>
    /// <remarks>
    /// A <see cref="JcException"/> with which nothing can go on (see <see cref="ErrorRecords.EndsCommand"/>) and any other
    /// exception end the command.
    /// </remarks>
    protected bool Run(Func<IPipeline, CancellationToken, Task> work)
    {
        var pump = new PipelinePump(_cancel.Token);
        Task worker = Task.Run(async () =>
        {
            try
            {
                await work(pump, _cancel.Token).ConfigureAwait(false);
            }
            finally
            {
                pump.Complete();
            }
        });

        try
        {
            pump.Drain(this);
        }
        catch
        {
            // Ctrl+C, or a downstream command that has enough, or a message that a preference makes fatal.
            Cancel();
            pump.Abandon();
            WaitQuietly(worker);
            throw;
        }

        try
        {
            worker.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            if (Stopping) throw new PipelineStoppedException();
            Report(exception);
            return false;
        }

        if (Stopping) throw new PipelineStoppedException();
        return true;
    }

    /// <summary>As <see cref="Run(Func{IPipeline, CancellationToken, Task})"/>, for work that gives a result.</summary>
    /// <param name="work">The work.</param>
    /// <param name="result">What it gave; the default where it failed.</param>
    protected bool Run<T>(Func<IPipeline, CancellationToken, Task<T>> work, out T? result)
    {
        T? value = default;
        bool succeeded = Run(async (pipeline, stop) => { value = await work(pipeline, stop).ConfigureAwait(false); });
        result = value;
        return succeeded;
    }

    /// <summary>Writes an exception as an error, or ends the command with it where nothing can go on.</summary>
    protected void Report(Exception exception, object? target = null)
    {
        ErrorRecord error = ErrorRecords.From(exception, target);
        if (ErrorRecords.EndsCommand(exception)) ThrowTerminatingError(error);
        WriteError(error);
    }

    private static void WaitQuietly(Task worker)
    {
        try
        {
            worker.GetAwaiter().GetResult();
        }
        catch
        {
            // The pipeline has a reason of its own to end, and no place for another error.
        }
    }

    private void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (AggregateException)
        {
            // A callback of the work's failed; the cancellation has happened all the same.
        }
    }
}
