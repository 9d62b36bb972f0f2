using System.Globalization;

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
        if (!WholeNumber.TryRead(value, out long number))
        {
            if (!WholeNumber.IsBeyond(value, out bool isNegative)) throw RefuseValue(value);
            number = isNegative ? long.MinValue : long.MaxValue;
        }

        if (number > int.MaxValue) throw Refuse($"'{Show(value)}' is too large. Give a whole number of at most {Largest.ToString(CultureInfo.InvariantCulture)}.");
        // No parameter takes a negative number.
        if (number < int.MinValue) throw Refuse($"'{Show(value)}' is less than nothing. Give a whole number of at most {Largest.ToString(CultureInfo.InvariantCulture)}.");
        return (int)number;
    }
}
