namespace JumpCloudConnector.Cmdlets;

/// <summary>A whole number. Fractions are refused, which PowerShell would round, and so is text that is no number.</summary>
public sealed class IntTransformation : TextTransformation
{
    /// <summary>The largest that the parameter takes, to be named where a number is beyond all. What checks the parameter holds it.</summary>
    public int Largest { get; set; } = int.MaxValue;

    // Or -IntervalMinutes 5d would be five minutes.
    private protected override bool AsTyped => true;

    /// <inheritdoc/>
    protected override string Expected => "Give a whole number.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        bool isRead = WholeNumber.TryRead(value, out long number);
        if (isRead && number is >= int.MinValue and <= int.MaxValue) return (int)number;
        bool isNegative = number < 0;
        if (!isRead && !WholeNumber.IsBeyond(value, out isNegative)) throw RefuseValue(value);
        throw Refuse(WholeNumber.Refusal(Show(value), isNegative, Largest));
    }
}
