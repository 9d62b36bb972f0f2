using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>A stream with what is needed to collect it.</summary>
internal sealed record CollectionStream(Connector Connector, StreamInfo Info)
{
    public bool IsPortal => Info.Key.OrganizationId == StreamKey.PortalOrganization;

    public string? OrganizationId => IsPortal || Info.Key.OrganizationId is "" or StreamKey.Listing ? Connector.OrganizationId : Info.Key.OrganizationId;

    public string? OrganizationName => IsPortal ? PortalName : Info.OrganizationName;

    public const string PortalName = "(portal)";

    /// <summary>An organization is named in requests only where the key reaches several.</summary>
    public RequestScope Scope => IsPortal ? new RequestScope(ProviderId: Connector.ProviderId)
        : new RequestScope(Connector.ProviderId is null ? Connector.OrganizationId : OrganizationId);

    public RecordOrigin Origin => new(
        Connector.TenantId, Connector.TenantName, Connector.Name, OrganizationId, IsPortal ? null : Info.OrganizationName);

    public DateTimeOffset NextRun => DueSchedule.NextRun(Connector.CreatedAt, Connector.IntervalMinutes, LastTurn);

    /// <summary>Until when a lasting fault keeps the stream from its turns; null where it does not.</summary>
    public DateTimeOffset? ParkedUntil(DateTimeOffset now) =>
        Info.ParkedUntil is { } ms && DateTimeOffset.FromUnixTimeMilliseconds(ms) is var until && until > now
        // A pause longer than any was set under a wrong clock.
        && until - now <= Parking.LongestPause ? until : null;

    /// <summary>What the last turn left is due at once.</summary>
    public bool IsDue(DateTimeOffset now) => Info.IsBehind || DueSchedule.IsDue(Connector.CreatedAt, Connector.IntervalMinutes, LastTurn, now);

    private DateTimeOffset? LastTurn => Info.LastTurn is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

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
