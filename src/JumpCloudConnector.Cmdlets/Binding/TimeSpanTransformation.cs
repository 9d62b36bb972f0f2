namespace JumpCloudConnector.Cmdlets;

/// <summary>A duration: 90d, 24h, 15m, 30s or a TimeSpan. Bare numbers are refused, for want of a unit.</summary>
public sealed class TimeSpanTransformation : TextTransformation
{
    /// <inheritdoc/>
    protected override string Expected => "Give a duration with its unit, such as 90d, 24h, 15m or 30s, or a TimeSpan.";

    /// <inheritdoc/>
    private protected override bool AsTyped => true;

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        if (value is TimeSpan given || (value is string text && DurationText.TryParse(text, out given)))
            return given >= TimeSpan.Zero ? given : throw Refuse($"'{Show(value)}' is less than nothing. {Expected}");
        if (value is string written)
        {
            written = written.Trim();
            if (DurationText.IsTooLong(written)) throw Refuse($"'{Show(value)}' is too long: a duration has at most {(long)TimeSpan.MaxValue.TotalDays}d. {Expected}");
            if (written[0] == '-' && (DurationText.TryParse(written.Substring(1), out _) || DurationText.IsTooLong(written.Substring(1))))
                throw Refuse($"'{Show(value)}' is less than nothing. {Expected}");
        }

        throw RefuseValue(value);
    }
}
