using System.Globalization;
using JumpCloudConnector.Collection;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>What happens before one turn, and in it.</summary>
internal sealed record ChanceTurn
{
    /// <summary>Time that goes by before it.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Events of that time, which can be seen.</summary>
    public int Events { get; init; }

    /// <summary>Events that can be seen only now, and how much older they are.</summary>
    public IReadOnlyList<(TimeSpan Age, int Count)> Late { get; init; } = [];

    /// <summary>Events that the server has twice from now on.</summary>
    public int Doubles { get; init; }

    /// <summary>Share of requests that fail.</summary>
    public double Faults { get; init; }

    /// <summary>Commits after which the turn is stopped, or null.</summary>
    public int? StopAfter { get; init; }

    /// <summary>True where the time limit is up before it begins.</summary>
    public bool HasNoTime { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"after {Pause}: {Events} events, late [{string.Join("; ", Late.Select(l => $"{l.Count} of {l.Age} ago"))}], {Doubles} doubles, faults {Faults}{(StopAfter is { } n ? $", stopped at commit {n}" : "")}{(HasNoTime ? ", no time" : "")}");
}

/// <summary>A course of events and turns, all from one number.</summary>
internal sealed record ScheduleOfChance
{
    public required int Seed { get; init; }

    public required int FirstEvents { get; init; }

    public required TimeSpan Span { get; init; }

    public required TimeSpan Lookback { get; init; }

    public required TimeSpan Overlap { get; init; }

    public required TimeSpan Retention { get; init; }

    public required TimeSpan ArrivalLag { get; init; }

    public required TimeSpan Skew { get; init; }

    public required bool EndTimeInclusive { get; init; }

    public required int FirstDoubles { get; init; }

    public required Traps Traps { get; init; }

    public required CollectionOptions Options { get; init; }

    public required IReadOnlyList<ChanceTurn> Turns { get; init; }

    public static ScheduleOfChance From(int seed)
    {
        Random random = new(seed);
        int page = Pick(random, 2, 7, 50, 400);
        TimeSpan retention = TimeSpan.FromDays(Pick(random, 20, 90));
        return new ScheduleOfChance
        {
            Seed = seed,
            // Small pages make many requests: as many events as that leaves time for.
            FirstEvents = random.Next(page * 40),
            Span = TimeSpan.FromHours(Pick(random, 1, 24, 24 * 15, 24 * 70)),
            Lookback = TimeSpan.FromHours(Pick(random, 0, 2, 24 * 10, 24 * 90)),
            Overlap = TimeSpan.FromSeconds(Pick(random, 0, 60, 900, 3600)),
            Retention = retention,
            ArrivalLag = TimeSpan.FromSeconds(Pick(random, 0, 0, 20, 120)),
            Skew = TimeSpan.FromSeconds(Pick(random, 0, 0, 300, -300)),
            EndTimeInclusive = random.Next(2) == 0,
            FirstDoubles = random.Next(2) * random.Next(12),
            Traps = Traps.All & ~(Traps.FutureStamps | Traps.HugeEvents),
            Options = Support.TestStore.Options with
            {
                FirstPageSize = page,
                MaxPageSize = page,
                SliceEvents = Pick(random, 1, 3, 10) * page,
                AuditSliceEvents = Pick(random, 1, 5, 60),
                MaxAuditRequests = Pick(random, 5, 40),
                MaxConcurrentSlices = Pick(random, 1, 3, 8),
                MaxPagesInMemory = Pick(random, 1, 3, 8),
                LeaseDuration = TimeSpan.FromDays(30),
            },
            Turns = [.. Enumerable.Range(0, random.Next(3, 14)).Select(_ => NextTurn(random, page, retention))],
        };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"""
        seed {Seed}: {FirstEvents} events over {Span}, {FirstDoubles} twice; lookback {Lookback}, overlap {Overlap}, retention {Retention}, arrival after {ArrivalLag}, clock {Skew} ahead, end_time {(EndTimeInclusive ? "inclusive" : "exclusive")}
        page {Options.MaxPageSize}, slice {Options.SliceEvents}, audit slice {Options.AuditSliceEvents}, audit requests {Options.MaxAuditRequests}, at once {Options.MaxConcurrentSlices}, in memory {Options.MaxPagesInMemory}
        {string.Join("\n", Turns)}
        """);

    private static ChanceTurn NextTurn(Random random, int page, TimeSpan retention) => new()
    {
        Pause = random.Next(12) == 0 ? retention + TimeSpan.FromDays(random.Next(1, 10)) : Moment(random, random.Next(3) == 0 ? 24 * 5 : 0.5),
        Events = random.Next(page * 6),
        Late = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (Moment(random, Pick(random, 1, 24, 24 * 60)), random.Next(1, 20)))],
        Doubles = random.Next(4) == 0 ? random.Next(1, 6) : 0,
        Faults = Pick(random, 0, 0, 10, 30) / 100.0,
        StopAfter = random.Next(4) == 0 ? random.Next(1, 12) : null,
        HasNoTime = random.Next(6) == 0,
    };

    // At no round time.
    private static TimeSpan Moment(Random random, double hours) => TimeSpan.FromMilliseconds(random.NextInt64(1_000, 1_001 + (long)(hours * 3_600_000)));

    private static int Pick(Random random, params int[] choices) => choices[random.Next(choices.Length)];
}
