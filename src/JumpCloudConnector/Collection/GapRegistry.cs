using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Collection;

/// <summary>Finds gaps, and keeps who acknowledged them.</summary>
public sealed class GapRegistry(RecordStore store, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private Dictionary<long, GapInfo>? _gaps;

    /// <summary>The gap of that number, where it can be acknowledged.</summary>
    /// <exception cref="JcException">GapNotFound, GapStillOpen or GapConfirmed.</exception>
    public GapInfo GetConfirmable(long id)
    {
        _gaps ??= GapInfo.Of(store, store.Connectors.GetConnectors()).ToDictionary(g => g.Id);
        if (!_gaps.TryGetValue(id, out GapInfo? gap)) throw NotFound(id);
        if (gap.To is null)
        {
            throw new JcException("GapStillOpen", JcErrorKind.InvalidInput,
                $"Gap {id} of connector '{gap.ConnectorName}' still grows: {gap.Message}. End the cause first; the next good collection ends the gap, and then it can be acknowledged.", id);
        }

        if (gap.ConfirmedAt is { } confirmed)
        {
            throw new JcException("GapConfirmed", JcErrorKind.AlreadyExists,
                $"Gap {id} of connector '{gap.ConnectorName}' was acknowledged already, by {gap.ConfirmedBy} on {TimeText.Day(confirmed)}. What was written then stays.", id);
        }

        return gap;
    }

    /// <summary>Keeps that an account has acknowledged a gap, and gives the gap as it is then.</summary>
    /// <exception cref="JcException">GapConfirmed where somebody else did so at the same moment.</exception>
    public GapInfo Confirm(GapInfo gap, string account, string? note)
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        if (!store.Ledger.ConfirmGap(gap.Id, account, note, now.ToUnixTimeMilliseconds()))
        {
            // Somebody was faster, or the connector is gone.
            _gaps = null;
            GetConfirmable(gap.Id);
            throw NotFound(gap.Id);
        }

        GapInfo confirmed = gap with { ConfirmedAt = now, ConfirmedBy = account, Note = note };
        if (_gaps is not null) _gaps[gap.Id] = confirmed;
        return confirmed;
    }

    /// <summary>The error for a number that no gap has.</summary>
    public static JcException NotFound(long id) => new("GapNotFound", JcErrorKind.NotFound,
        $"There is no gap {id}. Get-JcCollectionGap lists those there are; those of a connector that was removed are gone with it.", id);
}
