using System.Security;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Forwarding;

/// <summary>Adds, finds, changes, removes and describes destinations, by the rules.</summary>
public sealed class SyslogDestinationRegistry(RecordStore store, SecretProtector secrets, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Adds a destination; its id and times are given here.</summary>
    /// <param name="destination">The settings.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="password">Of its client certificate's file; null where that has none.</param>
    /// <exception cref="JcException">SyslogDestinationExists, or what the rules refuse.</exception>
    public SyslogDestinationInfo Add(SyslogDestination destination, SyslogStart start, SecureString? password = null)
    {
        DateTimeOffset now = _time.GetUtcNow();
        destination = Normalize(destination) with { Id = Guid.NewGuid(), CreatedAt = now, ModifiedAt = now, Version = 1, NotBefore = NotBefore(start) };
        SyslogDestinationRules.Check(destination);
        secrets.CheckApartFrom(store.Folder);
        long position = PositionOf(start);
        destination = destination with { StartPosition = position };
        store.Destinations.AddDestination(destination, Protect(destination, password) ?? [], position);
        return Describe([destination]).First();
    }

    /// <summary>The destinations whose name matches one of the patterns (<c>*</c> and <c>?</c>), or all.</summary>
    public IReadOnlyList<SyslogDestination> Find(IReadOnlyList<string>? names = null)
    {
        IReadOnlyList<SyslogDestination> all = store.Destinations.GetDestinations();
        if (names is not { Count: > 0 }) return all;
        TextPattern[] patterns = [.. names.Select(n => new TextPattern(n))];
        return [.. all.Where(d => Array.Exists(patterns, p => p.Matches(d.Name.AsSpan())))];
    }

    /// <summary>The destination of that name.</summary>
    /// <exception cref="JcException">SyslogDestinationNotFound.</exception>
    public SyslogDestination Get(string name) =>
        Find().FirstOrDefault(d => string.Equals(d.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw NotFound(name, store.Folder, Find().Select(d => d.Name));

    /// <summary>The error for a name that no destination of a store has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="folder">The store's folder.</param>
    /// <param name="known">The names that there are, one of which may be meant.</param>
    public static JcException NotFound(string name, string folder, IEnumerable<string>? known = null) => new("SyslogDestinationNotFound", JcErrorKind.NotFound,
        $"There is no syslog destination named '{name}' in the store '{folder}'. {Likeness.Question(name, known)}Get-JcSyslogDestination lists those there are.", name);

    /// <summary>Changes a destination; name and identity stay.</summary>
    /// <param name="name">Which one.</param>
    /// <param name="change">Gives the changed settings.</param>
    /// <param name="start">Where it goes on; null for where it is.</param>
    /// <param name="password">Of its client certificate's file; null for the one there is.</param>
    /// <exception cref="JcException">SyslogDestinationNotFound, SyslogDestinationChanged, or what the rules refuse.</exception>
    public SyslogDestinationInfo Update(string name, Func<SyslogDestination, SyslogDestination> change, SyslogStart? start = null, SecureString? password = null)
    {
        SyslogDestination present = Get(name);
        SyslogDestination changed = Changed(present, change) with
        {
            NotBefore = start is null ? present.NotBefore : NotBefore(start), ModifiedAt = _time.GetUtcNow(), Version = present.Version + 1,
        };
        SyslogDestinationRules.Check(changed);
        // A certificate of another file has another password, or none.
        byte[]? secret = Protect(changed, password) ?? (changed.ClientCertificateFile == present.ClientCertificateFile ? null : []);
        long? position = start is null ? null : PositionOf(start);
        changed = changed with { StartPosition = position ?? present.StartPosition };
        store.Destinations.UpdateDestination(changed, secret, position, isOtherWay: secret is not null || !changed.IsSameWay(present));
        return Describe([changed]).First();
    }

    /// <summary>What <see cref="Update"/> would make of a destination; checked.</summary>
    /// <exception cref="JcException">What the rules refuse.</exception>
    public static SyslogDestination Changed(SyslogDestination present, Func<SyslogDestination, SyslogDestination> change)
    {
        SyslogDestination changed = Normalize(change(present)) with { Id = present.Id, Name = present.Name, CreatedAt = present.CreatedAt };
        SyslogDestinationRules.Check(changed);
        return changed;
    }

    /// <summary>Removes a destination with its place and counts.</summary>
    /// <exception cref="JcException">SyslogDestinationNotFound.</exception>
    public void Remove(string name)
    {
        if (!store.Destinations.RemoveDestination(Get(name).Id)) throw NotFound(name, store.Folder);
    }

    /// <summary>Destinations with how far they have come.</summary>
    /// <param name="destinations">Which ones.</param>
    /// <param name="cancellationToken">Stops the search for the oldest unsent record, which a filter can make long.</param>
    public IEnumerable<SyslogDestinationInfo> Describe(IReadOnlyList<SyslogDestination> destinations, CancellationToken cancellationToken = default)
    {
        foreach (SyslogDestination destination in destinations)
        {
            if (store.Destinations.GetState(destination.Id) is not { } state) continue;
            yield return Describe(destination, state, cancellationToken);
        }
    }

    /// <summary>The password of a destination's client certificate, or null.</summary>
    /// <exception cref="JcException">SecretUnreadable or KeyRingAccessDenied.</exception>
    internal string? PasswordOf(SyslogDestination destination) =>
        store.Destinations.GetDestinationSecret(destination.Id) is { Length: > 0 } secret ? System.Text.Encoding.UTF8.GetString(secrets.UnprotectCertificatePassword(destination.Id, secret)) : null;

    /// <summary>What of the store is a destination's, behind a place.</summary>
    internal static RecordQuery QueryOf(SyslogDestination destination, long position) => new()
    {
        ConnectorNames = destination.ConnectorNames, TenantNames = destination.TenantNames, MessageClasses = destination.MessageClasses,
        Query = destination.Query, After = destination.NotBefore, AfterSequence = position,
    };

    /// <summary>How many stored records a destination would be sent from a time on. Where it has a query, they are read for it.</summary>
    public long CountFrom(SyslogDestination destination, DateTimeOffset time, CancellationToken cancellationToken = default) =>
        store.Records.Measure(QueryOf(destination, 0) with { After = time.ToUnixTimeMilliseconds() }, new RecordGrouping(), null, cancellationToken)[0].Count;

    /// <summary>
    /// How many records of those behind its place are for it: by time, connector, tenant and class that is mostly known without
    /// reading them. Where a query chooses, it is all, at most.
    /// </summary>
    private long CountOf(SyslogDestination destination, long position, long behind, CancellationToken cancellationToken)
    {
        bool isChosen = destination.NotBefore is not null || destination.ConnectorNames.Count + destination.TenantNames.Count + destination.MessageClasses.Count > 0;
        return destination.Query is not null || !isChosen ? behind
            : store.Records.Measure(QueryOf(destination, position), new RecordGrouping(), null, cancellationToken)[0].Count;
    }

    /// <summary>How many stored records a destination is not sent since they came before its start; null where that is not known.</summary>
    private long? CountBefore(SyslogDestination destination, CancellationToken cancellationToken)
    {
        if (destination.StartPosition is not { } start) return null;
        if (start == 0 && destination.NotBefore is null) return 0;
        long all = CountOf(destination with { NotBefore = null, Query = null }, 0, store.Destinations.CountBehind(0), cancellationToken);
        // A query would have to be asked of every record: what it chooses is among them.
        long since = CountOf(destination with { Query = null }, start, store.Destinations.CountBehind(start), cancellationToken);
        return Math.Max(0, all - since);
    }

    private SyslogDestinationInfo Describe(SyslogDestination destination, DestinationState state, CancellationToken cancellationToken)
    {
        long behind = store.Destinations.CountBehind(state.Position);
        IngestedRecord? oldest = behind == 0 ? null : store.Records.Find(QueryOf(destination, state.Position) with { First = 1 }, cancellationToken).FirstOrDefault();
        TimeSpan? lag = oldest is null ? null : _time.GetUtcNow() - oldest.WriteTime;
        return new SyslogDestinationInfo
        {
            Name = destination.Name,
            State = !destination.Enabled ? SyslogDestinationState.Disabled : state.ErrorId is not null ? SyslogDestinationState.Failed
                : oldest is not null ? SyslogDestinationState.Behind : state.Confirmed is null ? SyslogDestinationState.NotTried : SyslogDestinationState.UpToDate,
            HostName = destination.HostName,
            Port = destination.Port,
            Transport = destination.Transport,
            Enabled = destination.Enabled,
            Position = state.Position,
            // What the filter leaves out is not behind.
            LagRecords = oldest is null ? 0 : CountOf(destination, state.Position, behind, cancellationToken),
            Lag = lag < TimeSpan.Zero ? TimeSpan.Zero : lag,
            StartPosition = destination.StartPosition,
            RecordsBefore = CountBefore(destination, cancellationToken),
            OldestUnsent = oldest?.Timestamp,
            LastConfirmed = Time(state.Confirmed),
            Sent = state.Sent,
            Acknowledged = state.Acknowledged,
            Skipped = state.Skipped,
            Resent = state.Resent,
            Bytes = state.Bytes,
            Lost = state.Lost,
            ErrorId = state.ErrorId,
            ErrorMessage = state.ErrorMessage,
            ErrorTime = Time(state.ErrorTime),
            Format = destination.Format,
            Header = destination.Header,
            Framing = destination.Transport is SyslogTransport.Tcp or SyslogTransport.Tls ? destination.Framing : null,
            Facility = destination.Facility,
            Severity = destination.Severity,
            AppName = destination.AppName,
            OriginHostName = destination.OriginHostName,
            EnterpriseNumber = destination.EnterpriseNumber,
            MaxMessageBytes = destination.MaxMessageBytes,
            Oversize = destination.Oversize,
            ByteOrderMark = destination.ByteOrderMark,
            CeeCookie = destination.CeeCookie,
            ConnectorName = destination.ConnectorNames,
            TenantName = destination.TenantNames,
            MsgClass = destination.MessageClasses,
            Query = destination.Query,
            NotBefore = Time(destination.NotBefore),
            Window = destination.Window,
            Timeout = destination.Timeout,
            TlsServerName = destination.TlsServerName,
            CertificateAuthorityFile = destination.CertificateAuthorityFile,
            CertificateFingerprint = destination.CertificateFingerprint,
            ClientCertificateFile = destination.ClientCertificateFile,
            ClientCertificateThumbprint = destination.ClientCertificateThumbprint,
            CreatedAt = destination.CreatedAt,
            ModifiedAt = destination.ModifiedAt,
            StorePath = store.Folder,
        };
    }

    private static SyslogDestination Normalize(SyslogDestination destination) => destination with
    {
        CertificateFingerprint = destination.CertificateFingerprint is { } text ? SyslogDestinationRules.NormalizeFingerprint(text) : null,
        ClientCertificateThumbprint = destination.ClientCertificateThumbprint?.Replace(" ", "").ToUpperInvariant(),
    };

    private byte[]? Protect(SyslogDestination destination, SecureString? password)
    {
        if (password is null || password.Length == 0) return null;
        if (destination.ClientCertificateFile is null)
            throw new JcException("InvalidSyslogDestination", JcErrorKind.InvalidInput, "A certificate's password goes with its file. Give -ClientCertificateFile too.", destination.Name);
        return secrets.ProtectCertificatePassword(destination.Id, ApiKey.ToCertificatePassword(password));
    }

    private static long? NotBefore(SyslogStart start) => start.Time?.ToUnixTimeMilliseconds();

    private long PositionOf(SyslogStart start) => start switch
    {
        { Time: { } time } => store.Destinations.PositionBefore(time.ToUnixTimeMilliseconds()),
        { Word: nameof(SyslogStart.Beginning) } => 0,
        _ => store.Destinations.GetLastSequence(),
    };

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;
}
