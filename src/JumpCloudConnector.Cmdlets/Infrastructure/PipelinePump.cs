using System.Management.Automation;
using System.Threading.Channels;

namespace JumpCloudConnector.Cmdlets;

/// <summary>The bounded queue between work on the thread pool and the pipeline's thread, which drains it.</summary>
internal sealed class PipelinePump : IPipeline
{
    // Enough to keep the pipeline's thread busy, little enough to bound what waits in memory.
    private const int Capacity = 256;

    private readonly Channel<Item> _queue = Channel.CreateBounded<Item>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Dictionary<int, ProgressRecord> _progress = [];
    private readonly CancellationToken _stop;
    private volatile bool _abandoned;

    public PipelinePump(CancellationToken stop) => _stop = stop;

    private enum Kind
    {
        WriteObject,
        WriteEnumerated,
        WriteError,
        WriteWarning,
        WriteVerbose,
        WriteDebug,
        Question,
        Wake,
    }

    private interface IQuestion
    {
        void Answer(PSCmdlet cmdlet);

        void Abandon();
    }

    /// <summary>Says that the work has ended: no more is to come.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>
    /// Does what the work asks for until it has ended. Pipeline's thread only. Throws what the pipeline throws, be it that
    /// it is being stopped or that a preference makes a message fatal.
    /// </summary>
    public void Drain(PSCmdlet cmdlet)
    {
        do
        {
            while (_queue.Reader.TryRead(out Item item))
            {
                // Throws here too where the pipeline is being stopped and the work writes nothing any more but messages
                // that are not shown: the pipeline's own check is in WriteObject.
                if (cmdlet.Stopping) throw new PipelineStoppedException();
                Do(item, cmdlet);
            }

            ShowProgress(cmdlet);
        }
        while (WaitForMore());
        ShowProgress(cmdlet);
    }

    /// <summary>Takes what still comes, without doing it, until the work has ended; so that no full queue holds it up.</summary>
    public void Abandon()
    {
        _abandoned = true;
        do
        {
            while (_queue.Reader.TryRead(out Item item)) (item.Payload as IQuestion)?.Abandon();
        }
        while (WaitForMore());
    }

    public ValueTask WriteObjectAsync(object? value, bool enumerate = false) => PostAsync(ObjectItem(value, enumerate));

    public void WriteObject(object? value, bool enumerate = false)
    {
        ValueTask posted = PostAsync(ObjectItem(value, enumerate));
        if (posted.IsCompleted) posted.GetAwaiter().GetResult();
        else posted.AsTask().GetAwaiter().GetResult();
    }

    public void WriteError(ErrorRecord error) => PostMessage(Kind.WriteError, error);

    public void WriteError(Exception exception, object? target = null) => WriteError(ErrorRecords.From(exception, target));

    public void WriteWarning(string message) => PostMessage(Kind.WriteWarning, message);

    public void WriteVerbose(string message) => PostMessage(Kind.WriteVerbose, message);

    public void WriteDebug(string message) => PostMessage(Kind.WriteDebug, message);

    public void WriteProgress(ProgressRecord progress)
    {
        bool wake;
        lock (_progress)
        {
            wake = _progress.Count == 0;
            _progress[progress.ActivityId] = progress;
        }

        // A full queue needs no wake-up: its reader looks at the progress once it has emptied it.
        if (wake) _queue.Writer.TryWrite(new Item(Kind.Wake, null));
    }

    public Task<bool> ShouldProcessAsync(string target, string action) =>
        InvokeAsync(cmdlet => cmdlet.ShouldProcess(target, action));

    public async Task<T> InvokeAsync<T>(Func<PSCmdlet, T> function)
    {
        var question = new Question<T>(function);
        await PostAsync(new Item(Kind.Question, question)).ConfigureAwait(false);
        return await question.Task.ConfigureAwait(false);
    }

    private static Item ObjectItem(object? value, bool enumerate) =>
        new(enumerate ? Kind.WriteEnumerated : Kind.WriteObject, value);

    private static void Do(Item item, PSCmdlet cmdlet)
    {
        switch (item.Kind)
        {
            case Kind.WriteObject:
                cmdlet.WriteObject(item.Payload);
                break;
            case Kind.WriteEnumerated:
                cmdlet.WriteObject(item.Payload, enumerateCollection: true);
                break;
            case Kind.WriteError:
                cmdlet.WriteError((ErrorRecord)item.Payload!);
                break;
            case Kind.WriteWarning:
                cmdlet.WriteWarning((string)item.Payload!);
                break;
            case Kind.WriteVerbose:
                cmdlet.WriteVerbose((string)item.Payload!);
                break;
            case Kind.WriteDebug:
                cmdlet.WriteDebug((string)item.Payload!);
                break;
            case Kind.Question:
                ((IQuestion)item.Payload!).Answer(cmdlet);
                break;
            case Kind.Wake:
            default:
                break;
        }
    }

    private async ValueTask PostAsync(Item item)
    {
        ThrowIfStopped();
        if (_queue.Writer.TryWrite(item)) return;

        // Not the stop token: the queue is emptied until the work ends, so this wait ends by itself.
        await _queue.Writer.WriteAsync(item, CancellationToken.None).ConfigureAwait(false);
        if (!_abandoned) return;
        (item.Payload as IQuestion)?.Abandon();
        ThrowIfStopped();
    }

    private void PostMessage(Kind kind, object payload)
    {
        var item = new Item(kind, payload);
        // Where work left something running behind it, its late messages find a closed queue and are dropped.
        while (!_abandoned && !_queue.Writer.TryWrite(item))
        {
            if (!_queue.Writer.WaitToWriteAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult()) return;
        }
    }

    private void ThrowIfStopped()
    {
        _stop.ThrowIfCancellationRequested();
        if (_abandoned) throw new OperationCanceledException("The pipeline has been stopped.");
    }

    private bool WaitForMore() => _queue.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private void ShowProgress(PSCmdlet cmdlet)
    {
        ProgressRecord[] records;
        lock (_progress)
        {
            if (_progress.Count == 0) return;
            records = [.. _progress.Values];
            _progress.Clear();
        }

        foreach (ProgressRecord record in records) cmdlet.WriteProgress(record);
    }

    private readonly record struct Item(Kind Kind, object? Payload);

    private sealed class Question<T>(Func<PSCmdlet, T> function) : IQuestion
    {
        // The work must not go on upon the pipeline's thread.
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _answer.Task;

        public void Answer(PSCmdlet cmdlet)
        {
            try
            {
                _answer.SetResult(function(cmdlet));
            }
            catch
            {
                // The pipeline's business (a stop, or "no" to -Confirm with suspend), not the work's.
                Abandon();
                throw;
            }
        }

        public void Abandon() => _answer.TrySetCanceled();
    }
}
