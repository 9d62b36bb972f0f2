using System.Globalization;
using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Sets how long records are kept and how large the store may become.</summary>
[Cmdlet(VerbsCommon.Set, Nouns.Store, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StoreInfo))]
public sealed class SetJcStore : StoreCmdlet
{
    private const string Activity = "Removing what need not be kept";

    private const double Gigabyte = 1L << 30;

    /// <summary>Days that a record is kept; 0 or null for ever.</summary>
    [Parameter]
    [AllowNull]
    [IntTransformation(BlankIsNull = true, Largest = StoreRetention.MostDays)]
    public int? RetentionDays { get; set; }

    /// <summary>GB that the store may have before its oldest records go; 0 or null for any size.</summary>
    [Parameter]
    [AllowNull]
    [SizeTransformation(BlankIsNull = true)]
    public double? MaxSizeGB { get; set; }

    /// <summary>Removes at once what need not be kept any more, and not only after the next collection.</summary>
    [Parameter]
    public SwitchParameter Now { get; set; }

    /// <summary>Does not ask, though records go for it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the store as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(StorePath, () =>
    {
        bool setsDays = MyInvocation.BoundParameters.ContainsKey(nameof(RetentionDays)), setsSize = MyInvocation.BoundParameters.ContainsKey(nameof(MaxSizeGB));
        if (!setsDays && !setsSize && !Now)
            throw new JcException("NothingToChange", JcErrorKind.InvalidInput, "Give -RetentionDays, -MaxSizeGB or -Now; there is nothing else to set.");
        // Refused before a store is looked for.
        StoreRetention given = new(RetentionDays is 0 ? null : RetentionDays, MaxSizeGB is null or 0 ? null : Bytes(MaxSizeGB.Value));
        given.Check();
        if (OpenExisting() is not { } store)
            throw new JcException("StoreNotFound", JcErrorKind.NotFound, $"There is no store in '{StoreFolderInForce}' yet. New-JcConnector makes it; name another with -StorePath.", StoreFolderInForce);
        StoreRetention old = store.Care.GetRetention();
        StoreRetention retention = new(setsDays ? given.Days : old.Days, setsSize ? given.MaxBytes : old.MaxBytes);
        if (!Run((_, stop) => Task.FromResult(store.Care.Preview(retention, DateTimeOffset.UtcNow, stop)), out RetentionResult preview)) return;
        // What would go by the old settings anyway is no reason to ask.
        bool takesMore = preview.Removed.Records + preview.Later > 0 && retention != old && Goes(store, old) is { } before && preview.Removed.Records + preview.Later > before;
        string what = $"Keep records {Words(retention)} in the store '{store.Folder}'", consequence = Consequence(preview);
        if (IsConfirmed(Force || !takesMore, $"{what}. {consequence}", $"{what}? {consequence}", "Confirm"))
        {
            if (retention != old) store.Care.SetRetention(retention);
            if (preview.IsAboveLimit)
                WriteWarning("Records of the last day, keys and the ledger always stay, and are more than that by themselves: the store will be larger than -MaxSizeGB says.");
            if (Now && Run((pipeline, stop) => Task.FromResult(Enforce(pipeline, store, stop)), out RetentionResult done))
                WriteVerbose($"{JumpCloudConnector.Words.Count(done.Removed.Records, "record")} {(done.Removed.Records == 1 ? "was" : "were")} removed.");
            if (PassThru) WriteObject(store.Care.Describe());
        }
    });

    /// <summary>How many records go by the settings there are; null where that could not be found out.</summary>
    private long? Goes(RecordStore store, StoreRetention retention) =>
        Run((_, stop) => Task.FromResult(store.Care.Preview(retention, DateTimeOffset.UtcNow, stop)), out RetentionResult result) ? result.Removed.Records + result.Later : null;

    private string Consequence(RetentionResult preview)
    {
        bool isAlone = preview.Removed.Records == 0;
        bool isOne = preview.Later == 1;
        string later = preview.Later == 0 ? ""
            : $"{JumpCloudConnector.Words.Count(preview.Later, isAlone ? "record" : "more record")} {(isOne ? "is" : "are")} too old; {(isOne ? "it lies" : "they lie")} in blocks with newer ones, and {(isOne ? "goes" : "go")} with these or within a day, whichever is first.";
        if (isAlone) return later.Length > 0 ? later : "No record goes for it now.";
        string what = $"{JumpCloudConnector.Words.Count(preview.Removed.Records, "record")} of {TimeText.Utc(preview.Removed.First ?? 0)} to {TimeText.Utc(preview.Removed.Last ?? 0)}";
        return $"{what} {(preview.Removed.Records == 1 ? "goes" : "go")} {(Now ? "at once" : "after the next collection")}, and cannot be brought back.{(later.Length > 0 ? " " : "")}{later}";
    }

    private static RetentionResult Enforce(IPipeline pipeline, RecordStore store, CancellationToken stop)
    {
        try
        {
            return store.Care.Enforce(DateTimeOffset.UtcNow, null, (sum, part) => pipeline.WriteProgress(
                new ProgressRecord(1, Activity, JumpCloudConnector.Words.Count(sum.Records, "record")) { PercentComplete = (int)(Math.Min(1, Math.Max(0, part)) * 100) }), stop);
        }
        finally
        {
            pipeline.WriteProgress(new ProgressRecord(1, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private static string Words(StoreRetention retention) => retention switch
    {
        { IsNone: true } => "for ever, whatever the size",
        { MaxBytes: null } => $"for {JumpCloudConnector.Words.Count(retention.Days!.Value, "day")}",
        { Days: null } => $"for ever, up to {Size(retention)}",
        _ => $"for {JumpCloudConnector.Words.Count(retention.Days!.Value, "day")}, up to {Size(retention)}",
    };

    private static string Size(StoreRetention retention) => string.Format(CultureInfo.CurrentCulture, "{0:0.###} GB", retention.MaxBytes / Gigabyte);

    // A size beyond all disks is no overflow.
    private static long Bytes(double gigabytes) => (long)Math.Min(gigabytes * Gigabyte, 1L << 60);
}
