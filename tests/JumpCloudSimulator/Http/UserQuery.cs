using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>Which users are asked for, from the address of a GET or the body of a search.</summary>
internal sealed class UserQuery
{
    private static readonly char[] s_separators = [' ', ','];
    private readonly List<Func<JsonElement, bool>> _conditions = [];
    private string[] _sort = [];
    private string[][]? _fields;

    public int Limit { get; private init; }

    public int Skip { get; private init; }

    public bool IsSortedById => _sort is ["_id" or "-_id", ..];

    public static UserQuery FromUrl(IQueryCollection url, int most)
    {
        var query = new UserQuery { Limit = Number(url["limit"], 10, most), Skip = Number(url["skip"], 0, int.MaxValue) };
        query.ReadLists(url["sort"], url["fields"]);
        foreach (var filter in url["filter"])
        {
            // field:$op:value
            var parts = (filter ?? "").Split(':', 3);
            query._conditions.Add(parts is [var field, ['$', .. var op], var value] ? Condition(field, op, value) : throw new ApiException(400, "filter is malformed"));
        }

        if (url["search"].ToString() is { Length: > 0 } text)
        {
            query._conditions.Add(Contains([text], ["username", "email", "firstname", "lastname"]));
        }

        return query;
    }

    public static UserQuery FromBody(byte[] body, int most)
    {
        try
        {
            using var document = JsonDocument.Parse(body.Length == 0 ? "{}"u8.ToArray() : body);
            var json = document.RootElement.Clone();
            var query = new UserQuery { Limit = Number(Text(json, "limit"), 10, most), Skip = Number(Text(json, "skip"), 0, int.MaxValue) };
            query.ReadLists(Text(json, "sort"), Text(json, "fields"));
            if (json.TryGetProperty("filter", out var filter))
            {
                query._conditions.Add(Filter(filter));
            }

            if (json.TryGetProperty("searchFilter", out var search) && search.TryGetProperty("searchTerm", out var term))
            {
                query._conditions.Add(Contains(Texts(term), search.TryGetProperty("fields", out var fields) ? Texts(fields) : ["username", "email"]));
            }

            return query;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ApiException(400, "request body is not valid");
        }
    }

    /// <summary>A number of a query: nonsense becomes the default, too much the most there is.</summary>
    public static int Number(string? text, int otherwise, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (number > 0 || otherwise == 0) ? Math.Min(number, most) : otherwise;

    /// <summary>The matching users in order; an order other than 0 is one of its own for this request.</summary>
    public IReadOnlyList<SimulatedUser> Select(IReadOnlyList<SimulatedUser> all, int order)
    {
        var matching = _conditions.Count == 0 ? all : [.. all.Where(Matches)];
        if (order != 0)
        {
            return [.. matching.OrderBy(u => Prng.Mix((ulong)order, ulong.Parse(u.Id.AsSpan(8), NumberStyles.HexNumber, CultureInfo.InvariantCulture)))];
        }

        if (_sort.Length == 0 || _sort[0] == "_id")
        {
            return matching;
        }

        var descending = _sort[0].StartsWith('-');
        var field = _sort[0].TrimStart('-');
        string Key(SimulatedUser user)
        {
            using var document = JsonDocument.Parse(user.Json);
            return document.RootElement.TryGetProperty(field, out var value) ? SearchTerm.Text(value) ?? "" : "";
        }

        return descending ? [.. matching.OrderByDescending(Key, StringComparer.Ordinal)] : [.. matching.OrderBy(Key, StringComparer.Ordinal)];
    }

    public ReadOnlyMemory<byte> Project(ReadOnlyMemory<byte> json)
    {
        if (_fields is null)
        {
            return json;
        }

        var target = new ArrayBufferWriter<byte>(1024);
        Projection.Write(json, _fields, target);
        return target.WrittenMemory;
    }

    private bool Matches(SimulatedUser user)
    {
        using var document = JsonDocument.Parse(user.Json);
        return _conditions.TrueForAll(c => c(document.RootElement));
    }

    private void ReadLists(string? sort, string? fields)
    {
        _sort = (sort ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        var names = (fields ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > 0)
        {
            _fields = [["_id"], .. names.Where(n => n != "_id").Select(n => n.Split('.'))];
        }
    }

    private static Func<JsonElement, bool> Filter(JsonElement filter)
    {
        if (filter.ValueKind == JsonValueKind.Array)
        {
            var all = filter.EnumerateArray().Select(Filter).ToList();
            return json => all.TrueForAll(c => c(json));
        }

        var conditions = new List<Func<JsonElement, bool>>();
        foreach (var property in filter.EnumerateObject())
        {
            if (property.Name == "or")
            {
                var any = property.Value.EnumerateArray().Select(Filter).ToList();
                conditions.Add(json => any.Exists(c => c(json)));
            }
            else
            {
                conditions.Add(property.Name == "and" ? Filter(property.Value)
                    : property.Value.ValueKind == JsonValueKind.Object ? Operators(property)
                    : Condition(property.Name, "eq", SearchTerm.Text(property.Value) ?? ""));
            }
        }

        return json => conditions.TrueForAll(c => c(json));
    }

    private static Func<JsonElement, bool> Operators(JsonProperty field)
    {
        var all = field.Value.EnumerateObject().Select(o => Condition(field.Name, o.Name.TrimStart('$'), string.Join(',', Texts(o.Value)))).ToList();
        return json => all.TrueForAll(c => c(json));
    }

    private static Func<JsonElement, bool> Condition(string field, string op, string value)
    {
        var path = field.Split('.');
        string[] list = value.Split(',');
        return op switch
        {
            "eq" => json => Values(json).Any(v => v == value),
            "ne" => json => Values(json).All(v => v != value),
            "in" => json => Values(json).Any(v => list.Contains(v)),
            "nin" => json => !Values(json).Any(v => list.Contains(v)),
            "gt" => json => Values(json).Any(v => Compare(v, value) > 0),
            "gte" => json => Values(json).Any(v => Compare(v, value) >= 0),
            "lt" => json => Values(json).Any(v => Compare(v, value) < 0),
            "lte" => json => Values(json).Any(v => Compare(v, value) <= 0),
            _ => throw new ApiException(400, $"unknown operator ${op}"),
        };

        IEnumerable<string> Values(JsonElement json) => SearchTerm.At(json, path).Select(SearchTerm.Text).OfType<string>();
    }

    private static int Compare(string a, string b) =>
        decimal.TryParse(a, CultureInfo.InvariantCulture, out var x) && decimal.TryParse(b, CultureInfo.InvariantCulture, out var y) ? x.CompareTo(y) : string.CompareOrdinal(a, b);

    private static Func<JsonElement, bool> Contains(string[] texts, string[] fields) => json =>
        fields.Any(f => SearchTerm.At(json, f.Split('.')).Any(v => texts.Any(t => SearchTerm.Text(v)?.Contains(t, StringComparison.OrdinalIgnoreCase) == true)));

    private static string[] Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(SearchTerm.Text).OfType<string>()] : [SearchTerm.Text(value) ?? ""];

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? string.Join(' ', Texts(value)) : null;
}
