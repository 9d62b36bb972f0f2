using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// What work on another thread may do to the cmdlet's pipeline. Every member may be called from any thread; what it asks
/// for is done on the pipeline's thread, in the order of the calls.
/// </summary>
/// <remarks>
/// The queue between the two is bounded: a slow consumer slows the work down. Once the pipeline is being stopped,
/// messages are dropped without a word, and what hands over objects or asks a question throws
/// <see cref="OperationCanceledException"/>.
/// </remarks>
public interface IPipeline
{
    /// <summary>Hands an object to the next command, waiting while the queue is full.</summary>
    /// <param name="value">The object.</param>
    /// <param name="enumerate">Whether the items of a collection are handed on one by one.</param>
    ValueTask WriteObjectAsync(object? value, bool enumerate = false);

    /// <summary>As <see cref="WriteObjectAsync"/>, but blocks the calling thread while the queue is full.</summary>
    void WriteObject(object? value, bool enumerate = false);

    /// <summary>Reports an error that does not end the command.</summary>
    void WriteError(ErrorRecord error);

    /// <summary>Reports an exception as an error that does not end the command.</summary>
    /// <param name="exception">What happened; its id and category come from <see cref="ErrorRecords"/>.</param>
    /// <param name="target">What it happened to, unless the exception says so itself.</param>
    void WriteError(Exception exception, object? target = null);

    /// <summary>Writes a warning.</summary>
    void WriteWarning(string message);

    /// <summary>Writes a line that -Verbose shows.</summary>
    void WriteVerbose(string message);

    /// <summary>Writes a line that -Debug shows.</summary>
    void WriteDebug(string message);

    /// <summary>
    /// Shows progress. Never waits: of several records of one activity that have not been shown yet, the last one counts.
    /// </summary>
    void WriteProgress(ProgressRecord progress);

    /// <summary>Asks whether a change may be made (-WhatIf, -Confirm).</summary>
    Task<bool> ShouldProcessAsync(string target, string action);

    /// <summary>Runs something on the pipeline's thread and gives its result.</summary>
    Task<T> InvokeAsync<T>(Func<PSCmdlet, T> function);
}
