using System.Text.Encodings.Web;
using System.Text.Json;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Keeps what every turn came to, for whoever looks later: JSON lines in the store's folder, in files of bounded number and
/// size. Passes everything on to another observer. A log that cannot be written stops no collection.
/// </summary>
public sealed class RunLog : ICollectionObserver, IForwardingObserver
{
    /// <summary>The file's name; older ones end in .1 to .4.</summary>
    public const string FileName = "collection.jsonl";

    private const int MostFiles = 5;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly ICollectionObserver? _next;
    private readonly TimeProvider _time;
    private readonly long _mostBytes;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> _faults = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _confirmed = new();

    /// <summary>Logs into a folder.</summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    /// <param name="next">Is told the same; null for nobody.</param>
    /// <param name="time">Null for the system's clock.</param>
    /// <param name="mostBytes">At which size a new file is begun.</param>
    public RunLog(string folder, ICollectionObserver? next, TimeProvider? time = null, long mostBytes = 4L << 20)
    {
        _path = Path.Combine(folder, FileName);
        _next = next;
        _time = time ?? TimeProvider.System;
        _mostBytes = mostBytes;
    }

    /// <summary>The folder of a store's log.</summary>
    public static string FolderOf(string storeFolder) => Path.Combine(storeFolder, "log");

    /// <inheritdoc/>
    public void Progressed(CollectionProgress progress) => _next?.Progressed(progress);

    /// <inheritdoc/>
    public void Committed(RecordBatch batch) => _next?.Committed(batch);

    /// <inheritdoc/>
    public void Completed(CollectionResult result)
    {
        if (result.State is not (CollectionState.NotDue or CollectionState.Inactive))
        {
            Append(writer =>
            {
                writer.WriteString("connector", result.ConnectorName);
                writer.WriteString("tenant", result.TenantName);
                if (result.OrganizationId is not null) writer.WriteString("organization", result.OrganizationId);
                if (result.ContentType is not null) writer.WriteString("content_type", result.ContentType.ToString());
                writer.WriteString("state", result.State.ToString());
                writer.WriteNumber("fetched", result.Fetched);
                writer.WriteNumber("new", result.New);
                writer.WriteNumber("repeated", result.Repeated);
                writer.WriteNumber("filtered", result.Filtered);
                writer.WriteNumber("requests", result.Requests);
                writer.WriteNumber("retries", result.Retries);
                writer.WriteNumber("duration_ms", (long)result.Duration.TotalMilliseconds);
                if (result.Backlog > TimeSpan.Zero) writer.WriteNumber("backlog_ms", (long)result.Backlog.TotalMilliseconds);
                if (result.Watermark is { } watermark) writer.WriteString("watermark", watermark.UtcDateTime);
                if (result.ErrorId is null) return;
                writer.WriteNumber("status_code", result.StatusCode);
                writer.WriteString("error_id", result.ErrorId);
                writer.WriteString("error", result.ErrorMessage);
            });
        }

        _next?.Completed(result);
    }

    /// <inheritdoc/>
    public void Warned(string message)
    {
        Append(writer => writer.WriteString("warning", message));
        _next?.Warned(message);
    }

    /// <inheritdoc/>
    public void Noted(string message) => _next?.Noted(message);

    /// <inheritdoc/>
    public void Progressed(ForwardingProgress progress)
    {
        long last = _confirmed.TryGetValue(progress.Name, out long known) ? known : 0;
        _confirmed[progress.Name] = progress.Acknowledged;
        // A fault behind that is another, though it may look the same.
        if (progress.Acknowledged > last) _faults.TryRemove(progress.Name, out _);
        (_next as IForwardingObserver)?.Progressed(progress);
    }

    /// <inheritdoc/>
    public void Failed(string name, JcException fault, TimeSpan? retryAfter)
    {
        // A fault that lasts is one line, not one at every attempt.
        if (!_faults.TryGetValue(name, out string? last) || last != fault.Message)
        {
            _faults[name] = fault.Message;
            Append(writer =>
            {
                writer.WriteString("destination", name);
                writer.WriteString("error_id", fault.ErrorId);
                writer.WriteString("error", fault.Message);
            });
        }

        (_next as IForwardingObserver)?.Failed(name, fault, retryAfter);
    }

    /// <inheritdoc/>
    public void Completed(ForwardingResult result)
    {
        if (result.Sent > 0 || result.ErrorId is not null)
        {
            Append(writer =>
            {
                writer.WriteString("destination", result.Name);
                writer.WriteString("state", result.State.ToString());
                writer.WriteNumber("sent", result.Sent);
                writer.WriteNumber("acknowledged", result.Acknowledged);
                writer.WriteNumber("skipped", result.Skipped);
                writer.WriteNumber("resent", result.Resent);
                writer.WriteNumber("bytes", result.Bytes);
                if (result.Position is { } position) writer.WriteNumber("position", position);
                if (result.LagRecords is { } lag) writer.WriteNumber("lag_records", lag);
                writer.WriteNumber("duration_ms", (long)result.Duration.TotalMilliseconds);
                if (result.ErrorId is null) return;
                writer.WriteString("error_id", result.ErrorId);
                writer.WriteString("error", result.ErrorMessage);
            });
        }

        (_next as IForwardingObserver)?.Completed(result);
    }

    private void Append(Action<Utf8JsonWriter> write)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter writer = new(line, Json))
        {
            writer.WriteStartObject();
            writer.WriteString("time", _time.GetUtcNow().UtcDateTime);
            writer.WriteString("host", Environment.MachineName);
            writer.WriteNumber("pid", ProcessId);
            writer.WriteString("account", Environment.UserName);
            write(writer);
            writer.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            using FileStream file = OpenAlone();
            if (file.Length > _mostBytes)
            {
                Rotate(file);
            }

            file.Seek(0, SeekOrigin.End);
            line.WriteTo(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _next?.Noted($"The log '{_path}' could not be written: {e.Message}");
        }
    }

    // Copied and emptied under the one lock there is, not renamed: a process that waits for it must find the same file.
    private void Rotate(FileStream file)
    {
        for (int number = MostFiles - 1; number > 1; number--)
        {
            string older = $"{_path}.{number - 1}";
            if (!File.Exists(older)) continue;
            File.Delete($"{_path}.{number}");
            File.Move(older, $"{_path}.{number}");
        }

        using (FileStream copy = new($"{_path}.1", FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            file.Seek(0, SeekOrigin.Begin);
            file.CopyTo(copy);
        }

        file.SetLength(0);
    }

    // One process writes at a time; the others' lines are short, and no file system tells when they are done.
    private FileStream OpenAlone()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 50 && File.Exists(_path))
            {
                Thread.Sleep(10);
            }
        }
    }

    private static readonly int ProcessId = CurrentProcessId();

    private static int CurrentProcessId()
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetCurrentProcess();
        return process.Id;
    }
}
