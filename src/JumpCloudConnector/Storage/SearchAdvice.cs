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

        IEnumerable<string> Seen(Func<IngestedRecord, string?> value) =>
            store.Records.Find(new RecordQuery { First = Newest }, cancellationToken).Select(value).OfType<string>();
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
               select $"No record of that span has the {criterion.What} {string.Join(" or ", criterion.Values.Select(v => $"'{v}'"))}, whatever else is asked for.",
        ];
    }

    /// <summary>
    /// True where a record matches. Cheap for values without wildcards: the summaries rule out all blocks but a few that only
    /// seem to have them.
    /// </summary>
    private bool Has(RecordQuery sought, CancellationToken cancellationToken) =>
        store.Records.Find(sought with { First = 1 }, cancellationToken).Any();

    // Others cannot be told from the summaries, and would be a search of their own.
    private static bool IsPlain(string value) => value.IndexOfAny(['*', '?', '/']) < 0 && value.All(c => c < 0x80);
}
