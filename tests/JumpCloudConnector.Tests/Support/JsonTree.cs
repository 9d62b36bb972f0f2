using System.Text;
using System.Text.Json;

namespace JumpCloudConnector.Tests.Support;

/// <summary>
/// A JSON text as it means: members in their order, doubled names and halves of surrogate pairs and all, which the DOM of
/// System.Text.Json refuses to give. Numbers are as written.
/// </summary>
public sealed class JsonTree
{
    private JsonTree(JsonTokenType kind, string text, List<(string Name, JsonTree Value)> members) => (Kind, Text, Members) = (kind, text, members);

    public JsonTokenType Kind { get; }

    /// <summary>A string's characters, a number's digits.</summary>
    public string Text { get; }

    /// <summary>An object's members; an array's elements, without names.</summary>
    public IReadOnlyList<(string Name, JsonTree Value)> Members { get; }

    public bool IsString => Kind == JsonTokenType.String;

    /// <summary>The last member of a name, as readers mostly have it; null where there is none.</summary>
    public JsonTree? this[string name] => Members.LastOrDefault(m => m.Name == name).Value;

    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonTree Parse(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 5000 });
        reader.Read();
        JsonTree tree = Read(ref reader);
        if (reader.Read()) throw new JsonException("There is more than one value.");
        return tree;
    }

    public bool Same(JsonTree other) =>
        Kind == other.Kind && Text == other.Text && Members.Count == other.Members.Count
        && Members.Zip(other.Members).All(m => m.First.Name == m.Second.Name && m.First.Value.Same(m.Second.Value));

    /// <summary>The characters between a string's quotes, with its escapes resolved one by one.</summary>
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        string escaped = Encoding.UTF8.GetString(raw);
        StringBuilder text = new();
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            char escape = escaped[++i];
            if (escape == 'u')
            {
                text.Append((char)Convert.ToUInt16(escaped.Substring(i + 1, 4), 16));
                i += 4;
            }
            else
            {
                text.Append(escape switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => escape });
            }
        }

        return text.ToString();
    }

    private static JsonTree Read(ref Utf8JsonReader reader)
    {
        JsonTokenType kind = reader.TokenType;
        List<(string, JsonTree)> members = [];
        if (kind == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = Unescape(reader.ValueSpan);
                reader.Read();
                members.Add((name, Read(ref reader)));
            }
        }
        else if (kind == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) members.Add(("", Read(ref reader)));
        }
        else
        {
            return new JsonTree(kind, kind == JsonTokenType.String ? Unescape(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan), members);
        }

        return new JsonTree(kind, "", members);
    }
}
