using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Records;

public sealed class ContentHashTests
{
    [Theory]
    // Order of properties, at every depth.
    [InlineData("""{"a":1,"b":2,"c":3}""", """{"c":3,"a":1,"b":2}""")]
    [InlineData("""{"o":{"a":1,"b":{"x":null,"y":[]}},"z":0}""", """{"z":0,"o":{"b":{"y":[],"x":null},"a":1}}""")]
    [InlineData("""{"l":[{"a":1,"b":2},{"c":3,"d":4}]}""", """{"l":[{"b":2,"a":1},{"d":4,"c":3}]}""")]
    // White space between tokens.
    [InlineData("""{"a":[1,2,{"b":null}]}""", "{ \"a\" :\t[ 1 ,\r\n2, { \"b\":null }\n] }")]
    [InlineData("{}", "{ \n }")]
    [InlineData("""{"a":[]}""", """{"a":[ ]}""")]
    // How a character is written.
    [InlineData("""{"a":"x/y"}""", """{"a":"x\/y"}""")]
    [InlineData("""{"a":"é€😀"}""", """{"a":"\u00e9\u20AC\ud83d\uDE00"}""")]
    [InlineData("""{"a":"\n"}""", """{"a":"\u000A"}""")]
    [InlineData("""{"user name":1}""", """{"user\u0020name":1}""")]
    // A property that comes twice counts twice; which comes first is order again.
    [InlineData("""{"a":1,"a":2}""", """{"a":2,"a":1}""")]
    public void What_a_server_may_write_otherwise_does_not_matter(string one, string other) =>
        Assert.Equal(Hash(one), Hash(other));

    [Theory]
    // Values and their types.
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":true}""", """{"a":"true"}""")]
    [InlineData("""{"a":true}""", """{"a":false}""")]
    [InlineData("""{"a":null}""", """{"a":"null"}""")]
    [InlineData("""{"a":null}""", """{"a":false}""")]
    [InlineData("""{"a":null}""", """{"a":""}""")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("""{"a":""}""", """{"a":" "}""")]
    [InlineData("""{"a":"x"}""", """{"a":"X"}""")]
    [InlineData("""{"a":"e\u0301"}""", """{"a":"\u00e9"}""")]
    [InlineData("""{"a":{}}""", """{"a":[]}""")]
    [InlineData("""{"a":{}}""", """{"a":null}""")]
    [InlineData("""{"a":[]}""", """{"a":[null]}""")]
    [InlineData("""{"a":[null]}""", """{"a":[null,null]}""")]
    [InlineData("""{"a":[[]]}""", """{"a":[[[]]]}""")]
    [InlineData("""{"a":[1]}""", """{"a":1}""")]
    [InlineData("""{"a":[{"b":1}]}""", """{"a":{"b":1}}""")]
    // Numbers count as written.
    [InlineData("""{"a":1}""", """{"a":1.0}""")]
    [InlineData("""{"a":100}""", """{"a":1e2}""")]
    [InlineData("""{"a":1e2}""", """{"a":1E2}""")]
    [InlineData("""{"a":0}""", """{"a":-0}""")]
    [InlineData("""{"a":9007199254740993}""", """{"a":9007199254740992}""")]
    [InlineData("""{"a":123456789012345678901234567890}""", """{"a":123456789012345678901234567891}""")]
    // Order of an array, at every depth.
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":[[1,2],[3]]}""", """{"a":[[1],[2,3]]}""")]
    [InlineData("""{"a":[[1,2],[3]]}""", """{"a":[[3],[1,2]]}""")]
    [InlineData("""{"a":[{"x":[1,2]}]}""", """{"a":[{"x":[2,1]}]}""")]
    [InlineData("""{"a":[{"x":1},{"x":2}]}""", """{"a":[{"x":2},{"x":1}]}""")]
    // What belongs to what: sums over properties must not let values change places.
    [InlineData("""{"a":1,"b":2}""", """{"a":2,"b":1}""")]
    [InlineData("""{"a":"b"}""", """{"b":"a"}""")]
    [InlineData("""{"a":{"x":1},"b":{"y":2}}""", """{"a":{"y":2},"b":{"x":1}}""")]
    [InlineData("""{"a":{"x":1,"y":2},"b":{}}""", """{"a":{"x":1},"b":{"y":2}}""")]
    [InlineData("""{"a":{"b":{"c":1}}}""", """{"a":{"c":{"b":1}}}""")]
    [InlineData("""{"a":1}""", """{"a":{"a":1}}""")]
    [InlineData("""{"a.b":1}""", """{"a":{"b":1}}""")]
    [InlineData("""{"ab":"c"}""", """{"a":"bc"}""")]
    // A property that comes twice.
    [InlineData("""{"a":1,"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1,"a":1}""", """{"a":1,"a":1,"a":1}""")]
    [InlineData("""{"a":1,"a":1,"b":2}""", """{"a":1,"b":2,"b":2}""")]
    // Half a surrogate pair is no text; its escape must not pass for the text that looks like it.
    [InlineData("""{"a":"\ud83d"}""", """{"a":"\ude00"}""")]
    [InlineData("""{"a":"\ud83d"}""", """{"a":"\ufffd"}""")]
    [InlineData("""{"a":"\ud83d"}""", """{"a":"\\ud83d"}""")]
    [InlineData("""{"\ud83d":1}""", """{"\\ud83d":1}""")]
    public void Everything_else_does(string one, string other)
    {
        Assert.NotEqual(Hash(one), Hash(other));
        Assert.NotEqual(Hash(one).High, Hash(other).High);
        Assert.NotEqual(Hash(one).Low, Hash(other).Low);
    }

    /// <summary>Events of one second can share an id that is made from names; the content tells them apart.</summary>
    [Fact]
    public void Radius_attempts_of_one_id_are_two_unless_all_is_the_same()
    {
        const string attempt =
            """
            {"id":"077ED0A8-1B5F-3EA3-8AAC-E3999451A46D","service":"radius","event_type":"radius_auth_attempt",
             "timestamp":"2026-03-07T13:03:42Z","username":"jane.doe","client_ip":"203.0.113.9","success":false,
             "error_message":"pap: wrong password","outer":{"eap_type":null}}
            """;
        ContentHash first = Hash(attempt);
        Assert.Equal(first, Hash(JsonSerializer.Serialize(JsonDocument.Parse(attempt))));
        string[] others =
        [
            attempt.Replace("false", "true", StringComparison.Ordinal),
            attempt.Replace("wrong password", "wrong  password", StringComparison.Ordinal),
            attempt.Replace("203.0.113.9", "203.0.113.8", StringComparison.Ordinal),
            attempt.Replace("\"eap_type\":null", "\"eap_type\":\"PEAP\"", StringComparison.Ordinal),
        ];
        Assert.Equal(5, others.Select(Hash).Append(first).Distinct().Count());
    }

    /// <summary>Every event of a tenant with all its oddities, written anew in another order, spacing and escaping.</summary>
    [Fact]
    public async Task Events_keep_their_hash_through_a_rewriting_and_no_two_share_one()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 3_000, HugeEventEvery = 1_000 },
            TestContext.Current.CancellationToken);
        IReadOnlyList<SimulatedEvent> events = simulator.Organizations[0].Truth();
        HashSet<ContentHash> hashes = [];
        Random random = new(3);
        foreach (SimulatedEvent e in events)
        {
            ContentHash hash = Hash(e.Json.Span);
            Assert.True(hashes.Add(hash), Encoding.UTF8.GetString(e.Json.Span));
            using JsonDocument document = JsonDocument.Parse(e.Json);
            using MemoryStream rewritten = new();
            using (Utf8JsonWriter writer = new(rewritten, new JsonWriterOptions { Indented = random.Next(2) == 0 }))
                Rewrite(document.RootElement, writer, random);
            Assert.Equal(hash, Hash(rewritten.ToArray()));
        }

        Assert.Equal(3_000, hashes.Count);
    }

    /// <summary>The keys of a store outlive the program that wrote them, so that the hash may never change.</summary>
    [Fact]
    public void The_hash_is_the_same_in_every_version()
    {
        RecordKey key = Key("""{"id":"6407359ff5c3cc91c4d4608b","a":[1,2.50,"é",null,true,{"x":{}}],"success":false}""");
        Assert.Equal("3aaa7a9f-70a8-8ff2-862b-414a40a8d97d", key.ToString());
    }

    [Fact]
    public void A_key_is_a_uuid_of_version_8_and_survives_its_bytes()
    {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 200; i++)
        {
            RecordKey key = Key($$"""{"i":{{i}}}""");
            string text = key.ToString();
            Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", text);
            key.CopyTo(bytes);
            Assert.Equal(text, new Guid(bytes, bigEndian: true).ToString());
            Assert.Equal(key, RecordKey.Read(bytes));
        }
    }

    [Fact]
    public void An_object_that_is_cut_short_has_no_hash_yet()
    {
        byte[] json = """{"a":{"b":[1,"x\u0041",null]},"c":1.5}"""u8.ToArray();
        JsonObjectScanner scanner = new(new FieldMap("a.b", "c"));
        for (int length = 1; length < json.Length; length++)
        {
            Utf8JsonReader reader = new(json.AsSpan(0, length), isFinalBlock: false, default);
            Assert.True(reader.Read());
            Assert.False(scanner.TryScan(ref reader));
        }

        Utf8JsonReader whole = new(json, isFinalBlock: false, default);
        whole.Read();
        Assert.True(scanner.TryScan(ref whole));
        Assert.Equal(Hash(json), scanner.Hash);
    }

    [Fact]
    public void Deep_nesting_is_told_apart_by_its_depth()
    {
        HashSet<ContentHash> hashes = [];
        for (int depth = 1; depth < 200; depth++)
        {
            hashes.Add(Hash("""{"a":""" + new string('[', depth) + new string(']', depth) + "}"));
            hashes.Add(Hash(string.Concat(Enumerable.Repeat("""{"a":""", depth)) + "1" + new string('}', depth)));
        }

        Assert.Equal(398, hashes.Count);
    }

    private static RecordKey Key(string json) => new(Hash(json).High, Hash(json).Low);

    private static ContentHash Hash(string json) => Hash(Encoding.UTF8.GetBytes(json));

    private static ContentHash Hash(ReadOnlySpan<byte> json)
    {
        JsonObjectScanner scanner = new(new FieldMap("a.b", "id"));
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 1000 });
        Assert.True(reader.Read());
        Assert.True(scanner.TryScan(ref reader));
        return scanner.Hash;
    }

    private static void Rewrite(JsonElement element, Utf8JsonWriter writer, Random random)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                JsonProperty[] properties = [.. element.EnumerateObject()];
                random.Shuffle(properties);
                foreach (JsonProperty property in properties)
                {
                    writer.WritePropertyName(property.Name);
                    Rewrite(property.Value, writer, random);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray()) Rewrite(item, writer, random);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                // Utf8JsonWriter escapes what is not ASCII.
                writer.WriteStringValue(element.GetString());
                break;
            default:
                writer.WriteRawValue(element.GetRawText());
                break;
        }
    }
}
