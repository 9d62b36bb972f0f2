using System.Collections.Concurrent;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Filters;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>What an administrator should look at though all was collected as it was set; each thing is said once in a run.</summary>
internal sealed class CollectionWarnings(RecordStore store, SecretProtector secrets)
{
    private static readonly TimeSpan SkewWorthAWarning = TimeSpan.FromMinutes(1);

    // So long without anything new to keep, and no filter lets anything through.
    private static readonly TimeSpan Barren = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<(Guid Connector, int Version, int Streams), bool> _compared = new();
    private readonly ConcurrentDictionary<(Guid Connector, int Version), bool> _excluding = new();
    private readonly object _clock = new();
    private TimeSpan? _toldSkew;
    private readonly ConcurrentDictionary<string, bool> _overlaps = new(StringComparer.Ordinal);

    /// <summary>
    /// A wrong clock loses nothing, since the server's bounds what is read, but schedules and times of writing are wrong. It is the
    /// same clock for every connector and at every turn: said again only once it is another error.
    /// </summary>
    public void OfClock(Connector connector, ServerClock clock, CollectionReport report)
    {
        // Who heard nothing from a server knows of no error, nor of its end.
        if (!clock.IsKnown) return;
        TimeSpan skew = clock.Skew;
        lock (_clock)
        {
            bool isWrong = skew.Duration() >= SkewWorthAWarning;
            if (isWrong && _toldSkew is { } told && (skew - told).Duration() < SkewWorthAWarning) return;
            _toldSkew = isWrong ? skew : null;
            if (!isWrong) return;
        }

        // The server's time is known to the second at best.
        TimeSpan about = TimeSpan.FromMinutes(Math.Round(skew.Duration().TotalMinutes));
        report.Warned($"This machine's clock is {DurationText.Format(about)} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} JumpCloud's, as connector '{connector.Name}' found. Nothing is lost by it, but turns and times of writing are off; set the clock.");
    }

    /// <summary>
    /// Filters that let nothing through. Where they are as they were when something was stored a while ago, a quiet hour whose
    /// few records are just those to be excluded is no reason for a warning.
    /// </summary>
    /// <param name="stream">The stream as it was before the turn.</param>
    /// <param name="filters">Its connector's.</param>
    /// <param name="result">What the turn came to.</param>
    /// <param name="now">The time.</param>
    /// <param name="report">Is told.</param>
    public void OfFilters(CollectionStream stream, FilterSet filters, CollectionResult result, DateTimeOffset now, CollectionReport report)
    {
        if (result.New > 0 || result.Filtered == 0) return;
        // Users that did not change since they were stored are no news for a filter.
        bool isOfUsers = stream.Info.Key.ContentType == ContentType.SystemUser;
        if (isOfUsers && result.Repeated > 0) return;
        DateTimeOffset changed = filters.ModifiedAt > stream.Connector.ModifiedAt ? filters.ModifiedAt : stream.Connector.ModifiedAt;
        if (stream.Info.LastDataReceived is { } last && DateTimeOffset.FromUnixTimeMilliseconds(last) is var stored && stored >= changed && now - stored < Barren) return;
        if (!_excluding.TryAdd((stream.Connector.Id, stream.Connector.Version), true)) return;
        string names = string.Join(", ", result.ExcludedBy.Select(n => $"'{n}'"));
        string place = (stream.OrganizationName ?? stream.OrganizationId) is { Length: > 0 } organization ? $" of {organization}" : "";
        bool isOne = result.ExcludedBy.Count == 1;
        report.Warned($"Connector '{stream.Connector.Name}': {(isOne ? "log filter" : "log filters")} {names} excluded all that came{place} ({Words.Count(result.Filtered, isOfUsers ? "user" : "event")}), so that nothing was stored; what is excluded cannot be fetched later. "
            + $"If that is not meant, look at {(isOne ? "its" : "their")} conditions (Get-JcLogFilter), try others with Test-JcLogFilter -Condition, and set them with Set-JcLogFilter.");
    }

    /// <summary>Connectors that had a turn and collect what another one collects too.</summary>
    /// <param name="connectors">Those, each with the number of its streams.</param>
    /// <param name="report">Is told.</param>
    public void OfOverlaps(IEnumerable<(Connector Connector, int Streams)> connectors, CollectionReport report)
    {
        // All connectors of the store have to be read for it: only where one of these was not compared as it now is.
        Connector[] fresh = [.. connectors.Where(c => _compared.TryAdd((c.Connector.Id, c.Connector.Version, c.Streams), true)).Select(c => c.Connector)];
        if (fresh.Length == 0) return;
        try
        {
            ConnectorOverlaps overlaps = new(store, secrets);
            foreach (string warning in fresh.SelectMany(c => overlaps.Of(c)))
                if (_overlaps.TryAdd(warning, true)) report.Warned(warning);
        }
        catch (JcException e)
        {
            report.Noted($"Whether connectors collect the same could not be looked up. {e.Message}");
        }
    }
}
