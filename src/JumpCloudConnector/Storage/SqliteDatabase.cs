using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace JumpCloudConnector.Storage;

/// <summary>
/// The store's file: opened, migrated, and its faults told in words. One connection writes, under a lock; readers open
/// their own, and WAL mode lets them read beside the writer of this or another process.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    public const string FileName = "store.db";

    private const int BusyTimeoutMilliseconds = 60_000;

    private readonly bool _isImmutable;
    private readonly object _writing = new();
    private readonly SqliteConnection _writer;
    private bool _durable = true;

    static SqliteDatabase() => raw.SetProvider(new SQLite3Provider_e_sqlite3());

    public SqliteDatabase(string folder)
    {
        Folder = folder;
        FilePath = Path.Combine(folder, FileName);
        StoreFolder.Ensure(folder);
        bool isNew = !File.Exists(FilePath);
        if (isNew) CreateFile();
        _writer = Guard(() => Open());
        try
        {
            Guard(() =>
            {
                // What is not ours, or newer than this program, must not be changed: so before anything is set.
                if (new FileInfo(FilePath).Length > 0) ReadVersion();

                // The first two shape a new file alone, and only before WAL mode writes its header.
                Execute(_writer, "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL;");
                Execute(_writer, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864;");
                Migrate();
                return 0;
            });
        }
        catch
        {
            _writer.Dispose();
            throw;
        }
    }

    /// <summary>Opens a backup to look at it, and for nothing else: it may lie on what cannot be written.</summary>
    /// <param name="file">The file.</param>
    public SqliteDatabase(FileInfo file)
    {
        Folder = file.DirectoryName!;
        FilePath = file.FullName;
        IsBackup = true;
        // A raw copy of a store's file is in WAL mode, for which SQLite makes files beside it and leaves them there. Without a log
        // of its own there is nothing to be found in any.
        _isImmutable = !File.Exists(FilePath + "-wal");
        _writer = Guard(() => Open());
        try
        {
            SchemaVersion = Guard(ReadVersion);
        }
        catch
        {
            _writer.Dispose();
            throw;
        }
    }

    public string Folder { get; }

    /// <summary>True where it is a copy of a store, which is only read.</summary>
    public bool IsBackup { get; }

    /// <summary>The layout that it has.</summary>
    public int SchemaVersion { get; } = SqliteSchema.Version;

    public string FilePath { get; }

    /// <summary>Runs a change in one transaction under the single writer.</summary>
    /// <param name="durable">True for what must survive a power cut once it is reported; false for leases and status,
    /// which may fall back to an earlier commit and spare the disk a flush.</param>
    /// <param name="change">The change; an exception takes all of it back.</param>
    public T Write<T>(bool durable, Func<SqliteConnection, T> change) => Guard(() =>
    {
        lock (_writing)
        {
            if (durable != _durable)
            {
                Execute(_writer, durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
                _durable = durable;
            }

            Execute(_writer, "BEGIN IMMEDIATE");
            try
            {
                T result = change(_writer);
                Execute(_writer, "COMMIT");
                return result;
            }
            catch
            {
                RollBack(_writer);
                throw;
            }
        }
    });

    /// <summary>Reads with a connection of its own.</summary>
    public T Read<T>(Func<SqliteConnection, T> read) => Guard(() =>
    {
        using SqliteConnection connection = Open();
        return read(connection);
    });

    /// <summary>Writes as much of the log back into the file as readers allow, which also cuts the file where pages were given back.</summary>
    public void Checkpoint() => Guard(() =>
    {
        lock (_writing) Execute(_writer, "PRAGMA wal_checkpoint(PASSIVE)");
        return 0;
    });

    /// <summary>A connection for a reader that goes on for a while; to be used inside <see cref="Guard"/>.</summary>
    public SqliteConnection OpenReader() => Open();

    /// <summary>Turns SQLite's faults into errors that say what to do.</summary>
    public T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
        catch (Exception e) when (e is InvalidDataException or System.Text.Json.JsonException)
        {
            throw Damaged(e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw StoreFolder.AccessDenied(Folder, e);
        }
    }

    public void Dispose()
    {
        lock (_writing) _writer.Dispose();
    }

    /// <summary>The bytes on disk: the file and what SQLite keeps beside it.</summary>
    public long FileBytes() => ((string[])[FilePath, FilePath + "-wal", FilePath + "-shm"]).Select(f => new FileInfo(f)).Where(f => f.Exists).Sum(f => f.Length);

    public static void Execute(SqliteConnection connection, string sql)
    {
        int rc = raw.sqlite3_exec(connection.Handle, sql);
        if (rc != raw.SQLITE_OK) throw Failure(connection, rc);
    }

    public static SqliteException Failure(SqliteConnection connection, int rc) =>
        new(raw.sqlite3_errmsg(connection.Handle).utf8_to_string(), rc & 0xFF, raw.sqlite3_extended_errcode(connection.Handle));

    private SqliteConnection Open()
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = _isImmutable ? ImmutableUri(FilePath) : FilePath,
            Mode = IsBackup ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = BusyTimeoutMilliseconds / 1000,
        }.ToString());
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle, BusyTimeoutMilliseconds);
            Execute(connection, "PRAGMA cache_size=-8000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Ends a transaction that has failed. Another error by this would hide the first.</summary>
    public static void RollBack(SqliteConnection connection)
    {
        // A full disk may have rolled back already; what must not happen is a transaction left open.
        if (raw.sqlite3_get_autocommit(connection.Handle) == 0) raw.sqlite3_exec(connection.Handle, "ROLLBACK");
    }

    private static string ImmutableUri(string path)
    {
        string escaped = path.Replace("%", "%25").Replace("?", "%3f").Replace("#", "%23");
        if (Path.DirectorySeparatorChar == '\\') escaped = escaped.Replace('\\', '/');
        // A share's path begins with two slashes, a drive's with none.
        return $"file://{(escaped[0] == '/' ? "" : "/")}{escaped}?immutable=1";
    }

    private void CreateFile()
    {
        try
        {
            using FileStream file = new(FilePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
#if NET
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#endif
        }
        catch (UnauthorizedAccessException e)
        {
            throw StoreFolder.AccessDenied(Folder, e);
        }
        catch (IOException e)
        {
            throw new JcException("StoreUnavailable", JcErrorKind.StoreFault,
                $"The store file '{FilePath}' cannot be made: {e.Message}", FilePath, e);
        }
    }

    private void Migrate()
    {
        int version = ReadVersion();
        if (version == SqliteSchema.Version) return;
        Execute(_writer, "BEGIN IMMEDIATE");
        try
        {
            // Another process may have migrated while this one waited for the lock.
            for (version = CheckVersion(); version < SqliteSchema.Version; version++)
                Execute(_writer, SqliteSchema.Steps[version] + $"PRAGMA user_version={version + 1};");
            Execute(_writer, $"PRAGMA application_id={SqliteSchema.ApplicationId}; COMMIT;");
        }
        catch
        {
            RollBack(_writer);
            throw;
        }
    }

    /// <summary>In one transaction, so that the three values are of one moment.</summary>
    private int ReadVersion()
    {
        Execute(_writer, "BEGIN");
        try
        {
            return CheckVersion();
        }
        finally
        {
            raw.sqlite3_exec(_writer.Handle, "COMMIT");
        }
    }

    private int CheckVersion()
    {
        int version = (int)Scalar("PRAGMA user_version");
        int application = (int)Scalar("PRAGMA application_id");
        if (application != SqliteSchema.ApplicationId && (IsBackup || application != 0 || version != 0 || Scalar("SELECT count(*) FROM sqlite_schema") > 0))
        {
            throw new JcException("NotAStore", JcErrorKind.InvalidInput,
                IsBackup
                    ? $"'{FilePath}' is no backup of a store: it is empty or of another program. Give a file that Backup-JcStore has made; a copy of one may have been cut short."
                    : $"'{FilePath}' is a database of another program. Give another folder with -StorePath.", FilePath);
        }

        if (version > SqliteSchema.Version)
        {
            throw new JcException("StoreSchemaNewer", JcErrorKind.StoreFault,
                $"The store '{(IsBackup ? FilePath : Folder)}' has schema version {version}; this module knows versions up to {SqliteSchema.Version}. Update JumpCloudConnector on this machine; nothing was changed.",
                Folder);
        }

        return version;
    }

    private long Scalar(string sql)
    {
        using SqliteCommand command = _writer.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public JcException Damaged(Exception e) => new("StoreDamaged", JcErrorKind.StoreFault,
        $"The store file '{FilePath}' is damaged ({e.Message}). Put it aside and restore a backup, or start a new store; JumpCloud still has the events of its retention.", FilePath, e);

    private JcException Explain(SqliteException e)
    {
        return (e.SqliteErrorCode & 0xFF) switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new("StoreBusy", JcErrorKind.StoreFault,
                $"The store '{Folder}' has been locked by another process for a minute. Try again; a copy or a virus scan of the file may hold it.", Folder, e),
            raw.SQLITE_FULL => new("StoreFull", JcErrorKind.StoreFault,
                $"The disk of the store '{Folder}' is full. Free some space; what was committed is safe, and collection goes on where it stopped.", Folder, e),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(e),
            raw.SQLITE_READONLY => new("StoreReadOnly", JcErrorKind.AccessDenied,
                $"The store '{Folder}' cannot be written. Check the folder's and the file's permissions for the account '{Environment.UserName}'.", Folder, e),
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH => StoreFolder.AccessDenied(Folder, e),
            _ => new("StoreFault", JcErrorKind.StoreFault,
                $"The store '{Folder}' failed: {e.Message} (SQLite {e.SqliteExtendedErrorCode}). What was committed is safe.", Folder, e),
        };
    }
}
