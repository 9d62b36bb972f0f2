using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Shows forwarding in the pipeline: results, progress with rates, and faults.</summary>
internal sealed class ForwardingView(IPipeline pipeline) : IForwardingObserver
{
    private const string Activity = "Sending to syslog";

    private static readonly string[] s_shown =
    [
        nameof(ForwardingResult.Name), nameof(ForwardingResult.State), nameof(ForwardingResult.Sent), nameof(ForwardingResult.Acknowledged),
        nameof(ForwardingResult.LagRecords), nameof(ForwardingResult.ErrorMessage),
    ];

    // Beside that of collection.
    private const int ActivityId = 2;

    private readonly Dictionary<string, ForwardingProgress> _destinations = [];
    private readonly Dictionary<string, string> _warned = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Progressed(ForwardingProgress progress)
    {
        lock (_destinations)
        {
            bool hasConfirmed = _destinations.TryGetValue(progress.Name, out ForwardingProgress? last) && progress.Acknowledged > last.Acknowledged;
            _destinations[progress.Name] = progress;
            // A fault behind that is another, though it may look the same.
            if (hasConfirmed) lock (_warned) _warned.Remove(progress.Name);
            Show();
        }
    }

    public void Failed(string name, JcException fault, TimeSpan? retryAfter)
    {
        lock (_warned)
        {
            // Once, however often it is tried again.
            if (_warned.TryGetValue(name, out string? last) && last == fault.Message) return;
            _warned[name] = fault.Message;
        }

        pipeline.WriteWarning(retryAfter is { } pause ? $"{fault.Message} It is tried again in {Math.Max(1, Math.Round(pause.TotalSeconds)).ToString(CultureInfo.CurrentCulture)} s." : fault.Message);
    }

    public void Completed(ForwardingResult result)
    {
        // Behind the table of a collection PowerShell shows it as a list of these, whatever views there are.
        PSObject shown = new(result);
        shown.Members.Add(new PSMemberSet("PSStandardMembers", [new PSPropertySet("DefaultDisplayPropertySet", s_shown)]));
        pipeline.WriteObject(shown);
    }

    /// <summary>Takes the progress away.</summary>
    public void Finish() => pipeline.WriteProgress(new ProgressRecord(ActivityId, Activity, "Done") { RecordType = ProgressRecordType.Completed });

    private void Show()
    {
        long acknowledged = 0, bytes = 0;
        double done = 0;
        int known = 0;
        foreach (ForwardingProgress one in _destinations.Values)
        {
            acknowledged += one.Acknowledged;
            bytes += one.Bytes;
            if (one.Fraction is not { } fraction) continue;
            done += fraction;
            known++;
        }

        double seconds = Math.Max(0.001, _clock.Elapsed.TotalSeconds);
        double part = known == 0 ? 0 : done / known;
        string status = string.Format(
            CultureInfo.CurrentCulture, "{0:N0} confirmed, {1:N0} a second, {2:N1} MB, {3}", acknowledged, acknowledged / seconds, bytes / 1e6, Words.Count(_destinations.Count, "destination"));
        pipeline.WriteProgress(new ProgressRecord(ActivityId, Activity, status)
        {
            PercentComplete = known == 0 ? -1 : (int)(Math.Min(1, part) * 100),
            SecondsRemaining = part is > 0.02 and < 1 ? (int)(seconds * (1 - part) / part) : -1,
        });
    }
}
