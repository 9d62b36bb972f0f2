using System.Globalization;
using System.Text.RegularExpressions;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// Dates and times as a culture writes them in short, which is how PowerShell shows those of objects, or in full with the month's
/// name, as Get-Date does. In short the order of day and month and the sign between them must be the culture's own: .NET alone
/// would take another's sign and read its month as a day.
/// </summary>
internal static class CultureTime
{
    private static readonly Regex s_numbers = new(@"^\s*(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)", RegexOptions.CultureInvariant);

    // Hours, minutes and seconds in the two ways of counting the hours, and perhaps an offset from UTC.
    private static readonly string[] s_times = ["", " H:mm", " H:mm:ss", " H.mm", " H.mm.ss", " h:mm tt", " h:mm:ss tt"];

    /// <summary>Reads a text; local without an offset.</summary>
    public static bool TryParse(string text, CultureInfo culture, out DateTimeOffset time)
    {
        string date = DatePattern(culture);
        IEnumerable<string> dates = ((string[])[date]).Concat(LongDates(culture));
        string[] formats = [.. dates.SelectMany(d => s_times.SelectMany(t => (string[])[d + t, d + t + " zzz"])).Concat(LongTimes(culture))];
        return DateTimeOffset.TryParseExact(PlainSpaces(text), formats, culture, DateTimeStyles.AssumeLocal | DateTimeStyles.AllowWhiteSpaces, out time);
    }

    /// <summary>For a date that is written otherwise: what would be taken; null where the text is not like a date.</summary>
    public static string? Remedy(string text, CultureInfo culture)
    {
        Match match = s_numbers.Match(text);
        if (!match.Success) return null;
        int first = Number(1), second = Number(2), year = Number(3);
        string[] readings = [.. ((string?[])[Iso(year, first, second), Iso(year, second, first)]).OfType<string>().Distinct()];
        if (readings.Length == 0) return null;
        string here = new DateTime(2026, 1, 31).ToString(ShortDate(culture), culture);
        string name = culture.Name.Length == 0 ? "this session's culture" : $"the culture {culture.Name} of this session";
        return $"Write {string.Join(" or ", readings)}{(readings.Length > 1 ? ", whichever is meant" : "")}, which is read alike everywhere; in {name} a date is like {here}.";

        int Number(int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    private static string? Iso(int year, int month, int day) =>
        year > 0 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateTime(year, month, day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    /// <summary>The short date with the whole year, and with or without leading zeros.</summary>
    private static string DatePattern(CultureInfo culture)
    {
        string pattern = ShortDate(culture);
        pattern = Regex.Replace(pattern, "(?<!d)dd(?!d)", "d");
        return Regex.Replace(pattern, "(?<!M)MM(?!M)", "M");
    }

    private static string ShortDate(CultureInfo culture) => Regex.Replace(PlainSpaces(culture.DateTimeFormat.ShortDatePattern), "y+", "yyyy");

    private static IEnumerable<string> LongDates(CultureInfo culture) => Long(culture, 'D');

    // With the words that a culture sets between date and time.
    private static IEnumerable<string> LongTimes(CultureInfo culture) => Long(culture, 'f').Concat(Long(culture, 'F'));

    // Where the month has its name, or the year comes first, a day is not taken for a month.
    private static IEnumerable<string> Long(CultureInfo culture, char form) =>
        culture.DateTimeFormat.GetAllDateTimePatterns(form).Select(PlainSpaces)
            .Where(p => p.StartsWith("yyyy", StringComparison.Ordinal) || (p.Contains("MMM") && p.Contains("yyyy"))).Distinct();

    // Newer Windows and ICU write spaces that nobody can type.
    private static string PlainSpaces(string text) => text.Replace('\u202F', ' ').Replace('\u00A0', ' ').Trim();
}
