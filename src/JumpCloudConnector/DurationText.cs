using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace JumpCloudConnector;

/// <summary>Reads and writes a duration: 90d, 24h, 15m, 30s, those together (1d12h), 1.00:00:00, PT15M. Never a bare number.</summary>
public static class DurationText
{
    private static readonly Regex s_units = new(
        @"\A(?:(?<d>[0-9]+(?:\.[0-9]+)?)d)?\s*(?:(?<h>[0-9]+(?:\.[0-9]+)?)h)?\s*(?:(?<m>[0-9]+(?:\.[0-9]+)?)m)?\s*(?:(?<s>[0-9]+(?:\.[0-9]+)?)s)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Writes it by its two largest units, as it is read again: 3d4h, 5m10s.</summary>
    public static string Format(TimeSpan duration)
    {
        (long Value, string Unit)[] parts =
        [
            ((long)duration.TotalDays, "d"), (duration.Hours, "h"), (duration.Minutes, "m"), (duration.Seconds, "s"),
        ];
        int first = Array.FindIndex(parts, p => p.Value != 0);
        if (first < 0) return "0s";
        return string.Concat(parts.Skip(first).Take(2).Where(p => p.Value != 0).Select(p => p.Value.ToString(CultureInfo.InvariantCulture) + p.Unit));
    }

    /// <summary>Whether text that <see cref="TryParse"/> does not read is written with units and too long for a TimeSpan.</summary>
    public static bool IsTooLong(string text) => text.Trim() is { Length: > 0 } written && s_units.IsMatch(written) && !TryParse(written, out _);

    /// <summary>Reads it; false where it is none, or too long for a TimeSpan.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (text.Length == 0) return false;
        try
        {
            Match match = s_units.Match(text);
            if (match.Success)
            {
                double seconds = 0;
                foreach ((string unit, double length) in new[] { ("d", 86400d), ("h", 3600d), ("m", 60d), ("s", 1d) })
                {
                    if (match.Groups[unit].Success) seconds += double.Parse(match.Groups[unit].Value, CultureInfo.InvariantCulture) * length;
                }

                duration = TimeSpan.FromTicks(checked((long)Math.Round(seconds * TimeSpan.TicksPerSecond)));
                return true;
            }

            if (text[0] is 'P' or 'p')
            {
                // Years and months have no fixed length; the framework would take 365 and 30 days.
                string upper = text.ToUpperInvariant();
                if (upper.IndexOf('Y') >= 0 || upper.Split('T')[0].IndexOf('M') >= 0) return false;
                duration = XmlConvert.ToTimeSpan(upper);
                return true;
            }

            // "30" alone would be 30 days.
            return text.IndexOf(':') > 0 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return false;
        }
    }
}
