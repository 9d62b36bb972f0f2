using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;

namespace JumpCloudConnector.Cmdlets;

/// <summary>What the module's views share; the format file calls it.</summary>
public static class ViewText
{
    private const int Sliver = 10;

    private static readonly char[] s_joints = ['-', '_', '.', '@', '/', '\\', ':', ','];

    /// <summary>Breaks a text between words, where a column has a width: PowerShell itself breaks what has no room anywhere.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The column's width.</param>
    public static string Wrap(string? text, int width)
    {
        if (text is null || width < 1 || text.Length <= width) return text ?? "";
        StringBuilder lines = new(text.Length + 16);
        int rest = 0;
        while (text.Length - rest > width)
        {
            int space = text.LastIndexOf(' ', rest + width, width + 1);
            // A word that is longer than the column is broken behind one of its signs, or where it has to be.
            int end = space > rest ? space : text.LastIndexOfAny(s_joints, rest + width - 1, width) + 1;
            if (end <= rest) end = rest + width;
            lines.AppendLine(text.Substring(rest, end - rest).TrimEnd());
            rest = end;
            while (rest < text.Length && text[rest] == ' ') rest++;
        }

        return lines.Append(text, rest, text.Length - rest).ToString();
    }

    /// <summary>Breaks the text of a column that has what those with a width leave, where the console says how wide it is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="taken">What columns with a width take, with the spaces between all columns.</param>
    /// <param name="host">Whose console it is.</param>
    /// <param name="sharing">How many columns share the rest.</param>
    public static string WrapRest(string? text, int taken, PSHost host, int sharing = 1)
    {
        int width = (ConsoleWidth(host) - taken) / sharing;
        return width < Sliver ? text ?? "" : Wrap(text, width);
    }

    /// <summary>Colours a text where the session can; Windows PowerShell cannot.</summary>
    /// <param name="text">The text, of one line or several.</param>
    /// <param name="colour">A foreground of PSStyle, such as Red; null for none.</param>
    /// <param name="session">Whose PSStyle it is.</param>
    public static string Colour(string? text, string? colour, SessionState session)
    {
        if (text is null || text.Length == 0 || string.IsNullOrEmpty(colour) || session.PSVariable.GetValue("PSStyle") is not { } style) return text ?? "";
        PSObject known = PSObject.AsPSObject(style);
        string begin = $"{PSObject.AsPSObject(known.Properties["Foreground"].Value).Properties[colour].Value}", end = $"{known.Properties["Reset"].Value}";
        // Each line by itself: what follows it in its row is another column's.
        return string.Join(Environment.NewLine, text.Split([Environment.NewLine], StringSplitOptions.None).Select(line => begin + line + end));
    }

    /// <summary>A span of time by its two largest units.</summary>
    public static string? Duration(TimeSpan? time) => time switch
    {
        null => null,
        { TotalDays: >= 1 } t => $"{Math.Floor(t.TotalDays)}d {t.Hours}h",
        { TotalHours: >= 1 } t => $"{t.Hours}h {t.Minutes}m",
        { TotalMinutes: >= 1 } t => $"{t.Minutes}m {t.Seconds}s",
        { } t => t.TotalSeconds.ToString("0.0", CultureInfo.CurrentCulture) + "s",
    };

    /// <summary>Bytes in the unit that they are many of.</summary>
    public static string? Size(double? bytes) => bytes switch
    {
        null => null,
        >= 1 << 30 => string.Format(CultureInfo.CurrentCulture, "{0:0.00} GB", bytes / (1 << 30)),
        >= 1 << 20 => string.Format(CultureInfo.CurrentCulture, "{0:0.0} MB", bytes / (1 << 20)),
        _ => string.Format(CultureInfo.CurrentCulture, "{0:0} kB", bytes / (1 << 10)),
    };

    /// <summary>The width that is safe to write in: a console uses its last character, or does not.</summary>
    private static int ConsoleWidth(PSHost host)
    {
        try
        {
            return host.UI?.RawUI is { } console ? console.BufferSize.Width - 1 : 0;
        }
        catch (Exception e) when (e is HostException or NotImplementedException or System.IO.IOException)
        {
            // A host without a console has no width.
            return 0;
        }
    }
}
