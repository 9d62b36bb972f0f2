using System.Management.Automation;
using System.Security;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Adds the connectors of a file, and says of each line what became of it.</summary>
[Cmdlet(VerbsData.Import, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(ConnectorImportResult))]
public sealed class ImportJcConnector : StoreCmdlet
{
    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    public string Path { get; set; } = "";

    /// <summary>Json or Csv; where it is not given, the file's name tells.</summary>
    [Parameter]
    [EnumTransformation(typeof(ConnectorFileFormat), BlankIsNull = true)]
    public ConnectorFileFormat? Format { get; set; }

    /// <summary>The API key of new connectors whose line does not say where theirs lies.</summary>
    [Parameter]
    [ApiKeyTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>The service accounts that lines name by their client IDs, with their secrets.</summary>
    [Parameter]
    [CredentialTransformation(IsList = true)]
    public PSCredential[]? ServiceAccount { get; set; }

    /// <summary>Changes connectors that are there and differ.</summary>
    [Parameter]
    public SwitchParameter Update { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Path, () =>
    {
        if (!ApiKeyArgument.Accept(this, ApiKey) || !ApiKeyArgument.AcceptCredential(this, nameof(ServiceAccount), ServiceAccount ?? [])) return;
        if ((ServiceAccount ?? []).GroupBy(a => a.UserName, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new JcException("InvalidServiceAccount", JcErrorKind.InvalidInput,
                $"-ServiceAccount has the client ID '{twice.Key}' twice. Give each account once.", twice.Key);
        }

        CheckKey();
        string path = StoreFolder.Resolve(ResolveStorePath());
        if (!File.Exists(path) && !RecordStore.Exists(path) && !ShouldProcess($"store '{path}'", $"Make it, for the connectors of '{Path}'")) return;
        RecordStore store = OpenOrCreate();
        ConnectorExchange exchange = new(store, Secrets);
        Dictionary<string, SecureString> accounts = (ServiceAccount ?? []).ToDictionary(a => a.UserName, a => a.Password, StringComparer.Ordinal);
        foreach (ConnectorImportResult line in exchange.Import(FilePaths.Resolve(this, Path), Format, ApiKey, Update, (name, what) => ShouldProcess($"connector '{name}'", what), accounts))
        {
            if (line.Outcome is ConnectorImportOutcome.Added or ConnectorImportOutcome.Updated) KeepWarnings(store.Connectors.FindConnector(line.Name)!, line.Outcome);
            WriteObject(line);
        }
    });

    // It is the same for all lines: one that none can have is refused before the first.
    private void CheckKey()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(ApiKey))) return;
        if (ApiKey is null) throw new JcException("InvalidApiKey", JcErrorKind.InvalidInput, "-ApiKey was given and is empty; perhaps a variable is misspelt. Nothing was imported.", Path);
        byte[] key = Connectors.ApiKey.ToBytes(ApiKey);
        Array.Clear(key, 0, key.Length);
    }

    // What New-JcConnector says of a connector, of all lines together.
    private void KeepWarnings(Connector connector, ConnectorImportOutcome outcome)
    {
        KeepKey(connector);
        if (outcome == ConnectorImportOutcome.Added && connector.CredentialType == CredentialType.ApiKey) KeepShortKey(connector.Name, ApiKey);
        KeepForOverlaps(connector.Name);
    }

    /// <inheritdoc/>
    // Behind the last line of the last file, since each is held against all of them.
    protected override void EndProcessing() => Guard(null, WarnTogether);
}
