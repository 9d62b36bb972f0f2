using JumpCloudConnector.Records;

namespace JumpCloudConnector.Queries;

/// <summary>How far a record was read: what was not found in a part that lies behind is not there.</summary>
internal enum ReadStage
{
    Header = 1,
    Vendor,
    End,
}

/// <summary>A part of a query. Immutable; what was found in the record at hand is given to it.</summary>
internal abstract class QueryNode
{
    /// <summary>What is known of the record so far: it matches, it does not, or it must be read on.</summary>
    public abstract bool? Holds(bool[] found, ReadStage stage);

    /// <summary>What every record that matches has.</summary>
    public virtual IReadOnlyList<RequiredTerm> Terms => [];

    /// <summary>The time that every record that matches lies in: at or after, before.</summary>
    public virtual (long? After, long? Before) Span => (null, null);

    public static QueryNode All(IReadOnlyList<QueryNode> parts) => parts.Count == 1 ? parts[0] : new AllNode([.. parts]);

    public static QueryNode Any(IReadOnlyList<QueryNode> parts) => parts.Count == 1 ? parts[0] : new AnyNode([.. parts]);

    public static QueryNode Not(QueryNode part) => new NotNode(part);

    private sealed class AllNode(QueryNode[] parts) : QueryNode
    {
        public override IReadOnlyList<RequiredTerm> Terms { get; } = [.. parts.SelectMany(p => p.Terms)];

        public override (long? After, long? Before) Span { get; } = (parts.Max(p => p.Span.After), parts.Min(p => p.Span.Before));

        public override bool? Holds(bool[] found, ReadStage stage)
        {
            bool? all = true;
            foreach (QueryNode part in parts)
            {
                bool? holds = part.Holds(found, stage);
                if (holds == false) return false;
                all &= holds;
            }

            return all;
        }
    }

    private sealed class AnyNode(QueryNode[] parts) : QueryNode
    {
        public override IReadOnlyList<RequiredTerm> Terms { get; } = Common(parts);

        public override (long? After, long? Before) Span { get; } =
        (
            Array.Exists(parts, p => p.Span.After is null) ? null : parts.Min(p => p.Span.After),
            Array.Exists(parts, p => p.Span.Before is null) ? null : parts.Max(p => p.Span.Before)
        );

        public override bool? Holds(bool[] found, ReadStage stage)
        {
            bool? any = false;
            foreach (QueryNode part in parts)
            {
                bool? holds = part.Holds(found, stage);
                if (holds == true) return true;
                any |= holds;
            }

            return any;
        }

        // A field is required where each part requires it: it then has a value of one of them.
        private static List<RequiredTerm> Common(QueryNode[] parts) =>
        [
            .. from field in parts[0].Terms.Select(t => t.Field).Distinct(StringComparer.Ordinal)
               where Array.TrueForAll(parts, p => p.Terms.Any(t => t.Field == field))
               let values = parts.SelectMany(p => p.Terms.Where(t => t.Field == field).OrderBy(t => t.Values.Count).First().Values)
               select new RequiredTerm(field, [.. values.Distinct(StringComparer.OrdinalIgnoreCase)]),
        ];
    }

    private sealed class NotNode(QueryNode part) : QueryNode
    {
        public override bool? Holds(bool[] found, ReadStage stage) => !part.Holds(found, stage);
    }
}

/// <summary>Holds for every record.</summary>
internal sealed class EveryNode : QueryNode
{
    public override bool? Holds(bool[] found, ReadStage stage) => true;
}

/// <summary>A field and what is asked of its values; it holds where one of them passes.</summary>
internal sealed class ConditionNode(int number, string? field, bool inVendor, ValueTest test) : QueryNode
{
    // The fields whose values lie as plain texts in the header, compared whole.
    private static readonly HashSet<string> s_termFields = new(StringComparer.Ordinal)
    {
        "user.name", "user.email", "user.id", "srcip", "event_type", "event_category", "org_id", "org_name", "connector_name", "tenant_name", "msg_class",
    };

    /// <summary>Its place among what was found.</summary>
    public int Number { get; } = number;

    /// <summary>The dotted path; null for any field.</summary>
    public string? Field { get; } = field;

    public ValueTest Test { get; } = test;

    public override IReadOnlyList<RequiredTerm> Terms { get; } =
        field is not null && s_termFields.Contains(field) && test is TermTest { Literal: { } literal } ? [new RequiredTerm(field, [literal])] : [];

    // Where no record has the field none need be read: none is of this time.
    public override (long? After, long? Before) Span { get; } =
        field is not null && KnownFields.IsNowhere(field) ? (long.MaxValue, long.MinValue)
        : field == QueryFields.Timestamp && test is RangeTest range ? range.Span : (null, null);

    public override bool? Holds(bool[] found, ReadStage stage)
    {
        if (found[Number]) return true;
        return stage == ReadStage.End || (stage == ReadStage.Vendor && !inVendor) ? false : null;
    }
}
