namespace JumpCloudConnector.Storage;

/// <summary>How long a store keeps records, and how large it may become. Keys and the ledger stay in any case.</summary>
/// <param name="Days">Days that a record is kept, by the time of its event; null for ever.</param>
/// <param name="MaxBytes">Bytes that the store may have before its oldest records go; null for any number.</param>
public sealed record StoreRetention(int? Days, long? MaxBytes)
{
    /// <summary>Whatever the size, nothing that is newer goes for it.</summary>
    public static readonly TimeSpan AlwaysKept = TimeSpan.FromDays(1);

    /// <summary>
    /// How many times the days a record may stay that an enabled syslog destination has not got yet. Beyond, it goes unsent.
    /// </summary>
    public const int UnsentDaysFactor = 2;

    /// <summary>The least size that can be asked for.</summary>
    public const long LeastBytes = 16L << 20;

    /// <summary>The most days that can be asked for.</summary>
    public const int MostDays = 36_500;

    /// <summary>Keeps everything.</summary>
    public static StoreRetention None { get; } = new(null, null);

    /// <summary>True where it keeps everything.</summary>
    public bool IsNone => Days is null && MaxBytes is null;

    /// <summary>The size that a store may have where it is larger for the sake of unsent records: half as much again.</summary>
    public static long WithUnsent(long maxBytes) => maxBytes + (maxBytes / 2);

    /// <summary>Refuses what cannot be meant.</summary>
    /// <exception cref="JcException">InvalidRetention.</exception>
    public void Check()
    {
        if (Days is < 1 or > MostDays)
        {
            throw new JcException("InvalidRetention", JcErrorKind.InvalidInput,
                $"Records can be kept for 1 to {MostDays} days, or for ever, which is 0; {Days} is neither.", Days);
        }

        if (MaxBytes < LeastBytes)
        {
            throw new JcException("InvalidRetention", JcErrorKind.InvalidInput,
                FormattableString.Invariant($"A store can be limited to {LeastBytes / (double)(1L << 30):0.###} GB or more, or not at all, which is 0."), MaxBytes);
        }
    }
}

/// <summary>What keeping to a store's retention came to.</summary>
/// <param name="Removed">What was removed, or would be.</param>
/// <param name="UsedBytes">Bytes in use afterwards.</param>
/// <param name="IsAboveLimit">True where the store is larger than it may be with nothing left that may go for it.</param>
/// <param name="IsDone">False where it was ended before its end; the next time goes on.</param>
public readonly record struct RetentionResult(RemovedRecords Removed, long UsedBytes, bool IsAboveLimit, bool IsDone)
{
    /// <summary>True where records stayed because an enabled destination has not got them yet, or would have.</summary>
    public bool IsHeldBack { get; init; }

    /// <summary>
    /// In a preview: records that are too old as well and go with a later time, since they share a block with some that are not.
    /// </summary>
    public long Later { get; init; }

    /// <summary>What destinations will never get, since it had to go.</summary>
    public IReadOnlyList<UnsentRecords> Lost { get; init; } = [];
}

/// <summary>Records that were removed before a destination had them.</summary>
/// <param name="Destination">The destination's name.</param>
/// <param name="Records">How many.</param>
public readonly record struct UnsentRecords(string Destination, long Records);
