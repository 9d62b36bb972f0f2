using System.Globalization;
using System.Management.Automation;
using JumpCloudConnector.Export;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Writes records into files of NDJSON or CSV, and says where a next export is to go on.</summary>
[Cmdlet(VerbsData.Export, Nouns.IngestedRecord, SupportsShouldProcess = true)]
[OutputType(typeof(RecordExport))]
public sealed class ExportJcIngestedRecord : RecordQueryCmdlet
{
    private const string Activity = "Exporting records";

    /// <summary>The file, or a folder in which files get names of their own.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Connectors, with wildcards.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectorNameCompleter))]
    public override string[]? ConnectorName { get; set; }

    /// <summary>Ndjson or Csv; where it is not given, the file's name tells.</summary>
    [Parameter]
    [EnumTransformation(typeof(RecordFileFormat), BlankIsNull = true)]
    public RecordFileFormat? Format { get; set; }

    /// <summary>Packs files with gzip.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <summary>A file for each day of the events, UTC.</summary>
    [Parameter]
    public SwitchParameter SplitByDay { get; set; }

    /// <summary>Megabytes that a file has at most, before it is packed.</summary>
    [Parameter]
    [IntTransformation(Largest = 1_000_000)]
    [ValidateRange(1, 1_000_000)]
    public int? MaxFileSizeMB { get; set; }

    /// <summary>Replaces files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Work(RecordStore store, RecordQuery query)
    {
        string path = FilePaths.ResolveFileOrFolder(this, Path);
        long last = store.Records.GetLastSequence();
        if (query.AfterSequence > last)
        {
            WriteWarning(
                $"-AfterSequence is {query.AfterSequence}, and the last record of the store '{store.Folder}' has {last}: this is another store than it came from, or an older copy of it. Begin with 0 to export what it has.");
        }

        RecordExportOptions options = new()
        {
            Path = path, Format = Format, Compress = Compress, SplitByDay = SplitByDay, MaxFileBytes = MaxFileSizeMB * 1_048_576L, Replace = Force,
        };
        string target = RecordExporter.Check(store, options);
        string records = "the records that match";
        // Counting may take as long as the export: only where somebody wants to know before.
        if (IsPreview || IsConfirmAsked)
        {
            if (!Run((pipeline, stop) => Task.FromResult(Count(store, query, stop)), out RecordCount? count)) return;
            records = count!.Count == 0 ? "no record, since none matches" : $"{Words.Count(count.Count, "record")} of {TimeText.Utc(count.FirstRecord!.Value)} to {TimeText.Utc(count.LastRecord!.Value)}";
            if (count.Count == 0) SayWhatWasSearched(store, query);
        }

        string what = $"{records}, from the store '{store.Folder}' into {target}";
        if (!ShouldProcess($"Export {what}.", $"Export {what}?", "Confirm")) return;
        if (!Run((pipeline, stop) => Task.FromResult(Export(pipeline, store, query, options, stop)), out RecordExport? export)) return;
        WriteObject(export);
        // Who was asked has been told already.
        if (export!.Records == 0 && !IsConfirmAsked) SayWhatWasSearched(store, query);
    }

    private static RecordCount Count(RecordStore store, RecordQuery query, CancellationToken stop) =>
        store.Records.Measure(query with { AfterSequence = query.AfterSequence ?? 0 }, new RecordGrouping(), null, stop)[0];

    private static RecordExport Export(IPipeline pipeline, RecordStore store, RecordQuery query, RecordExportOptions options, CancellationToken stop)
    {
        try
        {
            return RecordExporter.Export(store, query, options, (written, part) =>
                pipeline.WriteProgress(new ProgressRecord(1, Activity, written.ToString("N0", CultureInfo.CurrentCulture)) { PercentComplete = (int)(part * 100) }), stop);
        }
        finally
        {
            pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
