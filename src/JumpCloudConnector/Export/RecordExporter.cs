using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Export;

/// <summary>
/// Writes records into files, in the order of commits. With a file a day, few are open at a time: where a late event's day
/// is not among them it begins another file of that day, so that memory and handles stay bounded whatever the order is.
/// </summary>
public sealed class RecordExporter : IDisposable
{
    // Days whose files are open at a time; enough that the last days' late events seldom begin another file.
    private const int MaxOpen = 8;
    private const int RecordsPerProgress = 1024;
    private const long Day = 86_400_000;

    private readonly RecordExportOptions _options;
    private readonly ExportLayout _layout;
    private readonly CsvRecords? _csv;
    private readonly Dictionary<long, ExportFile> _open = [];
    private readonly List<FileInfo> _files = [];
    private byte[] _line = new byte[4096];
    private long _uses;

    private RecordExporter(RecordExportOptions options)
    {
        _options = options;
        _layout = new ExportLayout(options);
        _csv = _layout.Format == RecordFileFormat.Csv ? new CsvRecords() : null;
    }

    /// <summary>
    /// Exports records. Each file appears when it is whole. Done again from the same place it writes files of the same names,
    /// so that one that was broken off can be repeated.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Which records; always in the order of commits.</param>
    /// <param name="options">Where and how.</param>
    /// <param name="progress">Is told now and then how many were written, and which part of the way is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it; files that are whole stay, others leave nothing.</param>
    /// <exception cref="JcException">ExportFailed or ExportFileExists.</exception>
    public static RecordExport Export(
        RecordStore store, RecordQuery query, RecordExportOptions options, Action<long, double>? progress = null, CancellationToken cancellationToken = default)
    {
        Check(store, options);
        using RecordExporter exporter = new(options);
        return exporter.Run(store, query, progress, cancellationToken);
    }

    /// <summary>Refuses, before anything is written, what an export would refuse, and tells what it would write.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Where and how.</param>
    /// <returns>The file or the files, such as "the file '/data/x.ndjson'".</returns>
    /// <exception cref="JcException">ExportFailed or ExportFileExists.</exception>
    public static string Check(RecordStore store, RecordExportOptions options)
    {
        ExportLayout layout = new(options);
        if (layout.IsIn(store.Folder))
        {
            throw new JcException(ExportFile.FailedId, JcErrorKind.InvalidInput,
                $"Records cannot be exported to '{options.Path}': that is in the folder of the store itself, which nothing else may lie in. Give another folder.", options.Path);
        }

        if (layout.KnownFile is { } file) ExportFile.Check(file, options.Replace);
        return $"{layout.Description}, as {(layout.IsPacked ? "packed " : "")}{(layout.Format == RecordFileFormat.Csv ? "CSV" : "NDJSON")}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ExportFile file in _open.Values) file.Dispose();
        _open.Clear();
    }

    private RecordExport Run(RecordStore store, RecordQuery query, Action<long, double>? progress, CancellationToken cancellationToken)
    {
        long after = query.AfterSequence ?? 0;
        // Before the search begins: it finds all up to here, and none appears below it later.
        long last = store.Records.GetLastSequence();
        long until = last, written = 0, from = long.MaxValue, to = long.MinValue;
        _layout.DeleteLeftovers();
        foreach (IngestedRecord record in store.Records.Find(query with { AfterSequence = after, Oldest = false }, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long time = record.Timestamp.ToUnixTimeMilliseconds();
            Write(record, time);
            written++;
            last = Math.Max(last, record.Sequence);
            from = Math.Min(from, time);
            to = Math.Max(to, time);
            if (written % RecordsPerProgress == 0) progress?.Invoke(written, Math.Min(1, (record.Sequence - after) / (double)Math.Max(1, until - after)));
        }

        foreach (long day in _open.OrderBy(o => o.Value.LastUse).Select(o => o.Key).ToArray()) Finish(day);
        foreach (FileInfo file in _files) file.Refresh();
        return new RecordExport
        {
            Records = written,
            Files = _files,
            Bytes = _files.Sum(f => f.Length),
            Format = _layout.Format,
            AfterSequence = after,
            LastSequence = Math.Max(after, last),
            FirstRecord = written == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(from),
            LastRecord = written == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(to),
            Path = _options.Path,
            StorePath = store.Folder,
        };
    }

    private void Write(IngestedRecord record, long time)
    {
        long day = _options.SplitByDay ? (long)Math.Floor((double)time / Day) : 0;
        ReadOnlyMemory<byte> line = Line(record);
        if (_open.TryGetValue(day, out ExportFile? file) && file.Bytes + line.Length > (_options.MaxFileBytes ?? long.MaxValue))
        {
            Finish(day);
            file = null;
        }

        if (file is null)
        {
            if (_open.Count == MaxOpen) Finish(_open.OrderBy(o => o.Value.LastUse).First().Key);
            string path = _layout.FileOf(_options.SplitByDay ? DateTimeOffset.FromUnixTimeMilliseconds(day * Day) : null, record.Sequence);
            _open[day] = file = new ExportFile(path, _layout.IsPacked, _options.Replace, _csv is null ? default(ReadOnlyMemory<byte>) : CsvRecords.Beginning);
        }

        file.Write(line);
        file.LastUse = ++_uses;
    }

    private ReadOnlyMemory<byte> Line(IngestedRecord record)
    {
        if (_csv is not null) return _csv.Line(record);
        ReadOnlySpan<byte> json = record.Utf8.Span;
        if (_line.Length <= json.Length) _line = new byte[json.Length * 2];
        json.CopyTo(_line);
        _line[json.Length] = (byte)'\n';
        return _line.AsMemory(0, json.Length + 1);
    }

    private void Finish(long day)
    {
        ExportFile file = _open[day];
        _files.Add(file.Finish());
        _open.Remove(day);
    }
}
