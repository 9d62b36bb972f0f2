using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Sends to destinations what the store has for each, side by side and without waiting for each other: every one has its own
/// place, connection and faults. Its place moves only when the receiver has the data.
/// </summary>
/// <param name="store">Stays the caller's.</param>
/// <param name="secrets">Gives the passwords of client certificates.</param>
/// <param name="options">Null for the defaults.</param>
/// <param name="time">Null for the system's clock.</param>
public sealed class Forwarder(RecordStore store, SecretProtector secrets, ForwardingOptions? options = null, TimeProvider? time = null)
{
    // How often the place is written while messages are confirmed: what a killed process sends again is of this time.
    private static readonly TimeSpan s_keepEvery = TimeSpan.FromMilliseconds(250), s_tellEvery = TimeSpan.FromMilliseconds(200);

    // The longest that a timer takes on every platform; as a limit it is none.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(24);

    private readonly ForwardingOptions _options = options ?? new ForwardingOptions();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly LeaseOwner _owner = LeaseOwner.ThisProcess();

    /// <summary>Sends to destinations what they have not got yet; one result each, in the order they ended.</summary>
    /// <param name="destinations">Which ones; those that are disabled say so and are left alone.</param>
    /// <param name="observer">Is told what happens; null for nobody.</param>
    /// <param name="cancellationToken">Stops it. What was confirmed stays so.</param>
    public async Task<IReadOnlyList<ForwardingResult>> SendAsync(
        IReadOnlyList<SyslogDestination> destinations, IForwardingObserver? observer = null, CancellationToken cancellationToken = default)
    {
        List<ForwardingResult> results = [];
        await Task.WhenAll(destinations.Select(d => Task.Run(
            async () =>
            {
                ForwardingResult result = await SendOneAsync(d, null, observer, cancellationToken).ConfigureAwait(false);
                lock (results) results.Add(result);
            },
            CancellationToken.None))).ConfigureAwait(false);
        return results;
    }

    /// <summary>Begins to send records that somebody gives, whatever the destination's place and filter; its place stays.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="observer">Is told what happens; null for nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public SyslogReplay Replay(SyslogDestination destination, IForwardingObserver? observer, CancellationToken cancellationToken)
    {
        GivenSource source = new();
        Progress progress = new(destination.Name, observer, _time, null);
        DestinationSender? sender = null;
        sender = new DestinationSender(
            destination, PasswordOf(destination), source, 0, _options, _time, _ => progress.Tell(sender!), (e, pause) => observer?.Failed(destination.Name, e, pause));
        return new SyslogReplay(
            source,
            async stop =>
            {
                ForwardingResult result = await EndAsync(destination, sender, progress, () => sender.RunAsync(stop), stop).ConfigureAwait(false);
                if (result.Acknowledged > 0) TryKeep(() => store.Destinations.SetReached(destination.Id, Now));
                return result;
            },
            cancellationToken);
    }

    /// <summary>Sends to one destination from its place in the store.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="wake">Is released when something may have been committed; null where nobody tells.</param>
    /// <param name="observer">Is told what happens.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<ForwardingResult> SendOneAsync(SyslogDestination destination, SemaphoreSlim? wake, IForwardingObserver? observer, CancellationToken cancellationToken)
    {
        ForwardingResult result;
        try
        {
            result = destination.Enabled ? await RunAsync(destination, wake, observer, cancellationToken).ConfigureAwait(false)
                : new ForwardingResult { Name = destination.Name, State = ForwardingState.Disabled };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The store's or the key ring's, before anything could be sent.
            JcException fault = JcException.Unexpected(e);
            TryKeep(() => store.Destinations.SetFault(destination.Id, fault, Now));
            result = new ForwardingResult { Name = destination.Name, State = ForwardingState.Failed, ErrorId = fault.ErrorId, ErrorMessage = fault.Message };
        }

        try
        {
            observer?.Completed(result);
        }
        catch (OperationCanceledException)
        {
            // Whoever looks on is being stopped; the result is the caller's all the same.
        }

        return result;
    }

    private async Task<ForwardingResult> RunAsync(SyslogDestination destination, SemaphoreSlim? wake, IForwardingObserver? observer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_options.TimeLimit is { } limit) limited.CancelAfter(limit < s_longest ? limit : s_longest);
        // A run with nothing to send leaves the store as it is: it takes no lease either.
        if (!_options.Continuous && StateWithNothingBehind(destination) is { } end)
            return Judged(new ForwardingResult { Name = destination.Name, State = ForwardingState.UpToDate, Position = end.Position, LagRecords = 0 }, end);
        LeaseAnswer answer = store.Destinations.AcquireDestinationLease(destination, _owner with { Instance = Guid.NewGuid() }, Now, _options.LeaseDuration);
        if (answer.Lease is null) return Leased(destination, answer);
        using LeaseKeeper keeper = new(store.Records, answer.Lease, _options.LeaseDuration, _time, limited.Token);
        ForwardingResult? sum = null;
        while (true)
        {
            // In this order: settings that are newer than the state's epoch are found out by it, older ones would not be.
            DestinationState state = store.Destinations.GetState(destination.Id) ?? throw SyslogDestinationRegistry.NotFound(destination.Name, store.Folder);
            destination = store.Destinations.GetDestinations().FirstOrDefault(d => d.Id == destination.Id) ?? throw SyslogDestinationRegistry.NotFound(destination.Name, store.Folder);
            if (!destination.Enabled) return (sum ?? new ForwardingResult { Name = destination.Name, State = ForwardingState.Disabled }) with { State = ForwardingState.Disabled, ErrorId = null, ErrorMessage = null };
            string? password = PasswordOf(destination);
            StoreSource source = new(store, destination, _options.Continuous, wake, _options.Beat);
            Progress progress = new(destination.Name, observer, _time, (state.Position, store.Destinations.GetLastSequence()));
            DestinationSender? sender = null;
            PlaceKeeper place = new(store, keeper.Lease, state, _time);
            sender = new DestinationSender(
                destination, password, source, state.Position, _options, _time,
                isEnd =>
                {
                    progress.Tell(sender!);
                    place.Keep(sender!, isEnd);
                },
                (e, pause) =>
                {
                    store.Destinations.SetFault(destination.Id, e, Now);
                    observer?.Failed(destination.Name, e, pause);
                });
            ForwardingResult result = await EndAsync(destination, sender, progress, () => sender.RunAsync(keeper.Token), cancellationToken).ConfigureAwait(false);
            bool wasMoved = result.ErrorId == PlaceKeeper.MovedId && store.Destinations.GetState(destination.Id)?.Epoch != state.Epoch;
            if (!wasMoved && (keeper.IsLost || result.ErrorId == PlaceKeeper.MovedId))
                result = result with { State = ForwardingState.Leased, ErrorId = "LeaseLost", ErrorMessage = "Another process took over the destination while this one was sending to it. It goes on there." };
            sum = sum is null ? result : Add(sum, result);
            // Somebody changed it, or set its place anew: it goes on so, from there.
            if (wasMoved) continue;
            DestinationState? after = store.Destinations.GetState(destination.Id);
            long position = after?.Position ?? sender.Place;
            return Judged(sum with { Position = position, LagRecords = store.Destinations.CountBehind(position) }, after);
        }
    }

    /// <summary>How far the destination is, where everything that was committed lies before its place; null where there may be something to send.</summary>
    private DestinationState? StateWithNothingBehind(SyslogDestination destination)
    {
        DestinationState state = store.Destinations.GetState(destination.Id) ?? throw SyslogDestinationRegistry.NotFound(destination.Name, store.Folder);
        return state.Position >= store.Destinations.GetLastSequence() ? state : null;
    }

    /// <summary>Who was never reached has nothing that could be called up to date.</summary>
    private static ForwardingResult Judged(ForwardingResult result, DestinationState? state) =>
        result.State == ForwardingState.UpToDate && state is { Confirmed: null } ? result with { State = ForwardingState.NotTried } : result;

    /// <summary>Runs a sender and says how it ended.</summary>
    private async Task<ForwardingResult> EndAsync(
        SyslogDestination destination, DestinationSender sender, Progress progress, Func<Task> run, CancellationToken stopped)
    {
        long begun = _time.GetTimestamp();
        ForwardingState state = ForwardingState.UpToDate;
        JcException? fault = null;
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            state = stopped.IsCancellationRequested ? ForwardingState.Stopped : ForwardingState.Behind;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            state = ForwardingState.Failed;
            fault = JcException.Unexpected(e);
        }

        progress.Tell(sender, isEnd: true);
        SenderCounts counts = sender.Counts;
        return new ForwardingResult
        {
            Name = destination.Name, State = state, Sent = counts.Sent, Acknowledged = counts.Acknowledged, Skipped = counts.Skipped,
            Resent = counts.Resent, Bytes = counts.Bytes, Duration = _time.GetElapsedTime(begun), ErrorId = fault?.ErrorId, ErrorMessage = fault?.Message,
        };
    }

    private static void TryKeep(Action keep)
    {
        try
        {
            keep();
        }
        catch (JcException)
        {
            // A store that cannot be written is most likely the fault itself, and it is in the result.
        }
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private string? PasswordOf(SyslogDestination destination) =>
        destination.ClientCertificateFile is null ? null : new SyslogDestinationRegistry(store, secrets, _time).PasswordOf(destination);

    private static ForwardingResult Leased(SyslogDestination destination, LeaseAnswer answer) => new()
    {
        Name = destination.Name, State = ForwardingState.Leased, ErrorId = "SyslogDestinationLeased",
        ErrorMessage = answer.Refusal($"The syslog destination '{destination.Name}' is being sent to"),
    };

    private static ForwardingResult Add(ForwardingResult earlier, ForwardingResult later) => later with
    {
        Sent = earlier.Sent + later.Sent, Acknowledged = earlier.Acknowledged + later.Acknowledged, Skipped = earlier.Skipped + later.Skipped,
        Resent = earlier.Resent + later.Resent, Bytes = earlier.Bytes + later.Bytes, Duration = earlier.Duration + later.Duration,
    };

    /// <summary>Writes a sender's place and counts into the store, now and then and at its end.</summary>
    private sealed class PlaceKeeper(RecordStore store, Lease lease, DestinationState state, TimeProvider time)
    {
        /// <summary>The id of the fault that says that the place was set anew.</summary>
        public const string MovedId = "SyslogPositionMoved";

        private SenderCounts _kept;
        private long _place = state.Position;
        private long _last = time.GetTimestamp();

        public void Keep(DestinationSender sender, bool isEnd)
        {
            if (!isEnd && time.GetElapsedTime(_last) < s_keepEvery) return;
            SenderCounts counts = sender.Counts;
            _last = time.GetTimestamp();
            if (counts == _kept && sender.Place == _place) return;
            DestinationAdvance advance = new(
                sender.Place, state.Epoch, counts.Sent - _kept.Sent, counts.Acknowledged - _kept.Acknowledged, counts.Skipped - _kept.Skipped,
                counts.Resent - _kept.Resent, counts.Bytes - _kept.Bytes, time.GetUtcNow().ToUnixTimeMilliseconds());
            if (!store.Destinations.Advance(lease, advance))
                throw new JcException(MovedId, JcErrorKind.Leased, "The destination was changed, its place was set anew, or it was removed, while it was being sent to.");
            (_kept, _place) = (counts, sender.Place);
        }
    }

    private sealed class Progress(string name, IForwardingObserver? observer, TimeProvider time, (long From, long To)? span)
    {
        private long _last = time.GetTimestamp();

        public void Tell(DestinationSender sender, bool isEnd = false)
        {
            if (observer is null || (!isEnd && time.GetElapsedTime(_last) < s_tellEvery)) return;
            _last = time.GetTimestamp();
            SenderCounts counts = sender.Counts;
            double? fraction = span is not { } known || known.To <= known.From ? null : Math.Max(0, Math.Min(1, (sender.Place - known.From) / (double)(known.To - known.From)));
            observer.Progressed(new ForwardingProgress(name, counts.Acknowledged, counts.Sent, counts.Bytes, fraction));
        }
    }
}
