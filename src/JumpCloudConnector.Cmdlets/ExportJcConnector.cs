using System.Management.Automation;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Writes connectors into a file of JSON or CSV, without secrets.</summary>
[Cmdlet(VerbsData.Export, Nouns.Connector, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportJcConnector : StoreCmdlet
{
    private readonly List<Connector> _connectors = [];

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Path { get; set; } = "";

    /// <summary>Names, with wildcards; all connectors where none is given.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ConnectorName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Json or Csv; where it is not given, the file's name tells.</summary>
    [Parameter]
    [EnumTransformation(typeof(ConnectorFileFormat), BlankIsNull = true)]
    public ConnectorFileFormat? Format { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Name, () =>
    {
        KeepStore();
        _connectors.AddRange(FindConnectors(OpenExisting(), Name));
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(Path, () =>
    {
        if (_connectors.Count == 0)
        {
            throw new JcException("NothingToExport", JcErrorKind.NotFound,
                "There are no connectors to write, so no file was written and none was replaced. Get-JcConnector lists those there are.", Path);
        }

        string file = FilePaths.Resolve(this, Path);
        ConnectorExchange.CheckTarget(file);
        if (!ShouldProcess($"file '{file}'", $"Write {Words.Count(_connectors.Count, "connector")}, without their secrets")) return;
        ConnectorExchange.Export(file, _connectors, Format, Force);
        // As Get-Item gives it: PowerShell's table of files shows properties that only its provider adds.
        WriteObject(InvokeProvider.Item.Get([file], force: true, literalPath: true), enumerateCollection: true);
    });
}
