using JumpCloudConnector.Queries;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// What is to be said of a search by what the store knows: names and values that no record has, which most times are misspelt,
/// and why nothing was found. Never refuses: a name may be of a connector that is no longer there.
/// </summary>
/// <param name="store">The store that is searched.</param>
/// <param name="query">The search.</param>
public sealed class SearchAdvice(RecordStore store, RecordQuery query)
{
    // Lists of addresses to hunt for are long.
    private const int Named = 5;

    /// <summary>Names and values without wildcards, of parameters and of the query, that neither the store nor JumpCloud's documentation knows.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<string> Doubts(CancellationToken cancellationToken = default)
    {
        LuceneQuery? asked = query.Query is null ? null : LuceneQuery.Parse(query.Query);
        NameAdvice names = new(store, onlyNear: false, cancellationToken);
        names.Connectors(With(query.ConnectorNames, "connector_name"));
        names.Tenants(With(query.TenantNames, "tenant_name"));
        names.Organizations(With(query.Organizations, "org_id", "org_name"));
        names.Services(With(query.Services, "event_category"));
        names.EventTypes(With(query.EventTypes, "event_type"));
        names.VendorPaths(asked?.Paths ?? []);
        return names.Doubts;

        IEnumerable<string> With(IEnumerable<string> given, params string[] fields) => asked is null ? given : given.Concat(fields.SelectMany(asked.ValuesOf));
    }

    /// <summary>Where nothing was found: users and source addresses without wildcards that no record of the store has, of whatever time.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<string> Unknown(CancellationToken cancellationToken = default)
    {
        List<string> unknown = [];
        Look(query.Users, v => new RecordQuery { Users = v }, "user", "-User takes account names, e-mail addresses or what stands before their @, ids, and wildcards.",
            // Whoever has an account is in the records of users, where those are collected.
            () => store.Records.FindNewest(new RecordQuery { MessageClasses = [MessageClass.SystemUser] }, cancellationToken).Concat(store.Records.FindNewest(new RecordQuery(), cancellationToken)).SelectMany(r => (string?[])[r.User, NameIn(r.User)]),
            Likeness.Nearest);
        Look(query.SourceIps, v => new RecordQuery { SourceIps = v }, "source address", "-SourceIp takes addresses, wildcards such as 10.1.*, and networks such as 10.0.0.0/8.",
            // Numbers are like each other by chance: one digit may be a slip, and no more.
            () => store.Records.FindNewest(new RecordQuery(), cancellationToken).Select(r => r.SourceIp), (v, known) => known.FirstOrDefault(k => Likeness.Distance(v, k) == 1));
        return unknown;

        void Look(IReadOnlyList<string> given, Func<string[], RecordQuery> of, string what, string remedy, Func<IEnumerable<string?>> seen, Func<string, IEnumerable<string>, string?> nearest)
        {
            string[] plain = [.. given.Where(v => v.Length > 0 && IsPlain(v)).Distinct(StringComparer.OrdinalIgnoreCase)];
            if (plain.Length == 0 || !store.Records.HasAny(new RecordQuery(), cancellationToken)) return;
            if (store.Records.HasAny(of(plain), cancellationToken))
            {
                // Of a long list each would be a search of its own, to say of some what is no surprise.
                if (plain.Length > Named) return;
                plain = [.. plain.Where(v => !store.Records.HasAny(of([v]), cancellationToken))];
                if (plain.Length == 0) return;
            }

            string[] known = [.. seen().OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
            string[] near = [.. plain.Take(Named).Select(v => nearest(v, known)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
            string more = plain.Length > Named ? $" or one of {Words.Count(plain.Length - Named, "other")}" : "";
            unknown.Add($"No record of the store has the {what} {Quoted(plain.Take(Named))}{more}. {(near.Length == 0 ? remedy : $"Did you mean {Quoted(near)}?")}");
        }
    }

    /// <summary>Where nothing was found: what of the search rules out every record by itself, as far as that is cheap to know.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<string> Reasons(CancellationToken cancellationToken = default)
    {
        RecordQuery span = new() { After = query.After, Before = query.Before, AfterSequence = query.AfterSequence };
        if (!store.Records.HasAny(span, cancellationToken)) return ["The store has no record of that span."];
        (string What, IReadOnlyList<string> Values, RecordQuery Query)[] criteria =
        [
            ("connector", query.ConnectorNames, span with { ConnectorNames = query.ConnectorNames }),
            ("tenant", query.TenantNames, span with { TenantNames = query.TenantNames }),
            ("organization", query.Organizations, span with { Organizations = query.Organizations }),
            ("msg_class", query.MessageClasses, span with { MessageClasses = query.MessageClasses }),
            ("service", query.Services, span with { Services = query.Services }),
            ("event type", query.EventTypes, span with { EventTypes = query.EventTypes }),
            ("user", query.Users, span with { Users = query.Users }),
            ("source address", query.SourceIps, span with { SourceIps = query.SourceIps }),
        ];
        return
        [
            .. from criterion in criteria
               where criterion.Values.Count > 0 && criterion.Values.All(IsPlain) && !store.Records.HasAny(criterion.Query, cancellationToken)
               select $"No record of that span has the {criterion.What} {Quoted(criterion.Values)}, whatever else is asked for.",
        ];
    }

    private static string Quoted(IEnumerable<string> values) => string.Join(" or ", values.Select(v => $"'{v}'"));

    private static string? NameIn(string? address) => address?.IndexOf('@') is > 0 and int at ? address.Substring(0, at) : null;

    /// <summary>
    /// True where a record matches. Cheap for values without wildcards: the summaries rule out all blocks but a few that only
    /// seem to have them.
    /// </summary>
    // Others cannot be told from the summaries, and would be a search of their own.
    internal static bool IsPlain(string value) => value.IndexOfAny(['*', '?', '/']) < 0 && value.All(c => c < 0x80);
}
