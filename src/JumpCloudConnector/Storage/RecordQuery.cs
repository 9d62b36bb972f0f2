using System.Text.RegularExpressions;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Queries;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// What to look for. Unset means any; texts match in any case, with <c>*</c> and <c>?</c> as wildcards. Times are epoch
/// milliseconds of the event.
/// </summary>
public sealed record RecordQuery
{
    private const string InvalidRegexId = "InvalidRegex";

    // Enough for the largest of records, and an end for an expression that would have none.
    private static readonly TimeSpan s_matchLimit = TimeSpan.FromSeconds(2);

    /// <summary>Connector names.</summary>
    public IReadOnlyList<string> ConnectorNames { get; init; } = [];

    /// <summary>Tenant names.</summary>
    public IReadOnlyList<string> TenantNames { get; init; } = [];

    /// <summary>Organizations, by id or name.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary><c>msg_class</c>.</summary>
    public IReadOnlyList<string> MessageClasses { get; init; } = [];

    /// <summary><c>msg_origin.source</c>.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary><c>msg_origin.category</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary><c>event_category</c>: JumpCloud's service.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary><c>event_type</c>.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    /// <summary><c>event_status</c>.</summary>
    public IReadOnlyList<string> EventStatuses { get; init; } = [];

    /// <summary><c>user.name</c>, <c>user.email</c> or <c>user.id</c>; without @ and wildcards, also what stands before the @ of an address.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary><c>srcip</c>; with a slash, the addresses of a network.</summary>
    public IReadOnlyList<string> SourceIps { get; init; } = [];

    /// <summary>A text anywhere in the record's JSON.</summary>
    public string? Text { get; init; }

    /// <summary><see cref="Text"/> is a .NET regular expression, in any case.</summary>
    public bool Regex { get; init; }

    /// <summary>A query in Lucene's syntax, such as <c>event_type:sso_auth AND NOT srcip:10.0.0.0/8</c>.</summary>
    public string? Query { get; init; }

    /// <summary>At or after.</summary>
    public long? After { get; init; }

    /// <summary>Before.</summary>
    public long? Before { get; init; }

    /// <summary>Written at or after this time, whenever their events were: <c>write_time</c>, epoch milliseconds.</summary>
    public long? IngestedAfter { get; init; }

    /// <summary>Only records behind this place in the order of commits; the answer is then in that order.</summary>
    public long? AfterSequence { get; init; }

    /// <summary>At most so many.</summary>
    public long? First { get; init; }

    /// <summary>Oldest first instead of newest first.</summary>
    public bool Oldest { get; init; }

    /// <summary>True where it asks for more than a time and a place in the order of commits.</summary>
    internal bool HasCriteria =>
        ConnectorNames.Count + TenantNames.Count + Organizations.Count + MessageClasses.Count + Sources.Count + Categories.Count + Services.Count
        + EventTypes.Count + EventStatuses.Count + Users.Count + SourceIps.Count > 0 || !string.IsNullOrEmpty(Text) || Query is not null || IngestedAfter is not null;

    /// <summary>True where a record was written before what is asked for, as far as that is known without its text.</summary>
    internal bool WrittenBefore(BlockEntry entry) => entry.Kind != RecordKind.Whole && entry.WriteTime < IngestedAfter;

    /// <summary>Refuses what cannot be searched for.</summary>
    /// <exception cref="JcException">InvalidNetwork, InvalidQuery or InvalidRegex.</exception>
    public void Check()
    {
        foreach (string address in SourceIps)
        {
            if (address.IndexOf('/') < 0 || NetworkOf(address) is not null) continue;
            throw new JcException("InvalidNetwork", JcErrorKind.InvalidInput,
                $"'{address}' is not a network. Give one such as 10.0.0.0/8 or 2001:db8::/32, without wildcards, or an address such as 10.1.2.3 or 10.*.", address);
        }

        _ = ExpressionOf(this);
        if (Query is not null) LuceneQuery.Parse(Query);
    }

    /// <summary>What is to be said of values that no record can have, by which nothing is found.</summary>
    public IEnumerable<string> Doubts()
    {
        LuceneQuery? asked = Query is null ? null : LuceneQuery.Parse(Query);
        return
        [
            .. Doubts("event_status", EventStatuses, asked),
            .. Doubts("msg_class", MessageClasses, asked),
            .. Doubts("msg_origin.source", Sources, asked),
            .. Doubts("msg_origin.category", Categories, asked),
            .. asked?.Doubts ?? [],
            .. Query is null ? [] : EqualsSigns(Query),
        ];
    }

    // The commonest slip of who knows other query languages; as it stands it is a text that hardly a record has.
    private static IEnumerable<string> EqualsSigns(string query) =>
        from Match match in System.Text.RegularExpressions.Regex.Matches(query, @"(?<![\w.:""])([a-z_]+(?:\.[A-Za-z_]+)*)==?(?=[^\s=])")
        where KnownFields.All.Contains(match.Groups[1].Value, StringComparer.Ordinal)
        select $"'{match.Groups[1].Value}=' is looked for as a text. A field is asked for with a colon: {match.Groups[1].Value}:value.";

    internal static SubnetRange? NetworkOf(string address) =>
        address.IndexOf('/') >= 0 && SubnetRange.TryParse(address, out SubnetRange? range) ? range : null;

    /// <summary>The expression that the text is, or null where it is none.</summary>
    /// <exception cref="JcException">InvalidRegex.</exception>
    internal static Regex? ExpressionOf(RecordQuery query)
    {
        if (!query.Regex) return null;
        if (string.IsNullOrEmpty(query.Text))
            throw new JcException(InvalidRegexId, JcErrorKind.InvalidInput, "A regular expression was asked for, and there is no text to read as one. Give the expression as the text.");
        try
        {
            return new Regex(query.Text, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled, s_matchLimit);
        }
        catch (ArgumentException e)
        {
            throw new JcException(InvalidRegexId, JcErrorKind.InvalidInput,
                $"'{query.Text}' is not a regular expression: {e.Message.TrimEnd('.')}. Correct it, or search for the text as it is.", query.Text, e);
        }
    }

    /// <summary>The error for an expression that ran away on a record.</summary>
    internal static JcException RunsAway(string expression, Exception inner) => new(InvalidRegexId, JcErrorKind.InvalidInput,
        $"The regular expression '{expression}' was given up after {s_matchLimit.TotalSeconds:0} seconds on one record, so that what matches is not known. Make it simpler: no repetition within a repetition, such as (a+)+.", expression, inner);

    private static IEnumerable<string> Doubts(string field, IReadOnlyList<string> given, LuceneQuery? asked) =>
        from pattern in given.Concat(asked?.ValuesOf(field).Where(v => v.IndexOfAny(['*', '?']) < 0) ?? []).Distinct(StringComparer.OrdinalIgnoreCase)
        let known = KnownValues.Closed[field]
        where !known.Any(k => new TextPattern(pattern).Matches(k.AsSpan()))
        select $"No record has '{pattern}' in {field}. {KnownValues.Choice(pattern, known)}";
}
