using JumpCloudConnector.Records;

namespace JumpCloudConnector.Filters;

/// <summary>How a condition compares. Texts compare in any case. Begins at 1, so that a stray 0 is never an operator.</summary>
public enum LogFilterOperator
{
    /// <summary>The field has the value.</summary>
    Equal = 1,

    /// <summary>The field does not have the value; also where there is no such field.</summary>
    NotEqual,

    /// <summary>The value stands somewhere in the field.</summary>
    Contains,

    /// <summary>The field begins with the value.</summary>
    StartsWith,

    /// <summary>The field ends with the value.</summary>
    EndsWith,

    /// <summary>The field matches the regular expression.</summary>
    Match,

    /// <summary>The field has one of the values.</summary>
    In,

    /// <summary>The field has none of the values; also where there is no such field.</summary>
    NotIn,

    /// <summary>The field is there and not null. Takes no value, or false to ask that it is not there.</summary>
    Exists,

    /// <summary>The field is a number greater than the value; a time is one too, as epoch milliseconds or ISO 8601.</summary>
    GreaterThan,

    /// <summary>The field is a number less than the value.</summary>
    LessThan,

    /// <summary>The field is an address in the network, such as 10.0.0.0/8 or 2001:db8::/32.</summary>
    InSubnet,
}

/// <summary>One condition of a log filter.</summary>
public sealed record LogFilterCondition
{
    /// <summary>All operators.</summary>
    public static IReadOnlyList<LogFilterOperator> Operators { get; } =
        [.. Enumerable.Range((int)LogFilterOperator.Equal, (int)LogFilterOperator.InSubnet).Select(o => (LogFilterOperator)o)];

    /// <summary>A field of the finished record, as a dotted path: <c>event_type</c>, <c>user.name</c>, <c>jumpcloud.geoip.country_code</c>.</summary>
    public required string Field { get; init; }

    /// <summary>How to compare.</summary>
    public required LogFilterOperator Operator { get; init; }

    /// <summary>What to compare with; one of them must hold, but for NotEqual and NotIn none may.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The field that somebody means by a name: itself where records can have it, or else the nearest that is known.</summary>
    public static string FieldMeantBy(string name) => KnownFields.HasValue(name) ? name : KnownFields.Nearest(name);

    /// <inheritdoc/>
    public override string ToString() => Values.Count == 0 ? $"{Field} {Operator}" : $"{Field} {Operator} {string.Join(", ", Values)}";
}

/// <summary>
/// Excludes records: those for which every condition holds are not stored by the connectors that it is attached to. Inactive
/// until it is attached to one.
/// </summary>
public sealed record LogFilter
{
    /// <summary>The most conditions that a filter may have; from the specified product.</summary>
    public const int MaxConditions = 10;

    /// <summary>The identity; a name may be given again after a removal, this never is.</summary>
    public required Guid Id { get; init; }

    /// <summary>The unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant whose connectors may use it, or null for all.</summary>
    public string? TenantName { get; init; }

    /// <summary>1 to 10, all of which must hold.</summary>
    public required IReadOnlyList<LogFilterCondition> Conditions { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Counts up with every change.</summary>
    public int Version { get; init; } = 1;
}
