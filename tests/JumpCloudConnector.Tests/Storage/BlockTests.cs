using System.Text;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>Blocks give back what they were given, byte for byte, or say that they are damaged.</summary>
public sealed class BlockTests
{
    [Fact]
    public async Task Events_with_all_traps_come_back_as_they_were()
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 11, EventsPerOrganization = 3_000, UsersPerOrganization = 50 });
        byte[][] events = [.. simulator.Organizations[0].Truth().Select(e => OneLine(e.Json.ToArray()))];
        using BlockWriter writer = new();
        using BlockReader reader = new();
        int next = 0;
        while (next < events.Length)
        {
            int first = next;
            for (; next < events.Length && !writer.IsFull; next++)
                writer.Add(next - first, new BlockEntry(3, 7, RecordKind.Event, 1_000 + next, -next), events[next]);
            byte[] packed = writer.Finish().ToArray();
            Assert.InRange(packed.Length, 1, events[first..next].Sum(e => e.Length) / 3);
            reader.Open(packed, 5_000 + first);
            for (int i = first; i < next; i++)
            {
                Assert.True(reader.MoveNext());
                Assert.Equal((5_000L + i, new BlockEntry(3, 7, RecordKind.Event, 1_000 + i, -i)), (reader.Sequence, reader.Entry));
                Assert.Equal(events[i], reader.Json.ToArray());
            }

            Assert.False(reader.MoveNext());
        }
    }

    /// <summary>Texts are taken apart many bytes at a time: what matters may stand on either side of any border.</summary>
    [Fact]
    public void What_stands_at_any_place_comes_back_as_it_was()
    {
        byte[][] texts = [.. Enumerable.Range(0, 100).Select(i => Encoding.UTF8.GetBytes(
            $"{{\"p\":\"{new string('x', i)}\",\"q\\\"r\" : \"a\\\\\\\"b\",\"n\":[1,{{\"x\":null,\"y\":[]}},-2.5e3],\"\":{{}},\"t\":true,\"z\":\"\\\\\"}}"))];
        using BlockWriter writer = new();
        foreach (byte[] text in texts) writer.Add(writer.Count, default, text);
        using BlockReader reader = new();
        reader.Open(writer.Finish(), 1);
        Assert.All(texts, text =>
        {
            Assert.True(reader.MoveNext());
            Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(reader.Json.ToArray()));
        });
    }

    /// <summary>A block of the layout before this one, written by the version that had it.</summary>
    [Fact]
    public void A_block_with_whole_shapes_is_read()
    {
        byte[] packed = Convert.FromBase64String(
            "KLUv/WQ2AIUHAMJNMzFwadsmMaiqqqoSUIACDI1ZhESPUVPiQ2mWCKZl86ru5P//EYnMlroCFXgz0vjvFrkD/YjzgegHfCtDQ30vVvVjV+7ZkEiUxEmUs9+6" +
            "ooNULf3WFL+qlqbISZlIKpE0IhEg8nnI5wCSUBs01JMh0Aw4HAUNAKdpUfWsQv3yP3lG/fqGbBE0GE3TMPA5zVHH+CUJw+5E7txxFeoZ22sVcvX2Sk/V6nqM" +
            "Xaia8VM2u+POqU/Ws4QA+Jx7L4qooNg2CBcsLiYktvcehPA55gUMADcH8DkGmJnJQrjj9PepDZfBcC5IoUiUmSPMzG2BLJkpPGo=");
        string[] texts =
        [
            """{"id":"1","timestamp":"2024-05-06T07:08:09Z","username":"jane.doe","client_ip":"10.9.8.7","list":[1,true,null,"x"],"success":true}""",
            """{"id":"2","timestamp":"2024-05-06T07:08:10Z","username":"jack.roe","client_ip":"10.9.8.6","list":[2,false,null,"y"],"success":false}""",
            """{"id":"3","other":{"deep":[{"a":-1.5}]}}""",
        ];
        using BlockReader reader = new();
        reader.Open(packed, 10);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.True(reader.MoveNext());
            Assert.Equal((10L + (2 * i), new BlockEntry(1, 2, RecordKind.Event, 1_700_000_000_000 + i, 1_600_000_000_000 - i)), (reader.Sequence, reader.Entry));
            Assert.Equal(texts[i], Encoding.UTF8.GetString(reader.Json.ToArray()));
        }

        Assert.False(reader.MoveNext());
        reader.Open(packed, 10);
        bool[] passes = [true, true, true];
        reader.Restrict(passes, [AsciiText.From("JACK.roe")!], orEscaped: true, new PropertyNames(["username"]));
        Assert.Equal([false, true, false], passes);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("-1.5e+10")]
    [InlineData("\"\"")]
    [InlineData("\"text\"")]
    [InlineData("{\"\":\"\"}")]
    [InlineData("{\"a\":\"\",\"a\":\"b\",\"b\":\"a\"}")]
    [InlineData("{ \"a\" :\t\"x\" , \"b\" : [ 1 , true , null , \"\" , { } , [ ] , { \"c\" : -0 } ] }")]
    [InlineData("{\"a\\\"b\":\"c\\\\\",\"\\u0000\":\"\\u0000\\n\\ud83d\",\"d\":\"\\\\\\\"\"}")]
    [InlineData("[[\"a\",\"b\"],[\"a\"],[[1,2,[3]]],{\"a\":[{\"b\":1},{\"b\":\"1\"}]}]")]
    [InlineData("{\"ключ\":\"значение\",\"a\":\"日本語\u2028\"}")]
    [InlineData("{\"true\":true,\"null\":null,\"f\":false,\"n\":12}")]
    public void Any_json_comes_back_as_it_was(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        byte[] other = "{\"other\":[1,\"two\"]}"u8.ToArray();
        using BlockWriter writer = new();
        foreach (byte[] text in new[] { bytes, other, bytes, other }) writer.Add(writer.Count, default, text);
        using BlockReader reader = new();
        reader.Open(writer.Finish(), 1);
        foreach (byte[] text in new[] { bytes, other, bytes, other })
        {
            Assert.True(reader.MoveNext());
            Assert.Equal(text, reader.Json.ToArray());
        }
    }

    /// <summary>More shapes than are remembered, each in a record of its own, over several blocks.</summary>
    [Fact]
    public void Shapes_without_end_come_back_as_they_were()
    {
        byte[] Make(int i) => Encoding.UTF8.GetBytes($"{{\"id{i}\":{{\"name {i}\":\"value {i}\",\"n\":{i}}},\"same\":\"{i % 3}\"}}");
        using BlockWriter writer = new();
        using BlockReader reader = new();
        for (int block = 0; block < 6; block++)
        {
            for (int i = 0; i < BlockWriter.MaxRecords; i++) writer.Add(i * 2, default, Make((block * 1000) + i));
            Assert.True(writer.IsFull);
            reader.Open(writer.Finish(), 10);
            for (int i = 0; i < BlockWriter.MaxRecords; i++)
            {
                Assert.True(reader.MoveNext());
                Assert.Equal(10 + (i * 2), reader.Sequence);
                Assert.Equal(Make((block * 1000) + i), reader.Json.ToArray());
            }
        }
    }

    [Fact]
    public void A_block_that_was_given_up_leaves_nothing_behind()
    {
        using BlockWriter writer = new();
        writer.Add(0, default, "{\"a\":\"given up\"}"u8);
        writer.Clear();
        writer.Add(0, default, "{\"a\":\"kept\"}"u8);
        using BlockReader reader = new();
        reader.Open(writer.Finish(), 1);
        Assert.Equal(1, reader.Count);
        Assert.True(reader.MoveNext());
        Assert.Equal("{\"a\":\"kept\"}"u8.ToArray(), reader.Json.ToArray());
    }

    [Fact]
    public void Damage_is_told_wherever_it_is()
    {
        using BlockWriter writer = new();
        for (int i = 0; i < 100; i++) writer.Add(i, new BlockEntry(1, 1, RecordKind.Event, i, i), Encoding.UTF8.GetBytes($"{{\"id\":\"{i * 7919}\"}}"));
        byte[] packed = writer.Finish().ToArray();
        using BlockReader reader = new();
        for (int at = 0; at < packed.Length; at++)
        {
            byte[] damaged = [.. packed];
            damaged[at] ^= 0x41;
            Assert.Throws<InvalidDataException>(() => reader.Open(damaged, 1));
        }

        Assert.Throws<InvalidDataException>(() => reader.Open([], 1));
        Assert.Throws<InvalidDataException>(() => reader.Open(packed.AsSpan(0, packed.Length - 3), 1));
        reader.Open(packed, 1);
        Assert.Equal(100, reader.Count);
    }

    [Fact]
    public void Numbers_come_back()
    {
        using ByteBuffer buffer = new(16);
        long[] numbers = [0, 1, -1, 63, 64, -64, -65, 127, 128, long.MaxValue, long.MinValue, 1_800_000_000_000];
        foreach (long number in numbers)
        {
            buffer.AppendSigned(number);
            buffer.AppendNumberOf(number);
        }

        int at = 0;
        foreach (long number in numbers)
        {
            Assert.Equal(number, BlockNumbers.ReadSigned(buffer.Span, ref at));
            Assert.Equal(number, BlockNumbers.Read(buffer.Span, ref at));
        }

        Assert.Equal(buffer.Length, at);
    }

    [Fact]
    public void Terms_are_never_missed_and_seldom_imagined()
    {
        BlockTerms terms = new();
        string[] users = [.. Enumerable.Range(0, 1_000).Select(i => $"User.{i}@example.com")];
        foreach (string user in users)
            terms.Add(Encoding.UTF8.GetBytes($"{{\"tenant_name\":\"Größe\",\"event_type\":\"a\\u002Fb\",\"user\":{{\"email\":\"{user}\"}}}}"));
        byte[] filter = terms.Finish();
        Assert.All(users, u => Assert.True(Has(TermKind.User, u.ToUpperInvariant())));
        Assert.All(users, u => Assert.True(Has(TermKind.User, u.Split('@')[0])));
        Assert.True(Has(TermKind.EventType, "A/B"));
        // A tenant beyond ASCII might be any.
        Assert.True(Has(TermKind.Tenant, "another"));
        Assert.Null(BlockTerms.TermOf(TermKind.Tenant, "GRÖSSE"));
        Assert.False(Has(TermKind.Service, "another"));
        int imagined = Enumerable.Range(0, 20_000).Count(i => Has(TermKind.User, $"nobody.{i}"));
        Assert.InRange(imagined, 0, 60);

        bool Has(TermKind kind, string text) => BlockTerms.MayHave(filter, kind, BlockTerms.TermOf(kind, text)!.Value);
    }

    private static byte[] OneLine(byte[] json) => [.. json.Where(b => b is not ((byte)'\r' or (byte)'\n'))];
}
