using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// The criteria of a query that are about where a record is from: connector, tenant, organization, class. They are answered
/// without making the record.
/// </summary>
internal sealed class OriginFilter
{
    private readonly TextPattern[] _connectors;
    private readonly TextPattern[] _tenants;
    private readonly TextPattern[] _organizations;
    private readonly TextPattern[] _classes;

    public OriginFilter(RecordQuery query)
    {
        _connectors = Patterns(query.ConnectorNames);
        _tenants = Patterns(query.TenantNames);
        _organizations = Patterns(query.Organizations);
        _classes = Patterns(query.MessageClasses);
        IsEnough = !(query with { ConnectorNames = [], TenantNames = [], Organizations = [], MessageClasses = [], IngestedAfter = null }).HasCriteria;
    }

    /// <summary>True where the query asks for nothing else but times, which are known without the record too.</summary>
    public bool IsEnough { get; }

    /// <summary>True where the organization matters.</summary>
    public bool AsksOrganization => _organizations.Length > 0;

    /// <summary>
    /// Whether a record of this origin matches; null where the record itself must tell, since the organization that an event
    /// names counts where its stream knows none.
    /// </summary>
    public bool? Matches(RecordKind kind, RecordOrigin origin)
    {
        if (!Any(_connectors, origin.ConnectorName) || !Any(_tenants, origin.TenantName) || !Any(_classes, ClassOf(kind))) return false;
        if (_organizations.Length == 0) return true;
        if (!HasOrganization(origin)) return null;
        return Any(_organizations, origin.OrganizationId!)
            || (!string.IsNullOrWhiteSpace(origin.OrganizationName) && Any(_organizations, origin.OrganizationName!));
    }

    /// <summary>True where every record of this origin has its organization.</summary>
    public static bool HasOrganization(RecordOrigin origin) => !string.IsNullOrWhiteSpace(origin.OrganizationId);

    /// <summary><c>msg_class</c> of a record that is not kept whole.</summary>
    public static string ClassOf(RecordKind kind) => kind == RecordKind.Event ? MessageClass.DirectoryInsights : MessageClass.SystemUser;

    private static TextPattern[] Patterns(IReadOnlyList<string> values) => [.. values.Select(v => new TextPattern(v))];

    private static bool Any(TextPattern[] patterns, string text) => patterns.Length == 0 || Array.Exists(patterns, p => p.Matches(text.AsSpan()));
}
