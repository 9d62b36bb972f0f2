using System.Globalization;
using System.Text;

namespace JumpCloudConnector.Tests.Support;

/// <summary>A message in ArcSight's Common Event Format, taken apart and unescaped.</summary>
public sealed record CefMessage(
    int Version, string Vendor, string Product, string DeviceVersion, string EventClassId, string Name, int Severity,
    IReadOnlyDictionary<string, string> Extension);

/// <summary>
/// Reads CEF by the letter of its specification: escapes where they belong and nowhere else, one space between fields, no
/// field twice, a label for every custom field. Shares nothing with what writes it.
/// </summary>
public static class CefReader
{
    private const int HeaderFields = 7;

    /// <exception cref="FormatException">It breaks a rule; the message says which.</exception>
    public static CefMessage Parse(ReadOnlySpan<byte> message)
    {
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message);
        if (text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029')) throw new FormatException("a control character");
        List<string> header = [];
        int at = 0;
        while (header.Count < HeaderFields)
        {
            StringBuilder field = new();
            for (; at < text.Length && text[at] != '|'; at++)
            {
                if (text[at] == '\\' && (++at == text.Length || text[at] is not ('\\' or '|'))) throw new FormatException("an escape in the header");
                field.Append(text[at]);
            }

            if (at++ >= text.Length) throw new FormatException("the header ends early");
            header.Add(field.ToString());
        }

        if (header[0] != "CEF:0") throw new FormatException("the version");
        if (header.Skip(1).Any(h => h.Trim(' ').Length == 0)) throw new FormatException("a blank field of the header");
        int severity = int.Parse(header[6], NumberStyles.None, CultureInfo.InvariantCulture);
        if (severity > 10) throw new FormatException("the severity");
        return new CefMessage(0, header[1], header[2], header[3], header[4], header[5], severity, ReadExtension(text[at..]));
    }

    private static Dictionary<string, string> ReadExtension(string text)
    {
        // Every bare = ends a key; the key goes back to the space before it.
        List<(int Key, int Equal)> fields = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '=') fields.Add((text.LastIndexOf(' ', i) + 1, i));
        }

        if (text.Length > 0 && (fields.Count == 0 || fields[0].Key != 0)) throw new FormatException("the extension's beginning");
        Dictionary<string, string> extension = new(StringComparer.Ordinal);
        for (int i = 0; i < fields.Count; i++)
        {
            string key = text[fields[i].Key..fields[i].Equal];
            int end = i + 1 < fields.Count ? fields[i + 1].Key - 1 : text.Length;
            if (end <= fields[i].Equal) throw new FormatException($"{key} has no value");
            string value = Unescape(text[(fields[i].Equal + 1)..end]);
            if (key.Length == 0 || !key.All(char.IsAsciiLetterOrDigit)) throw new FormatException($"the key '{key}'");
            if (value.Length == 0 || value[0] == ' ' || value[^1] == ' ') throw new FormatException($"blanks at the ends of {key}");
            if (!extension.TryAdd(key, value)) throw new FormatException($"{key} twice");
        }

        foreach (string key in extension.Keys)
        {
            bool custom = key.StartsWith("cs", StringComparison.Ordinal) || key.StartsWith("c6a", StringComparison.Ordinal) || key.StartsWith("flexString", StringComparison.Ordinal);
            string other = key.EndsWith("Label", StringComparison.Ordinal) ? key[..^5] : key + "Label";
            if (custom && !extension.ContainsKey(other)) throw new FormatException($"{key} without {other}");
        }

        return extension;
    }

    private static string Unescape(string text)
    {
        StringBuilder value = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                value.Append(text[i]);
                continue;
            }

            if (++i == text.Length) throw new FormatException("an escape at the end");
            value.Append(text[i] switch
            {
                '\\' => '\\', '=' => '=', 'n' => '\n', 'r' => '\r',
                _ => throw new FormatException($"the escape \\{text[i]}"),
            });
        }

        return value.ToString();
    }
}
