using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Changes a connector. What is not given stays; what is fixed after adding is refused.</summary>
[Cmdlet(VerbsCommon.Set, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorInfo))]
public sealed class SetJcConnector : StoreCmdlet
{
    /// <summary>The connector's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectorName")]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>A new API key; it is kept in the store, protected.</summary>
    [Parameter]
    [ApiKeyTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the secret that holds the API key, instead of a key kept in the store.</summary>
    [Parameter]
    public string? ApiKeySecret { get; set; }

    /// <summary>That secret's vault; the default one where none is given.</summary>
    [Parameter]
    public string? ApiKeyVault { get; set; }

    /// <summary>The environment variable that holds the API key, instead of a key kept in the store.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EnvironmentVariableCompleter))]
    public string? ApiKeyVariable { get; set; }

    /// <summary>A service account instead of an API key: its client ID and secret, which is kept in the store, protected.</summary>
    [Parameter]
    [CredentialTransformation]
    public PSCredential? ServiceAccount { get; set; }

    /// <summary>Another endpoint that gives the service account its access tokens; $null for JumpCloud's, or the console host's.</summary>
    [Parameter]
    [AllowNull]
    [UriTransformation(BlankIsNull = true)]
    public Uri? TokenUri { get; set; }

    /// <summary>When the key or secret expires; $null where that is not known.</summary>
    [Parameter]
    [AllowNull]
    [TimePointTransformation(BlankIsNull = true, Ahead = true)]
    public DateTimeOffset? ApiKeyExpiresAt { get; set; }

    /// <summary>The Data Analyzer profile to move it to.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AnalyzerProfileNameCompleter))]
    public string? AnalyzerProfile { get; set; }

    /// <summary>Takes it out of its Data Analyzer profile: it does not collect until it is in one again.</summary>
    [Parameter]
    public SwitchParameter NoAnalyzerProfile { get; set; }

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
    [IntTransformation(Largest = ConnectorRules.MaximumIntervalMinutes)]
    public int IntervalMinutes { get; set; }

    /// <summary>How far back the first collection reaches; later ones are not affected.</summary>
    [Parameter]
    [TimeSpanTransformation]
    public TimeSpan InitialLookback { get; set; }

    /// <summary>How long JumpCloud keeps the organization's events, by its plan.</summary>
    [Parameter]
    [TimeSpanTransformation]
    public TimeSpan Retention { get; set; }

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

    /// <summary>The proxy to use instead of the system's; $null for the system's.</summary>
    [Parameter]
    [AllowNull]
    [UriTransformation(BlankIsNull = true)]
    public Uri? Proxy { get; set; }

    /// <summary>The user and password that the proxy asks for; $null where it asks for none.</summary>
    [Parameter]
    [AllowNull]
    [CredentialTransformation]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Uses no proxy, whatever the system has; with $false the system's again.</summary>
    [Parameter]
    public SwitchParameter NoProxy { get; set; }

    /// <summary>A file of certificate authorities that are trusted besides the system's; $null for none.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? CertificateAuthorityFile { get; set; }

    /// <summary>Cannot change after adding; refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public string? TenantName { get; set; }

    /// <summary>Cannot change after adding; refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public string? NewName { get; set; }

    /// <summary>Cannot change after adding; refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public string? Category { get; set; }

    /// <summary>Cannot change after adding; refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public string? Type { get; set; }

    /// <summary>Cannot change after adding; refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public string? Function { get; set; }

    /// <summary>Cannot change after adding; refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public string? RunOn { get; set; }

    /// <summary>Cannot change after adding; refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public string? SensorName { get; set; }

    /// <summary>Returns the changed connector.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        if (!ApiKeyArgument.Accept(this, ApiKey) || !ApiKeyArgument.AcceptCredential(this, nameof(ServiceAccount), ServiceAccount)
            || !ApiKeyArgument.AcceptCredential(this, nameof(ProxyCredential), ProxyCredential))
        {
            return;
        }

        if (Proxy?.UserInfo.Length > 0) ApiKeyArgument.HideLine(this);
        RefuseGeneral();
        if (!MyInvocation.BoundParameters.Keys.Any(IsSetting))
        {
            throw new JcException("NothingToChange", JcErrorKind.InvalidInput,
                $"No setting was given for connector '{Name}', so nothing was changed. Give one, such as -ApiKey, -ContentType, -IntervalMinutes, -LogFilter or -AnalyzerProfile; Get-Help Set-JcConnector -Parameter * lists them all.", Name);
        }

        if (OpenExisting() is not { } store) throw ConnectorRegistry.NotFound(Name, StoreFolderInForce);
        ConnectorRegistry registry = new(store, Secrets);
        Connector changed = Change(registry.Get(Name));
        ConnectorRules.Check(changed);
        if (IsGiven(nameof(ApiKeyExpiresAt))) KeepKey(changed);
        if (IsGiven(nameof(LogFilter))) WarnOfLogFilters(store, changed);
        if (!ShouldProcess($"connector '{changed.Name}'", "Change " + string.Join(", ", MyInvocation.BoundParameters.Keys.Where(IsSetting)))) return;
        ConnectorInfo result = registry.Update(Name, Change, ServiceAccount?.Password ?? ApiKey, ProxyCredential?.Password);
        if (IsGiven(nameof(CertificateAuthorityFile))) WarnOfCertificates(registry.Get(Name));
        if (NoAnalyzerProfile && result.AnalyzerProfile is null && result.RunOn == Connectors.RunOn.DataProcessor)
            Shared.Add("no profile", result.Name, names => $"{SharedWarnings.Connectors(names)} {(names.Count == 1 ? "is" : "are")} in no Data Analyzer profile and will not collect.");
        KeepShortKey(result.Name, ApiKey);
        if (Scope.Any(IsGiven)) KeepForOverlaps(result.Name);
        if (PassThru) WriteObject(result);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(null, WarnTogether);

    // What says whose records are collected, and which of them.
    private static IEnumerable<string> Scope =>
    [
        nameof(ApiKey), nameof(ApiKeySecret), nameof(ApiKeyVault), nameof(ApiKeyVariable), nameof(ServiceAccount), nameof(ProviderId), nameof(OrganizationId),
        nameof(ContentType), nameof(LogFilter), nameof(AnalyzerProfile),
    ];

    private void RefuseGeneral()
    {
        string[] given = [.. new[] { nameof(NewName), nameof(TenantName), nameof(Category), nameof(Type), nameof(Function), nameof(RunOn), nameof(SensorName) }.Where(IsGiven)];
        if (given.Length > 0)
        {
            throw new JcException("GeneralPartFixed", JcErrorKind.InvalidInput,
                $"-{string.Join(", -", given)}: name, tenant, category, type, function and what a connector runs on cannot change after it was added, since its records carry them. Add a new connector with New-JcConnector and remove or disable '{Name}'.", Name);
        }

        if (IsGiven(nameof(AnalyzerProfile)) && NullIfBlank(AnalyzerProfile) is null)
        {
            throw new JcException("InvalidAnalyzerProfileName", JcErrorKind.InvalidInput,
                "-AnalyzerProfile was given and is empty; perhaps a variable is misspelt. Nothing was changed. To take the connector out of its profile, give -NoAnalyzerProfile.", Name);
        }

        if (NoAnalyzerProfile && IsGiven(nameof(AnalyzerProfile)))
        {
            throw new JcException("ProfileAndNoProfile", JcErrorKind.InvalidInput,
                "-AnalyzerProfile and -NoAnalyzerProfile contradict each other. Give one of the two.", Name);
        }

        if (NoProxy && (NullIfBlank(Proxy?.OriginalString) is not null || ProxyCredential is not null))
        {
            throw new JcException("ProxyAndNoProxy", JcErrorKind.InvalidInput,
                "-NoProxy contradicts -Proxy and -ProxyCredential. Give one of the two.", Name);
        }

        if ((IsGiven(nameof(ApiKey)) && ApiKey is null) || (IsGiven(nameof(ServiceAccount)) && ServiceAccount is null) || (IsGiven(nameof(ApiKeySecret)) && NullIfBlank(ApiKeySecret) is null)
            || (IsGiven(nameof(ApiKeyVariable)) && NullIfBlank(ApiKeyVariable) is null))
        {
            throw ApiKeyArgument.Empty(Name, "Nothing was changed.");
        }

        if (ApiKeyArgument.Credentials.Count(IsGiven) > 1) throw ApiKeyArgument.Several(Name);
    }

    private static bool IsSetting(string parameter) =>
        typeof(SetJcConnector).GetProperty(parameter, System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.DeclaredOnly) is not null
        && parameter is not (nameof(Name) or nameof(PassThru));

    private Connector Change(Connector c) => WithProxy(WithKey(c)) with
    {
        AnalyzerProfile = NoAnalyzerProfile ? null : IsGiven(nameof(AnalyzerProfile)) ? AnalyzerProfile : c.AnalyzerProfile,
        ContentTypes = IsGiven(nameof(ContentType)) ? ContentType! : c.ContentTypes,
        LogFilters = IsGiven(nameof(LogFilter)) ? LogFilter ?? [] : c.LogFilters,
        ProviderId = IsGiven(nameof(ProviderId)) ? NullIfBlank(ProviderId) : c.ProviderId,
        OrganizationId = IsGiven(nameof(OrganizationId)) ? NullIfBlank(OrganizationId) : c.OrganizationId,
        IntervalMinutes = IsGiven(nameof(IntervalMinutes)) ? IntervalMinutes : c.IntervalMinutes,
        InitialLookback = IsGiven(nameof(InitialLookback)) ? InitialLookback : c.InitialLookback,
        Retention = IsGiven(nameof(Retention)) ? Retention : c.Retention,
        Region = IsGiven(nameof(Region)) ? Region : c.Region,
        InsightsUri = IsGiven(nameof(InsightsUri)) ? InsightsUri : c.InsightsUri,
        ConsoleUri = IsGiven(nameof(ConsoleUri)) ? ConsoleUri : c.ConsoleUri,
        TokenUri = IsGiven(nameof(TokenUri)) ? TokenUri : c.TokenUri,
        CertificateAuthorityFile = !IsGiven(nameof(CertificateAuthorityFile)) ? c.CertificateAuthorityFile
            : NullIfBlank(CertificateAuthorityFile) is { } file ? FilePaths.Resolve(this, file) : null,
    };

    // A proxy that is named without a user asks for none; none and the system's have no user of ours.
    private Connector WithProxy(Connector c)
    {
        if (NoProxy) return c with { NoProxy = true, Proxy = null, ProxyUser = null };
        if (IsGiven(nameof(Proxy))) return c with { NoProxy = false, Proxy = Proxy, ProxyUser = ProxyCredential?.UserName };
        if (IsGiven(nameof(NoProxy))) c = c with { NoProxy = false };
        return IsGiven(nameof(ProxyCredential)) ? c with { ProxyUser = ProxyCredential?.UserName } : c;
    }

    // Where the key is: one place instead of the other. When it expires is known of the old key alone.
    private Connector WithKey(Connector c)
    {
        DateTimeOffset? expires = IsGiven(nameof(ApiKeyExpiresAt)) ? ApiKeyExpiresAt : c.ApiKeyExpiresAt;
        if (IsGiven(nameof(ApiKey)) || IsGiven(nameof(ApiKeySecret)) || IsGiven(nameof(ApiKeyVariable)) || IsGiven(nameof(ServiceAccount)))
        {
            return c with
            {
                ServiceAccountClientId = ServiceAccount?.UserName,
                ApiKeySecret = NullIfBlank(ApiKeySecret), ApiKeyVault = NullIfBlank(ApiKeyVault), ApiKeyVariable = NullIfBlank(ApiKeyVariable),
                ApiKeyExpiresAt = IsGiven(nameof(ApiKeyExpiresAt)) ? ApiKeyExpiresAt : null,
            };
        }

        return c with { ApiKeyVault = IsGiven(nameof(ApiKeyVault)) ? NullIfBlank(ApiKeyVault) : c.ApiKeyVault, ApiKeyExpiresAt = expires };
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
