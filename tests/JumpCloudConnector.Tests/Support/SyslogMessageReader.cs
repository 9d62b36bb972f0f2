using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace JumpCloudConnector.Tests.Support;

/// <summary>A syslog message, taken apart.</summary>
/// <param name="Version">1 for RFC 5424, 0 for RFC 3164.</param>
/// <param name="Priority">Facility times eight and severity.</param>
/// <param name="Timestamp">As it is written; null for none.</param>
/// <param name="HostName">Null for none.</param>
/// <param name="AppName">APP-NAME or TAG; null for none.</param>
/// <param name="ProcId">Null for none.</param>
/// <param name="MsgId">Null for none, as always in RFC 3164.</param>
/// <param name="StructuredData">Parameters by element.</param>
/// <param name="Text">The rest.</param>
public sealed record SyslogMessage(
    int Version, int Priority, string? Timestamp, string? HostName, string? AppName, string? ProcId, string? MsgId,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> StructuredData, byte[] Text)
{
    public int Facility => Priority / 8;

    public int Severity => Priority % 8;

    /// <summary>RFC 5424's time; only to 100 ns, which holds its six digits.</summary>
    public DateTimeOffset? Time => Timestamp is null ? null : DateTimeOffset.Parse(Timestamp, CultureInfo.InvariantCulture);
}

/// <summary>
/// Reads syslog messages by the letter of RFC 5424 and RFC 3164, and refuses what receivers are known to alter or split:
/// control characters and line breaks of any kind, bytes that are no UTF-8. Shares nothing with what writes them.
/// </summary>
public static partial class SyslogMessageReader
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="FormatException">It breaks a rule; the message says which.</exception>
    public static SyslogMessage Parse(ReadOnlySpan<byte> message)
    {
        string text;
        try
        {
            text = s_strict.GetString(message);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("not UTF-8", e);
        }

        foreach (char c in text)
            if (char.IsControl(c) || c is '\u2028' or '\u2029') throw new FormatException($"has U+{(int)c:X4}");

        Match priority = Priority().Match(text);
        if (!priority.Success || int.Parse(priority.Groups[1].Value, CultureInfo.InvariantCulture) is not (>= 0 and <= 191 and var number)) throw new FormatException("PRI");
        string rest = text[priority.Length..];
        return rest.StartsWith("1 ", StringComparison.Ordinal) ? ParseRfc5424(number, rest[2..]) : ParseRfc3164(number, rest);
    }

    private static SyslogMessage ParseRfc5424(int priority, string rest)
    {
        string? time = Word(ref rest, int.MaxValue, "TIMESTAMP");
        if (time is not null && (!Rfc3339().IsMatch(time) || !DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out _)))
            throw new FormatException($"TIMESTAMP {time}");
        string? host = Word(ref rest, 255, "HOSTNAME"), app = Word(ref rest, 48, "APP-NAME"), process = Word(ref rest, 128, "PROCID"), id = Word(ref rest, 32, "MSGID");
        Dictionary<string, IReadOnlyDictionary<string, string>> data = new(StringComparer.Ordinal);
        int at = 0;
        if (rest.StartsWith('-')) at = 1;
        else
        {
            if (!rest.StartsWith('[')) throw new FormatException("STRUCTURED-DATA");
            while (at < rest.Length && rest[at] == '[') ReadElement(rest, ref at, data);
        }

        if (at < rest.Length && rest[at] != ' ') throw new FormatException("no space before MSG");
        string text = at < rest.Length ? rest[(at + 1)..] : "";
        return new SyslogMessage(1, priority, time, host, app, process, id, data, s_strict.GetBytes(text));
    }

    private static void ReadElement(string rest, ref int at, Dictionary<string, IReadOnlyDictionary<string, string>> data)
    {
        at++;
        string name = Name(rest, ref at);
        if (name.Contains('@') && !Enterprise().IsMatch(name)) throw new FormatException($"SD-ID {name}");
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        while (rest[at] == ' ')
        {
            at++;
            string parameter = Name(rest, ref at);
            if (rest[at++] != '=' || rest[at++] != '"') throw new FormatException($"SD-PARAM {parameter}");
            StringBuilder value = new();
            for (; rest[at] != '"'; at++)
            {
                if (rest[at] == ']') throw new FormatException($"a bare ] in {parameter}");
                if (rest[at] == '\\' && rest[++at] is not ('"' or '\\' or ']')) throw new FormatException($"a backslash before {rest[at]} in {parameter}");
                value.Append(rest[at]);
            }

            at++;
            if (!values.TryAdd(parameter, value.ToString())) throw new FormatException($"{parameter} twice");
        }

        if (rest[at++] != ']') throw new FormatException($"the end of {name}");
        if (!data.TryAdd(name, values)) throw new FormatException($"{name} twice");
    }

    private static string Name(string rest, ref int at)
    {
        int start = at;
        while (rest[at] is > ' ' and < '\u007F' and not ('=' or ']' or '"')) at++;
        if (at - start is < 1 or > 32) throw new FormatException("SD-NAME");
        return rest[start..at];
    }

    private static string? Word(ref string rest, int most, string name)
    {
        int space = rest.IndexOf(' ');
        if (space < 1 || space > most) throw new FormatException(name);
        string word = rest[..space];
        if (word.Any(c => c is <= ' ' or >= '\u007F')) throw new FormatException($"{name} {word}");
        rest = rest[(space + 1)..];
        return word == "-" ? null : word;
    }

    private static SyslogMessage ParseRfc3164(int priority, string rest)
    {
        Match match = Rfc3164().Match(rest);
        if (!match.Success) throw new FormatException("the header of RFC 3164");
        string host = match.Groups["host"].Value;
        return new SyslogMessage(
            0, priority, match.Groups["time"].Value, host == "-" ? null : host, match.Groups["tag"].Value, match.Groups["pid"].Value, null,
            new Dictionary<string, IReadOnlyDictionary<string, string>>(), s_strict.GetBytes(rest[match.Length..]));
    }

    [GeneratedRegex("^<(0|[1-9][0-9]{0,2})>")]
    private static partial Regex Priority();

    [GeneratedRegex(@"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$")]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"^[^@]+@[1-9]\d*$")]
    private static partial Regex Enterprise();

    [GeneratedRegex(@"^(?<time>(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ( [1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d) (?<host>[A-Za-z0-9._:-]{1,255}) (?<tag>[A-Za-z0-9_.-]{1,32})\[(?<pid>\d+)\]: ")]
    private static partial Regex Rfc3164();
}
