namespace JumpCloudConnector.Cmdlets;

/// <summary>A whole number. Fractions are refused, which PowerShell would round, and so is text that is no number.</summary>
public sealed class IntTransformation : TextTransformation
{
    // Or -IntervalMinutes 5d would be five minutes.
    private protected override bool AsTyped => true;

    /// <inheritdoc/>
    protected override string Expected => "Give a whole number.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        if (WholeNumber.TryRead(value, out long number) && number is >= int.MinValue and <= int.MaxValue) return (int)number;
        throw RefuseValue(value);
    }
}
