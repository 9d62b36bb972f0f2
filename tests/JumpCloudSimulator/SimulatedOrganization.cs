using System.Text;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>An organization: its events and its users. Safe to change while requests are served.</summary>
public sealed class SimulatedOrganization
{
    private readonly Lock _lock = new();
    private readonly SimulatorOptions _options;
    private readonly Scenario _scenario;
    private readonly EventPlanner _planner;
    private readonly EventGenerator _generator;
    private readonly ServiceNames _services;
    private readonly ulong _seed;
    private readonly List<Row> _late = [];
    private volatile EventIndex _index = EventIndex.Empty;
    private uint _nextOrdinal;

    internal SimulatedOrganization(string id, string name, ulong seed, bool isPortal, SimulatorOptions options, Scenario scenario, ServiceNames services)
    {
        Id = id;
        Name = name;
        _seed = seed;
        _options = options;
        _scenario = scenario;
        _services = services;
        var world = new World(seed, id, options.ProviderId, isPortal);
        _planner = new EventPlanner(seed, isPortal, options.Traps, options.HugeEventEvery);
        _generator = new EventGenerator(world, services, options.Traps);
        Users = new SimulatedUsers(seed, id, world.Domain, options.Clock);
    }

    /// <summary>24 hex digits.</summary>
    public string Id { get; }

    /// <summary>The name that lists of organizations show.</summary>
    public string Name { get; }

    /// <summary>The system users.</summary>
    public SimulatedUsers Users { get; }

    /// <summary>How many distinct events can be seen now.</summary>
    public int VisibleCount => Truth().Count;

    /// <summary>How many rows /events/count counts over all time: the distinct events and the server's doubles.</summary>
    public int VisibleRowCount
    {
        get
        {
            var view = View();
            return view.End - view.First;
        }
    }

    /// <summary>How many rows exist and cannot be seen: late ones, and ones that the arrival lag or the retention hides.</summary>
    public int HiddenCount
    {
        get
        {
            lock (_lock)
            {
                return _late.Count + _index.Rows.Length - VisibleRowCount;
            }
        }
    }

    /// <summary>Every distinct event that can be seen now, in the server's order: a snapshot.</summary>
    public IReadOnlyList<SimulatedEvent> Truth()
    {
        var (index, first, end) = View();
        return new EventList(index.Rows, first, end, distinct: index.Doubles > 0);
    }

    /// <summary>Makes events in [from, to). Late ones stay invisible until <see cref="ReleaseLate"/>.</summary>
    public IReadOnlyList<SimulatedEvent> AddEvents(int count, DateTimeOffset from, DateTimeOffset to, bool late = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var rows = Generate(count, from, to, futureFrom: null);
        Insert(rows, late);
        return new EventList(rows, 0, rows.Length, distinct: false);
    }

    /// <summary>Makes every late event visible; answers how many there were.</summary>
    public int ReleaseLate()
    {
        lock (_lock)
        {
            var count = _late.Count;
            _index = _index.Add([.. _late]);
            _late.Clear();
            return count;
        }
    }

    /// <summary>
    /// Adds an event written by hand, served exactly as it is. One that says the same as an event already there is
    /// a double of the server's: served and counted, and once in the truth.
    /// </summary>
    public SimulatedEvent AddEvent(string eventJson)
    {
        var bytes = Encoding.UTF8.GetBytes(eventJson);
        using var document = JsonDocument.Parse(bytes);
        if (!document.RootElement.TryGetProperty("timestamp", out var timestamp) || !Rfc3339.TryParse(timestamp.GetString(), out var milliseconds))
        {
            throw new ArgumentException("The event needs a timestamp in RFC 3339.", nameof(eventJson));
        }

        var service = document.RootElement.TryGetProperty("service", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        lock (_lock)
        {
            var row = new Row
            {
                Id = IndexIds.Create(_seed, _nextOrdinal++),
                Milliseconds = milliseconds,
                Segment = bytes,
                Length = bytes.Length,
                Service = _services.NumberOf(service),
                IsDouble = IsKnown(milliseconds, bytes),
            };
            _index = _index.Add([row]);
            return new SimulatedEvent(row);
        }
    }

    /// <summary>The index, and the rows [First, End) of it that can be seen now.</summary>
    internal (EventIndex Index, int First, int End) View()
    {
        var index = _index;
        var now = _options.Clock.GetUtcNow();
        var first = _scenario.Retention > TimeSpan.Zero ? index.From((now - _scenario.Retention).ToUnixTimeMilliseconds()) : 0;
        var end = _scenario.ArrivalLag > TimeSpan.Zero ? index.From((now - _scenario.ArrivalLag).ToUnixTimeMilliseconds() + 1) : index.Rows.Length;
        return (index, first, Math.Max(first, end));
    }

    internal void Prewarm(int limit, CancellationToken cancellation) => _index.Blocks.Prewarm(limit, cancellation);

    /// <summary>The events that the simulator starts with, some of them in the future where that trap is set.</summary>
    internal void Fill(int count, DateTimeOffset from, DateTimeOffset to, DateTimeOffset futureFrom, int doubles)
    {
        var rows = Generate(count, from, to, futureFrom);
        var twice = Math.Min(doubles, count);
        if (twice > 0)
        {
            var again = new Row[twice];
            for (var i = 0; i < twice; i++)
            {
                again[i] = rows[(int)((long)i * count / twice)];
                again[i].Id = IndexIds.Create(_seed, _nextOrdinal++);
                again[i].IsDouble = true;
            }

            rows = [.. rows, .. again];
        }

        Insert(rows, late: false);
    }

    private Row[] Generate(int count, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? futureFrom)
    {
        uint first;
        lock (_lock)
        {
            first = _nextOrdinal;
            _nextOrdinal += (uint)count;
        }

        return _generator.Generate(_planner.Plan(first, count, from, to, futureFrom));
    }

    private void Insert(Row[] rows, bool late)
    {
        lock (_lock)
        {
            if (late)
            {
                _late.AddRange(rows);
            }
            else
            {
                _index = _index.Add([.. rows]); // a copy: the index sorts it in place
            }
        }
    }

    private bool IsKnown(long milliseconds, byte[] json)
    {
        byte[]? canonical = null;
        var rows = _index.Rows;
        for (var i = _index.From(milliseconds); i < rows.Length && rows[i].Milliseconds == milliseconds; i++)
        {
            canonical ??= JsonRewriter.Canonical(json);
            if (JsonRewriter.Canonical(rows[i].Json).AsSpan().SequenceEqual(canonical))
            {
                return true;
            }
        }

        return false;
    }
}
