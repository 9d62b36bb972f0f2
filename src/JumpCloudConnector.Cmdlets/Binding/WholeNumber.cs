using System.Globalization;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Reads whole numbers from what a prompt, a table's cell or a calculation gives.</summary>
internal static class WholeNumber
{
    public static bool TryRead(object value, out long number)
    {
        number = 0;
        switch (value)
        {
            case string text:
                return long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out number);
            case sbyte or byte or short or ushort or int or uint or long:
                number = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                return true;
            case double real when real == Math.Floor(real) && Math.Abs(real) < 1L << 53:
                number = (long)real;
                return true;
            case decimal exact when exact == Math.Floor(exact) && exact is >= long.MinValue and <= long.MaxValue:
                number = (long)exact;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether what <see cref="TryRead"/> does not read is a whole number that no variable has room for.</summary>
    public static bool IsBeyond(object value, out bool isNegative)
    {
        string text = (Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Trim();
        isNegative = text.Length > 0 && text[0] == '-';
        bool isWhole = System.Numerics.BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out System.Numerics.BigInteger number);
        return isWhole && (number < long.MinValue || number > long.MaxValue);
    }

    /// <summary>What to say of a number that a parameter has no room for. None takes a negative one.</summary>
    public static string Refusal(string shown, bool isNegative, long largest) =>
        $"'{shown}' is {(isNegative ? "less than nothing" : "too large")}. Give a whole number of at most {largest.ToString(CultureInfo.InvariantCulture)}.";
}
