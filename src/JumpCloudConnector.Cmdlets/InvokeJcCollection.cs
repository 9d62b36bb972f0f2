using System.Management.Automation;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Collects what is due, all connectors side by side.</summary>
[Cmdlet(VerbsLifecycle.Invoke, Nouns.Collection)]
[OutputType(typeof(CollectionResult), typeof(Records.IngestedRecord))]
public sealed class InvokeJcCollection : StoreCmdlet
{
    private readonly List<string> _names = [];

    /// <summary>Names, with wildcards; all connectors where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? ConnectorName { get; set; }

    /// <summary>Collects whether due or not, and tries parked streams too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the new records as they are committed, instead of one result per stream.</summary>
    [Parameter]
    public SwitchParameter OutputRecord { get; set; }

    /// <summary>Goes on until it is stopped, and collects each connector when it is due: for a service.</summary>
    [Parameter]
    public SwitchParameter Continuous { get; set; }

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
        if (Continuous && Force)
        {
            throw new JcException("ContinuousAndForce", JcErrorKind.InvalidInput,
                "-Continuous collects what is due, -Force what is not. Give one of the two.", nameof(Force));
        }

        UseKeptStore();
        RecordStore? store = OpenExisting();
        IReadOnlyList<Connector> connectors = FindConnectors(store, _names);
        if (connectors.Count == 0 && !(Continuous && store is not null))
        {
            if (_names.Count == 0) WriteVerbose("There are no connectors to collect.");
            return;
        }

        WarnOfKeys(connectors);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        using EndSignal? signal = Continuous ? new EndSignal(end) : null;
        Run(async (pipeline, _) =>
        {
            PipelineObserver shown = new(pipeline, OutputRecord);
            RunLog observer = new(RunLog.FolderOf(store!.Folder), shown);
            using Collector collector = new(store, Secrets, vault: new PipelineVault(pipeline));
            try
            {
                if (Continuous)
                {
                    await new ContinuousCollection(store, collector)
                        .RunAsync(() => new ConnectorRegistry(store, Secrets).Find(_names), observer, end.Token).ConfigureAwait(false);
                }
                else
                {
                    await collector.CollectAsync(connectors, named: _names.Count > 0, Force, observer, end.Token).ConfigureAwait(false);
                }
            }
            finally
            {
                shown.Finish();
            }
        });
    });
}
