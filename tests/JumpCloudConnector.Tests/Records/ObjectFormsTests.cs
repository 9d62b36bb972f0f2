using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Records;

/// <summary>An object that is compared with those before it comes to what a reader makes of it, or to nothing.</summary>
public sealed class ObjectFormsTests
{
    private static readonly string[] s_fields = ["timestamp", "service", "event_type", "initiated_by.email", "geoip.latitude", "changes", "a", "o.b.c", "success"];

    private static readonly string[] s_objects =
    [
        """{"a":"x","b":1}""",
        """{"a":"x\"y\\","b":-1.5e+10,"c":"\u00e9\ud83d\ude00","d":"\ud83d"}""",
        """{"a":null,"b":[],"c":{},"d":[{}],"e":[[],[[]]],"f":""}""",
        """{"o":{"b":{"c":1,"d":[1,"2",true,{"e":null}]},"c":"x"},"success":false}""",
        "{\r\n \"a\" : \"x\" ,\n\t\"b\" : [ 1 , 2 ] }",
        """{"a":1,"a":"2","a":{"a":3}}""",
        """{"a b":1,"\u0061":"escaped name","":"no name","{":"}","\"":"quoted"}""",
        """{"long":"0123456789012345678901234567890123456789","n":12345678901234567890123456789012345678901234567890}""",
        "{}", "{ }",
    ];

    public static TheoryData<string> NotJson { get; } =
    [
        """{"a":"x","b":01}""", """{"a":"x","b":1.}""", """{"a":"x","b":-}""", """{"a":"x","b":1e}""", """{"a":"x","b":+1}""", """{"a":"x","b":nul}""", """{"a":"x","b":True}""",
        """{"a":"x","b":1,}""", """{"a":"x""b":1}""", """{"a":"x",,"b":1}""", """{"a":"x","b":1""", """{"a":"x","b":1]""", """{"a":"\x","b":1}""", """{"a":"\u12","b":1}""",
        "{\"a\":\"x\ny\",\"b\":1}", "{\"a\":\"x\u0001\",\"b\":1}", """{"a":"x,"b":1}""", """{,"b":1}""",
    ];

    [Fact]
    public void Objects_come_to_the_same_the_first_time_and_the_second()
    {
        Pair pair = new();
        // Those without a property are left to a reader.
        for (int time = 0; time < 3; time++) Assert.Equal(s_objects.Length - 2, s_objects.Count(pair.IsScanned));
    }

    [Fact]
    public void A_value_may_be_another_and_a_property_stand_elsewhere()
    {
        Pair pair = new();
        foreach (string text in (string[])
        [
            """{"a":"x","b":1,"o":{"b":{"c":true}}}""",
            """{"a":"","b":-0.25E-3,"o":{"b":{"c":null}}}""", """{"a":"a much longer text than that which was there before, with \"quotes\" in it","b":false,"o":{"b":{"c":7}}}""",
            """{"a":"x","o":{"b":{"c":true}},"b":1}""", """{"a":"x","b":1,"b":1}""", """{"a":"x"}""",
            """{"a":1,"b":1}""", """{"a":"x","c":1}""", """{"b":1,"a":"x"}""", """{"a":"x","b":"1"}""", """{"a":"x","b":1,"o":{"b":{"c":{}}}}""", """{"a":"x" ,"b":1}""",
        ])
        {
            Assert.True(pair.IsScanned(text), text);
        }
    }

    [Theory]
    [MemberData(nameof(NotJson))]
    public void What_is_no_JSON_is_left_to_a_reader(string text)
    {
        Pair pair = new();
        foreach (string before in s_objects) pair.IsScanned(before);
        Assert.False(pair.IsScanned(text));
    }

    /// <summary>Events of all kinds, each also with bytes changed, gone, doubled and cut off.</summary>
    [Fact]
    public async Task Events_and_what_becomes_of_them_on_a_bad_line_come_to_the_same()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 2_000, HugeEventEvery = 500 }, TestContext.Current.CancellationToken);
        Pair pair = new();
        Random random = new(11);
        int events = 0, spoilt = 0, scanned = 0;
        foreach (SimulatedEvent e in simulator.Organizations[0].Truth())
        {
            byte[] json = e.Json.ToArray();
            events++;
            Assert.True(pair.IsScanned(json));
            if (json.Length > 10_000) continue;
            for (int i = 0; i < 8; i++, spoilt++)
                if (pair.IsScanned(Spoil(json, random))) scanned++;
        }

        // Many bytes are of values; else nothing was tested here.
        Assert.Equal(2_000, events);
        Assert.InRange(scanned, spoilt / 10, spoilt);
    }

    [Fact]
    public void Names_without_end_are_not_kept()
    {
        Pair pair = new();
        for (int i = 0; i < 30_000; i++)
        {
            Assert.True(pair.IsScanned($$"""{"n{{i}}":{{i}},"a":"x"}"""));
            Assert.True(pair.IsScanned($$"""{"n{{i}}":{{i + 1}},"a":"z","o":{ } }"""));
        }

        Assert.InRange(pair.Forms, 100, 2_100);
    }

    /// <summary>However an object was scanned, its forms and values are the whole of it.</summary>
    [Fact]
    public async Task Shape_and_values_are_the_same_by_the_makeup_and_by_the_text()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 3_000, HugeEventEvery = 500 }, TestContext.Current.CancellationToken);
        JsonObjectScanner scanner = new(new FieldMap(s_fields));
        using JsonShapes byMakeup = new(), byText = new();
        using ByteBuffer makeup = new(64);
        IEnumerable<byte[]> texts = simulator.Organizations[0].Truth().Select(e => e.Json.ToArray())
            .Concat(Enumerable.Range(0, 3_000).Select(i => Encoding.UTF8.GetBytes($$"""{"n{{i}}":[{{i}},"x",{"y":null}],"a":"\"{{i}}" , "b":{{i}} }""")));
        foreach (byte[] json in texts)
        {
            Assert.Equal(json.Length, scanner.Scan(json));
            makeup.Truncate(0);
            JsonMakeup.Write(makeup, scanner.Forms!);
            JsonShape known = byMakeup.Split(json, new JsonMakeup(scanner.Forms!.Table, makeup.Span)), split = byText.Split(json);
            Assert.Equal(Texts(split), Texts(known));
            Assert.Equal(Values(byText, json), Values(byMakeup, json));
        }

        static IEnumerable<string> Texts(JsonShape shape) => shape.Parts.Select(p => Encoding.UTF8.GetString(p.Text));
        static List<string> Values(JsonShapes shapes, byte[] json)
        {
            List<string> values = [];
            foreach (JsonValue value in shapes.Values) values.Add(Encoding.UTF8.GetString(json, value.Start, value.Length));
            return values;
        }
    }

    [Fact]
    public void What_a_reader_went_over_has_no_forms_of_the_one_before_it()
    {
        JsonObjectScanner scanner = new(new FieldMap(s_fields));
        byte[] one = """{"a":"x"}"""u8.ToArray(), other = """{"b":"y"}"""u8.ToArray();
        Assert.Equal(one.Length, scanner.Scan(one));
        Assert.NotNull(scanner.Forms);
        Utf8JsonReader reader = new(other);
        Assert.True(reader.Read() && scanner.TryScan(ref reader));
        Assert.Null(scanner.Forms);
        Assert.Equal(one.Length, scanner.Scan(one));
        Assert.Equal(0, scanner.Scan("{"u8));
        Assert.Null(scanner.Forms);
    }

    private static byte[] Spoil(byte[] json, Random random)
    {
        int at = random.Next(json.Length);
        const string likely = "\"\\{}[]:, 0-.etn\n\0x";
        byte other = (byte)likely[random.Next(likely.Length)];
        return random.Next(4) switch
        {
            0 => [.. json[..at], other, .. json[(at + 1)..]],
            1 => [.. json[..at], .. json[(at + 1)..]],
            2 => [.. json[..at], other, .. json[at..]],
            _ => json[..at],
        };
    }

    /// <summary>One that compares, and a reader as the judge of it.</summary>
    private sealed class Pair
    {
        private readonly JsonObjectScanner _scanner = new(new FieldMap(s_fields));

        /// <summary>How many forms it knows.</summary>
        public int Forms => _scanner.Forms!.Table.Count;

        public bool IsScanned(string json) => IsScanned(Encoding.UTF8.GetBytes(json));

        /// <summary>Whether it was scanned; fails where it was, and not as the reader has it.</summary>
        public bool IsScanned(byte[] json)
        {
            byte[] followed = [.. json, .. ",{\"a\":1}]"u8];
            int length = _scanner.Scan(followed);
            if (length == 0) return false;
            JsonObjectScanner judge = new(new FieldMap(s_fields));
            Utf8JsonReader reader = new(followed, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1000 }));
            Assert.True(reader.Read());
            Assert.True(judge.TryScan(ref reader));
            Assert.Equal(reader.BytesConsumed, length);
            Assert.Equal(judge.Hash, _scanner.Hash);
            for (int field = 0; field < s_fields.Length; field++) Assert.Equal(judge[field], _scanner[field]);
            return true;
        }
    }
}
