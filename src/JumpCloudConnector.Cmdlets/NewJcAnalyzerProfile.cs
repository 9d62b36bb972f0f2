using System.Management.Automation;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Adds a Data Analyzer profile.</summary>
[Cmdlet(VerbsCommon.New, Nouns.AnalyzerProfile, SupportsShouldProcess = true)]
[OutputType(typeof(AnalyzerProfileInfo))]
public sealed class NewJcAnalyzerProfile : StoreCmdlet
{
    /// <summary>The unique name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>What it is for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Description { get; set; }

    /// <summary>The most streams of its connectors that are collected side by side.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true)]
    public int? MaxConcurrentStreams { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        AnalyzerProfile profile = new()
        {
            Name = Name, Description = string.IsNullOrWhiteSpace(Description) ? null : Description, MaxConcurrentStreams = MaxConcurrentStreams, CreatedAt = default,
        };
        AnalyzerProfileRegistry.Check(profile);
        if (ShouldProcess($"Data Analyzer profile '{Name}'", "Add")) WriteObject(new AnalyzerProfileRegistry(OpenOrCreate()).Add(profile));
    });
}
