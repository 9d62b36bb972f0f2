using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets.Tests.Binding;

/// <summary>Gives back what was bound to parameters of every kind that the module has.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BindingProbe")]
[OutputType(typeof(PSObject))]
public sealed class TestBindingProbeCommand : JcCmdlet
{
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ListTransformation(typeof(ContentType), BlankIsNull = true)]
    public ContentType[]? ContentType { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(Region), BlankIsNull = true)]
    public Region? Region { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true)]
    public int? IntervalMinutes { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [LongTransformation]
    public long AfterSequence { get; set; } = -1;

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TimeSpanTransformation(BlankIsNull = true)]
    public TimeSpan? InitialLookback { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TimePointTransformation(BlankIsNull = true)]
    public DateTimeOffset? After { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [UriTransformation(BlankIsNull = true)]
    public Uri? InsightsUri { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ApiKeyTransformation]
    public SecureString? ApiKey { get; set; }

    protected override void ProcessRecord()
    {
        if (!ApiKeyArgument.Accept(this, ApiKey)) return;
        var bound = new PSObject();
        foreach ((string name, object? value) in new (string, object?)[]
        {
            (nameof(Name), Name), (nameof(ContentType), ContentType), (nameof(Region), Region), (nameof(IntervalMinutes), IntervalMinutes),
            (nameof(AfterSequence), AfterSequence), (nameof(InitialLookback), InitialLookback), (nameof(After), After),
            (nameof(InsightsUri), InsightsUri), (nameof(ApiKey), ApiKey),
        })
        {
            bound.Properties.Add(new PSNoteProperty(name, value));
        }

        WriteObject(bound);
    }
}
