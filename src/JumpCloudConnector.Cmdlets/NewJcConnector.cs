using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Adds a connector.</summary>
// In one parameter set: in several, PowerShell could not say what contradicts itself, nor take a table that has a column for
// each place of a key and leaves the others' cells empty.
[Cmdlet(VerbsCommon.New, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorInfo))]
public sealed class NewJcConnector : StoreCmdlet
{
    private HashSet<string> _typed = [];

    /// <summary>The unique name, single-byte characters only.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The tenant whose name is on every record.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantNameCompleter))]
    public string TenantName { get; set; } = "";

    /// <summary>The API key; it is kept in the store, protected.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ApiKeyTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the secret that holds the API key, in a vault of SecretManagement.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ApiKeySecret { get; set; }

    /// <summary>That secret's vault; the default one where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ApiKeyVault { get; set; }

    /// <summary>The environment variable that holds the API key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(EnvironmentVariableCompleter))]
    public string? ApiKeyVariable { get; set; }

    /// <summary>A service account instead of an API key: its client ID and secret, which is kept in the store, protected.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [CredentialTransformation]
    public PSCredential? ServiceAccount { get; set; }

    /// <summary>Another endpoint that gives the service account its access tokens.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [UriTransformation(BlankIsNull = true)]
    public Uri? TokenUri { get; set; }

    /// <summary>When the key or secret expires, to be warned in time.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TimePointTransformation(BlankIsNull = true, Ahead = true)]
    public DateTimeOffset? ApiKeyExpiresAt { get; set; }

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

    /// <summary>Which hosts collect it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumTransformation(typeof(RunOn), BlankIsNull = true)]
    public RunOn? RunOn { get; set; }

    /// <summary>The host that collects it, where it runs on a sensor.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(HostNameCompleter))]
    public string? SensorName { get; set; }

    /// <summary>The Data Analyzer profile to put it into; Default where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AnalyzerProfileNameCompleter))]
    public string? AnalyzerProfile { get; set; }

    /// <summary>Leaves it out of every Data Analyzer profile: it does not collect until it is in one.</summary>
    [Parameter]
    public SwitchParameter NoAnalyzerProfile { get; set; }

    /// <summary>Minutes between collections.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [IntTransformation(BlankIsNull = true, Largest = ConnectorRules.MaximumIntervalMinutes)]
    public int? IntervalMinutes { get; set; }

    /// <summary>How far back the first collection reaches.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TimeSpanTransformation(BlankIsNull = true)]
    public TimeSpan? InitialLookback { get; set; }

    /// <summary>How long JumpCloud keeps the organization's events, by its plan.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TimeSpanTransformation(BlankIsNull = true)]
    public TimeSpan? Retention { get; set; }

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

    /// <summary>The proxy to use instead of the system's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [UriTransformation(BlankIsNull = true)]
    public Uri? Proxy { get; set; }

    /// <summary>The user and password that the proxy asks for; the password is kept in the store, protected.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [CredentialTransformation]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Uses no proxy, whatever the system has.</summary>
    [Parameter]
    public SwitchParameter NoProxy { get; set; }

    /// <summary>A file of certificate authorities that are trusted besides the system's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? CertificateAuthorityFile { get; set; }

    /// <inheritdoc/>
    // Nothing of a pipeline is bound yet.
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _typed = [.. MyInvocation.BoundParameters.Keys];
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (!ApiKeyArgument.Accept(this, ApiKey) || !ApiKeyArgument.AcceptCredential(this, nameof(ServiceAccount), ServiceAccount)
            || !ApiKeyArgument.AcceptCredential(this, nameof(ProxyCredential), ProxyCredential))
        {
            return;
        }

        if (Proxy?.UserInfo.Length > 0) ApiKeyArgument.HideLine(this);
        CheckCredential();
        Connector connector = new()
        {
            Id = Guid.Empty,
            Name = Name,
            TenantName = TenantName,
            TenantId = "",
            RunOn = RunOn ?? Connectors.RunOn.DataProcessor,
            SensorName = Given(SensorName),
            AnalyzerProfile = Profile(),
            ApiKeySecret = Given(ApiKeySecret),
            ApiKeyVault = Given(ApiKeyVault),
            ApiKeyVariable = Given(ApiKeyVariable),
            ServiceAccountClientId = ServiceAccount?.UserName,
            TokenUri = TokenUri,
            ApiKeyExpiresAt = ApiKeyExpiresAt,
            ProviderId = Given(ProviderId),
            OrganizationId = Given(OrganizationId),
            IntervalMinutes = IntervalMinutes ?? Connector.DefaultIntervalMinutes,
            ContentTypes = ContentType,
            LogFilters = LogFilter ?? [],
            InitialLookback = InitialLookback ?? Connector.DefaultLookback,
            Retention = Retention ?? Connector.MaximumLookback,
            Region = Region ?? Connectors.Region.US,
            InsightsUri = InsightsUri,
            ConsoleUri = ConsoleUri,
            Proxy = Proxy,
            ProxyUser = ProxyCredential?.UserName,
            NoProxy = NoProxy,
            CertificateAuthorityFile = Given(CertificateAuthorityFile) is { } file ? FilePaths.Resolve(this, file) : null,
            CreatedAt = default,
            ModifiedAt = default,
        };

        // All that can be refused is refused before anything is asked or made, under -WhatIf too.
        ConnectorRules.Check(connector);
        string path = StoreFolder.Resolve(ResolveStorePath());
        if (File.Exists(path) || RecordStore.Exists(path)) new ConnectorRegistry(OpenOrCreate(), Secrets).CheckNew(connector);
        KeepKey(connector);
        AskForKey();
        if (ShouldProcess($"connector '{Name}' for tenant '{TenantName}' in '{path}'", $"Add, collecting {string.Join(" and ", ContentType)} every {connector.IntervalMinutes} min"))
        {
            ConnectorRegistry registry = new(OpenOrCreate(), Secrets);
            ConnectorInfo added = registry.Add(connector, ServiceAccount?.Password ?? ApiKey, ProxyCredential?.Password);
            Explain(added, registry);
            WarnOfCertificates(connector);
            WarnOfLogFilters(OpenOrCreate(), connector);
            KeepShortKey(added.Name, ApiKey);
            KeepForOverlaps(added.Name);
            WriteObject(added);
        }
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(null, WarnTogether);

    // How many of those that ApiKeyArgument.Credentials names.
    private int CredentialsGiven => new object?[] { ApiKey, ServiceAccount, Given(ApiKeySecret), Given(ApiKeyVariable) }.Count(given => given is not null);

    private void CheckCredential()
    {
        string[] typed = [.. ApiKeyArgument.Credentials.Where(_typed.Contains)];
        if (typed.Length > 0)
        {
            // As everywhere in PowerShell, what is typed holds, and not what the pipeline brings.
            if (!typed.Contains(nameof(ApiKey))) ApiKey = null;
            if (!typed.Contains(nameof(ApiKeySecret))) ApiKeySecret = null;
            if (!typed.Contains(nameof(ApiKeyVariable))) ApiKeyVariable = null;
            if (!typed.Contains(nameof(ServiceAccount))) ServiceAccount = null;
            if (Given(ApiKeySecret) is null && !_typed.Contains(nameof(ApiKeyVault))) ApiKeyVault = null;
            if (ServiceAccount is null && !_typed.Contains(nameof(TokenUri))) TokenUri = null;
            if (CredentialsGiven == 0) throw ApiKeyArgument.Empty(Name, "No connector was added.");
        }

        if (CredentialsGiven > 1) throw ApiKeyArgument.Several(Name);
        if (TokenUri is not null && ServiceAccount is null)
        {
            throw new JcException("InvalidApiKeyReference", JcErrorKind.InvalidInput,
                $"-TokenUri is where a service account gets its access tokens, and connector '{Name}' has none. Give -ServiceAccount with it, or leave it out.", Name);
        }
    }

    // Behind every check. A pipeline is not held up by a question for each of its lines.
    private void AskForKey()
    {
        if (CredentialsGiven > 0) return;
        ApiKey = MyInvocation.ExpectingInput ? null : ApiKeyArgument.Ask(this, $"The API key of connector '{Name}', or nothing to leave it.");
        if (ApiKey is not { Length: > 0 })
        {
            throw new JcException("ApiKeyRequired", JcErrorKind.InvalidInput,
                $"Connector '{Name}' was not added: nothing says what it shows to JumpCloud. Give one of -ApiKey, -ApiKeySecret, -ApiKeyVariable and -ServiceAccount.", Name);
        }
    }

    // What the form of the specification asks in a dialog, parameters say here.
    private string? Profile()
    {
        if (RunOn == Connectors.RunOn.Sensor || NoAnalyzerProfile)
        {
            if (NoAnalyzerProfile && Given(AnalyzerProfile) is not null)
            {
                throw new JcException("ProfileAndNoProfile", JcErrorKind.InvalidInput,
                    "-AnalyzerProfile and -NoAnalyzerProfile contradict each other. Give one of the two.", Name);
            }

            return Given(AnalyzerProfile);
        }

        return Given(AnalyzerProfile) ?? Connectors.AnalyzerProfile.DefaultName;
    }

    private void Explain(ConnectorInfo added, ConnectorRegistry registry)
    {
        if (added.RunOn == Connectors.RunOn.Sensor)
        {
            if (!registry.IsHost(added.SensorName!)) Shared.Add(added.Name, added.StatusMessage!);
        }
        else if (added.AnalyzerProfile is null)
        {
            Shared.Add("no profile", added.Name, names =>
                $"{SharedWarnings.Connectors(names)} {(names.Count == 1 ? "is" : "are")} in no Data Analyzer profile and will not collect. Set-JcConnector -AnalyzerProfile puts a connector into one.");
        }
        else
        {
            WriteVerbose($"Connector '{added.Name}' is in the Data Analyzer profile '{added.AnalyzerProfile}' and is due. Invoke-JcCollection collects it now, Register-JcCollectionTask has what is due collected on schedule.");
        }
    }

    // The empty cell of a table means that nothing was given.
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
