using System.Management.Automation;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Removes a Data Analyzer profile that no connector is in.</summary>
[Cmdlet(VerbsCommon.Remove, Nouns.AnalyzerProfile, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveJcAnalyzerProfile : StoreCmdlet
{
    /// <summary>Names, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AnalyzerProfileNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        RecordStore? store = OpenExisting();
        foreach (AnalyzerProfile profile in FindAnalyzerProfiles(store, Name))
        {
            Guard(profile.Name, () =>
            {
                AnalyzerProfileRegistry.CheckRemovable(profile);
                if (ShouldProcess($"Data Analyzer profile '{profile.Name}'", "Remove")) new AnalyzerProfileRegistry(store!).Remove(profile.Name);
            });
        }
    });
}
