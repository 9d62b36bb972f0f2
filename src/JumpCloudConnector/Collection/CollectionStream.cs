using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>A stream with what is needed to collect it.</summary>
internal sealed record CollectionStream(Connector Connector, StreamInfo Info)
{
    public bool IsPortal => Info.Key.OrganizationId == StreamKey.PortalOrganization;

    public string? OrganizationId => IsPortal || Info.Key.OrganizationId.Length == 0 ? Connector.OrganizationId : Info.Key.OrganizationId;

    public string? OrganizationName => IsPortal ? PortalName : Info.OrganizationName;

    public const string PortalName = "(portal)";

    public RequestScope Scope => IsPortal ? new RequestScope(ProviderId: Connector.ProviderId) : new RequestScope(OrganizationId);

    public RecordOrigin Origin => new(
        Connector.TenantId, Connector.TenantName, Connector.Name, OrganizationId, IsPortal ? null : Info.OrganizationName);

    public DateTimeOffset NextRun => DueSchedule.NextRun(Connector.CreatedAt, Connector.IntervalMinutes, Info.LastTurn);

    public bool IsDue(DateTimeOffset now) => DueSchedule.Turn(Connector.CreatedAt, Connector.IntervalMinutes, now) > Info.LastTurn;

    public bool IsParked(DateTimeOffset now) => Info.ParkedUntil is { } until && now.ToUnixTimeMilliseconds() < until;

    public CollectionResult Result(CollectionState state) => new()
    {
        ConnectorName = Connector.Name,
        TenantName = Connector.TenantName,
        OrganizationId = OrganizationId,
        OrganizationName = OrganizationName,
        ContentType = Info.Key.ContentType,
        State = state,
        Watermark = Info.Watermark is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null,
        NextRun = NextRun,
    };
}
