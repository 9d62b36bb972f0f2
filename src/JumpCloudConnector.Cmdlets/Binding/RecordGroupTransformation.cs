using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>What to count records by, as <see cref="ListTransformation"/> reads it; who asks for a time is told of -Interval.</summary>
public sealed class RecordGroupTransformation : ArgumentTransformationAttribute
{
    private static readonly Dictionary<string, string> s_intervals = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Minute"] = "1m", ["Hour"] = "1h", ["Day"] = "1d", ["Date"] = "1d", ["Week"] = "7d", ["Month"] = "30d", ["Time"] = "1h", ["Timestamp"] = "1h", ["Interval"] = "1h",
    };

    private readonly ListTransformation _list = new(typeof(RecordGroup));

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        try
        {
            return _list.Transform(engineIntrinsics, inputData);
        }
        catch (ArgumentTransformationMetadataException)
        {
            object? given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            string? time = (given as System.Collections.IEnumerable is { } items and not string ? items.Cast<object?>() : [given])
                .SelectMany(v => (v?.ToString() ?? "").Split(',', ';')).Select(v => v.Trim()).FirstOrDefault(s_intervals.ContainsKey);
            if (time is null) throw;
            throw new ArgumentTransformationMetadataException(
                $"Records are counted by time with -Interval, not with -GroupBy {time}: give -Interval {s_intervals[time]}, with -GroupBy for what else to count by.");
        }
    }
}
