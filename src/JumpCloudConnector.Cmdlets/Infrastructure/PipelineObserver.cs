using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Shows a collection, and the forwarding that follows it, in the pipeline: results or records, progress, and what is to be noted.</summary>
internal sealed class PipelineObserver(IPipeline pipeline, bool outputRecords) : ICollectionObserver, IForwardingObserver
{
    private const string Activity = "Collecting from JumpCloud";

    private readonly Dictionary<string, CollectionProgress> _streams = [];
    private readonly ForwardingView _forwarding = new(pipeline);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _completed;

    public void Progressed(CollectionProgress progress)
    {
        lock (_streams)
        {
            _streams[$"{progress.ConnectorName}/{progress.Organization}/{progress.ContentType}"] = progress;
            Show();
        }
    }

    public void Committed(RecordBatch batch)
    {
        if (!outputRecords) return;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch[i].Fate == RecordFate.Stored)
                pipeline.WriteObject(new IngestedRecord(batch[i].Sequence, batch.Json(i).ToArray()));
        }
    }

    public void Completed(CollectionResult result)
    {
        Interlocked.Increment(ref _completed);
        if (!outputRecords)
        {
            pipeline.WriteObject(result);
        }
        else if (result.State is CollectionState.Failed or CollectionState.Parked)
        {
            // Where records are the output, a failure has no other place to be seen.
            pipeline.WriteError(new ErrorRecord(
                new JcException(result.ErrorId ?? "CollectionFailed", JcErrorKind.Remote, $"{Where(result)}: {result.ErrorMessage}"),
                result.ErrorId ?? "CollectionFailed", ErrorCategory.ReadError, result.ConnectorName));
        }
        else if (result.State is CollectionState.Leased)
        {
            pipeline.WriteWarning($"{Where(result)}: {result.ErrorMessage}");
        }
    }

    public void Warned(string message) => pipeline.WriteWarning(message);

    public void Noted(string message) => pipeline.WriteVerbose(message);

    public void Progressed(ForwardingProgress progress) => _forwarding.Progressed(progress);

    public void Failed(string name, JcException fault, TimeSpan? retryAfter) => _forwarding.Failed(name, fault, retryAfter);

    public void Completed(ForwardingResult result)
    {
        if (!outputRecords) _forwarding.Completed(result);
    }

    /// <summary>Takes the progress away.</summary>
    public void Finish()
    {
        pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        _forwarding.Finish();
    }

    private static string Where(CollectionResult result) =>
        string.Join(", ", new[] { result.ConnectorName, result.OrganizationName ?? result.OrganizationId, result.ContentType?.ToString() }.Where(t => !string.IsNullOrEmpty(t)));

    private void Show()
    {
        long rows = 0;
        double done = 0;
        foreach (CollectionProgress stream in _streams.Values)
        {
            rows += stream.Fetched;
            done += stream.Fraction;
        }

        double seconds = Math.Max(0.001, _clock.Elapsed.TotalSeconds);
        double fraction = done / _streams.Count;
        int streams = Math.Max(_streams.Count, _completed);
        string status = string.Format(CultureInfo.CurrentCulture, "{0:N0} rows, {1:N0} a second, {2} of {3} streams done", rows, rows / seconds, Math.Min(_completed, streams), streams);
        pipeline.WriteProgress(new ProgressRecord(1, Activity, status)
        {
            PercentComplete = (int)(Math.Min(1, fraction) * 100),
            SecondsRemaining = fraction is > 0.02 and < 1 ? (int)(seconds * (1 - fraction) / fraction) : -1,
        });
    }
}
