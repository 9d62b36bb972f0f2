namespace JumpCloudConnector.Export;

/// <summary>What records are written as.</summary>
public enum RecordFileFormat
{
    /// <summary>One JSON object a line, each byte for byte as it is stored.</summary>
    Ndjson = 1,

    /// <summary>A table of the normalised fields.</summary>
    Csv,
}

/// <summary>Where and how records are written.</summary>
public sealed record RecordExportOptions
{
    /// <summary>The file; or a folder, in which files get names of their own.</summary>
    public required string Path { get; init; }

    /// <summary>The format; null where the file's name tells: CSV where it ends so, else NDJSON.</summary>
    public RecordFileFormat? Format { get; init; }

    /// <summary>True to pack files with gzip, also where the name does not end in .gz.</summary>
    public bool Compress { get; init; }

    /// <summary>True for files of a day each, by the time of the events, UTC.</summary>
    public bool SplitByDay { get; init; }

    /// <summary>Bytes that a file has at most, before it is packed; a record that is larger is in a file of its own.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>True to replace files that are there, each when the new one is whole.</summary>
    public bool Replace { get; init; }
}

/// <summary>What was written, and where to go on.</summary>
public sealed record RecordExport
{
    /// <summary>How many records.</summary>
    public required long Records { get; init; }

    /// <summary>The files, in the order in which they became whole.</summary>
    public required IReadOnlyList<FileInfo> Files { get; init; }

    /// <summary>Bytes of the files.</summary>
    public required long Bytes { get; init; }

    /// <summary>The format.</summary>
    public required RecordFileFormat Format { get; init; }

    /// <summary>The place in the order of commits that it began behind.</summary>
    public required long AfterSequence { get; init; }

    /// <summary>
    /// The place up to which all that matches was written: what a next export is to begin behind, whether anything matched
    /// or not.
    /// </summary>
    public required long LastSequence { get; init; }

    /// <summary>The oldest record's time; null where none was written.</summary>
    public DateTimeOffset? FirstRecord { get; init; }

    /// <summary>The newest record's time.</summary>
    public DateTimeOffset? LastRecord { get; init; }

    /// <summary>The file or folder that was given.</summary>
    public required string Path { get; init; }

    /// <summary>The store's folder.</summary>
    public required string StorePath { get; init; }
}
