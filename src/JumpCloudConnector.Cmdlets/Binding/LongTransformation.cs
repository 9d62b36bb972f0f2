namespace JumpCloudConnector.Cmdlets;

/// <summary>A whole number of up to 63 bits, such as a record's sequence.</summary>
public sealed class LongTransformation : TextTransformation
{
    // What was typed with a unit is no number.
    private protected override bool AsTyped => true;

    /// <inheritdoc/>
    protected override string Expected => "Give a whole number.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        if (WholeNumber.TryRead(value, out long number)) return number;
        if (!WholeNumber.IsBeyond(value, out bool isNegative)) throw RefuseValue(value);
        throw Refuse(WholeNumber.Refusal(Show(value), isNegative, long.MaxValue));
    }
}
