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
        {
            if (given < TimeSpan.Zero) throw Refuse($"'{Show(value)}' is less than nothing. {Expected}");
            return given;
        }

        throw RefuseValue(value);
    }
}
