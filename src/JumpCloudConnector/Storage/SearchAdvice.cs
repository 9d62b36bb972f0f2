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
    // A few blocks: what is new at JumpCloud is among them sooner or later.
    private const int Newest = 1000;

    // Lists of addresses to hunt for are long.
    private const int Named = 5;

    /// <summary>Names and values without wildcards that neither the store nor JumpCloud's documentation knows.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<string> Doubts(CancellationToken cancellationToken = default)
    {
        List<string> doubts = [];
        Lazy<IReadOnlyList<RecordOrigin>> origins = new(() => store.Records.GetOrigins());
        Look(query.ConnectorNames, [], v => new RecordQuery { ConnectorNames = [v] },
            () => store.Connectors.GetConnectors().Select(c => c.Name).Concat(origins.Value.Select(o => o.ConnectorName)),
            v => $"There is no connector '{v}', and no record of one", "Get-JcConnector lists the connectors.");
        Look(query.TenantNames, [], v => new RecordQuery { TenantNames = [v] },
            () => store.Connectors.GetConnectors().Select(c => c.TenantName).Concat(origins.Value.Select(o => o.TenantName)),
            v => $"There is no tenant '{v}', and no record of one", "Get-JcConnector lists the tenants.");
        Look(query.Organizations, [], v => new RecordQuery { Organizations = [v] },
            () => store.Records.GetStreams().SelectMany(s => (string?[])[s.OrganizationName, s.Key.OrganizationId])
                .Concat(origins.Value.SelectMany(o => (string?[])[o.OrganizationName, o.OrganizationId]))
                .Concat(store.Connectors.GetConnectors().Select(c => c.OrganizationId)).OfType<string>(),
            v => $"There is no organization '{v}', neither by id nor by name, and no record of one", "Get-JcCollectionLedger lists the organizations.");
        Look(query.Services, KnownValues.Services, v => new RecordQuery { Services = [v] }, () => Seen(r => r.Service),
            v => $"No record is of a service '{v}', and JumpCloud documents none", "Measure-JcIngestedRecord -GroupBy Service lists those of the store.");
        Look(query.EventTypes, KnownValues.EventTypes, v => new RecordQuery { EventTypes = [v] }, () => Seen(r => r.EventType),
            v => $"No record is of an event type '{v}', and JumpCloud documents none", "Measure-JcIngestedRecord -GroupBy EventType lists those of the store.");
        return doubts;

        void Look(
            IReadOnlyList<string> given, IReadOnlyList<string> documented, Func<string, RecordQuery> alone, Func<IEnumerable<string>> seen, Func<string, string> fault, string remedy)
        {
            string[] plain = [.. given.Where(g => g.IndexOfAny(['*', '?']) < 0).Except(documented, StringComparer.OrdinalIgnoreCase)];
            // Only what is not documented is worth a look into the store.
            if (plain.Length == 0) return;
            HashSet<string> names = new(documented.Concat(seen()), StringComparer.OrdinalIgnoreCase);
            foreach (string value in plain)
            {
                // What no list has may still be in a record.
                // All origins are known: of the others those that only a search could tell are given the benefit of the doubt.
                if (names.Contains(value) || (IsPlain(value) ? Has(alone(value), cancellationToken) : documented.Count > 0)) continue;
                string? near = Likeness.Nearest(value, names);
                doubts.Add(near is null ? $"{fault(value)}. {remedy}" : $"{fault(value)}. Did you mean '{near}'?");
            }
        }

        IEnumerable<string> Seen(Func<IngestedRecord, string?> value) => NewestOf(new RecordQuery(), cancellationToken).Select(value).OfType<string>();
    }

    /// <summary>Where nothing was found: users and source addresses without wildcards that no record of the store has, of whatever time.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public IReadOnlyList<string> Unknown(CancellationToken cancellationToken = default)
    {
        List<string> unknown = [];
        Look(query.Users, v => new RecordQuery { Users = v }, "user", "-User takes account names, e-mail addresses or what stands before their @, ids, and wildcards.",
            // Whoever has an account is in the records of users, where those are collected.
            () => NewestOf(new RecordQuery { MessageClasses = [MessageClass.SystemUser] }, cancellationToken).Concat(NewestOf(new RecordQuery(), cancellationToken)).SelectMany(r => (string?[])[r.User, NameIn(r.User)]),
            Likeness.Nearest);
        Look(query.SourceIps, v => new RecordQuery { SourceIps = v }, "source address", "-SourceIp takes addresses, wildcards such as 10.1.*, and networks such as 10.0.0.0/8.",
            // Numbers are like each other by chance: one digit may be a slip, and no more.
            () => NewestOf(new RecordQuery(), cancellationToken).Select(r => r.SourceIp), (v, known) => known.FirstOrDefault(k => Likeness.Distance(v, k) == 1));
        return unknown;

        void Look(IReadOnlyList<string> given, Func<string[], RecordQuery> of, string what, string remedy, Func<IEnumerable<string?>> seen, Func<string, IEnumerable<string>, string?> nearest)
        {
            string[] plain = [.. given.Where(v => v.Length > 0 && IsPlain(v)).Distinct(StringComparer.OrdinalIgnoreCase)];
            if (plain.Length == 0 || !Has(new RecordQuery(), cancellationToken)) return;
            if (Has(of(plain), cancellationToken))
            {
                // Of a long list each would be a search of its own, to say of some what is no surprise.
                if (plain.Length > Named) return;
                plain = [.. plain.Where(v => !Has(of([v]), cancellationToken))];
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
        if (!Has(span, cancellationToken)) return ["The store has no record of that span."];
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
               where criterion.Values.Count > 0 && criterion.Values.All(IsPlain) && !Has(criterion.Query, cancellationToken)
               select $"No record of that span has the {criterion.What} {Quoted(criterion.Values)}, whatever else is asked for.",
        ];
    }

    private IEnumerable<IngestedRecord> NewestOf(RecordQuery sought, CancellationToken cancellationToken) =>
        store.Records.Find(sought with { First = Newest }, cancellationToken);

    private static string Quoted(IEnumerable<string> values) => string.Join(" or ", values.Select(v => $"'{v}'"));

    private static string? NameIn(string? address) => address?.IndexOf('@') is > 0 and int at ? address.Substring(0, at) : null;

    /// <summary>
    /// True where a record matches. Cheap for values without wildcards: the summaries rule out all blocks but a few that only
    /// seem to have them.
    /// </summary>
    private bool Has(RecordQuery sought, CancellationToken cancellationToken) =>
        store.Records.Find(sought with { First = 1 }, cancellationToken).Any();

    // Others cannot be told from the summaries, and would be a search of their own.
    private static bool IsPlain(string value) => value.IndexOfAny(['*', '?', '/']) < 0 && value.All(c => c < 0x80);
}
