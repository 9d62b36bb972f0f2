using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>search_term: one of and, or, not over fields and lowercase values.</summary>
internal sealed class SearchTerm
{
    private static readonly string[] s_notSearchable = ["changes", "useragent", "system_timestamp"];
    private readonly string _conjunction;
    private readonly List<(string[] Path, HashSet<string> Values)> _terms = [];

    private SearchTerm(string conjunction) => _conjunction = conjunction;

    public static SearchTerm Parse(JsonElement term)
    {
        if (term.ValueKind != JsonValueKind.Object || term.EnumerateObject().ToArray() is not [var only] || only.Name is not ("and" or "or" or "not"))
        {
            throw new ApiException(400, "search_term must contain exactly one of 'and', 'or', 'not'");
        }

        var parsed = new SearchTerm(only.Name);
        var maps = only.Value.ValueKind switch
        {
            JsonValueKind.Object => [only.Value],
            JsonValueKind.Array => only.Value.EnumerateArray().ToArray(),
            _ => throw new ApiException(400, $"'{only.Name}' must be a list of terms"),
        };
        foreach (var map in maps)
        {
            if (map.ValueKind != JsonValueKind.Object)
            {
                throw new ApiException(400, "a search term must be an object");
            }

            foreach (var field in map.EnumerateObject())
            {
                parsed.Add(field);
            }
        }

        return parsed._terms.Count > 0 ? parsed : throw new ApiException(400, "search_term is empty");
    }

    public bool Matches(JsonElement json) => _conjunction switch
    {
        "and" => _terms.TrueForAll(t => Matches(json, t.Path, t.Values)),
        "or" => _terms.Exists(t => Matches(json, t.Path, t.Values)),
        _ => !_terms.Exists(t => Matches(json, t.Path, t.Values)),
    };

    /// <summary>The values at a dotted path: those of every item where an array lies on the way.</summary>
    public static IEnumerable<JsonElement> At(JsonElement json, ReadOnlyMemory<string> path)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
            {
                foreach (var value in At(item, path))
                {
                    yield return value;
                }
            }
        }
        else if (path.IsEmpty)
        {
            yield return json;
        }
        else if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty(path.Span[0], out var child))
        {
            foreach (var value in At(child, path[1..]))
            {
                yield return value;
            }
        }
    }

    public static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private void Add(JsonProperty field)
    {
        if (s_notSearchable.Contains(field.Name.Split('.')[0]))
        {
            throw new ApiException(400, $"field '{field.Name}' is not searchable");
        }

        if (_conjunction == "and" && _terms.Exists(t => string.Join('.', t.Path) == field.Name))
        {
            throw new ApiException(400, $"field '{field.Name}' is repeated");
        }

        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in field.Value.ValueKind == JsonValueKind.Array ? [.. field.Value.EnumerateArray()] : (JsonElement[])[field.Value])
        {
            values.Add(value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new ApiException(400, $"search value of '{field.Name}' must be a string"));
        }

        _terms.Add((field.Name.Split('.'), values));
    }

    /// <summary>Values are lowercase in the index, and what is asked for is compared as it stands.</summary>
    private static bool Matches(JsonElement json, string[] path, HashSet<string> values)
    {
        foreach (var value in At(json, path))
        {
            if (Text(value) is { } text && values.Contains(text.ToLowerInvariant()))
            {
                return true;
            }
        }

        return false;
    }
}
