using System.Management.Automation;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Sends to syslog destinations what they have not got yet, or the records of a pipeline.</summary>
[Cmdlet(VerbsCommunications.Send, Nouns.Syslog, SupportsShouldProcess = true, DefaultParameterSetName = FromStore)]
[OutputType(typeof(ForwardingResult))]
public sealed class SendJcSyslog : StoreCmdlet
{
    private const string FromStore = "Store", FromPipeline = "Record";

    private readonly List<string> _names = [];
    private readonly List<SyslogReplay> _replays = [];
    private bool _began;

    /// <summary>Names, with wildcards; all enabled destinations where none is given, or for records the only one there is.</summary>
    [Parameter(Position = 0, ParameterSetName = FromStore, ValueFromPipelineByPropertyName = true)]
    // By property name here too, or whatever is piped would have to be records.
    [Parameter(Position = 0, ParameterSetName = FromPipeline, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyslogDestinationNameCompleter))]
    public string[]? Destination { get; set; }

    /// <summary>Records to send, whatever the destination's place and filter; its place stays.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromPipeline, ValueFromPipeline = true)]
    public IngestedRecord? InputObject { get; set; }

    /// <summary>After this long it ends; the next run goes on.</summary>
    [Parameter(ParameterSetName = FromStore)]
    // Here too, to be refused with a reason.
    [Parameter(ParameterSetName = FromPipeline, DontShow = true)]
    [TimeSpanTransformation]
    public TimeSpan? TimeLimit { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Destination, () =>
    {
        if (ParameterSetName == FromStore)
        {
            KeepStore();
            _names.AddRange(Destination ?? []);
            return;
        }

        if (!_began) BeginReplays();
        foreach (SyslogReplay replay in _replays) replay.Add(InputObject!);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(null, () =>
    {
        if (ParameterSetName == FromPipeline) EndReplays();
        else SendFromStore();
    });

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        base.StopProcessing();
        // Who waits for a slow receiver is not to wait any longer.
        foreach (SyslogReplay replay in _replays) replay.Stop();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) foreach (SyslogReplay replay in _replays) replay.Dispose();
        base.Dispose(disposing);
    }

    private void SendFromStore()
    {
        // A pipeline that brought no destination means none, not all.
        if (_names.Count == 0 && MyInvocation.ExpectingInput) return;
        UseKeptStore();
        if (TimeLimit <= TimeSpan.Zero)
            throw new JcException("InvalidTimeLimit", JcErrorKind.InvalidInput, "With a time limit of nothing nothing would ever be sent. Give a duration such as 4m, or leave -TimeLimit out.", nameof(TimeLimit));
        RecordStore? store = OpenForWork();
        List<SyslogDestination> destinations = [.. FindDestinations(store, _names)];
        if (_names.Count == 0) destinations.RemoveAll(d => !d.Enabled);
        bool hasAny = destinations.Count > 0;
        destinations.RemoveAll(d => !ShouldProcess($"syslog destination '{d.Name}'", $"Send the records that it has not got yet to {d.HostName}:{d.Port}"));
        if (destinations.Count == 0)
        {
            if (store is not null && _names.Count == 0 && !hasAny)
                WriteWarning($"The store in '{store.Folder}' has no enabled syslog destination to send to. New-JcSyslogDestination adds one, Set-JcSyslogDestination -Enable switches one on.");
            return;
        }

        Run(async (pipeline, stop) =>
        {
            ForwardingView view = new(pipeline);
            try
            {
                await new Forwarder(store!, Secrets, new ForwardingOptions { TimeLimit = TimeLimit }).SendAsync(destinations, view, stop).ConfigureAwait(false);
            }
            finally
            {
                view.Finish();
            }
        });
    }

    private void BeginReplays()
    {
        _began = true;
        if (TimeLimit is not null)
        {
            ThrowTerminatingError(ErrorRecords.From(new JcException("RecordsAndTimeLimit", JcErrorKind.InvalidInput,
                "Records of a pipeline are sent whole: what -TimeLimit left of them no later run would go on with. Leave -TimeLimit out, or send fewer records.", nameof(TimeLimit))));
        }

        RecordStore? store = OpenForWork();
        IReadOnlyList<SyslogDestination> destinations = FindDestinations(store, Destination);
        if (Destination is null && destinations.Count != 1)
        {
            ThrowTerminatingError(ErrorRecords.From(new JcException("SyslogDestinationRequired", JcErrorKind.InvalidInput, destinations.Count == 0
                ? "There is no syslog destination to send the records to. Add one with New-JcSyslogDestination."
                : $"There are several syslog destinations: {string.Join(", ", destinations.Select(d => d.Name))}. Say with -Destination which of them the records go to.")));
        }

        foreach (SyslogDestination destination in destinations)
        {
            if (ShouldProcess($"syslog destination '{destination.Name}'", $"Send the pipeline's records to {destination.HostName}:{destination.Port}"))
                _replays.Add(new Forwarder(store!, Secrets).Replay(destination, null, StopToken));
        }
    }

    private void EndReplays() => Run(async (pipeline, _) =>
    {
        foreach (SyslogReplay replay in _replays)
        {
            ForwardingResult result = await replay.CompleteAsync().ConfigureAwait(false);
            pipeline.WriteObject(result);
        }
    });
}
