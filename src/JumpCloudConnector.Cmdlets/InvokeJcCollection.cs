using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Collects what is due, all connectors side by side; or reads a span of events again.</summary>
[Cmdlet(VerbsLifecycle.Invoke, Nouns.Collection, DefaultParameterSetName = DueStreams)]
[OutputType(typeof(CollectionResult), typeof(Forwarding.ForwardingResult), typeof(Records.IngestedRecord))]
public sealed class InvokeJcCollection : CollectionCmdlet
{
    private const string DueStreams = "Due", Span = "Span";

    private readonly List<string> _names = [];

    /// <summary>Names, with wildcards; all connectors where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? ConnectorName { get; set; }

    /// <summary>Collects whether due or not, and tries parked streams too; a span is read so in any case.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the new records as they are committed, instead of one result per stream.</summary>
    [Parameter]
    public SwitchParameter OutputRecord { get; set; }

    /// <summary>Goes on until it is stopped, and collects each connector when it is due: for a service.</summary>
    [Parameter(ParameterSetName = DueStreams)]
    // Here too, to be refused with a reason: PowerShell's own error would not say which parameters do not go together.
    [Parameter(ParameterSetName = Span, DontShow = true)]
    public SwitchParameter Continuous { get; set; }

    /// <summary>After this long no further part of a backlog is begun; the next run goes on.</summary>
    [Parameter(ParameterSetName = DueStreams)]
    [Parameter(ParameterSetName = Span, DontShow = true)]
    [TimeSpanTransformation]
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>Reads events again from here on, whatever was read before.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Span)]
    [TimePointTransformation]
    public DateTimeOffset After { get; set; }

    /// <summary>Reads them again up to here; now where it is not given.</summary>
    [Parameter(ParameterSetName = Span)]
    [Parameter(ParameterSetName = DueStreams, DontShow = true)]
    [TimePointTransformation]
    public DateTimeOffset? Before { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(ConnectorName, () =>
    {
        KeepStore();
        _names.AddRange(ConnectorName ?? []);
    });

    /// <inheritdoc/>
    // At the end, so that all connectors of a pipeline are collected side by side.
    protected override void EndProcessing() => Guard(null, () =>
    {
        // A pipeline that brought no connector means none, not all.
        if (_names.Count == 0 && MyInvocation.ExpectingInput) return;
        Check();
        UseKeptStore();
        RecordStore? store = OpenForWork();
        IReadOnlyList<Connector> connectors = FindConnectors(store, _names);
        if (store is null) return;
        // A service waits for the first one, and says so.
        WarnWithoutConnectors(store);
        if (connectors.Count == 0 && !Continuous) return;

        WarnOfKeys(connectors);
        if (ParameterSetName == Span) ReadAgain(store, connectors);
        else CollectDue(store, connectors);
    });

    private void Check()
    {
        if (ParameterSetName == DueStreams && Before is not null)
        {
            throw new JcException("BeforeWithoutAfter", JcErrorKind.InvalidInput,
                "-Before alone does not say where the span of events to be read again begins. Give -After with it, such as -After 2h; or leave -Before out, and what is due is collected.", nameof(Before));
        }

        if (ParameterSetName == Span && Continuous)
        {
            throw new JcException("AfterAndContinuous", JcErrorKind.InvalidInput,
                "-After reads a span of events again once, -Continuous goes on collecting what is due. Run the command once with each.", nameof(Continuous));
        }

        if (ParameterSetName == Span && TimeLimit is not null)
        {
            throw new JcException("AfterAndTimeLimit", JcErrorKind.InvalidInput,
                "With -After a span of events is read again whole: what -TimeLimit left of it no later run would go on with. Leave -TimeLimit out, or give a shorter span with -After and -Before.", nameof(TimeLimit));
        }

        if (Continuous && Force)
        {
            throw new JcException("ContinuousAndForce", JcErrorKind.InvalidInput,
                "-Continuous collects what is due, -Force what is not. Give one of the two.", nameof(Force));
        }

        if (TimeLimit <= TimeSpan.Zero)
        {
            throw new JcException("InvalidTimeLimit", JcErrorKind.InvalidInput,
                "With a time limit of nothing no backlog would ever be read. Give a duration such as 4m, or leave -TimeLimit out.", nameof(TimeLimit));
        }

        if (ParameterSetName == Span && After >= (Before ?? DateTimeOffset.UtcNow))
        {
            throw new JcException("InvalidPeriod", JcErrorKind.InvalidInput,
                "-After lies at or behind -Before (or now), so that there is no time between them. Give an earlier -After.", nameof(After));
        }
    }

    private void CollectDue(RecordStore store, IReadOnlyList<Connector> connectors)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        using EndSignal? signal = Continuous ? new EndSignal(end) : null;
        Collect(store, new CollectionOptions { TimeLimit = TimeLimit }, OutputRecord, (service, observer) => Continuous
            ? service.RunContinuouslyAsync(() => new ConnectorRegistry(store, Secrets).Find(_names), observer, observer, end.Token)
            : service.RunAsync(connectors, named: _names.Count > 0, Force, TimeLimit, observer, observer, end.Token));
    }

    private void ReadAgain(RecordStore store, IReadOnlyList<Connector> connectors)
    {
        DateTimeOffset before = Before ?? DateTimeOffset.UtcNow;
        LedgerSpan[] spans = [new LedgerSpan(After.ToUnixTimeMilliseconds(), Math.Max(After.ToUnixTimeMilliseconds() + 1, before.ToUnixTimeMilliseconds()))];
        List<RereadRequest> requests = [];
        foreach (Connector connector in connectors)
        {
            if (!connector.ContentTypes.Contains(ContentType.DirectoryInsights))
            {
                WriteWarning($"Connector '{connector.Name}' collects no events. Its users are walked over whole at every turn, so there is no span of theirs to read again.");
                continue;
            }

            DateTimeOffset oldest = DateTimeOffset.UtcNow - connector.Retention;
            if (After < oldest.AddMinutes(-1))
                WriteWarning($"JumpCloud keeps the events of connector '{connector.Name}' for {DurationText.Format(connector.Retention)}: what is older than {TimeText.Utc(oldest)} cannot be read again.");
            requests.Add(new RereadRequest(connector, null, spans));
        }

        if (requests.Count > 0)
            Collect(store, new CollectionOptions(), OutputRecord, (service, observer) => service.RereadAsync(requests, observer, observer, StopToken));
    }
}
