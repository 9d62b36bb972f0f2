using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>Knows which streams a connector has: one per content type, and for a provider one per organization besides.</summary>
internal sealed class StreamDirectory(RecordStore recordStore, TimeProvider time)
{
    // How soon an organization that joined is seen; twenty requests a list of 2,000 are not worth more.
    private static readonly TimeSpan ListingAge = TimeSpan.FromMinutes(15);

    private readonly IRecordStore _store = recordStore.Records;

    /// <summary>
    /// Asks for organizations where that is needed and returns all streams. When the listing fails, the organizations known
    /// from before are collected all the same.
    /// </summary>
    /// <param name="connector">Whose streams.</param>
    /// <param name="known">Those known from before.</param>
    /// <param name="client">Asks.</param>
    /// <param name="afresh">True to ask for a provider's organizations though they were listed a moment ago.</param>
    /// <param name="report">Is told of faults.</param>
    /// <param name="cancellationToken">Stops between requests.</param>
    public async Task<List<CollectionStream>> RefreshAsync(
        Connector connector, List<CollectionStream> known, JumpCloudClient client, bool afresh, CollectionReport report, CancellationToken cancellationToken)
    {
        return connector.ProviderId is null
            ? await RefreshSingleAsync(connector, client, report, cancellationToken).ConfigureAwait(false)
            : await RefreshProviderAsync(connector, known, client, afresh, report, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A stream's position belongs to an organization, not to a key: which one the key belongs to is asked before the first
    /// use, and again when the key or an address has changed.
    /// </summary>
    private async Task<List<CollectionStream>> RefreshSingleAsync(
        Connector connector, JumpCloudClient client, CollectionReport report, CancellationToken cancellationToken)
    {
        (string Id, string Name, bool IsCurrent)? known = recordStore.Connectors.GetOrganization(connector);
        // The name of another one of those that the key reaches is not known yet, though the key is the same.
        bool isAnother = connector.OrganizationId is not null && connector.OrganizationId != known?.Id;
        if (known is not { IsCurrent: true } || isAnother)
        {
            try
            {
                IReadOnlyList<Organization> all = await client.GetOrganizationsOnceAsync(new RequestMeter(), cancellationToken).ConfigureAwait(false);
                Organization? mine = connector.OrganizationId is { } wanted ? all.FirstOrDefault(o => o.Id == wanted) : all.Count == 1 ? all[0] : null;
                if (mine is not null)
                {
                    recordStore.Connectors.SetOrganization(connector, mine.Id, mine.Name);
                    known = (mine.Id, mine.Name, true);
                }
            }
            catch (JumpCloudException e)
            {
                // Not every key may list organizations. The one known from before goes on, or the key's own without a name.
                report.Noted($"The organization of connector '{connector.Name}' could not be asked for. {e.Message}");
            }
        }

        string id = connector.OrganizationId ?? known?.Id ?? "";
        if (id.Length > 0 && _store.GetStreams(connector.Id).Any(s => s.Key.OrganizationId.Length == 0)) _store.AdoptStreams(connector.Id, id);
        string? name = known?.Id == id ? known?.Name : null;
        return Streams(connector, connector.ContentTypes.Select(t => _store.OpenStream(new StreamKey(connector.Id, id, t), name, Now())));
    }

    /// <summary>Writes a fault that keeps the whole connector from its turn where its health is looked for.</summary>
    public void RecordFault(Connector connector, List<CollectionStream> known, JcException fault)
    {
        List<long> streams = [.. known.Select(s => s.Info.Id)];
        if (streams.Count == 0)
        {
            string place = connector.ProviderId is null ? connector.OrganizationId ?? "" : StreamKey.Listing;
            // There is one listing, whatever is collected.
            IEnumerable<ContentType> types = connector.ProviderId is null ? connector.ContentTypes : connector.ContentTypes.Take(1);
            streams = [.. types.Select(t => _store.OpenStream(new StreamKey(connector.Id, place, t), null, Now()).Id)];
        }

        foreach (long stream in streams)
        {
            _store.SetOutcome(stream, new StreamOutcome
            {
                Time = Now(), Turn = Now(), StatusCode = StatusCodes.Of(fault), StatusId = fault.ErrorId, StatusMessage = fault.Message,
            });
        }
    }

    private async Task<List<CollectionStream>> RefreshProviderAsync(
        Connector connector, List<CollectionStream> known, JumpCloudClient client, bool afresh, CollectionReport report, CancellationToken cancellationToken)
    {
        StreamInfo listing = _store.OpenStream(new StreamKey(connector.Id, StreamKey.Listing, connector.ContentTypes[0]), null, Now());
        if (!afresh && known.Count > 0 && IsRecent(listing) && connector.ContentTypes.All(t => known.Exists(s => s.Info.Key.ContentType == t))) return known;
        try
        {
            IReadOnlyList<Organization> organizations =
                await client.GetProviderOrganizationsAsync(connector.ProviderId!, new RequestMeter(), cancellationToken).ConfigureAwait(false);
            _store.SetOutcome(listing.Id, new StreamOutcome { Time = Now(), Turn = Now() });
            // What failed as the listing of another content type has none that would find it mended.
            foreach (StreamInfo other in _store.GetStreams(connector.Id).Where(s => s.Key.OrganizationId == StreamKey.Listing && s.Id != listing.Id && s.StatusCode != 0))
                _store.SetOutcome(other.Id, new StreamOutcome { Time = Now(), Turn = Now() });
            List<StreamInfo> streams = [];
            foreach (ContentType type in connector.ContentTypes)
            {
                if (type == ContentType.DirectoryInsights)
                    streams.Add(_store.OpenStream(new StreamKey(connector.Id, StreamKey.PortalOrganization, type), null, Now()));
                foreach (Organization organization in organizations)
                    streams.Add(_store.OpenStream(new StreamKey(connector.Id, organization.Id, type), organization.Name, Now()));
            }

            _store.SetListed(connector.Id, [.. organizations.Select(o => o.Id)], Now());
            // Organizations that are no longer listed keep their turn: their last events may still be there to collect.
            HashSet<long> listed = [.. streams.Select(s => s.Id)];
            streams.AddRange(known.Where(s => !listed.Contains(s.Info.Id)).Select(s => s.Info));
            return Streams(connector, streams);
        }
        catch (JumpCloudException e)
        {
            _store.SetOutcome(listing.Id, new StreamOutcome
            {
                Time = Now(),
                Turn = Now(),
                ParkedUntil = (time.GetUtcNow() + Parking.PauseAfter(e, listing.ConsecutiveFailures))?.ToUnixTimeMilliseconds(),
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

    /// <summary>True where the organizations were listed a short while ago, and well. A time after now was set under a wrong clock.</summary>
    private bool IsRecent(StreamInfo listing) =>
        listing.StatusCode == 0 && listing.LastActivity is { } last && Now() - last is >= 0 and var age && age < ListingAge.TotalMilliseconds;

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static List<CollectionStream> Streams(Connector connector, IEnumerable<StreamInfo> streams) =>
        [.. streams.Select(s => new CollectionStream(connector, s))];
}
