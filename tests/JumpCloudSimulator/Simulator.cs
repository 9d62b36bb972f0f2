using System.Collections.Immutable;

namespace JumpCloudSimulator;

/// <summary>
/// JumpCloud on loopback: the Directory Insights host and the console host, each on a port of 127.0.0.1. What it
/// serves is made from a seed, so that a test knows the truth that a collector must arrive at.
/// </summary>
public sealed class Simulator : IAsyncDisposable
{
    private readonly ServiceNames _services = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private LoopbackServer? _insights;
    private LoopbackServer? _console;
    private ImmutableArray<SimulatedOrganization> _organizations = [];
    private int _made;

    private Simulator(SimulatorOptions options)
    {
        if (options.ProviderId is { } provider && !Gate.IsObjectId(provider))
        {
            throw new ArgumentException("The provider id must have 24 hex digits.", nameof(options));
        }

        Options = options;
        Scenario = new Scenario(options.Seed);
        Requests = new RequestLog(options.RequestsKept);
        Tokens = new TokenStore(options, Scenario);
        End = options.End ?? options.Clock.GetUtcNow();
        Start = End - options.Span;
    }

    /// <summary>Real, anonymised events of three services (of 2020 and 2023), to be given to <see cref="SimulatedOrganization.AddEvent"/>.</summary>
    public static IReadOnlyList<string> SampleEvents => EventData.Samples;

    /// <summary>Directory Insights: http://127.0.0.1:port/.</summary>
    public Uri InsightsUri => _insights!.Uri;

    /// <summary>Users, organizations and access tokens: http://127.0.0.1:port/.</summary>
    public Uri ConsoleUri => _console!.Uri;

    /// <summary>Where the service account gets its access tokens.</summary>
    public Uri TokenUri => new(ConsoleUri, "oauth2/token");

    /// <summary>What it was started with.</summary>
    public SimulatorOptions Options { get; }

    /// <summary>How it behaves now.</summary>
    public Scenario Scenario { get; }

    /// <summary>What was asked of it.</summary>
    public RequestLog Requests { get; }

    /// <summary>Where the span of the events begins (inclusive).</summary>
    public DateTimeOffset Start { get; }

    /// <summary>Where the span of the events ends (exclusive); only the future-stamped ones lie behind it.</summary>
    public DateTimeOffset End { get; }

    /// <summary>The (child) organizations.</summary>
    public IReadOnlyList<SimulatedOrganization> Organizations => _organizations;

    /// <summary>The provider's own events, where a provider is simulated.</summary>
    public SimulatedOrganization? Portal { get; private set; }

    internal TokenStore Tokens { get; }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Makes the events and users and begins to listen.</summary>
    public static async Task<Simulator> StartAsync(SimulatorOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var simulator = new Simulator(options);
        try
        {
            await Task.Run(simulator.Fill, ct);
            simulator._insights = await LoopbackServer.StartAsync(options.InsightsPort, new Exchange(simulator, HostKind.Insights, new InsightsHost(simulator).HandleAsync).RunAsync, ct);
            simulator._console = await LoopbackServer.StartAsync(options.ConsolePort, new Exchange(simulator, HostKind.Console, new ConsoleHost(simulator).HandleAsync).RunAsync, ct);
            return simulator;
        }
        catch
        {
            await simulator.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds an organization while running: a provider's list shows it from now on.</summary>
    public SimulatedOrganization AddOrganization(string? name = null, int events = 0, int users = 0)
    {
        lock (_lock)
        {
            var number = _made++;
            var seed = Prng.Mix((ulong)Options.Seed, 0x0A6, (ulong)number);
            var organization = new SimulatedOrganization(World.Hex(seed), name ?? $"Acme {Names.Groups[number % 8]} {number + 1}", seed, isPortal: false, Options, Scenario, _services);
            Fill(organization, events, users);
            _organizations = _organizations.Add(organization);
            return organization;
        }
    }

    /// <summary>Removes an organization: from now on it is unknown.</summary>
    public bool RemoveOrganization(string id)
    {
        lock (_lock)
        {
            var left = _organizations.RemoveAll(o => o.Id == id);
            var removed = left.Length < _organizations.Length;
            _organizations = left;
            return removed;
        }
    }

    /// <summary>The organization of that id, or the portal's where the id is the provider's.</summary>
    public SimulatedOrganization? Find(string id) => id == Portal?.Id ? Portal : _organizations.FirstOrDefault(o => o.Id == id);

    /// <summary>
    /// Compresses beforehand what a walk with this page size will ask for. Plain pages need no preparation: they are
    /// sent from where the events lie.
    /// </summary>
    public Task PrewarmAsync(int limit = 10_000, bool gzip = true, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return !gzip ? Task.CompletedTask : Task.Run(
            () =>
            {
                foreach (var organization in Portal is null ? _organizations : _organizations.Add(Portal))
                {
                    organization.Prewarm(limit, ct);
                }
            },
            ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_insights is not null)
        {
            await _insights.DisposeAsync();
        }

        if (_console is not null)
        {
            await _console.DisposeAsync();
        }

        _stopping.Dispose();
    }

    internal HashSet<short> ServiceNumbers(IEnumerable<string> services) => [.. services.Select(_services.NumberOf)];

    private void Fill()
    {
        for (var i = 0; i < Options.Organizations; i++)
        {
            AddOrganization(null, Options.EventsPerOrganization, Options.UsersPerOrganization);
        }

        if (Options.ProviderId is { } provider)
        {
            var seed = Prng.Mix((ulong)Options.Seed, 0x90F7);
            Portal = new SimulatedOrganization(provider, "Multi-Tenant Portal", seed, isPortal: true, Options, Scenario, _services);
            Fill(Portal, Options.PortalEvents, users: 0);
        }
    }

    private void Fill(SimulatedOrganization organization, int events, int users)
    {
        var now = Options.Clock.GetUtcNow();
        organization.Fill(events, Start, End, futureFrom: now > End ? now : End, Options.ServerDoubles);
        organization.Users.Add(users);
    }
}
