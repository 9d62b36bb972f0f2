using System.Text;

namespace JumpCloudConnector.Records;

/// <summary>
/// The fields that a scan looks for, as dotted paths; a field's number is its place in the list. Names are found by the
/// hash that the scan computes of every name anyway.
/// </summary>
internal sealed class FieldMap
{
    /// <summary>The container number of the object itself.</summary>
    public const int Root = 1;

    private readonly Dictionary<(int Container, ulong Hash), Node> _nodes = new();

    private readonly string[] _paths;

    public FieldMap(params string[] paths)
    {
        _paths = paths;
        int containers = Root;
        for (int field = 0; field < paths.Length; field++)
        {
            string[] steps = paths[field].Split('.');
            int container = Root;
            for (int step = 0; step < steps.Length; step++)
            {
                byte[] name = Encoding.UTF8.GetBytes(steps[step]);
                (int, ulong) key = (container, JsonObjectScanner.HashOfName(name).Low);
                if (!_nodes.TryGetValue(key, out Node node)) node = new Node(name, -1, 0);
                if (step == steps.Length - 1) node = node with { Field = field };
                else if (node.Container == 0) node = node with { Container = ++containers };
                _nodes[key] = node;
                container = node.Container;
            }
        }
    }

    public int Count => _paths.Length;

    /// <summary>The names of the properties that fields stand in, without those of the objects around them.</summary>
    public IReadOnlyList<string> NamesOf(params int[] fields) => [.. fields.Select(f => _paths[f].Substring(_paths[f].LastIndexOf('.') + 1))];

    public bool TryFind(int container, ReadOnlySpan<byte> name, ulong hash, out Node node) =>
        _nodes.TryGetValue((container, hash), out node) && name.SequenceEqual(node.Name);

    /// <summary>A name that matters: a field (or -1) and, as an object, a container (or 0).</summary>
    public readonly record struct Node(byte[] Name, int Field, int Container);
}
