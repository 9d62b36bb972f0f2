using System.Security;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Connectors;

/// <summary>What became of a line of an imported file.</summary>
public enum ConnectorImportOutcome
{
    /// <summary>It is a new connector.</summary>
    Added = 1,

    /// <summary>The connector of that name was changed to it.</summary>
    Updated,

    /// <summary>The connector of that name is so already.</summary>
    Unchanged,

    /// <summary>The connector of that name differs and was left as it is.</summary>
    Skipped,

    /// <summary>It was refused; the message says why.</summary>
    Failed,
}

/// <summary>The fate of one line of an imported file.</summary>
public sealed record ConnectorImportResult
{
    /// <summary>The line's number in the file; in JSON, the object's, from 1.</summary>
    public long Line { get; init; }

    /// <summary>The connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>What became of it.</summary>
    public ConnectorImportOutcome Outcome { get; init; }

    /// <summary>The error's stable id, or null.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What is to be said of it, or null.</summary>
    public string? Message { get; init; }
}

/// <summary>Files of many connectors: written without secrets, read line by line, each with its own fate.</summary>
public sealed class ConnectorExchange(RecordStore store, SecretProtector secrets, TimeProvider? time = null)
{
    // Each of them says what a connector shows to JumpCloud.
    private static readonly string[] CredentialColumns = ["ApiKeySecret", "ApiKeyVariable", "ServiceAccountClientId"];

    private readonly ConnectorRegistry _registry = new(store, secrets, time);

    /// <summary>Refuses a path that no file can have, before anything is written.</summary>
    /// <exception cref="JcException">FileNotWritten.</exception>
    public static void CheckTarget(string path) => ConnectorFile.CheckTarget(path);

    /// <summary>Writes connectors into a file.</summary>
    /// <param name="path">The file; its name tells the format (.csv, else JSON) where none is given.</param>
    /// <param name="connectors">Which ones.</param>
    /// <param name="format">The format.</param>
    /// <param name="replace">True to replace a file that is there.</param>
    /// <exception cref="JcException">FileExists or FileNotWritten.</exception>
    public static void Export(string path, IReadOnlyList<Connector> connectors, ConnectorFileFormat? format, bool replace) =>
        ConnectorFile.Write(path, connectors, format ?? ConnectorFile.FormatOf(path), replace);

    /// <summary>
    /// Reads a file, and adds or changes connectors, as the results are taken. What is so already stays as it is, so that
    /// the same file can be imported again.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="format">The format; null where its name tells.</param>
    /// <param name="apiKey">The key of new connectors that do not say where theirs lies; null to give it later.</param>
    /// <param name="update">True to change connectors that differ.</param>
    /// <param name="serviceAccounts">The secrets of service accounts by client ID, for lines that name one; null to give them
    /// later.</param>
    /// <param name="approve">Asked before each change with the connector's name and what would be done; the answer no leaves it out.</param>
    /// <exception cref="JcException">FileNotFound, FileNotRead, InvalidConnectorFile or PlainTextApiKey: nothing was imported.</exception>
    public IEnumerable<ConnectorImportResult> Import(
        string path, ConnectorFileFormat? format, SecureString? apiKey, bool update, Func<string, string, bool> approve,
        IReadOnlyDictionary<string, SecureString>? serviceAccounts = null)
    {
        IReadOnlyList<ConnectorLine> lines = ConnectorFile.Read(path, format ?? ConnectorFile.FormatOf(path));
        return Lines();

        IEnumerable<ConnectorImportResult> Lines()
        {
            foreach (ConnectorLine line in lines)
            {
                ConnectorImportResult? result;
                try
                {
                    result = Import(line, c => SecretFor(c, apiKey, serviceAccounts), update, approve);
                }
                catch (JcException e) when (e.Kind is not (JcErrorKind.StoreFault or JcErrorKind.AccessDenied))
                {
                    result = Result(line, ConnectorImportOutcome.Failed, e.Message) with { ErrorId = e.ErrorId };
                }

                if (result is not null) yield return result;
            }
        }
    }

    private ConnectorImportResult? Import(ConnectorLine line, Func<Connector, SecureString?> secretFor, bool update, Func<string, string, bool> approve)
    {
        Connector? present = store.Connectors.FindConnector(line.Cell("Name"));
        Connector wanted = WithOneKey(ConnectorColumns.Apply(present ?? Blank(line), line.Cells), line);
        if (present is null)
        {
            _registry.CheckNew(wanted);
            if (!approve(wanted.Name, "Add")) return null;
            SecureString? secret = secretFor(wanted);
            _registry.Add(wanted, secret);
            return Result(line, ConnectorImportOutcome.Added, Missing(wanted, secret is not null));
        }

        // In whatever case the file has them, names that mean the same are no difference.
        wanted = wanted with
        {
            Name = present.Name,
            TenantName = Same(wanted.TenantName, present.TenantName) ? present.TenantName : wanted.TenantName,
            SensorName = Same(wanted.SensorName, present.SensorName) ? present.SensorName : wanted.SensorName,
            AnalyzerProfile = Same(wanted.AnalyzerProfile, present.AnalyzerProfile) ? present.AnalyzerProfile : wanted.AnalyzerProfile,
        };
        IReadOnlyList<string> differences = ConnectorColumns.Differences(present, wanted);
        if (differences.Count == 0) return Result(line, ConnectorImportOutcome.Unchanged, null);
        string[] fixedOnes = [.. differences.Where(d => d is "TenantName" or "RunOn" or "SensorName")];
        if (fixedOnes.Length > 0)
        {
            throw new JcException("GeneralPartFixed", JcErrorKind.InvalidInput,
                $"{string.Join(", ", fixedOnes)} of the connector '{present.Name}' cannot change after it was added. Use another name for a new connector.", present.Name);
        }

        if (!update) return Result(line, ConnectorImportOutcome.Skipped, $"It exists and differs in {string.Join(", ", differences)}. Import with -Update to change it.");
        if (!approve(present.Name, $"Change {string.Join(", ", differences)}")) return null;
        // The secret of the account that there was is not that of another one.
        bool otherAccount = differences.Contains("ServiceAccountClientId");
        SecureString? renewed = otherAccount ? secretFor(wanted) : null;
        _registry.Update(present.Name, c => WithOneKey(ConnectorColumns.Apply(c, line.Cells), line), renewed);
        string? missing = Missing(wanted, hasSecret: !otherAccount || renewed is not null, differences.Contains("Proxy") || differences.Contains("ProxyUser"));
        return Result(line, ConnectorImportOutcome.Updated, $"Changed: {string.Join(", ", differences)}.{(missing is null ? "" : " " + missing)}");
    }

    private static SecureString? SecretFor(Connector connector, SecureString? apiKey, IReadOnlyDictionary<string, SecureString>? serviceAccounts) => connector.CredentialType switch
    {
        CredentialType.ApiKey => apiKey,
        CredentialType.ServiceAccount => serviceAccounts is not null && serviceAccounts.TryGetValue(connector.ServiceAccountClientId!, out SecureString? secret) ? secret : null,
        _ => null,
    };

    // What a file does not have, and the connector needs.
    private static string? Missing(Connector connector, bool hasSecret, bool isProxyNew = true)
    {
        string key = hasSecret ? "" : connector.CredentialType switch
        {
            CredentialType.ApiKey => $"It has no API key yet. Give it one: Set-JcConnector '{connector.Name}' -ApiKey.",
            CredentialType.ServiceAccount => $"Its service account has no secret yet. Give it one: Set-JcConnector '{connector.Name}' -ServiceAccount.",
            _ => "",
        };
        string proxy = connector.ProxyUser is null || !isProxyNew ? "" : $"Its proxy's user has no password yet. Give it one: Set-JcConnector '{connector.Name}' -ProxyCredential.";
        string both = $"{key} {proxy}".Trim();
        return both.Length == 0 ? null : both;
    }

    // A line that says where the key lies, or names a service account, takes it from where it lay before.
    private static Connector WithOneKey(Connector connector, ConnectorLine line)
    {
        string[] said = [.. CredentialColumns.Where(c => line.Cell(c).Length > 0)];
        if (said.Length != 1) return connector;
        if (said[0] != "ApiKeySecret") connector = connector with { ApiKeySecret = null, ApiKeyVault = null };
        if (said[0] != "ApiKeyVariable") connector = connector with { ApiKeyVariable = null };
        return said[0] == "ServiceAccountClientId" ? connector : connector with { ServiceAccountClientId = null };
    }

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static Connector Blank(ConnectorLine line) => new()
    {
        Id = Guid.Empty, Name = "", TenantName = "", TenantId = "", ContentTypes = [], CreatedAt = default, ModifiedAt = default,
        AnalyzerProfile = string.Equals(line.Cell("RunOn"), nameof(RunOn.Sensor), StringComparison.OrdinalIgnoreCase) ? null : AnalyzerProfile.DefaultName,
    };

    private static ConnectorImportResult Result(ConnectorLine line, ConnectorImportOutcome outcome, string? message) =>
        new() { Line = line.Number, Name = line.Cell("Name"), Outcome = outcome, Message = message };
}
