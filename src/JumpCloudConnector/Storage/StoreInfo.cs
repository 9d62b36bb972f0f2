namespace JumpCloudConnector.Storage;

/// <summary>A store's sizes, sums and settings.</summary>
public sealed record StoreInfo
{
    /// <summary>The store's folder.</summary>
    public required string StorePath { get; init; }

    /// <summary>The layout's version.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Bytes of its files.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes of them in use; the rest is written again before the files grow.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>Bytes free on its disk; null where that cannot be found out.</summary>
    public long? FreeDiskBytes { get; init; }

    /// <summary>Records.</summary>
    public required long Records { get; init; }

    /// <summary>Those of them that wait to be packed.</summary>
    public required long UnpackedRecords { get; init; }

    /// <summary>Blocks that the others are packed in.</summary>
    public required long Blocks { get; init; }

    /// <summary>The oldest record's time.</summary>
    public DateTimeOffset? FirstRecord { get; init; }

    /// <summary>The newest record's time.</summary>
    public DateTimeOffset? LastRecord { get; init; }

    /// <summary>Bytes of JSON that JumpCloud sent for the records in blocks.</summary>
    public required long VendorBytes { get; init; }

    /// <summary>Bytes that the blocks take for it, with what they are searched by.</summary>
    public required long BlockBytes { get; init; }

    /// <summary>How many times smaller that is; null without blocks.</summary>
    public double? CompressionRatio => BlockBytes == 0 ? null : Math.Round(VendorBytes / (double)BlockBytes, 1);

    /// <summary>Events that are known, by which none is stored twice.</summary>
    public required long Keys { get; init; }

    /// <summary>Records that were removed on purpose, by the retention or by hand.</summary>
    public required long RemovedRecords { get; init; }

    /// <summary>Days that a record is kept; null for ever.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>How large the store may become before its oldest records go, in GB; null for any size.</summary>
    public double? MaxSizeGB { get; init; }

    /// <summary>Connectors.</summary>
    public required int Connectors { get; init; }

    /// <summary>Streams of them: an organization and a content type each.</summary>
    public required int Streams { get; init; }
}
