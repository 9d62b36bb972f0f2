using System.Globalization;
using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Counts records in the store, by time and by what they are.</summary>
[Cmdlet(VerbsDiagnostic.Measure, Nouns.IngestedRecord)]
[OutputType(typeof(RecordCount))]
public sealed class MeasureJcIngestedRecord : RecordQueryCmdlet
{
    private const string Activity = "Counting records";

    // Counts by time have a table of their own; the name says so to the views.
    private const string OfIntervals = "JumpCloudConnector.Storage.RecordCount#Interval";

    /// <summary>What to count by.</summary>
    [Parameter]
    [Alias("By")]
    [RecordGroupTransformation]
    public RecordGroup[]? GroupBy { get; set; }

    /// <summary>The length of the intervals of time to count by, such as 1h.</summary>
    [Parameter]
    [TimeSpanTransformation]
    [ArgumentCompleter(typeof(IntervalCompleter))]
    public TimeSpan? Interval { get; set; }

    /// <summary>The largest groups, at most so many; with an interval, of each.</summary>
    [Parameter]
    [LongTransformation]
    [ValidateRange(1, long.MaxValue)]
    public long? First { get; set; }

    /// <inheritdoc/>
    protected override void Work(RecordStore store, RecordQuery query)
    {
        RecordGrouping grouping = new()
        {
            By = GroupBy ?? [],
            Interval = Interval,
            First = First,
            // Where a span was asked for, that nothing has come since is part of the answer.
            Until = query.After is null && query.Before is null ? null : DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        if (!Run((pipeline, stop) => Task.FromResult(Measure(pipeline, store, query, grouping, stop)), out IReadOnlyList<RecordCount>? counts)) return;
        foreach (RecordCount count in counts!)
        {
            PSObject shown = new(count);
            if (Interval is not null) shown.TypeNames.Insert(0, OfIntervals);
            WriteObject(shown);
        }

        if (counts.All(c => c.Count == 0)) SayWhatWasSearched(store, query);
    }

    private static IReadOnlyList<RecordCount> Measure(IPipeline pipeline, RecordStore store, RecordQuery query, RecordGrouping grouping, CancellationToken stop)
    {
        try
        {
            return store.Records.Measure(query, grouping, (counted, part) =>
                pipeline.WriteProgress(new ProgressRecord(1, Activity, counted.ToString("N0", CultureInfo.CurrentCulture)) { PercentComplete = (int)(part * 100) }), stop);
        }
        finally
        {
            pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
