using System.IO.Compression;

namespace JumpCloudConnector.Export;

/// <summary>
/// A file of an export. Until <see cref="Finish"/> it lies under another name, locked; then it is flushed to the disk and
/// gets its own. What is not finished is deleted.
/// </summary>
internal sealed class ExportFile : IDisposable
{
    /// <summary>The id of an error that says that a file could not be written.</summary>
    public const string FailedId = "ExportFailed";

    private readonly string _path;
    private readonly string _part;
    private readonly bool _replace;
    private readonly FileStream _file;
    private readonly Stream _content;
    private bool _isFinished;

    /// <summary>Begins a file.</summary>
    /// <exception cref="JcException">ExportFileExists or ExportFailed.</exception>
    public ExportFile(string path, bool packed, bool replace, ReadOnlyMemory<byte> beginning)
    {
        _path = path;
        _replace = replace;
        Check(path, replace);
        _part = ExportLayout.PartOf(path);
        _file = Guard(path, () => new FileStream(_part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16));
        _content = packed ? new GZipStream(_file, CompressionLevel.Optimal, leaveOpen: true) : _file;
        try
        {
#if NET
            // It has all that the store has, which its owner alone can read.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#endif
            Write(beginning);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Refuses to replace a file unless that was asked for.</summary>
    /// <exception cref="JcException">ExportFileExists.</exception>
    public static void Check(string path, bool replace)
    {
        if (!replace && File.Exists(path)) throw Exists(path, null);
    }

    /// <summary>Bytes written, before they are packed.</summary>
    public long Bytes { get; private set; }

    /// <summary>When it was last written to, by the caller's count.</summary>
    public long LastUse { get; set; }

    public void Write(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        Bytes += bytes.Length;
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)) array = new ArraySegment<byte>(bytes.ToArray());
        Guard(_path, () =>
        {
            _content.Write(array.Array!, array.Offset, array.Count);
            return 0;
        });
    }

    /// <summary>Makes it whole and gives it its name.</summary>
    public FileInfo Finish()
    {
        Guard(_path, () =>
        {
            if (_content != _file) _content.Dispose();
            _file.Flush(flushToDisk: true);
            _file.Dispose();
            if (_replace && File.Exists(_path)) File.Replace(_part, _path, null);
            else File.Move(_part, _path);
            return 0;
        });
        _isFinished = true;
        return new FileInfo(_path);
    }

    public void Dispose()
    {
        if (_isFinished) return;
        _isFinished = true;
        foreach (IDisposable stream in (IDisposable[])[_content, _file])
        {
            try
            {
                stream.Dispose();
            }
            catch (IOException)
            {
                // What the disk has no room for is about to be deleted anyway.
            }
        }

        try
        {
            File.Delete(_part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next export does it.
        }
    }

    private T Guard<T>(string path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (UnauthorizedAccessException e)
        {
            throw Failed(path, $"the account '{Environment.UserName}' may not write there. Give another folder, or permission", JcErrorKind.AccessDenied, e);
        }
        catch (IOException e)
        {
            if (!_replace && File.Exists(path)) throw Exists(path, e);
            throw Failed(path, IsFull(e) ? "the disk there is full. Free some space, or give another disk" : e.Message.Replace(_part, path).TrimEnd('.'), JcErrorKind.InvalidInput, e);
        }
    }

    private static bool IsFull(IOException e) => Path.DirectorySeparatorChar == '\\' ? (e.HResult & 0xFFFF) is 112 or 39 : e.HResult == 28;

    private static JcException Failed(string path, string why, JcErrorKind kind, Exception cause) =>
        new(FailedId, kind, $"The file '{path}' could not be written: {why}. Nothing of it is left; files that were whole before stay.", path, cause);

    private static JcException Exists(string path, Exception? cause) => new("ExportFileExists", JcErrorKind.AlreadyExists,
        $"There is a file '{path}' already. Give another name, or -Force to replace it once the new one is whole.", path, cause);
}
