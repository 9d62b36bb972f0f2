using System.Globalization;
using System.Text.RegularExpressions;

namespace JumpCloudConnector.Queries;

/// <summary>A stretch of time in epoch milliseconds: 2026-01 is the whole month. The end is not part of it.</summary>
internal readonly record struct Moment(long Start, long End);

/// <summary>
/// Reads the times that queries name: ISO 8601, as short as a year and local where it has no offset, and date math such as
/// now-7d or 2026-01-31||/M.
/// </summary>
internal sealed class QueryTime(TimeProvider time)
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private static readonly Regex s_iso = new(
        @"\A(?<y>[0-9]{4})(?:-(?<mo>[0-9]{2})(?:-(?<d>[0-9]{2})(?:[Tt ](?<h>[0-9]{2})(?::(?<mi>[0-9]{2})(?::(?<s>[0-9]{2})(?:\.(?<f>[0-9]{1,9}))?)?)?(?<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?)?\z", Options);

    private static readonly Regex s_math = new(@"\A(?<from>now|.+?\|\|)(?<step>(?:[+-][0-9]{0,9}|/)[yMwdhHms])*\z", Options);

    private readonly TimeZoneInfo _zone = time.LocalTimeZone;
    private readonly long _now = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Reads a time that a field of epoch milliseconds is compared with: also those as a number.</summary>
    public bool TryParseForField(string text, out Moment moment)
    {
        if (text.Length != 4 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds < long.MaxValue)
        {
            moment = new Moment(milliseconds, milliseconds + 1);
            return true;
        }

        return TryParse(text, out moment);
    }

    /// <summary>Reads a time that is unmistakable as one: a text field may hold a year and mean a number.</summary>
    public bool TryParseForText(string text, out Moment moment)
    {
        moment = default;
        bool isTime = text.StartsWith("now", StringComparison.Ordinal) || (text.Length > 4 && text[4] is '-' or '|');
        return isTime && TryParse(text, out moment);
    }

    private bool TryParse(string text, out Moment moment)
    {
        moment = default;
        try
        {
            Match math = s_math.Match(text);
            if (!math.Success) return TryParseIso(text, out moment);
            string from = math.Groups["from"].Value;
            if (from == "now") moment = new Moment(_now, _now + 1);
            else if (!TryParseIso(from.Substring(0, from.Length - 2), out moment)) return false;
            else moment = new Moment(moment.Start, moment.Start + 1);
            foreach (Capture step in math.Groups["step"].Captures) moment = Apply(moment, step.Value);
            return true;
        }
        catch (ArgumentException)
        {
            // A month or an hour that there is not, or a year beyond those of clocks.
            return false;
        }
    }

    private bool TryParseIso(string text, out Moment moment)
    {
        moment = default;
        Match match = s_iso.Match(text);
        if (!match.Success) return false;

        int Part(string name, int otherwise) => match.Groups[name].Success ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : otherwise;

        DateTime start = new(Part("y", 0), Part("mo", 1), Part("d", 1), Part("h", 0), Part("mi", 0), Part("s", 0));
        if (match.Groups["f"].Success) start = start.AddMilliseconds(int.Parse(match.Groups["f"].Value.PadRight(3, '0').Substring(0, 3), CultureInfo.InvariantCulture));
        string unit = match.Groups["f"].Success ? "ms" : match.Groups["s"].Success ? "s" : match.Groups["mi"].Success ? "m"
            : match.Groups["h"].Success ? "h" : match.Groups["d"].Success ? "d" : match.Groups["mo"].Success ? "M" : "y";
        TimeSpan? offset = Offset(match.Groups["z"].Value);
        moment = new Moment(Milliseconds(start, offset), EndOf(start, unit, offset));
        return true;
    }

    // The last year, day and millisecond that clocks hold have no end in them.
    private long EndOf(DateTime start, string unit, TimeSpan? offset)
    {
        try
        {
            return Milliseconds(Add(start, unit, 1), offset);
        }
        catch (ArgumentOutOfRangeException)
        {
            return long.MaxValue;
        }
    }

    private static TimeSpan? Offset(string zone)
    {
        if (zone.Length == 0) return null;
        if (zone.Length == 1) return TimeSpan.Zero;
        string digits = zone.Replace(":", "");
        TimeSpan offset = new(int.Parse(digits.Substring(1, 2), CultureInfo.InvariantCulture), int.Parse(digits.Substring(3, 2), CultureInfo.InvariantCulture), 0);
        return zone[0] == '-' ? -offset : offset;
    }

    private Moment Apply(Moment moment, string step)
    {
        string unit = step.Substring(step.Length - 1);
        if (unit == "H") unit = "h";
        if (step[0] == '/')
        {
            DateTime floor = Floor(Wall(moment.Start), unit);
            return new Moment(Milliseconds(floor, null), EndOf(floor, unit, null));
        }

        int number = step.Length == 2 ? 1 : int.Parse(step.Substring(1, step.Length - 2), CultureInfo.InvariantCulture);
        if (step[0] == '-') number = -number;
        return new Moment(Move(moment.Start, unit, number), Move(moment.End, unit, number));
    }

    // Days and longer keep the time of day where clocks change; hours and shorter are what they are.
    private long Move(long milliseconds, string unit, int number) => unit switch
    {
        "h" => checked(milliseconds + (number * 3_600_000L)),
        "m" => checked(milliseconds + (number * 60_000L)),
        "s" => checked(milliseconds + (number * 1_000L)),
        _ => Milliseconds(Add(Wall(milliseconds), unit, number), null),
    };

    private static DateTime Add(DateTime wall, string unit, int number) => unit switch
    {
        "y" => wall.AddYears(number),
        "M" => wall.AddMonths(number),
        "w" => wall.AddDays(7.0 * number),
        "d" => wall.AddDays(number),
        "h" => wall.AddHours(number),
        "m" => wall.AddMinutes(number),
        "s" => wall.AddSeconds(number),
        _ => wall.AddMilliseconds(number),
    };

    private static DateTime Floor(DateTime wall, string unit) => unit switch
    {
        "y" => new DateTime(wall.Year, 1, 1),
        "M" => new DateTime(wall.Year, wall.Month, 1),
        // Weeks begin on Monday.
        "w" => wall.Date.AddDays(-(((int)wall.DayOfWeek + 6) % 7)),
        "d" => wall.Date,
        "h" => wall.Date.AddHours(wall.Hour),
        "m" => wall.Date.AddMinutes((wall.Hour * 60) + wall.Minute),
        _ => wall.Date.AddSeconds((wall.Hour * 3600) + (wall.Minute * 60) + wall.Second),
    };

    private DateTime Wall(long milliseconds)
    {
        DateTimeOffset utc = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return (utc + _zone.GetUtcOffset(utc)).DateTime;
    }

    private long Milliseconds(DateTime wall, TimeSpan? offset) =>
        (wall.Ticks - 621_355_968_000_000_000 - (offset ?? _zone.GetUtcOffset(wall)).Ticks) / TimeSpan.TicksPerMillisecond;
}
