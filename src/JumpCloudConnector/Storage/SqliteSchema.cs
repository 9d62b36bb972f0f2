namespace JumpCloudConnector.Storage;

/// <summary>The store's layout, by version. A step is never changed once a release has written it.</summary>
internal static class SqliteSchema
{
    public const int Version = 4;

    /// <summary>Marks the file as ours ("JCCN").</summary>
    public const int ApplicationId = 0x4A43434E;

    /// <summary>What brings a store from version n to n + 1.</summary>
    public static readonly string[] Steps =
    [
        """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO meta VALUES('sequence', 0);

        CREATE TABLE tenant(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE) WITHOUT ROWID;

        CREATE TABLE connector(
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, version INTEGER NOT NULL,
            document TEXT NOT NULL, secret BLOB NOT NULL, proxy_secret BLOB NOT NULL DEFAULT x'',
            -- Which organization the key proved to belong to, and for which state of key and addresses that was found.
            organization TEXT, organization_name TEXT, organization_for INTEGER) WITHOUT ROWID;

        CREATE TABLE stream(
            id INTEGER PRIMARY KEY, connector TEXT NOT NULL, organization TEXT NOT NULL, content_type INTEGER NOT NULL,
            organization_name TEXT, start_ms INTEGER, watermark_ms INTEGER, created_ms INTEGER NOT NULL, last_turn_ms INTEGER,
            status_code INTEGER NOT NULL DEFAULT 0, status_id TEXT, status_message TEXT, status_ms INTEGER,
            last_activity_ms INTEGER, last_data_ms INTEGER, failures INTEGER NOT NULL DEFAULT 0, parked_until_ms INTEGER,
            last_snapshot_ms INTEGER,
            -- Where part of its span was left for the next turn, and since when its organization is no longer listed.
            behind INTEGER NOT NULL DEFAULT 0, gone_ms INTEGER,
            UNIQUE(connector, organization, content_type));

        CREATE TABLE lease(
            stream INTEGER PRIMARY KEY, fence INTEGER NOT NULL, host TEXT, pid INTEGER, process_start_ms INTEGER,
            instance TEXT, expires_ms INTEGER NOT NULL);

        -- The ledger. Times overlap where something was read again; what no row covers is still open.
        CREATE TABLE slice(
            id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
            kind INTEGER NOT NULL, counted INTEGER, received INTEGER NOT NULL, new INTEGER NOT NULL, repeated INTEGER NOT NULL, filtered INTEGER NOT NULL,
            pages INTEGER NOT NULL, committed_ms INTEGER NOT NULL);
        CREATE INDEX slice_end ON slice(stream, to_ms, from_ms);

        -- Ordered by time within a stream, so that new keys go to few pages of the index.
        CREATE TABLE seen(
            stream INTEGER NOT NULL, ms INTEGER NOT NULL, key BLOB NOT NULL, filtered INTEGER NOT NULL,
            PRIMARY KEY(stream, ms, key)) WITHOUT ROWID;

        -- How many keys an hour has, so that a long span is counted without reading them all.
        CREATE TABLE tally(
            stream INTEGER NOT NULL, hour_ms INTEGER NOT NULL, events INTEGER NOT NULL, filtered INTEGER NOT NULL,
            PRIMARY KEY(stream, hour_ms)) WITHOUT ROWID;

        -- When the audit of each width was last done.
        CREATE TABLE audit(stream INTEGER NOT NULL, width INTEGER NOT NULL, done_ms INTEGER NOT NULL, PRIMARY KEY(stream, width)) WITHOUT ROWID;

        -- Spans that were read whole though the API's count says otherwise, with that count.
        CREATE TABLE accepted(
            stream INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, counted INTEGER NOT NULL,
            known INTEGER NOT NULL, accepted_ms INTEGER NOT NULL, PRIMARY KEY(stream, from_ms)) WITHOUT ROWID;

        -- Spans that may lack events for good; without an end where the cause still lasts.
        CREATE TABLE gap(
            id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER, reason INTEGER NOT NULL,
            found_ms INTEGER NOT NULL, confirmed_ms INTEGER, confirmed_by TEXT, note TEXT);
        CREATE INDEX gap_stream ON gap(stream, from_ms);

        -- How fast a host took a connector's requests.
        CREATE TABLE pace(
            connector TEXT NOT NULL, host TEXT NOT NULL, per_second REAL NOT NULL, settled INTEGER NOT NULL, seen_ms INTEGER NOT NULL,
            PRIMARY KEY(connector, host)) WITHOUT ROWID;

        CREATE TABLE user(
            stream INTEGER NOT NULL, user_id TEXT NOT NULL, hash BLOB NOT NULL, sequence INTEGER NOT NULL,
            PRIMARY KEY(stream, user_id)) WITHOUT ROWID;

        CREATE TABLE record(sequence INTEGER PRIMARY KEY, stream INTEGER NOT NULL, ms INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX record_time ON record(ms);

        CREATE TABLE log_filter(
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, version INTEGER NOT NULL, document TEXT NOT NULL) WITHOUT ROWID;

        CREATE TABLE analyzer_profile(name TEXT PRIMARY KEY COLLATE NOCASE, document TEXT NOT NULL) WITHOUT ROWID;

        -- Who collects from this store: what a connector's sensor name is held against.
        CREATE TABLE host(name TEXT PRIMARY KEY COLLATE NOCASE, seen_ms INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE filter_count(
            filter TEXT NOT NULL, connector TEXT NOT NULL, excluded INTEGER NOT NULL, last_ms INTEGER NOT NULL,
            PRIMARY KEY(filter, connector)) WITHOUT ROWID;
        """,
        """
        -- Records in blocks. What is asked of many blocks at once is narrow; what is read of a few lies apart.
        CREATE TABLE block(
            id INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL, records INTEGER NOT NULL,
            from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, bytes INTEGER NOT NULL);

        -- Which streams' records a block has, with their sum and span of time.
        CREATE TABLE block_stream(
            stream INTEGER NOT NULL, block INTEGER NOT NULL, records INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
            PRIMARY KEY(stream, block)) WITHOUT ROWID;
        CREATE INDEX block_stream_block ON block_stream(block);

        CREATE TABLE block_terms(block INTEGER PRIMARY KEY, terms BLOB NOT NULL);
        CREATE TABLE block_body(block INTEGER PRIMARY KEY, body BLOB NOT NULL);

        -- Tenant, connector and organization as they were when a record was written.
        CREATE TABLE origin(id INTEGER PRIMARY KEY, document TEXT NOT NULL UNIQUE);

        -- Records that were taken out on purpose, by the days that they may be of: received, no longer there, and not lost.
        CREATE TABLE removed(
            stream INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, records INTEGER NOT NULL,
            PRIMARY KEY(stream, from_ms, to_ms)) WITHOUT ROWID;

        -- Rises when records move into a block or out of one, so that who reads meanwhile looks anew. The table of records
        -- holds those that no block has yet.
        INSERT INTO meta VALUES('moved', 0);
        """,
        """
        -- Syslog receivers, each with its place in the order of commits: what lies behind it was not confirmed yet. The epoch
        -- rises with every change by hand, so that who sends meanwhile by the old settings moves nothing.
        CREATE TABLE destination(
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            version INTEGER NOT NULL, document TEXT NOT NULL, secret BLOB NOT NULL, enabled INTEGER NOT NULL,
            position INTEGER NOT NULL, epoch INTEGER NOT NULL DEFAULT 0,
            sent INTEGER NOT NULL DEFAULT 0, acknowledged INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,
            resent INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0,
            confirmed_ms INTEGER, error_id TEXT, error_message TEXT, error_ms INTEGER);
        """,
        """
        -- The orders in which searches look at blocks, so that one that ends early lists few of them.
        CREATE INDEX block_to ON block(to_ms);
        CREATE INDEX block_from ON block(from_ms);
        CREATE INDEX block_first ON block(first);
        """,
    ];
}
