using System.Globalization;

namespace JumpCloudConnector.Cmdlets;

/// <summary>A number of gigabytes, with a fraction or without; written with a point whatever the culture.</summary>
public sealed class SizeTransformation : TextTransformation
{
    // Or 50GB, which PowerShell reads as bytes, would be that many gigabytes.
    private const double Most = 1_000_000;

    /// <inheritdoc/>
    protected override string Expected => "Give a number of gigabytes without a unit, such as 50 or 0.5; 0 for any size.";

    /// <inheritdoc/>
    private protected override bool AsTyped => true;

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        double size = value switch
        {
            string text when double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double read) => read,
            double or float or decimal => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
            _ when WholeNumber.TryRead(value, out long whole) => whole,
            _ => double.NaN,
        };
        if (double.IsNaN(size) || double.IsInfinity(size) || size > Most) throw RefuseValue(value);
        return size;
    }
}
