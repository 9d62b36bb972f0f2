using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Keeps syslog destinations and how far each has come. Every change is whole or not made; a fault of the store is a
/// <see cref="JcException"/>.
/// </summary>
public interface IDestinationStore
{
    /// <summary>All destinations, by name.</summary>
    IReadOnlyList<SyslogDestination> GetDestinations();

    /// <summary>Adds a destination at its place.</summary>
    /// <param name="destination">The settings.</param>
    /// <param name="secret">The protected password of its client certificate; empty where it has none.</param>
    /// <param name="position">The sequence behind which it is sent.</param>
    /// <exception cref="JcException">SyslogDestinationExists.</exception>
    void AddDestination(SyslogDestination destination, byte[] secret, long position);

    /// <summary>Replaces a destination's settings, and its secret and place where they are given.</summary>
    /// <param name="destination">The settings.</param>
    /// <param name="secret">Its new secret, or null.</param>
    /// <param name="position">Its new place, or null.</param>
    /// <param name="isOtherWay">True where it has yet to be reached by them.</param>
    /// <exception cref="JcException">SyslogDestinationChanged when it is no longer the version it was made from, or is gone.</exception>
    void UpdateDestination(SyslogDestination destination, byte[]? secret, long? position, bool isOtherWay);

    /// <summary>Removes a destination with its place and counts; false where it is gone already.</summary>
    bool RemoveDestination(Guid id);

    /// <summary>The protected password of a destination's client certificate; empty where it has none, null where it is gone.</summary>
    byte[]? GetDestinationSecret(Guid id);

    /// <summary>How far a destination has come; null where it is gone.</summary>
    DestinationState? GetState(Guid id);

    /// <summary>Takes a destination for a time, also from an owner whose time is over or whose process is dead.</summary>
    /// <exception cref="JcException">SyslogDestinationNotFound.</exception>
    LeaseAnswer AcquireDestinationLease(SyslogDestination destination, LeaseOwner owner, long now, TimeSpan duration);

    /// <summary>
    /// Moves a destination's place and adds to its counts. False, and nothing is written, where the lease is somebody else's by
    /// now or the destination was changed by hand meanwhile.
    /// </summary>
    bool Advance(Lease lease, DestinationAdvance advance);

    /// <summary>Keeps why a destination could not be sent to.</summary>
    void SetFault(Guid id, JcException fault, long now);

    /// <summary>Keeps that the receiver confirmed something that moves no place, such as a test; a fault is over with that.</summary>
    void SetReached(Guid id, long now);

    /// <summary>The last sequence given.</summary>
    long GetLastSequence();

    /// <summary>The largest sequence for which all records at or after a time (epoch milliseconds) lie behind it.</summary>
    long PositionBefore(long time);

    /// <summary>How many records lie behind a place, whatever a destination's filter says of them.</summary>
    long CountBehind(long position);
}

/// <summary>How far a destination has come.</summary>
/// <param name="Position">The sequence up to which everything was confirmed, or needed no sending.</param>
/// <param name="Epoch">Rises when the destination is changed, or its place moved, by hand.</param>
/// <param name="Sent">Messages written, those of a second time too.</param>
/// <param name="Acknowledged">Messages confirmed.</param>
/// <param name="Skipped">Messages left out for their size.</param>
/// <param name="Resent">Messages written again after a broken connection.</param>
/// <param name="Bytes">Bytes of the messages written.</param>
/// <param name="Lost">Records that retention had to remove before they were sent.</param>
/// <param name="Confirmed">When something was last confirmed, epoch milliseconds.</param>
/// <param name="ErrorId">The id of the fault that lasts, or null.</param>
/// <param name="ErrorMessage">What it is.</param>
/// <param name="ErrorTime">When it was met, epoch milliseconds.</param>
public sealed record DestinationState(
    long Position, long Epoch, long Sent, long Acknowledged, long Skipped, long Resent, long Bytes, long Lost, long? Confirmed,
    string? ErrorId, string? ErrorMessage, long? ErrorTime);

/// <summary>A step of a destination: its new place, and what was done since the last step.</summary>
/// <param name="Position">The new place.</param>
/// <param name="Epoch">The epoch that the sender began with.</param>
/// <param name="Sent">Messages written.</param>
/// <param name="Acknowledged">Messages confirmed.</param>
/// <param name="Skipped">Messages left out for their size.</param>
/// <param name="Resent">Messages written again.</param>
/// <param name="Bytes">Bytes of the messages written.</param>
/// <param name="Time">Now, epoch milliseconds.</param>
public readonly record struct DestinationAdvance(long Position, long Epoch, long Sent, long Acknowledged, long Skipped, long Resent, long Bytes, long Time);
