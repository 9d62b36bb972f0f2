using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace JumpCloudConnector.Storage;

/// <content>A copy of it.</content>
internal sealed partial class SqliteStoreCare
{
    private const string BackupFailedId = "BackupFailed";

    private const int PagesCopiedAtOnce = 512;

    public StoreBackup Backup(string destination, bool overwrite, DateTimeOffset now, Action<double>? progress, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string file = FileOf(destination, now);
        if (string.Equals(file, database.FilePath, StringComparison.OrdinalIgnoreCase))
            throw BackupFailed(file, "it is the store itself. Give another file or folder.", JcErrorKind.InvalidInput, null);
        if (FolderPaths.IsIn(Path.GetDirectoryName(file)!, database.Folder))
            throw BackupFailed(file, "it would lie in the folder of the store itself, and be lost with it. Give another folder, best on another disk.", JcErrorKind.InvalidInput, null);
        if (File.Exists(file) && !overwrite)
        {
            throw new JcException("BackupExists", JcErrorKind.AlreadyExists,
                $"There is a file '{file}' already. Give another name, or -Force to replace it once the new one is whole.", file);
        }

        if (File.Exists(file) && !IsBackup(file))
        {
            throw new JcException("BackupExists", JcErrorKind.AlreadyExists,
                $"There is a file '{file}' that is no backup of a store; -Force does not replace it. Give another name.", file);
        }

        // Under another name until it is whole, so that nobody takes a part of it for a backup.
        string part = $"{file}.{Guid.NewGuid():N}.part";
        try
        {
            Create(part);
            database.Guard(() =>
            {
                using SqliteConnection source = database.OpenReader();
                Copy(source, part, file, progress, cancellationToken);
                return 0;
            });
            (long kept, long last) = Finish(part, file);
            cancellationToken.ThrowIfCancellationRequested();
            if (File.Exists(file)) File.Replace(part, file, null);
            else File.Move(part, file);
            return new StoreBackup
            {
                FullName = file, Bytes = new FileInfo(file).Length, Records = kept, LastSequence = last, CreatedAt = now, Duration = clock.Elapsed, StorePath = database.Folder,
            };
        }
        catch (UnauthorizedAccessException e)
        {
            throw BackupFailed(file, $"the account '{Environment.UserName}' may not write there.", JcErrorKind.AccessDenied, e);
        }
        catch (IOException e)
        {
            throw BackupFailed(file, e.Message, JcErrorKind.InvalidInput, e);
        }
        finally
        {
            foreach (string left in (string[])[part, part + "-wal", part + "-shm", part + "-journal"]) TryDelete(left);
        }
    }

    /// <summary>True for a file that has a store's mark, which is all that may be replaced.</summary>
    private static bool IsBackup(string file)
    {
        try
        {
            using FileStream there = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] head = new byte[72];
            int read = 0;
            for (int count; read < head.Length && (count = there.Read(head, read, head.Length - read)) > 0;) read += count;
            return read == head.Length && System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(68)) == SqliteSchema.ApplicationId;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string FileOf(string destination, DateTimeOffset now)
    {
        string file = Path.GetFullPath(destination);
        bool isFolder = Directory.Exists(file) || destination.EndsWith(Path.DirectorySeparatorChar.ToString(), StringComparison.Ordinal)
            || destination.EndsWith(Path.AltDirectorySeparatorChar.ToString(), StringComparison.Ordinal);
        if (isFolder) file = Path.Combine(file, string.Format(CultureInfo.InvariantCulture, "JumpCloudConnector-{0:yyyyMMdd-HHmmss}.db", now.ToLocalTime()));
        return Directory.Exists(Path.GetDirectoryName(file)) ? file
            : throw BackupFailed(file, "its folder does not exist. Make the folder, or give another.", JcErrorKind.InvalidInput, null);
    }

    /// <summary>Makes the file readable by its owner alone where the system knows that: it has all that the store has.</summary>
    private static void Create(string part)
    {
        using FileStream made = new(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
#if NET
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#endif
    }

    private static void Copy(SqliteConnection source, string part, string file, Action<double>? progress, CancellationToken cancellationToken)
    {
        // A read that stays open is the one moment of which the copy is, whatever is committed meanwhile.
        SqliteDatabase.Execute(source, "BEGIN");
        Number(source, "SELECT count(*) FROM meta");
        using SqliteConnection target = Connect(part);
        using sqlite3_backup backup = raw.sqlite3_backup_init(target.Handle, "main", source.Handle, "main");
        if (backup is null || backup.IsInvalid) throw TargetFailed(file, target);
        int rc;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            rc = raw.sqlite3_backup_step(backup, PagesCopiedAtOnce);
            int pages = raw.sqlite3_backup_pagecount(backup);
            if (pages > 0) progress?.Invoke(1 - ((double)raw.sqlite3_backup_remaining(backup) / pages));
        }
        while (rc == raw.SQLITE_OK);
        if (rc != raw.SQLITE_DONE)
        {
            // What the source cannot give is the store's fault, and told as such.
            if ((rc & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB) throw new SqliteException("A page cannot be read.", rc & 0xFF, rc);
            throw (rc & 0xFF) == raw.SQLITE_FULL ? TargetFull(file) : TargetFailed(file, target);
        }
    }

    /// <summary>Makes one file of it that needs none beside it, looks whether it is whole, and sees to it that the disk has it.</summary>
    private static (long Records, long LastSequence) Finish(string part, string file)
    {
        (long Records, long LastSequence) has;
        try
        {
            using SqliteConnection copy = Connect(part);
            SqliteDatabase.Execute(copy, "PRAGMA journal_mode=DELETE");
            using SqliteCommand check = copy.CreateCommand("PRAGMA quick_check(1)");
            if ((string)check.ExecuteScalar()! is not "ok" and var fault) throw BackupFailed(file, $"the copy is not whole ({fault}). Look at the store with Test-JcStore.", JcErrorKind.StoreFault, null);
            has = (Number(copy, "SELECT (SELECT coalesce(sum(records), 0) FROM block) + (SELECT count(*) FROM record)"), Number(copy, "SELECT value FROM meta WHERE name = 'sequence'"));
        }
        catch (SqliteException e)
        {
            throw (e.SqliteErrorCode & 0xFF) == raw.SQLITE_FULL ? TargetFull(file) : BackupFailed(file, e.Message, JcErrorKind.StoreFault, e);
        }

        using FileStream written = new(part, FileMode.Open, FileAccess.ReadWrite);
        written.Flush(flushToDisk: true);
        return has;
    }

    private static SqliteConnection Connect(string file)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        // Written anew if it is ever broken off, and flushed once at its end.
        SqliteDatabase.Execute(connection, "PRAGMA synchronous=OFF");
        return connection;
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its name says that it is a part.
        }
    }

    private static JcException TargetFull(string file) =>
        BackupFailed(file, "the disk there is full. Free some space, or give another disk.", JcErrorKind.InvalidInput, null);

    private static JcException TargetFailed(string file, SqliteConnection target) =>
        BackupFailed(file, raw.sqlite3_errmsg(target.Handle).utf8_to_string() + ".", JcErrorKind.InvalidInput, null);

    private static JcException BackupFailed(string file, string why, JcErrorKind kind, Exception? cause) =>
        new(BackupFailedId, kind, $"The backup '{file}' could not be made: {why}", file, cause);
}
