using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.VisualBasic.FileIO;

namespace JumpCloudConnector.Connectors;

/// <summary>How a file of connectors is written.</summary>
public enum ConnectorFileFormat
{
    /// <summary>An array of objects, one for each connector.</summary>
    Json = 1,

    /// <summary>A line for each connector, with a header.</summary>
    Csv,
}

/// <summary>A line of a file of connectors (in JSON, an object): where it is, and its cells by column.</summary>
internal sealed record ConnectorLine(long Number, IReadOnlyList<KeyValuePair<string, string>> Cells)
{
    public string Cell(string column) =>
        Cells.FirstOrDefault(c => string.Equals(c.Key, column, StringComparison.OrdinalIgnoreCase)).Value?.Trim() ?? "";
}

/// <summary>Writes and reads files of many connectors.</summary>
internal static class ConnectorFile
{
    /// <summary>The format that a file's name tells: JSON unless it ends in .csv.</summary>
    public static ConnectorFileFormat FormatOf(string path) =>
        path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? ConnectorFileFormat.Csv : ConnectorFileFormat.Json;

    /// <summary>Refuses a folder, and a file in a folder that is not there.</summary>
    public static void CheckTarget(string path)
    {
        if (Directory.Exists(path))
            throw new JcException("FileNotWritten", JcErrorKind.InvalidInput, $"'{path}' is a folder. Give the path of a file, such as '{Path.Combine(path, "connectors.json")}'.", path);
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new JcException("FileNotWritten", JcErrorKind.InvalidInput, $"The file '{path}' cannot be written: there is no folder '{folder}'. Make it first, or choose another.", path);
    }

    /// <summary>Writes the file whole or not at all.</summary>
    public static void Write(string path, IReadOnlyList<Connector> connectors, ConnectorFileFormat format, bool replace)
    {
        CheckTarget(path);
        string half = path + "." + Guid.NewGuid().ToString("N") + ".tmp";
        try
        {
            // With the mark, without which Excel and Windows PowerShell take UTF-8 for the machine's code page.
            File.WriteAllText(half, format == ConnectorFileFormat.Csv ? Csv(connectors) : Json(connectors), new UTF8Encoding(format == ConnectorFileFormat.Csv));
            if (replace && File.Exists(path)) File.Replace(half, path, null);
            else File.Move(half, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw File.Exists(path) && !replace
                ? new JcException("FileExists", JcErrorKind.AlreadyExists, $"The file '{path}' exists already. Choose another name, or replace it with -Force.", path, e)
                : new JcException("FileNotWritten", JcErrorKind.InvalidInput, $"The file '{path}' cannot be written: {e.Message.Replace(half, path)}", path, e);
        }
        finally
        {
            // Where the folder is not there, Delete would throw in place of what is to be said.
            if (File.Exists(half)) File.Delete(half);
        }
    }

    /// <summary>Reads a file's lines. Cells are texts, whatever they were in JSON; lists have semicolons.</summary>
    /// <exception cref="JcException">FileNotFound, FileNotRead, or InvalidConnectorFile with the place.</exception>
    public static IReadOnlyList<ConnectorLine> Read(string path, ConnectorFileFormat format)
    {
        if (Directory.Exists(path)) throw new JcException("FileNotRead", JcErrorKind.InvalidInput, $"'{path}' is a folder. Give the path of a file.", path);
        try
        {
            using StreamReader reader = new(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
            string text = reader.ReadToEnd();
            IReadOnlyList<ConnectorLine> lines = format == ConnectorFileFormat.Csv ? FromCsv(path, text) : FromJson(path, text);
            string? twice = lines.Select(l => l.Cells.GroupBy(c => c.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1)?.Key).FirstOrDefault(n => n is not null);
            if (twice is not null) throw Invalid(path, $"it has '{twice}' twice");
            string? unknown = lines.SelectMany(l => l.Cells).Select(c => c.Key).FirstOrDefault(n => !ConnectorColumns.Names.Contains(n, StringComparer.OrdinalIgnoreCase));
            return unknown is null ? lines : throw ConnectorColumns.Unknown(unknown);
        }
        catch (DecoderFallbackException e)
        {
            throw Invalid(path, "it is not UTF-8, so its umlauts and accents would be lost. Save it as 'CSV UTF-8'", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new JcException("FileNotFound", JcErrorKind.NotFound, $"There is no file '{path}'.", path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JcException("FileNotRead", JcErrorKind.InvalidInput, $"The file '{path}' cannot be read: {e.Message}", path, e);
        }
    }

    private static string Csv(IReadOnlyList<Connector> connectors)
    {
        StringBuilder text = new();
        Line(ConnectorColumns.Names);
        foreach (Connector connector in connectors) Line(ConnectorColumns.Values(connector));
        return text.ToString();

        void Line(IReadOnlyList<string> cells) =>
            text.Append(string.Join(",", cells.Select(c => c.IndexOfAny([',', '"', ';', '\r', '\n']) < 0 ? c : $"\"{c.Replace("\"", "\"\"")}\""))).Append("\r\n");
    }

    private static string Json(IReadOnlyList<Connector> connectors)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (Connector connector in connectors)
            {
                writer.WriteStartObject();
                foreach ((string name, string value) in ConnectorColumns.Names.Zip(ConnectorColumns.Values(connector), (n, v) => (n, v)))
                {
                    if (value.Length > 0) writer.WriteString(name, value);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static List<ConnectorLine> FromCsv(string path, string text)
    {
        int end = text.IndexOfAny(['\r', '\n']);
        string first = end < 0 ? text : text.Substring(0, end);
        using StringReader reader = new(text);
        using TextFieldParser parser = new(reader)
        {
            // Excel writes semicolons where the comma is the decimal sign.
            Delimiters = [first.IndexOf(';') >= 0 && first.IndexOf(',') < 0 ? ";" : ","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false,
        };
        try
        {
            List<ConnectorLine> lines = [];
            List<string> raw = RawLines(text);
            string[] names = [.. (parser.ReadFields() ?? []).Select(n => n.Trim())];
            while (!parser.EndOfData)
            {
                long number = parser.LineNumber;
                // The parser skips empty lines when it reads, and so after it has said where it is.
                while (number <= raw.Count && string.IsNullOrWhiteSpace(raw[(int)number - 1])) number++;
                string[] cells = parser.ReadFields() ?? [];
                if (cells.All(string.IsNullOrWhiteSpace)) continue;
                if (cells.Length > names.Length)
                    throw Invalid(path, $"line {number} has {Words.Count(cells.Length, "cell")}, and the header names {Words.Count(names.Length, "column")}");
                lines.Add(new ConnectorLine(number, [.. cells.Select((c, i) => new KeyValuePair<string, string>(names[i], c))]));
            }

            return lines;
        }
        catch (MalformedLineException e)
        {
            throw Invalid(path, $"line {e.LineNumber} has a quotation mark that is not closed", e);
        }
    }

    private static List<string> RawLines(string text)
    {
        using StringReader reader = new(text);
        List<string> lines = [];
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines;
    }

    private static List<ConnectorLine> FromJson(string path, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            // ConvertTo-Json writes one connector without an array.
            IEnumerable<JsonElement> objects = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()] : [document.RootElement];
            List<ConnectorLine> lines = [];
            foreach (JsonElement item in objects)
            {
                if (item.ValueKind != JsonValueKind.Object) throw Invalid(path, $"item {lines.Count + 1} is not an object");
                lines.Add(new ConnectorLine(lines.Count + 1, [.. item.EnumerateObject().Select(p => new KeyValuePair<string, string>(p.Name, Cell(p.Value)))]));
            }

            return lines;
        }
        catch (JsonException e)
        {
            throw Invalid(path, $"it is not JSON ({e.Message})", e);
        }

        static string Cell(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Array => string.Join(";", value.EnumerateArray().Select(Cell)),
            _ => value.GetRawText(),
        };
    }

    private static JcException Invalid(string path, string what, Exception? cause = null) => new(
        "InvalidConnectorFile", JcErrorKind.InvalidInput, $"The file '{path}' cannot be used: {what}. Nothing of it was imported.", path, cause);
}
