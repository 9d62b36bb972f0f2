using System.Globalization;
using System.Text;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Records of 75 kB against each limit, under each policy: the message fits, is valid and tells what is missing.</summary>
public sealed class OversizeTests
{
    private static readonly string Head =
        """{"id":"e1","service":"mdm","event_type":"mdm_command_result","timestamp":"2024-05-06T07:08:09.123456Z","success":true,"initiated_by":{"id":"u1","type":"admin","email":"ann@acme.example"}}"""[1..^1];

    public static TheoryData<string> Shapes => [.. s_shapes.Keys];

    private static readonly Dictionary<string, Func<string>> s_shapes = new()
    {
        ["one giant member"] = () => $"{{{Head},\"raw\":[{string.Join(',', Enumerable.Range(0, 2_500).Select(i => $"{{\"k\":{i},\"v\":\"value {i}\"}}"))}],\"after\":\"a\"}}",
        ["thousands of small members"] = () => $"{{{Head},{string.Join(',', Enumerable.Range(0, 4_000).Select(i => $"\"name{i}\":\"v{i}\""))}}}",
        ["one giant text"] = () => $"{{{Head},\"text\":\"{string.Concat(Enumerable.Repeat("ab\\n\\\"\\u00e9é日😀\\ud83d\\ude00\\ud83d.", 1_700))}\",\"after\":\"a\"}}",
        ["many long texts"] = () => $"{{{Head},\"texts\":[{string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"{new string((char)('a' + (i % 26)), 300 + (i * 9))}\""))}]}}",
        ["deep nesting"] = () => $"{{{Head},\"deep\":{string.Concat(Enumerable.Repeat("{\"a\":[", 490))}\"{new string('x', 72_000)}\"{string.Concat(Enumerable.Repeat("]}", 490))}}}",
        ["a giant name"] = () => $"{{{Head},\"{new string('n', 74_000)}\":1,\"after\":\"a\"}}",
        ["giant names"] = () => $"{{{Head},{string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"n{new string((char)('a' + (i % 26)), 2_400)}{i}\":null"))}}}",
        ["a giant message and error"] = () => $"{{{Head},\"message\":\"{new string('m', 37_000)}\",\"error_message\":\"{string.Concat(Enumerable.Repeat("e=|\\\\", 7_500))}\"}}",
        ["a giant event type"] = () => $"{{\"timestamp\":\"2024-05-06T07:08:09.123456Z\",\"event_type\":\"{string.Concat(Enumerable.Repeat("t|\\\\ ", 15_000))}\"}}",
        ["an array"] = () => $"[{string.Join(',', Enumerable.Range(0, 9_000).Select(i => i.ToString(CultureInfo.InvariantCulture)))},\"{new string('x', 31_000)}\"]",
        ["a text"] = () => $"\"{new string('x', 75_000)}\"",
        ["a number"] = () => new string('9', 75_000),
        ["white space"] = () => $"{{{Head},\"a\":[{new string('\t', 75_000)}1]}}",
        ["control characters"] = () => $"{{{Head},\"a\":\"{string.Concat(Enumerable.Repeat("\u007f\u0085\u2028\\u0000", 6_500))}\"}}",
        ["doubled names"] = () => $"{{{Head},{string.Join(',', Enumerable.Range(0, 3_000).Select(i => $"\"a.b\\\"c\":\"value {i}\""))}}}",
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_large_record_becomes_a_message_that_fits(string shape)
    {
        byte[] vendor = Encoding.UTF8.GetBytes(s_shapes[shape]());
        Assert.InRange(vendor.Length, 60_000, 130_000);
        IngestedRecord record = Messages.Event(vendor);
        foreach (SyslogFormat format in Enum.GetValues<SyslogFormat>())
        foreach (SyslogHeader header in Enum.GetValues<SyslogHeader>())
        foreach (SyslogOversize policy in Enum.GetValues<SyslogOversize>())
        foreach (int limit in (int[])[1_024, 2_048, 8_192, 131_072])
        {
            SyslogDestination destination = Messages.Destination with { Format = format, Header = header, Oversize = policy, MaxMessageBytes = limit };
            MessageVerdict.Check(destination, record, allEssential: shape != "a giant event type");
        }
    }

    /// <summary>The longest names that settings can have, in a header and a record that both have them.</summary>
    [Theory]
    [InlineData("😀")]
    [InlineData("]")]
    [InlineData("\\")]
    [InlineData("\u0001")]
    [InlineData("a")]
    public void Names_without_end_leave_room_for_the_text(string character)
    {
        string name = string.Concat(Enumerable.Repeat(character, 128));
        IngestedRecord record = Messages.Event($"{{{Head},\"raw\":\"{new string('x', 3_000)}\"}}", new RecordOrigin("t", name, name, null, name));
        foreach (SyslogFormat format in Enum.GetValues<SyslogFormat>())
        foreach (SyslogOversize policy in Enum.GetValues<SyslogOversize>())
        foreach (int limit in (int[])[1_024, 1_500, 2_048, 4_096])
        foreach (string? host in (string?[])[null, new string('h', 255)])
        {
            SyslogDestination destination = Messages.Destination with
            {
                Format = format, Oversize = policy, MaxMessageBytes = limit, OriginHostName = host, AppName = new string('a', 48), EnterpriseNumber = int.MaxValue,
                ByteOrderMark = true, CeeCookie = true,
            };
            MessageVerdict.Check(destination, record, allEssential: false);
        }
    }

    [Fact]
    public void What_is_heaviest_goes_first_and_is_named()
    {
        IngestedRecord record = Messages.Event($"{{{Head},\"changes\":[\"{new string('c', 900)}\"],\"middle\":\"{new string('m', 600)}\",\"small\":1}}");
        string Trim(int limit) => Encoding.UTF8.GetString(Messages.Parse(Messages.Destination with { MaxMessageBytes = limit }, record).Text);
        Assert.EndsWith(",\"small\":1},\"trimmed\":[\"jumpcloud.changes\"]}", Trim(2_048), StringComparison.Ordinal);
        Assert.EndsWith("\"trimmed\":[\"jumpcloud.changes\",\"jumpcloud.middle\"]}", Trim(1_536), StringComparison.Ordinal);

        // The object itself goes before any essential field, and its members need no names then.
        Assert.Contains("\"event_status\":\"success\"", Trim(1_024), StringComparison.Ordinal);
        Assert.Contains("\"trimmed\":[\"jumpcloud", Trim(1_024), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_are_cut_to_the_largest_length_that_fits()
    {
        IngestedRecord record = Messages.Event($"{{{Head},\"a\":\"{new string('a', 900)}\",\"b\":[\"{new string('b', 600)}\"],\"c\":\"{new string('c', 200)}\"}}");
        foreach (int limit in Enumerable.Range(1_700, 200))
        {
            byte[] message = Messages.Format(Messages.Destination with { MaxMessageBytes = limit, Oversize = SyslogOversize.Truncate }, record, out _)!;
            Assert.InRange(message.Length, limit - 3, limit);
            JsonTree vendor = JsonTree.Parse(SyslogMessageReader.Parse(message).Text)["jumpcloud"]!;
            Assert.InRange(vendor["a"]!.Text.Length - vendor["b"]!.Members[0].Value.Text.Length, 0, 1_000);
        }
    }

    [Fact]
    public void A_record_is_whole_up_to_the_last_byte_of_the_limit()
    {
        IngestedRecord record = Messages.Event($"{{{Head},\"a\":\"{new string('a', 900)}\",\"b\":\"\u2028\"}}");
        foreach (SyslogFormat format in Enum.GetValues<SyslogFormat>())
        {
            SyslogDestination destination = Messages.Destination with { Format = format, MaxMessageBytes = 0 };
            if (format == SyslogFormat.Cef) record = Messages.Event($"{{{Head},\"message\":\"{new string('=', 400)}\"}}");
            int whole = Messages.Format(destination, record, out _)!.Length;
            Assert.InRange(whole, 1_025, 3_000);
            foreach (SyslogOversize policy in Enum.GetValues<SyslogOversize>())
            {
                Messages.Format(destination with { MaxMessageBytes = whole, Oversize = policy }, record, out SyslogMessageFate fits);
                Messages.Format(destination with { MaxMessageBytes = whole - 1, Oversize = policy }, record, out SyslogMessageFate larger);
                Assert.Equal(SyslogMessageFate.Whole, fits);
                Assert.Equal(policy switch { SyslogOversize.Trim => SyslogMessageFate.Trimmed, SyslogOversize.Truncate => SyslogMessageFate.Truncated, _ => SyslogMessageFate.Skipped }, larger);
            }
        }
    }

    [Theory]
    [InlineData("timestamp")]
    [InlineData("stellar_uuid")]
    [InlineData("msg_class")]
    [InlineData("tenant_name")]
    public void Even_a_record_of_which_nothing_fits_has_a_message(string field)
    {
        string giant = field == "timestamp" ? new string('1', 5_000) : $"\"{new string('x', 5_000)}\"";
        IngestedRecord record = Messages.Raw($"{{\"{field}\":{giant}}}");
        SyslogDestination destination = Messages.Destination with { MaxMessageBytes = 1_024 };
        SyslogMessage json = SyslogMessageReader.Parse(Messages.Format(destination, record, out _));
        Assert.Equal($"{{\"trimmed\":[\"{field}\"]}}", Encoding.UTF8.GetString(json.Text));
        byte[] cef = Messages.Format(destination with { Format = SyslogFormat.Cef }, record, out _)!;
        Assert.InRange(cef.Length, 1, 1_024);
        Assert.Equal("trimmed", CefReader.Parse(SyslogMessageReader.Parse(cef).Text).Extension["flexString1Label"]);
    }
}
