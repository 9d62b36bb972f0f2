using System.Text;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Filters;

/// <summary>
/// The filters of a connector, compiled together: a record is gone over once for the fields of all of them, and only as far
/// as they reach. Used by one thread.
/// </summary>
internal sealed class FilterSet
{
    private readonly ConditionTest[][] _filters;
    private readonly FieldMap _map;
    private readonly bool _intoVendor;
    private readonly RecordFields _fields;
    private char[] _characters = new char[256];

    public FilterSet(IReadOnlyList<LogFilter> filters)
    {
        string[] paths = [.. filters.SelectMany(f => f.Conditions).Select(c => c.Field).Distinct(StringComparer.Ordinal)];
        _map = new FieldMap(paths);
        _intoVendor = Array.Exists(paths, p => p == "jumpcloud" || p.StartsWith("jumpcloud.", StringComparison.Ordinal));
        _fields = new RecordFields(_map, _intoVendor);
        _filters = [.. filters.Select(f => f.Conditions.Select(c => new ConditionTest(c, Array.IndexOf(paths, c.Field))).ToArray())];
        Ids = [.. filters.Select(f => f.Id)];
        Names = [.. filters.Select(f => f.Name)];
        ModifiedAt = filters.Count == 0 ? DateTimeOffset.MinValue : filters.Max(f => f.ModifiedAt);
    }

    private FilterSet(FilterSet other)
    {
        _map = other._map;
        _intoVendor = other._intoVendor;
        _fields = new RecordFields(_map, _intoVendor);
        _filters = other._filters;
        Ids = other.Ids;
        Names = other.Names;
        ModifiedAt = other.ModifiedAt;
    }

    /// <summary>The same filters for another thread; what was compiled is shared.</summary>
    public FilterSet ForAnotherThread() => new(this);

    /// <summary>The filters' ids, by number.</summary>
    public IReadOnlyList<Guid> Ids { get; }

    /// <summary>Their names, by number.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>When the one that was changed last was changed.</summary>
    public DateTimeOffset ModifiedAt { get; }

    public bool IsEmpty => _filters.Length == 0;

    /// <summary>The number of the first filter that excludes the record, or -1.</summary>
    public int Excludes(ReadOnlySpan<byte> json)
    {
        if (IsEmpty) return -1;
        _fields.Read(json);
        for (int filter = 0; filter < _filters.Length; filter++)
            if (HoldAll(_filters[filter], json)) return filter;
        return -1;
    }

    private bool HoldAll(ConditionTest[] tests, ReadOnlySpan<byte> json)
    {
        foreach (ConditionTest test in tests)
        {
            bool any = false;
            foreach ((int field, FieldValue value) in _fields.Values)
            {
                if (field != test.Field || !test.Holds(Decode(json, value), value.Type)) continue;
                any = true;
                break;
            }

            if (any == test.Negates) return false;
        }

        return true;
    }

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> json, FieldValue value)
    {
        ReadOnlySpan<byte> bytes = value.Of(json);
        if (value.IsString && bytes.IndexOf((byte)'\\') >= 0)
            return JsonText.Unescape(json.Slice(value.Start - 1, value.Length + 2)).AsSpan();

        if (_characters.Length < bytes.Length) _characters = new char[bytes.Length * 2];
#if NET
        return _characters.AsSpan(0, Encoding.UTF8.GetChars(bytes, _characters));
#else
        return _characters.AsSpan(0, Encoding.UTF8.GetChars(bytes.ToArray(), 0, bytes.Length, _characters, 0));
#endif
    }
}
