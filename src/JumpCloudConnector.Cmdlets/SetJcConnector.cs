using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Changes a connector. What is not given stays.</summary>
[Cmdlet(VerbsCommon.Set, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorInfo))]
public sealed class SetJcConnector : StoreCmdlet
{
    /// <summary>The connector's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectorName")]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>A new API key.</summary>
    [Parameter]
    [ApiKeyTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>What to collect.</summary>
    [Parameter]
    [ListTransformation(typeof(ContentType))]
    public ContentType[]? ContentType { get; set; }

    /// <summary>The log filters attached, instead of those there are; $null or an empty list for none.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [NameListTransformation]
    [ArgumentCompleter(typeof(LogFilterNameCompleter))]
    public string[]? LogFilter { get; set; }

    /// <summary>The provider of the Multi-Tenant Portal; $null for none.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? ProviderId { get; set; }

    /// <summary>The one organization to collect; $null for the key's own.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? OrganizationId { get; set; }

    /// <summary>Minutes between collections.</summary>
    [Parameter]
    [IntTransformation]
    public int IntervalMinutes { get; set; }

    /// <summary>How far back the first collection reaches; later ones are not affected.</summary>
    [Parameter]
    [TimeSpanTransformation]
    public TimeSpan InitialLookback { get; set; }

    /// <summary>The region that the organization lives in.</summary>
    [Parameter]
    [EnumTransformation(typeof(Region))]
    public Region Region { get; set; }

    /// <summary>Another Directory Insights host; $null for the region's.</summary>
    [Parameter]
    [AllowNull]
    [UriTransformation(BlankIsNull = true)]
    public Uri? InsightsUri { get; set; }

    /// <summary>Another console host; $null for the region's.</summary>
    [Parameter]
    [AllowNull]
    [UriTransformation(BlankIsNull = true)]
    public Uri? ConsoleUri { get; set; }

    /// <summary>Returns the changed connector.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (!ApiKeyArgument.Accept(this, ApiKey)) return;
        if (OpenExisting() is not { } store) throw ConnectorRegistry.NotFound(Name);
        ConnectorRegistry registry = new(store, Secrets);
        Connector changed = Change(registry.Get(Name));
        ConnectorRules.Check(changed);
        if (!ShouldProcess($"connector '{changed.Name}'", "Change " + string.Join(", ", MyInvocation.BoundParameters.Keys.Where(IsSetting)))) return;
        ConnectorInfo result = registry.Update(Name, Change, ApiKey);
        if (PassThru) WriteObject(result);
    });

    private static bool IsSetting(string parameter) =>
        typeof(SetJcConnector).GetProperty(parameter, System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.DeclaredOnly) is not null
        && parameter is not (nameof(Name) or nameof(PassThru));

    private Connector Change(Connector c) => c with
    {
        ContentTypes = IsGiven(nameof(ContentType)) ? ContentType! : c.ContentTypes,
        LogFilters = IsGiven(nameof(LogFilter)) ? LogFilter ?? [] : c.LogFilters,
        ProviderId = IsGiven(nameof(ProviderId)) ? NullIfBlank(ProviderId) : c.ProviderId,
        OrganizationId = IsGiven(nameof(OrganizationId)) ? NullIfBlank(OrganizationId) : c.OrganizationId,
        IntervalMinutes = IsGiven(nameof(IntervalMinutes)) ? IntervalMinutes : c.IntervalMinutes,
        InitialLookback = IsGiven(nameof(InitialLookback)) ? InitialLookback : c.InitialLookback,
        Region = IsGiven(nameof(Region)) ? Region : c.Region,
        InsightsUri = IsGiven(nameof(InsightsUri)) ? InsightsUri : c.InsightsUri,
        ConsoleUri = IsGiven(nameof(ConsoleUri)) ? ConsoleUri : c.ConsoleUri,
    };

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
