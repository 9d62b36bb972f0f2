using System.Globalization;
using System.Text.RegularExpressions;

namespace JumpCloudConnector.Export;

/// <summary>The names of an export's files.</summary>
internal sealed class ExportLayout
{
    private const string Packed = ".gz";
    private const string Unfinished = ".part";

    private static readonly HashSet<string> s_archives = new(StringComparer.OrdinalIgnoreCase) { "zip", "7z", "rar", "tar", "tgz", "bz2", "xz", "zst", "br", "cab" };

    private static readonly HashSet<string> s_otherFormats = new(s_archives, StringComparer.OrdinalIgnoreCase)
    {
        "xlsx", "xlsm", "xlsb", "xls", "ods", "xml", "clixml", "html", "htm", "pdf", "doc", "docx", "yaml", "yml", "tsv", "parquet", "avro", "orc", "arrow", "feather",
        "db", "sqlite", "mdb", "accdb", "evtx", "sql",
    };

    private readonly string _folder;
    private readonly string _stem;
    private readonly string _ending;
    private readonly bool _isNumbered;

    /// <summary>Reads the path.</summary>
    /// <exception cref="JcException">ExportFailed where its folder does not exist.</exception>
    public ExportLayout(RecordExportOptions options)
    {
        string full = Path.GetFullPath(options.Path);
        bool isFolder = Directory.Exists(full) || EndsAsFolder(options.Path);
        _folder = isFolder ? full : Path.GetDirectoryName(full)!;
        if (!Directory.Exists(_folder))
        {
            throw new JcException(ExportFile.FailedId, JcErrorKind.InvalidInput,
                $"Records cannot be exported to '{options.Path}': there is no folder '{_folder}'. Make it first, or give another.", options.Path);
        }

        string name = isFolder ? "" : Path.GetFileName(full);
        bool endsPacked = name.EndsWith(Packed, StringComparison.OrdinalIgnoreCase);
        string plain = endsPacked ? name.Substring(0, name.Length - Packed.Length) : name;
        if (!isFolder && options.Format is null) RefuseOtherFormat(Path.GetExtension(plain), endsPacked, options.Path);
        Format = options.Format ?? (plain.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? RecordFileFormat.Csv : RecordFileFormat.Ndjson);
        IsPacked = options.Compress || endsPacked;
        _isNumbered = isFolder || options.SplitByDay || options.MaxFileBytes is not null;
        _stem = isFolder ? "records" : Path.GetFileNameWithoutExtension(plain);
        _ending = isFolder ? (Format == RecordFileFormat.Csv ? ".csv" : ".ndjson") : Path.GetExtension(plain);
        if (IsPacked) _ending += endsPacked ? name.Substring(name.Length - Packed.Length) : Packed;
    }

    /// <summary>What is written, for a question or a preview.</summary>
    public string Description => _isNumbered
        ? $"files '{_stem}-*{_ending}' in the folder '{_folder}'" : $"the file '{FileOf(null, 0)}'";

    /// <summary>True where the files lie in a folder or below it.</summary>
    public bool IsIn(string folder) => FolderPaths.IsIn(_folder, folder);

    public RecordFileFormat Format { get; }

    /// <summary>Packed with gzip.</summary>
    public bool IsPacked { get; }

    /// <summary>
    /// The file that a record begins. Its sequence is in the name where there are several files, so that no two exports have
    /// files of the same name and other content, but for one that is done again.
    /// </summary>
    public string FileOf(DateTimeOffset? day, long sequence)
    {
        string name = _stem;
        if (day is { } date) name += date.ToString("'-'yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (_isNumbered) name += "-" + sequence.ToString("D12", CultureInfo.InvariantCulture);
        return Path.Combine(_folder, name + _ending);
    }

    /// <summary>The first file, as far as its name is known before the first record is.</summary>
    public string? KnownFile => _isNumbered ? null : FileOf(null, 0);

    /// <summary>A name for a file until it is whole.</summary>
    public static string PartOf(string file) => $"{file}.{Guid.NewGuid():N}{Unfinished}";

    /// <summary>
    /// Deletes what exports of these names left that were killed. Files of one that goes on are locked, and stay.
    /// </summary>
    public void DeleteLeftovers()
    {
        string number = _isNumbered ? "(-[0-9]{4}-[0-9]{2}-[0-9]{2})?-[0-9]{12,}" : "";
        Regex mine = new($"^{Regex.Escape(_stem)}{number}{Regex.Escape(_ending)}\\.[0-9a-f]{{32}}{Regex.Escape(Unfinished)}$", RegexOptions.CultureInvariant);
        foreach (string file in Directory.EnumerateFiles(_folder, "*" + Unfinished).Where(f => mine.IsMatch(Path.GetFileName(f))))
        {
            try
            {
                using FileStream left = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or not ours: its name says that it is a part.
            }
        }
    }

    // A program that opens what the name promises would find something else in it. Whoever names the format knows.
    private static void RefuseOtherFormat(string ending, bool isPacked, string path)
    {
        if (!s_otherFormats.Contains(ending.TrimStart('.'))) return;
        string names = s_archives.Contains(ending.TrimStart('.')) && !isPacked ? ".ndjson.gz or .csv.gz, which packs the file" : ".csv, which spreadsheets open, or .ndjson";
        throw new JcException("ExportFormatUnknown", JcErrorKind.InvalidInput,
            $"Records cannot be exported to '{path}': '{ending}' is the name of another format than the two there are, Csv and Ndjson. Give a name that ends in {names}; or keep it, and say which of the two it is with -Format.", path);
    }

    private static bool EndsAsFolder(string path) =>
        path.EndsWith(Path.DirectorySeparatorChar.ToString(), StringComparison.Ordinal) || path.EndsWith(Path.AltDirectorySeparatorChar.ToString(), StringComparison.Ordinal);
}
