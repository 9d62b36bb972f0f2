using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Queries;

/// <summary>The paths that a query asks for, as a tree of names. Immutable once made.</summary>
internal sealed class QueryFields
{
    /// <summary>The end of a path that means whatever lies below it.</summary>
    public const string Below = ".*";

    public const string Timestamp = "timestamp";

    // Those whose values are sentences and display names, in which words are looked for; every other field outside the
    // vendor's object holds one identifier, address or code.
    private static readonly HashSet<string> s_texts = new(StringComparer.Ordinal) { "event_name", "reason", "resource.name", "application.name" };

    private readonly List<(byte[] Name, QueryFields Fields)> _children = [];

    /// <summary>The conditions on the field itself.</summary>
    public List<ConditionNode> Own { get; } = [];

    /// <summary>The conditions on every field below this one.</summary>
    public List<ConditionNode> Inherited { get; } = [];

    public static QueryFields Of(IEnumerable<ConditionNode> conditions)
    {
        QueryFields root = new();
        foreach (ConditionNode condition in conditions)
        {
            bool below = condition.Field is null || IsBelow(condition.Field);
            string path = condition.Field is null ? "" : below ? condition.Field.Substring(0, condition.Field.Length - Below.Length) : condition.Field;
            QueryFields at = root;
            if (path.Length > 0)
                foreach (string step in path.Split('.')) at = at.Child(Encoding.UTF8.GetBytes(step));
            (below ? at.Inherited : at.Own).Add(condition);
        }

        root.Inherit();
        return root;
    }

    /// <summary>Whether a condition on a path needs the vendor's object.</summary>
    public static bool IsInVendor(string? path) =>
        path is null || path == KnownFields.Vendor || path.StartsWith(KnownFields.Vendor + ".", StringComparison.Ordinal);

    public static bool IsBelow(string path) => path.EndsWith(Below, StringComparison.Ordinal);

    /// <summary>True for a field that holds epoch milliseconds.</summary>
    public static bool IsTime(string? path) => path is Timestamp or "write_time";

    /// <summary>True for a field in which words are looked for, false for one whose value is compared whole.</summary>
    public static bool HasWords(string? path) => IsInVendor(path) || s_texts.Contains(path!) || IsBelow(path!);

    /// <summary>
    /// The field of a name, or null where nothing is asked of it, and the conditions that it inherits. A name with dots in
    /// it is that path too.
    /// </summary>
    public QueryFields? Find(ReadOnlySpan<byte> name, out List<ConditionNode> inherited)
    {
        inherited = Inherited;
        foreach ((byte[] known, QueryFields fields) in _children)
            if (name.SequenceEqual(known)) return fields;
        int dot = name.IndexOf((byte)'.');
        if (dot < 0) return null;
        foreach ((byte[] known, QueryFields fields) in _children)
            if (name.Slice(0, dot).SequenceEqual(known)) return fields.Find(name.Slice(dot + 1), out inherited);
        return null;
    }

    private QueryFields Child(byte[] name)
    {
        foreach ((byte[] known, QueryFields fields) in _children)
            if (known.AsSpan().SequenceEqual(name)) return fields;
        QueryFields child = new();
        _children.Add((name, child));
        return child;
    }

    private void Inherit()
    {
        foreach ((_, QueryFields child) in _children)
        {
            child.Inherited.AddRange(Inherited);
            child.Inherit();
        }
    }
}

/// <summary>A value of a record. An object or an array has a type and no text.</summary>
internal readonly ref struct QueryValue(ReadOnlySpan<char> text, ReadOnlySpan<byte> raw, JsonTokenType type)
{
    public ReadOnlySpan<char> Text { get; } = text;

    /// <summary>As it stands in the JSON, without quotes.</summary>
    public ReadOnlySpan<byte> Raw { get; } = raw;

    public JsonTokenType Type { get; } = type;

    public bool IsString => Type == JsonTokenType.String;

    public bool IsNumber => Type == JsonTokenType.Number;

    public bool IsScalar => Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
}
