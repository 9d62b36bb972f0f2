using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Adds a connector.</summary>
[Cmdlet(VerbsCommon.New, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorInfo))]
public sealed class NewJcConnector : StoreCmdlet
{
    /// <summary>The unique name, single-byte characters only.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The tenant whose name is on every record.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string TenantName { get; set; } = "";

    /// <summary>The API key.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ApiKeyTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>What to collect.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ListTransformation(typeof(ContentType))]
    public ContentType[] ContentType { get; set; } = [];

    /// <summary>The provider of the Multi-Tenant Portal: collects all its organizations.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ProviderId { get; set; }

    /// <summary>The one organization to collect, where the key reaches several.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? OrganizationId { get; set; }

    /// <summary>Log filters to attach; each excludes records.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameListTransformation]
    [ArgumentCompleter(typeof(LogFilterNameCompleter))]
    public string[]? LogFilter { get; set; }

    /// <summary>Minutes between collections.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true)]
    public int? IntervalMinutes { get; set; }

    /// <summary>How far back the first collection reaches.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TimeSpanTransformation(BlankIsNull = true)]
    public TimeSpan? InitialLookback { get; set; }

    /// <summary>The region that the organization lives in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(Region), BlankIsNull = true)]
    public Region? Region { get; set; }

    /// <summary>Another Directory Insights host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [UriTransformation(BlankIsNull = true)]
    public Uri? InsightsUri { get; set; }

    /// <summary>Another console host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [UriTransformation(BlankIsNull = true)]
    public Uri? ConsoleUri { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (!ApiKeyArgument.Accept(this, ApiKey)) return;
        Connector connector = new()
        {
            Id = Guid.Empty,
            Name = Name,
            TenantName = TenantName,
            TenantId = "",
            ProviderId = Given(ProviderId),
            OrganizationId = Given(OrganizationId),
            IntervalMinutes = IntervalMinutes ?? Connector.DefaultIntervalMinutes,
            ContentTypes = ContentType,
            LogFilters = LogFilter ?? [],
            InitialLookback = InitialLookback ?? Connector.DefaultLookback,
            Region = Region ?? Connectors.Region.US,
            InsightsUri = InsightsUri,
            ConsoleUri = ConsoleUri,
            CreatedAt = default,
            ModifiedAt = default,
        };

        // All that can be refused is refused before anything is asked or made, under -WhatIf too.
        ConnectorRules.Check(connector);
        string path = StoreFolder.Resolve(ResolveStorePath());
        if (File.Exists(path) || RecordStore.Exists(path)) new ConnectorRegistry(OpenOrCreate(), Secrets).CheckNew(connector);
        if (ShouldProcess($"connector '{Name}' for tenant '{TenantName}' in '{path}'", $"Add, collecting {string.Join(" and ", ContentType)} every {connector.IntervalMinutes} min"))
            WriteObject(new ConnectorRegistry(OpenOrCreate(), Secrets).Add(connector, ApiKey!));
    });

    // The empty cell of a table means that nothing was given.
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
