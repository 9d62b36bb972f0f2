using System.Globalization;

namespace JumpCloudSimulator;

/// <summary>The options of the program.</summary>
internal sealed record CommandLine
{
    public const string Help = """
        JumpCloud's Directory Insights and console hosts, simulated on 127.0.0.1.

          --events N              distinct events of each organization (1000)
          --organizations N       how many organizations (1)
          --provider [ID]         a Multi-Tenant Portal, with this id of 24 hex digits or a made-up one
          --portal-events N       events of the portal itself (0)
          --users N               system users of each organization (0)
          --seed N                the same seed gives the same events (1)
          --end TIME              where the events end, RFC 3339 (now)
          --span DURATION         over how long they are spread: 24h, 90d, 15m (24h)
          --traps LIST            none, all, or names with commas: FractionDigits,RadiusCollisions,... (all)
          --huge-every N          one event of about 75 kB in so many (5000)
          --doubles N             events that the server has twice (0)
          --api-key KEY           the key that is accepted
          --insights-port N       port of the Directory Insights host (a free one)
          --console-port N        port of the console host (a free one)
          --prewarm LIMIT         compress the pages of a walk with this limit before saying ready
          --until-stdin-closes    end when standard input is closed
          --help                  this text

        When it is ready it prints one line of JSON with the addresses and the key. It runs until SIGTERM or Ctrl+C.
        While it runs, on the console host (times in seconds; every "organization" may be left out for all):

          GET  /_simulator/state
          POST /_simulator/scenario        {"endTimeInclusive":true,"arrivalLag":30,"faults":[{"kind":"TooManyRequests429","times":3,"retryAfter":1}]}
          POST /_simulator/events          {"organization":"ID","count":100,"from":"TIME","to":"TIME","late":true} or {"organization":"ID","events":[{...}]}
          POST /_simulator/release         {"organization":"ID"}: late events become visible
          POST /_simulator/users           {"organization":"ID","add":5,"change":["USER"],"remove":2}
          POST /_simulator/organizations   {"name":"New","events":100,"users":5} or {"remove":"ID"}
          POST /_simulator/prewarm         {"limit":1000}
          GET  /_simulator/truth?organization=ID    every distinct event now visible, one a line
          GET  /_simulator/users?organization=ID    every user, one a line
          GET  /_simulator/requests?last=100        counts, and the last requests
          POST /_simulator/requests/clear
        """;

    public SimulatorOptions Options { get; private init; } = new();

    public int? PrewarmLimit { get; private init; }

    public bool UntilStdinCloses { get; private init; }

    public bool ShowHelp { get; private init; }

    /// <exception cref="FormatException">An option is unknown, or its value is not what it takes.</exception>
    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out var name))
        {
            var o = line.Options;
            line = name switch
            {
                "--help" or "-h" => line with { ShowHelp = true },
                "--until-stdin-closes" => line with { UntilStdinCloses = true },
                "--prewarm" => line with { PrewarmLimit = Number(name, rest) },
                "--events" => line with { Options = o with { EventsPerOrganization = Number(name, rest) } },
                "--organizations" => line with { Options = o with { Organizations = Number(name, rest) } },
                "--provider" => line with { Options = o with { ProviderId = rest.TryPeek(out var id) && !id.StartsWith('-') ? rest.Dequeue() : "5e160715b7782848e073301e" } },
                "--portal-events" => line with { Options = o with { PortalEvents = Number(name, rest) } },
                "--users" => line with { Options = o with { UsersPerOrganization = Number(name, rest) } },
                "--seed" => line with { Options = o with { Seed = Number(name, rest) } },
                "--end" => line with { Options = o with { End = Time(name, rest) } },
                "--span" => line with { Options = o with { Span = Duration(name, rest) } },
                "--traps" => line with { Options = o with { Traps = TrapsOf(name, rest) } },
                "--huge-every" => line with { Options = o with { HugeEventEvery = Number(name, rest) } },
                "--doubles" => line with { Options = o with { ServerDoubles = Number(name, rest) } },
                "--api-key" => line with { Options = o with { ApiKey = Value(name, rest) } },
                "--insights-port" => line with { Options = o with { InsightsPort = Number(name, rest) } },
                "--console-port" => line with { Options = o with { ConsolePort = Number(name, rest) } },
                _ => throw new FormatException($"There is no option {name}; --help lists them."),
            };
        }

        return line;
    }

    private static string Value(string name, Queue<string> rest) => rest.TryDequeue(out var value) ? value : throw new FormatException($"{name} takes a value.");

    private static int Number(string name, Queue<string> rest) =>
        int.TryParse(Value(name, rest), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{name} takes a number.");

    private static DateTimeOffset Time(string name, Queue<string> rest) =>
        DateTimeOffset.TryParse(Value(name, rest), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw new FormatException($"{name} takes a time.");

    private static Traps TrapsOf(string name, Queue<string> rest) =>
        Enum.TryParse<Traps>(Value(name, rest), ignoreCase: true, out var traps) ? traps : throw new FormatException($"{name} takes {string.Join(", ", Enum.GetNames<Traps>())}.");

    private static TimeSpan Duration(string name, Queue<string> rest)
    {
        var text = Value(name, rest);
        if (text.Length > 1 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            switch (text[^1])
            {
                case 'd': return TimeSpan.FromDays(number);
                case 'h': return TimeSpan.FromHours(number);
                case 'm': return TimeSpan.FromMinutes(number);
                case 's': return TimeSpan.FromSeconds(number);
            }
        }

        throw new FormatException($"{name} takes a duration such as 24h, 90d, 15m or 30s.");
    }
}
