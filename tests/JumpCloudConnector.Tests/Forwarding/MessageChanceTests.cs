using System.Globalization;
using System.Text;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Collection;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Records of chance under settings of chance, read back by readers that share nothing with the writer.</summary>
public sealed class MessageChanceTests
{
    [Fact]
    public void Records_of_chance_become_messages_that_hold()
    {
        int seed = ChanceTests.Seed("JC_MESSAGE_SEED");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} (JC_MESSAGE_SEED)");
        Random random = new(seed);
        Dictionary<SyslogMessageFate, int> fates = [];
        for (int i = 0; i < 3_000; i++)
        {
            string json = new Generator(random).Make(random.Next(4) switch { 0 => 60_000, 1 => 300, _ => 4_000 });
            RecordOrigin origin = new("t" + i, Name(random), Name(random), null, random.Next(2) == 0 ? null : Name(random));
            IngestedRecord record = random.Next(4) == 0 ? Messages.User(json, (UserChange)random.Next(1, 5), origin) : Messages.Event(json, origin, i + 1);
            SyslogDestination destination = Settings(random);
            SyslogMessageFate fate;
            try
            {
                fate = MessageVerdict.Check(destination, record, allEssential: false);
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidOperationException($"Seed {seed}, record {i}: {e.Message}", e);
            }

            fates[fate] = fates.GetValueOrDefault(fate) + 1;
        }

        Assert.All(Enum.GetValues<SyslogMessageFate>(), f => Assert.InRange(fates.GetValueOrDefault(f), 50, 3_000));
    }

    [Fact]
    public async Task Events_with_all_traps_become_messages_that_hold()
    {
        int seed = ChanceTests.Seed("JC_MESSAGE_SEED");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} (JC_MESSAGE_SEED)");
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = seed, EventsPerOrganization = 1_000, Traps = Traps.All | Traps.LoneSurrogates });
        Random random = new(seed);
        foreach (SimulatedEvent item in simulator.Organizations[0].Truth())
            MessageVerdict.Check(Settings(random), Messages.Event(item.Json.ToArray()), allEssential: true);
    }

    private static SyslogDestination Settings(Random random) => Messages.Destination with
    {
        Format = (SyslogFormat)random.Next(1, 3), Header = (SyslogHeader)random.Next(1, 3), Oversize = (SyslogOversize)random.Next(1, 4),
        MaxMessageBytes = random.Next(6) switch { 0 => 0, 1 => 1_024, 2 => 8_192, 3 => 65_536, _ => random.Next(1_024, 6_000) },
        ByteOrderMark = random.Next(4) == 0, CeeCookie = random.Next(4) == 0,
        OriginHostName = random.Next(8) == 0 ? new string('h', 300) : null,
    };

    private static string Name(Random random) => Messages.Whole(string.Concat(Enumerable.Range(0, random.Next(1, random.Next(3) == 0 ? 128 : 12)).Select(_ => Pieces.Plain[random.Next(Pieces.Plain.Length)])));

    private static class Pieces
    {
        /// <summary>Characters as they are.</summary>
        public static readonly string[] Plain = ["a", "B", "7", " ", "=", "|", "]", "[", ".", "é", "日", "😀", "\u2028", "\u0085", "\u007f", "/", "@", "-"];

        /// <summary>How JSON can have some, and what only JSON can have.</summary>
        public static readonly string[] Escapes = ["\\n", "\\r", "\\t", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\u0000", "\\u003d", "\\u2029", "\\u00E9", "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\u005c"];
    }

    /// <summary>Makes JSON that is legal and nothing more.</summary>
    private sealed class Generator(Random random)
    {
        private static readonly string[] s_known =
        [
            "service", "event_type", "message", "error_message", "severity", "client_ip", "username", "_id", "email", "displayname", "success", "timestamp", "organization",
            "initiated_by", "resource", "system", "application", "geoip", "name", "id", "hostname", "country_code", "jumpcloud", "trimmed", "truncated", "stellar_uuid",
        ];

        private readonly StringBuilder _json = new();
        private int _budget;

        public string Make(int budget)
        {
            _budget = budget;
            if (random.Next(30) == 0) Value(0);
            else Object(0);

            // The engine takes an event from its first byte to its last.
            return _json.ToString().Trim(' ', '\t', '\r', '\n');
        }

        private void Value(int depth)
        {
            Space();
            switch (random.Next(depth > 6 || _json.Length > _budget ? 6 : 9))
            {
                case 0: _json.Append(random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" }); break;
                case 1: _json.Append(Number()); break;
                case 2 when random.Next(12) == 0: Text(_budget / 2); break;
                case <= 5: Text(random.Next(20)); break;
                case 6: Array(depth); break;
                default: Object(depth); break;
            }

            Space();
        }

        private string Number() => random.Next(5) switch
        {
            0 => new string('9', random.Next(1, 60)),
            1 => "-0.0",
            2 => "1E+400",
            3 => "-12.50e-7",
            _ => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        };

        private void Object(int depth)
        {
            _json.Append('{');
            int members = random.Next(depth == 0 ? 30 : 6);
            for (int i = 0; i < members || (depth == 0 && _json.Length < _budget / 2 && i < 2_000); i++)
            {
                if (i > 0) _json.Append(',');
                Space();
                if (depth < 2 && random.Next(2) == 0) _json.Append('"').Append(s_known[random.Next(s_known.Length)]).Append('"');
                else Text(random.Next(8));
                Space();
                _json.Append(':');
                Value(depth + 1);
            }

            Space();
            _json.Append('}');
        }

        private void Array(int depth)
        {
            if (random.Next(100) == 0)
            {
                _json.Append('[', 900).Append(']', 900);
                return;
            }

            _json.Append('[');
            for (int i = random.Next(5); i > 0; i--)
            {
                Value(depth + 1);
                if (i > 1) _json.Append(',');
            }

            Space();
            _json.Append(']');
        }

        private void Text(int length)
        {
            _json.Append('"');
            if (random.Next(10) == 0) _json.Append(random.Next(4) switch { 0 => "192.0.2.7:80", 1 => "2001:db8::7", 2 => "2024-05-06T07:08:09.1234567+01:00", _ => "jumpcloud_systemuser" });
            bool hard = random.Next(2) == 0;
            for (int i = 0; i < length; i++)
            {
                string[] from = hard && random.Next(3) == 0 ? Pieces.Escapes : Pieces.Plain;
                _json.Append(from[hard ? random.Next(from.Length) : random.Next(3)]);
            }

            _json.Append('"');
        }

        private void Space()
        {
            if (random.Next(20) == 0) _json.Append(" \t\r\n"[random.Next(4)]);
        }
    }
}
