using JumpCloudConnector.Queries;

namespace JumpCloudConnector.Storage;

/// <summary>What of a query the blocks' terms can tell: each criterion has alternatives, of which a block must have one.</summary>
internal sealed class TermFilter
{
    private readonly List<(TermKind Kind, ulong[] Terms)> _criteria = [];

    public TermFilter(RecordQuery query, IReadOnlyList<RequiredTerm> required)
    {
        Add(TermKind.User, query.Users);
        Add(TermKind.SourceIp, query.SourceIps);
        Add(TermKind.EventType, query.EventTypes);
        Add(TermKind.Service, query.Services);
        Add(TermKind.Organization, query.Organizations);
        Add(TermKind.Connector, query.ConnectorNames);
        Add(TermKind.Tenant, query.TenantNames);
        Add(TermKind.MessageClass, query.MessageClasses);
        foreach (RequiredTerm term in required)
        {
            if (KindOf(term.Field) is { } kind) Add(kind, term.Values, hasWildcards: false);
        }
    }

    /// <summary>False where every block may match.</summary>
    public bool IsActive => _criteria.Count > 0;

    /// <summary>False where no record of the block can match.</summary>
    public bool MayMatch(ReadOnlySpan<byte> filter)
    {
        foreach ((TermKind kind, ulong[] terms) in _criteria)
        {
            bool any = false;
            foreach (ulong term in terms) any |= BlockTerms.MayHave(filter, kind, term);
            if (!any) return false;
        }

        return true;
    }

    private static TermKind? KindOf(string field) => field switch
    {
        "user.name" or "user.email" or "user.id" => TermKind.User,
        "srcip" => TermKind.SourceIp,
        "event_type" => TermKind.EventType,
        "event_category" => TermKind.Service,
        "org_id" or "org_name" => TermKind.Organization,
        "connector_name" => TermKind.Connector,
        "tenant_name" => TermKind.Tenant,
        "msg_class" => TermKind.MessageClass,
        _ => null,
    };

    private void Add(TermKind kind, IReadOnlyList<string> values, bool hasWildcards = true)
    {
        if (values.Count == 0 || (hasWildcards && values.Any(v => v.IndexOfAny(['*', '?', '/']) >= 0))) return;
        List<ulong> terms = [];
        foreach (string value in values)
        {
            if (BlockTerms.TermOf(kind, value) is not { } term) return;
            terms.Add(term);
        }

        _criteria.Add((kind, [.. terms]));
    }
}
