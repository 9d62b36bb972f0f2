namespace JumpCloudConnector.Storage;

/// <summary>An open store: connectors, records and destinations in one folder.</summary>
public sealed class RecordStore : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteRecordStore _records;

    private RecordStore(SqliteDatabase database)
    {
        _database = database;
        Connectors = new SqliteConnectorStore(database);
        Records = _records = new SqliteRecordStore(database);
        Destinations = new SqliteDestinationStore(database);
        Care = new SqliteStoreCare(database, _records);
    }

    /// <summary>The store's folder.</summary>
    public string Folder => _database.Folder;

    /// <summary>The connectors.</summary>
    public IConnectorStore Connectors { get; }

    /// <summary>The streams and the records.</summary>
    public IRecordStore Records { get; }

    /// <summary>What was read of every stream, what is open and what is missing.</summary>
    public ILedger Ledger => _records;

    /// <summary>The syslog receivers, and how far each has come.</summary>
    public IDestinationStore Destinations { get; }

    /// <summary>What the store keeps, and that it is sound.</summary>
    public IStoreCare Care { get; }

    /// <summary>Opens the store, or makes it where there is none.</summary>
    /// <param name="path">The folder; null for the environment's or the machine's default.</param>
    /// <exception cref="JcException">StorePathIsFile, StorePathInvalid, StoreOnNetwork, StoreAccessDenied, StoreSchemaNewer, NotAStore,
    /// StoreDamaged, StoreFull, StoreReadOnly or StoreBusy.</exception>
    public static RecordStore Open(string? path = null) => new(new SqliteDatabase(StoreFolder.Resolve(path)));

    /// <summary>True when a store lies there; looking does not make one.</summary>
    public static bool Exists(string? path = null) => File.Exists(Path.Combine(StoreFolder.Resolve(path), SqliteDatabase.FileName));

    /// <summary>Looks whether a backup is sound, as <see cref="IStoreCare.Test"/> does with a store. Changes nothing.</summary>
    /// <param name="file">The file that <see cref="IStoreCare.Backup"/> made.</param>
    /// <param name="full">True to look at every page, index and key too.</param>
    /// <param name="progress">Is told now and then what is looked at, and which part of it is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="JcException">FileNotFound, NotAStore, StoreSchemaNewer or StoreDamaged.</exception>
    public static StoreTest TestBackup(string file, bool full, Action<string, double>? progress = null, CancellationToken cancellationToken = default)
    {
        FileInfo backup = new(file);
        if (!backup.Exists) throw new JcException("FileNotFound", JcErrorKind.NotFound, $"There is no file '{file}' to test. Give one that Backup-JcStore has made.", file);
        using SqliteDatabase database = new(backup);
        using SqliteRecordStore records = new(database);
        return new SqliteStoreCare(database, records).Test(full, progress, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _records.Dispose();
        _database.Dispose();
    }
}
