using System.Globalization;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>
/// Proves that nothing is missing: asks the API how many events it has in a span and holds that against the ledger and the
/// store. Changes nothing.
/// </summary>
public sealed class IngestionTester(
    RecordStore store, SecretProtector secrets, CollectionOptions? options = null, TimeProvider? time = null,
    Func<HttpMessageHandler>? handlers = null, ISecretVault? vault = null)
{
    // How many requests the search for what is missing may cost, a stream; what is not looked into is told whole.
    private const int MaxRequests = 200;

    // What came within the last minute may still be on its way, however short the overlap.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    private readonly CollectionOptions _options = options ?? new CollectionOptions();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private int _streams;

    /// <summary>How many streams there are to test, as far as is known by now.</summary>
    public int Streams => _streams;

    /// <summary>Tests every stream of events of the connectors; one result per organization, as it comes.</summary>
    /// <param name="connectors">Which ones.</param>
    /// <param name="after">Where the span begins; null for the stream's beginning.</param>
    /// <param name="before">Where it ends; null for what should have been collected by now.</param>
    /// <param name="tested">Is given each result, from many threads.</param>
    /// <param name="cancellationToken">Stops between requests.</param>
    public async Task TestAsync(
        IReadOnlyList<Connector> connectors, DateTimeOffset? after, DateTimeOffset? before, Action<IngestionTest> tested, CancellationToken cancellationToken = default)
    {
        using HostGates gates = new(_options.Client, _time);
        using SemaphoreSlim slots = new(_options.MaxConcurrentStreams);
        await Task.WhenAll(connectors.Select(connector => Task.Run(async () =>
        {
            // Events that are no longer to be collected may have left a stream.
            if (!connector.ContentTypes.Contains(ContentType.DirectoryInsights)) return;
            // An organization that the provider no longer lists cannot be asked for.
            List<StreamInfo> streams =
            [
                .. store.Records.GetStreams(connector.Id).Where(s => s.Gone is null && s.Key.ContentType == ContentType.DirectoryInsights
                    && s.Key.OrganizationId != StreamKey.Listing && (connector.ProviderId is not null || IsOwn(connector, s.Key))),
            ];
            Interlocked.Add(ref _streams, Math.Max(1, streams.Count));
            if (streams.Count == 0)
            {
                tested(NothingYet(connector));
                return;
            }

            JumpCloudClient client;
            try
            {
                client = new JumpCloudClient(
                    connector.EffectiveInsightsUri, connector.EffectiveConsoleUri, new AccessReader(store, secrets, vault, _time).Read(connector),
                    _options.Client, connector.Id, gates, _time, handlers?.Invoke());
            }
            catch (JcException e)
            {
                foreach (StreamInfo stream in streams) tested(Unknown(new CollectionStream(connector, stream), e));
                return;
            }

            using JumpCloudClient held = client;
            await Task.WhenAll(streams.Select(async stream =>
            {
                await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    tested(await TestAsync(new CollectionStream(connector, stream), client, after, before, cancellationToken).ConfigureAwait(false));
                }
                finally
                {
                    slots.Release();
                }
            })).ConfigureAwait(false);
        }, CancellationToken.None))).ConfigureAwait(false);
    }

    private async Task<IngestionTest> TestAsync(
        CollectionStream stream, JumpCloudClient client, DateTimeOffset? after, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        RequestMeter meter = new();
        ILedger ledger = store.Ledger;
        long id = stream.Info.Id;
        try
        {
            await client.LearnTimeAsync(stream.Scope, meter, cancellationToken).ConfigureAwait(false);
            DateTimeOffset now = client.Clock.Now;
            TimeSpan overlap = stream.Connector.Overlap > Settling ? stream.Connector.Overlap : Settling;
            long start = stream.Info.Start ?? Math.Min(stream.Info.Created, now.ToUnixTimeMilliseconds()) - (long)stream.Connector.InitialLookback.TotalMilliseconds;
            long from = Math.Max(start, after?.ToUnixTimeMilliseconds() ?? long.MinValue);
            long to = (before ?? now - TimeSpan.FromMinutes(stream.Connector.IntervalMinutes) - overlap).ToUnixTimeMilliseconds();
            to = Math.Min(to, now.ToUnixTimeMilliseconds());
            if (from >= to) return Result(stream, from, from, meter) with { State = IngestionState.Complete, Message = "Nothing was to be collected in this span." };

            // What is open needs no count; only what was collected, and could settle, is held against the API's.
            LedgerSpan span = new(from, to);
            long watermark = Math.Min(to, stream.Info.Watermark ?? start);
            List<OpenSpan> open = [.. ledger.GetOpenSpans(id, span).Select(s => new OpenSpan(Time(s.From), Time(s.To)))];
            List<GapInfo> gaps = [.. GapInfo.Of(store, stream).Where(g => g.ConfirmedAt is null && Touches(g, span))];
            KnownEvents known = ledger.CountKnown(id, span);
            IngestionTest result = Result(stream, from, to, meter) with
            {
                Open = open, Gaps = gaps, LedgerCount = known.Events, FilteredCount = known.Filtered, StoreCount = ledger.CountRecords(id, span),
                // Read after what is there: what is removed between the two is not taken for lost.
                RemovedCount = ledger.CountRemoved(id, span),
            };
            result = await CompareAsync(stream, client, result, new LedgerSpan(from, watermark), now, meter, cancellationToken).ConfigureAwait(false);
            return Judge(stream.Connector, result with { Requests = meter.Requests });
        }
        catch (JcException e)
        {
            return Unknown(stream, e) with { Requests = meter.Requests };
        }
    }

    private async Task<IngestionTest> CompareAsync(
        CollectionStream stream, JumpCloudClient client, IngestionTest result, LedgerSpan collected, DateTimeOffset now, RequestMeter meter,
        CancellationToken cancellationToken)
    {
        LedgerComparison comparison = new(client, stream.Scope, store.Ledger, stream.Info.Id, _options, meter);
        // JumpCloud has nothing older, and what it is about to drop may be gone between two requests.
        long oldest = (now - stream.Connector.Retention).ToUnixTimeMilliseconds() + 3_600_000;
        long from = collected.From >= oldest ? collected.From : comparison.CutBefore(oldest, collected.From) ?? oldest;
        long? end = comparison.CutBefore(collected.To, from);
        if (end is not { } to) return result;

        LedgerSpan span = new(from, to);
        long count = await comparison.CountAsync(span, cancellationToken).ConfigureAwait(false);
        List<MissingSpan> missing = [];
        int before = meter.Requests;
        await foreach (LedgerDifference difference in comparison.FindAsync(
            span, count, () => meter.Requests - before < MaxRequests, cancellationToken).ConfigureAwait(false))
        {
            long exact = difference.IsDerived ? await comparison.CountAsync(difference.Span, cancellationToken).ConfigureAwait(false) : difference.Count;
            long expected = comparison.Expected(difference.Span);
            // Fewer than are known: JumpCloud has dropped events already, and the store has them.
            if (exact > expected && !comparison.Matches(difference.Span, exact)) missing.Add(new MissingSpan(Time(difference.Span.From), Time(difference.Span.To), exact, expected));
        }

        if (comparison.IsCutShort && missing.Count == 0)
            missing.Add(new MissingSpan(Time(from), Time(to), count, comparison.Expected(span)));
        return result with
        {
            ApiCount = count,
            AcceptedDifference = comparison.Expected(span) - comparison.Known(span),
            Missing = missing,
        };
    }

    private static IngestionTest Judge(Connector connector, IngestionTest result)
    {
        List<string> faults = [];
        if (result.Missing.Count > 0)
            faults.Add(string.Format(CultureInfo.InvariantCulture, "{0} missing in {1}; fetch with Repair-JcIngestion", Count(result.MissingCount, "event"), Count(result.Missing.Count, "span")));
        if (result.Open.Count > 0)
            faults.Add($"{DurationText.Format(TimeSpan.FromTicks(result.Open.Sum(o => (o.To - o.From).Ticks)))} are not collected yet; {Collect(connector)}{(connector.Enabled ? ", or see with Get-JcConnector what keeps it" : "")}");
        if (result.Gaps.Count > 0)
            faults.Add($"{result.Gaps.Count} {(result.Gaps.Count == 1 ? "gap is" : "gaps are")} not acknowledged; see Get-JcCollectionGap");
        long lost = result.LedgerCount - result.FilteredCount - result.StoreCount - result.RemovedCount;
        if (lost > 0) faults.Add(string.Format(CultureInfo.InvariantCulture, "{0} records that were received are not in the store any more", lost));
        return faults.Count == 0 ? result with { State = IngestionState.Complete, Message = "Complete" }
            : result with { State = IngestionState.Incomplete, Message = string.Join("; ", faults) + "." };
    }

    // A disabled one is not collected, whoever runs what.
    private static string Collect(Connector connector) =>
        connector.Enabled ? "run Invoke-JcCollection" : "the connector is disabled: Enable-JcConnector lets it collect again";

    private static string Count(long number, string what) => string.Format(CultureInfo.InvariantCulture, number == 1 ? "{0} {1}" : "{0} {1}s", number, what);

    private bool IsOwn(Connector connector, StreamKey key) =>
        key.OrganizationId == (connector.OrganizationId ?? store.Connectors.GetOrganization(connector)?.Id ?? "") || key.OrganizationId.Length == 0;

    private static bool Touches(GapInfo gap, LedgerSpan span) =>
        gap.From.ToUnixTimeMilliseconds() < span.To && (gap.To is not { } to || to.ToUnixTimeMilliseconds() > span.From);

    private IngestionTest NothingYet(Connector connector) => new()
    {
        ConnectorName = connector.Name, TenantName = connector.TenantName, OrganizationId = connector.OrganizationId, State = IngestionState.Incomplete,
        Message = $"Nothing was collected yet; {Collect(connector)}.", StorePath = store.Folder,
    };

    private IngestionTest Result(CollectionStream stream, long from, long to, RequestMeter meter) => new()
    {
        ConnectorName = stream.Connector.Name, TenantName = stream.Connector.TenantName, OrganizationId = stream.OrganizationId,
        OrganizationName = stream.OrganizationName, StreamId = stream.Info.Id, From = Time(from), To = Time(to), Requests = meter.Requests,
        Message = "", StorePath = store.Folder,
    };

    private IngestionTest Unknown(CollectionStream stream, JcException fault) => new()
    {
        ConnectorName = stream.Connector.Name, TenantName = stream.Connector.TenantName, OrganizationId = stream.OrganizationId,
        OrganizationName = stream.OrganizationName, StreamId = stream.Info.Id, State = IngestionState.Unknown,
        StatusCode = StatusCodes.Of(fault), ErrorId = fault.ErrorId, Message = fault.Message, StorePath = store.Folder,
    };

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
