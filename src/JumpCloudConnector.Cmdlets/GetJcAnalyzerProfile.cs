using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Lists Data Analyzer profiles with their connectors.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.AnalyzerProfile)]
[OutputType(typeof(AnalyzerProfileInfo))]
public sealed class GetJcAnalyzerProfile : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AnalyzerProfileNameCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        IReadOnlyList<AnalyzerProfile> found = FindAnalyzerProfiles(store, Name);
        IEnumerable<AnalyzerProfileInfo> profiles = store is null
            ? found.Select(p => AnalyzerProfileRegistry.DescribeWithoutStore(p, StoreFolderInForce)) : new AnalyzerProfileRegistry(store).Describe(found);
        foreach (AnalyzerProfileInfo profile in profiles) WriteObject(profile);
    });
}
