using System.Text;
using System.Text.Json;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Tests.JumpCloud;

/// <summary>A page is read as it comes in, so the result must not depend on where the network cuts it.</summary>
public sealed class JsonPageReaderTests
{
    private static readonly string[] Rows =
    [
        """{}""",
        """{"id":"5f7a0d1c","timestamp":"2024-03-01T10:00:00.123456789Z","n":null,"e":"","t":true,"f":false}""",
        """{ "a" : [ 1 , 2.0 , -3e+10 , 1.0 ] , "b" : { } , "c":[ ] }""",
        "{\r\n  \"pretty\": {\r\n    \"x\": [\r\n      1,\r\n      2\r\n    ]\r\n  }\r\n}",
        "{\n\t\"tabs\":\t\"and lines\"\n}",
        """{"big":123456789012345678901234567890,"beyond53":9007199254740993,"small":-0.0}""",
        """{"quotes":"say \"hi\" \\ and \\\" and ]}, [{","\u0022key\"":"\u005c\u0022"}""",
        """{"escapes":"\u00e9\ud83d\ude00\ud83d \/ \b\f\n\r\t \u0000","raw":"é😀"}""",
        """{"id":1,"id":2,"results":[{"totalCount":9}],"totalCount":7}""",
        Nested(200),
        $$"""{"long":"{{new string('x', 5000)}}"}""",
        // What is no object stands in nobody's way.
        "null", "true", "false", "0", "-12.5e-3", "18446744073709551616", "\"te\\\"xt\"", "\"\"", "[]", "[1,[{\"a\":2}],\"]\"]",
        """{"last":1}""",
    ];

    private static readonly string Separated = " \r\n[\r\n  " + string.Join(" ,\r\n\t", Rows) + "\r\n]\r\n \t";

    public static TheoryData<int> Chunks { get; } = [1, 2, 3, 7, 4096, int.MaxValue];

    [Theory]
    [MemberData(nameof(Chunks))]
    public async Task A_page_gives_the_same_items_byte_for_byte_however_it_is_cut(int chunk)
    {
        foreach (string page in (string[])["[" + string.Join(",", Rows) + "]", Separated])
        {
            (JsonPageReader reader, Sink sink) = await ReadAsync(page, chunk);

            Assert.Equal(Rows, sink.Items);
            Assert.Equal(Rows.Length, reader.Rows);
            Assert.Equal(Encoding.UTF8.GetByteCount(page), reader.Bytes);
            Assert.Null(reader.TotalCount);
            Assert.Equal(1, sink.Pages);
        }
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public async Task A_wrapped_page_gives_its_items_and_its_count_wherever_the_count_stands(int chunk)
    {
        string items = string.Join(",", Rows);
        foreach (string page in (string[])
        [
            $$"""{"totalCount":1234,"results":[{{items}}]}""",
            $$""" { "results" : [ {{items}} ] , "totalCount" : 1234 } """,
            $$"""{"meta":{"results":[1],"totalCount":5},"totalCount":1234,"x":[{"results":[3]}],"results":[{{items}}],"y":""}""",
        ])
        {
            (JsonPageReader reader, Sink sink) = await ReadAsync(page, chunk);

            Assert.Equal(Rows, sink.Items);
            Assert.Equal(1234, reader.TotalCount);
        }
    }

    /// <summary>An event of 75 kB is nothing special, and one may be larger than the buffer that reading begins with.</summary>
    [Theory]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(100_000)]
    [InlineData(int.MaxValue)]
    public async Task Items_larger_than_the_buffer_come_whole(int chunk)
    {
        string[] rows =
        [
            Large(1_000_000), "{\"a\":1}", Large(131_072), Large(75_000), "[" + Large(300_000) + "]",
            "\"" + new string('y', 200_000) + "\"",
        ];

        (JsonPageReader reader, Sink sink) = await ReadAsync("[" + string.Join(",", rows) + "]", chunk);

        Assert.Equal(rows, sink.Items);
        Assert.Equal(rows.Length, reader.Rows);
    }

    /// <summary>Cut at any byte, a page is an error: a proxy that ends it tidily must not pass for the server.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task A_page_cut_anywhere_is_an_error(int chunk)
    {
        string[] pages =
        [
            """ [{"a":"x\"y\u00e9é","b":[1,{"c":null}],"n":12.5}, 17 ,"text",true,{"z":{}}]""",
            """{"totalCount":12,"more":{"a":[1]},"results":[{"a":1},{"b":"c"}],"tail":"x"}""",
        ];
        foreach (byte[] page in pages.Select(Encoding.UTF8.GetBytes))
        {
            await ReadAsync(page, chunk);
            for (int length = 0; length < page.Length; length++)
            {
                byte[] cut = page[..length];
                Exception? error = await Record.ExceptionAsync(() => ReadAsync(cut, chunk));
                Assert.True(error is JsonException, $"cut after {length} bytes: {error?.GetType().Name ?? "no error"}");
            }
        }
    }

    /// <summary>The page begins anew with the next try; what the failed one had given is void.</summary>
    [Fact]
    public async Task A_page_read_again_after_a_cut_has_each_item_once()
    {
        byte[] page = Encoding.UTF8.GetBytes("""[{"a":1},{"b":2},{"c":3}]""");
        Sink sink = new();
        await Assert.ThrowsAnyAsync<JsonException>(() => new JsonPageReader(sink, long.MaxValue).ReadAsync(From(page[..20], 3)));
        Assert.NotEmpty(sink.Items);

        await new JsonPageReader(sink, long.MaxValue).ReadAsync(From(page, 3));

        Assert.Equal(["""{"a":1}""", """{"b":2}""", """{"c":3}"""], sink.Items);
        Assert.Equal(2, sink.Pages);
    }

    /// <summary>A connection that breaks in the midst gives the connection's error, not a short page.</summary>
    [Fact]
    public async Task A_fault_of_the_connection_comes_through()
    {
        Func<byte[], int, int, Task<int>> half = From(Encoding.UTF8.GetBytes("""[{"a":1},"""), 4);
        IOException fault = await Assert.ThrowsAsync<IOException>(() => new JsonPageReader(new Sink(), long.MaxValue).ReadAsync(
            async (buffer, offset, count) =>
                await half(buffer, offset, count) is > 0 and int read ? read : throw new IOException("reset")));
        Assert.Equal("reset", fault.Message);
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public async Task A_byte_order_mark_is_passed_over(int chunk)
    {
        const string items = "[{\"a\":1},{\"b\":\"\uFEFF\"}]";
        foreach (string page in (string[])["\uFEFF" + items, "\uFEFF \r\n " + items])
        {
            (JsonPageReader reader, Sink sink) = await ReadAsync(page, chunk);

            Assert.Equal(["{\"a\":1}", "{\"b\":\"\uFEFF\"}"], sink.Items);
            Assert.Equal(Encoding.UTF8.GetByteCount(page), reader.Bytes);
        }
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData(" [ \r\n ] ", null)]
    [InlineData("""{"totalCount":0,"results":[]}""", 0L)]
    [InlineData("""{"results":[]}""", null)]
    [InlineData("""{"results":[],"totalCount":"many"}""", null)]
    [InlineData("""{"results":[],"totalCount":99999999999999999999}""", null)]
    public async Task An_empty_page_is_a_page(string page, long? total)
    {
        foreach (int chunk in (int[])[1, int.MaxValue])
        {
            (JsonPageReader reader, Sink sink) = await ReadAsync(page, chunk);

            Assert.Empty(sink.Items);
            Assert.Equal(0, reader.Rows);
            Assert.Equal(total, reader.TotalCount);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t ")]
    [InlineData("\uFEFF")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("17")]
    [InlineData("\"[]\"")]
    [InlineData("{}")]
    [InlineData("""{"results":null}""")]
    [InlineData("""{"results":{"a":1},"totalCount":1}""")]
    [InlineData("""{"message":"Too Many Requests"}""")]
    [InlineData("<html><body>log in</body></html>")]
    [InlineData("[{\"a\":1}")]
    [InlineData("[{\"a\":1},]")]
    [InlineData("[{\"a\":1} {\"b\":2}]")]
    [InlineData("[{\"a\":1}]]")]
    [InlineData("[{\"a\":1}][{\"b\":2}]")]
    [InlineData("[{\"a\":1}] x")]
    [InlineData("{\"results\":[]} {\"results\":[{}]}")]
    [InlineData("[{a:1}]")]
    [InlineData("[{'a':1}]")]
    [InlineData("[{\"a\":01}]")]
    [InlineData("[{\"a\":NaN}]")]
    [InlineData("[/* none */]")]
    [InlineData("\uFEFF\uFEFF[]")]
    public async Task What_is_not_a_page_is_an_error(string page)
    {
        foreach (int chunk in (int[])[1, 2, int.MaxValue])
            await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(page, chunk));
    }

    [Fact]
    public async Task Deep_nesting_passes_and_bottomless_nesting_is_an_error()
    {
        (_, Sink sink) = await ReadAsync("[" + Nested(990) + "]", 512);
        Assert.Equal(Nested(990), Assert.Single(sink.Items));

        await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync("[" + Nested(100_000) + "]", 4096));
    }

    /// <summary>A page beyond the limit is given up with what is known of its rows, so that fewer can be asked for.</summary>
    [Fact]
    public async Task A_page_over_the_limit_says_how_large_its_rows_are()
    {
        byte[] page = Encoding.UTF8.GetBytes("[" + string.Join(",", Enumerable.Repeat(Large(1000), 100)) + "]");

        PageTooLargeException error = await Assert.ThrowsAsync<PageTooLargeException>(
            () => new JsonPageReader(new Sink(), 20_000).ReadAsync(From(page, 1000)));

        Assert.InRange(error.Bytes, 20_001, 21_000);
        Assert.InRange(error.Rows, 10, 20);
    }

    /// <summary>One row cannot be asked for in halves: it passes, whatever its size, up to what memory may hold.</summary>
    [Fact]
    public async Task A_single_row_over_the_limit_passes_unless_it_is_absurd()
    {
        byte[] page = Encoding.UTF8.GetBytes("[" + Large(600_000) + "]");
        Sink sink = new();

        await new JsonPageReader(sink, 20_000).ReadAsync(From(page, 4096));
        Assert.Equal(600_000, Assert.Single(sink.Items).Length);

        await Assert.ThrowsAnyAsync<JsonException>(
            () => new JsonPageReader(sink, 20_000, maxItemBytes: 300_000).ReadAsync(From(page, 4096)));
    }

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("{\"a\":[", depth / 2)) + "1" + string.Concat(Enumerable.Repeat("]}", depth / 2));

    private static string Large(int length) => "{\"data\":\"" + new string('z', length - 11) + "\"}";

    private static Task<(JsonPageReader Reader, Sink Sink)> ReadAsync(string page, int chunk) =>
        ReadAsync(Encoding.UTF8.GetBytes(page), chunk);

    private static async Task<(JsonPageReader Reader, Sink Sink)> ReadAsync(byte[] page, int chunk)
    {
        Sink sink = new();
        JsonPageReader reader = new(sink, long.MaxValue);
        await reader.ReadAsync(From(page, chunk));
        return (reader, sink);
    }

    /// <summary>Gives the bytes in pieces of at most that many.</summary>
    private static Func<byte[], int, int, Task<int>> From(byte[] bytes, int chunk)
    {
        int at = 0;
        return (buffer, offset, count) =>
        {
            int given = Math.Min(Math.Min(chunk, count), bytes.Length - at);
            Array.Copy(bytes, at, buffer, offset, given);
            at += given;
            return Task.FromResult(given);
        };
    }

    /// <summary>Keeps what a page gives, scanned as events are.</summary>
    private sealed class Sink : IJsonItemSink
    {
        private readonly EventRecordWriter _writer = new(new RecordOrigin("t", "tenant", "connector", null, null));

        public List<string> Items { get; } = [];

        public int Pages { get; private set; }

        public void BeginPage()
        {
            Pages++;
            Items.Clear();
        }

        public bool TryScan(ref Utf8JsonReader reader) => _writer.TryScan(ref reader);

        public void Take(ReadOnlySpan<byte> json) => Items.Add(Encoding.UTF8.GetString(json));
    }
}
