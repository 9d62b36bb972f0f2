using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>Knows which streams a connector has: one per content type, and for a provider one per organization besides.</summary>
internal sealed class StreamDirectory(IRecordStore store, TimeProvider time)
{
    /// <summary>
    /// Asks for organizations where that is needed and returns all streams. When the listing fails, the organizations known
    /// from before are collected all the same.
    /// </summary>
    public async Task<List<CollectionStream>> RefreshAsync(
        Connector connector, List<CollectionStream> known, JumpCloudClient client, CollectionReport report, CancellationToken cancellationToken)
    {
        return connector.ProviderId is null
            ? await RefreshSingleAsync(connector, client, report, cancellationToken).ConfigureAwait(false)
            : await RefreshProviderAsync(connector, known, client, report, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<CollectionStream>> RefreshSingleAsync(
        Connector connector, JumpCloudClient client, CollectionReport report, CancellationToken cancellationToken)
    {
        string id = connector.OrganizationId ?? "";
        List<StreamInfo> streams = [.. connector.ContentTypes.Select(t => store.OpenStream(new StreamKey(connector.Id, id, t), null))];
        if (streams.TrueForAll(s => s.OrganizationName is not null)) return Streams(connector, streams);
        try
        {
            // The name is asked for once; records do without it where the key may not list organizations.
            IReadOnlyList<Organization> all = await client.GetOrganizationsAsync(new RequestMeter(), cancellationToken).ConfigureAwait(false);
            Organization? mine = id.Length == 0 ? (all.Count == 1 ? all[0] : null) : all.FirstOrDefault(o => o.Id == id);
            if (mine is not null) streams = [.. streams.Select(s => store.OpenStream(s.Key, mine.Name))];
        }
        catch (JumpCloudException e)
        {
            report.Noted($"The organization's name of connector '{connector.Name}' is not known yet: {e.Message}");
        }

        return Streams(connector, streams);
    }

    private async Task<List<CollectionStream>> RefreshProviderAsync(
        Connector connector, List<CollectionStream> known, JumpCloudClient client, CollectionReport report, CancellationToken cancellationToken)
    {
        StreamInfo listing = store.OpenStream(new StreamKey(connector.Id, StreamKey.Listing, connector.ContentTypes[0]), null);
        try
        {
            IReadOnlyList<Organization> organizations =
                await client.GetProviderOrganizationsAsync(connector.ProviderId!, new RequestMeter(), cancellationToken).ConfigureAwait(false);
            store.SetOutcome(listing.Id, new StreamOutcome { Time = time.GetUtcNow().ToUnixTimeMilliseconds() });
            List<StreamInfo> streams = [];
            foreach (ContentType type in connector.ContentTypes)
            {
                if (type == ContentType.DirectoryInsights)
                    streams.Add(store.OpenStream(new StreamKey(connector.Id, StreamKey.PortalOrganization, type), null));
                foreach (Organization organization in organizations)
                    streams.Add(store.OpenStream(new StreamKey(connector.Id, organization.Id, type), organization.Name));
            }

            // Organizations that are no longer listed keep their turn: their last events may still be there to collect.
            HashSet<long> listed = [.. streams.Select(s => s.Id)];
            streams.AddRange(known.Where(s => !listed.Contains(s.Info.Id)).Select(s => s.Info));
            return Streams(connector, streams);
        }
        catch (JumpCloudException e)
        {
            store.SetOutcome(listing.Id, new StreamOutcome
            {
                Time = time.GetUtcNow().ToUnixTimeMilliseconds(),
                StatusCode = StatusCodes.Of(e),
                StatusId = e.ErrorId,
                StatusMessage = $"The provider's organizations could not be listed. {e.Message}",
            });
            report.Add(new CollectionResult
            {
                ConnectorName = connector.Name,
                TenantName = connector.TenantName,
                State = CollectionState.Failed,
                StatusCode = StatusCodes.Of(e),
                ErrorId = e.ErrorId,
                ErrorMessage = $"The provider's organizations could not be listed; those known from before are collected. {e.Message}",
            });
            return known;
        }
    }

    private static List<CollectionStream> Streams(Connector connector, IEnumerable<StreamInfo> streams) =>
        [.. streams.Select(s => new CollectionStream(connector, s))];
}
