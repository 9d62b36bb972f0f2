using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Names and values that neither the store nor JumpCloud's documentation knows, whatever asks for them: parameters, a query or
/// a log filter.
/// </summary>
/// <param name="store">The store; null where there is none yet, so that the documentation alone knows.</param>
/// <param name="onlyNear">True to doubt only what is like a name that is known.</param>
/// <param name="cancellationToken">Stops it.</param>
internal sealed class NameAdvice(RecordStore? store, bool onlyNear, CancellationToken cancellationToken)
{
    private IReadOnlyList<IngestedRecord>? _newest;
    private HashSet<string>? _vendorFields;
    private IReadOnlyList<RecordOrigin>? _origins;

    /// <summary>The doubts of all that was looked at, in that order.</summary>
    public List<string> Doubts { get; } = [];

    public void Connectors(IEnumerable<string> given) => Look(
        given, [], v => new RecordQuery { ConnectorNames = [v] },
        s => s.Connectors.GetConnectors().Select(c => c.Name).Concat(Origins(s).Select(o => o.ConnectorName)),
        v => $"There is no connector '{v}', and no record of one", "Get-JcConnector lists the connectors.");

    public void Tenants(IEnumerable<string> given) => Look(
        given, [], v => new RecordQuery { TenantNames = [v] },
        s => s.Connectors.GetConnectors().Select(c => c.TenantName).Concat(Origins(s).Select(o => o.TenantName)),
        v => $"There is no tenant '{v}', and no record of one", "Get-JcConnector lists the tenants.");

    public void Organizations(IEnumerable<string> given) => Look(
        given, [], v => new RecordQuery { Organizations = [v] },
        s => s.Records.GetStreams().SelectMany(r => (string?[])[r.OrganizationName, r.Key.OrganizationId])
            .Concat(Origins(s).SelectMany(o => (string?[])[o.OrganizationName, o.OrganizationId]))
            .Concat(s.Connectors.GetConnectors().Select(c => c.OrganizationId)).OfType<string>(),
        v => $"There is no organization '{v}', neither by id nor by name, and no record of one", "Get-JcCollectionLedger lists the organizations.");

    public void Services(IEnumerable<string> given) => Look(
        given, KnownValues.Services, v => new RecordQuery { Services = [v] }, s => NewestOf(s).Select(r => r.Service).OfType<string>(),
        v => $"No record is of a service '{v}', and JumpCloud documents none", "Measure-JcIngestedRecord -GroupBy Service lists those of the store.");

    public void EventTypes(IEnumerable<string> given) => Look(
        given, KnownValues.EventTypes, v => new RecordQuery { EventTypes = [v] }, s => NewestOf(s).Select(r => r.EventType).OfType<string>(),
        v => $"No record is of an event type '{v}', and JumpCloud documents none", "Measure-JcIngestedRecord -GroupBy EventType lists those of the store.");

    /// <summary>Paths of fields, of which those in the vendor's object are looked at.</summary>
    public void VendorPaths(IEnumerable<string> given) => Doubts.AddRange(
        given.Where(f => f.StartsWith(KnownFields.Vendor + ".", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)
            .Select(f => VendorFields.Doubt(f, SeenPaths)).OfType<string>());

    private void Look(
        IEnumerable<string> given, IReadOnlyList<string> documented, Func<string, RecordQuery> alone, Func<RecordStore, IEnumerable<string>> seen, Func<string, string> fault, string remedy)
    {
        string[] plain = [.. given.Where(g => g.IndexOfAny(['*', '?']) < 0).Distinct(StringComparer.OrdinalIgnoreCase).Except(documented, StringComparer.OrdinalIgnoreCase)];
        // Only what is not documented is worth a look into the store.
        if (plain.Length == 0) return;
        HashSet<string> names = new(documented.Concat(store is null ? [] : seen(store)), StringComparer.OrdinalIgnoreCase);
        foreach (string value in plain)
        {
            // What no list has may still be in a record.
            // All origins are known: of the others those that only a search could tell are given the benefit of the doubt.
            if (names.Contains(value) || (SearchAdvice.IsPlain(value) ? Has(alone(value)) : documented.Count > 0)) continue;
            string? near = Likeness.Nearest(value, names);
            if (near is not null) Doubts.Add($"{fault(value)}. Did you mean '{near}'?");
            else if (!onlyNear) Doubts.Add($"{fault(value)}. {remedy}");
        }
    }

    private bool Has(RecordQuery sought) => store is not null && store.Records.HasAny(sought, cancellationToken);

    private IReadOnlyList<RecordOrigin> Origins(RecordStore of) => _origins ??= of.Records.GetOrigins();

    private IReadOnlyList<IngestedRecord> NewestOf(RecordStore of) => _newest ??= [.. of.Records.FindNewest(new RecordQuery(), cancellationToken)];

    private HashSet<string> SeenPaths()
    {
        if (_vendorFields is not null) return _vendorFields;
        _vendorFields = new HashSet<string>(StringComparer.Ordinal);
        if (store is null) return _vendorFields;
        // A store may have many more events than users, and theirs are other fields.
        RecordQuery users = new() { MessageClasses = [MessageClass.SystemUser] };
        foreach (IngestedRecord record in NewestOf(store).Concat(store.Records.FindNewest(users, cancellationToken))) VendorFields.AddPaths(record.Utf8.Span, _vendorFields);
        return _vendorFields;
    }
}
