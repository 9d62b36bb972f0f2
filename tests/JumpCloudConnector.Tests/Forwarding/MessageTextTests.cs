using System.Text;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>The text of messages: JSON on one line, and CEF.</summary>
public sealed class MessageTextTests
{
    private const string Everything =
        """
        {"id":"e1","service":"sso","event_type":"sso_auth","timestamp":"2024-05-06T07:08:09.5Z","sso_token_success":false,"message":"Ann logged in","error_message":"no = token",
        "severity":"info","client_ip":"192.0.2.7:4431","organization":"o1","initiated_by":{"id":"u1","type":"user","username":"ann","email":"ann@acme.example"},
        "resource":{"id":"r1","type":"application","name":"Zoom | Acme"},"system":{"id":"s1","hostname":"ANN-PC"},"application":{"name":"zoom"},"geoip":{"country_code":"DE"}}
        """;

    /// <summary>What is hard on one format or another, raw and as escapes.</summary>
    public static TheoryData<string> Hard =>
    [
        "quote \\\" bar | equals = backslash \\\\ bracket ] end", "a\\nb\\rc\\r\\nd\\te", "\\u0000\\u0001\\u001f", "\u007f\u0080\u0085\u009f", "\\u007f\\u0085\\u2028", "\u2028\u2029",
        "日本語😀\\ud83d\\ude00", "\\ud83d half", "half \\ude00", "\\ud83d\\ud83d\\ude00", "\\\\n \\\\= \\\\u2028", "key=value other=value", "\\/ \\b\\f", "\\n", "\\r\\n", " lead and trail ", "\u00a0",
        "=", "|", "\\\\", "\\\"", "[{]}", "@cee: {}", "\uFEFF", "\uFFFF\\uffff", "\\u2028\\n ", "a\\\\", "cs1=x", "\\u00e9\\u00C9",
    ];

    [Theory]
    [MemberData(nameof(Hard))]
    public void What_is_hard_comes_back_from_every_field(string text)
    {
        string json = $$$"""
            {"id":"{{{text}}}","service":"{{{text}}}","event_type":"{{{text}}}","timestamp":"2024-05-06T07:08:09.5Z","success":true,"message":"{{{text}}}","error_message":"{{{text}}}","severity":"{{{text}}}",
            "client_ip":"{{{text}}}","organization":"{{{text}}}","initiated_by":{"id":"{{{text}}}","type":"{{{text}}}","username":"{{{text}}}","email":"{{{text}}}"},"{{{text}}}":{"{{{text}}}":["{{{text}}}"]},
            "resource":{"id":"{{{text}}}","name":"{{{text}}}"},"system":{"hostname":"{{{text}}}"},"application":{"name":"{{{text}}}"},"geoip":{"country_code":"{{{text}}}"}}
            """;
        string name = Messages.Whole(JsonTree.Unescape(Encoding.UTF8.GetBytes(text)));
        RecordOrigin origin = new("t", name, name, null, name);
        foreach (SyslogFormat format in Enum.GetValues<SyslogFormat>())
        foreach (SyslogHeader header in Enum.GetValues<SyslogHeader>())
        foreach (int limit in (int[])[0, 1_024])
        {
            SyslogDestination destination = Messages.Destination with { Format = format, Header = header, MaxMessageBytes = limit };
            MessageVerdict.Check(destination, Messages.Event(json, origin), allEssential: true);
            MessageVerdict.Check(destination, Messages.User($$"""{"_id":"{{text}}","username":"{{text}}","email":"{{text}}","firstname":"{{text}}","lastname":"{{text}}","x":"{{text}}"}""", origin: origin), allEssential: true);
        }
    }

    [Fact]
    public void White_space_and_line_breaks_between_tokens_become_spaces()
    {
        IngestedRecord record = Messages.Raw("{\"timestamp\":1,\t\"jumpcloud\" :\r\n{ \"a\"\t:\t[1,\n2] } }");
        Assert.Equal("{\"timestamp\":1, \"jumpcloud\" :  { \"a\" : [1, 2] } }", Encoding.UTF8.GetString(Messages.Parse(Messages.Destination, record).Text));
    }

    [Fact]
    public void What_receivers_alter_is_escaped_and_nothing_else()
    {
        IngestedRecord record = Messages.Raw("{\"a\u007f\":\"\u0080\u009f\u00a0é\u2027\u2028\u2029\u202a日😀\",\"b\":\"\\u2028\\n\"}");
        Assert.Equal(
            "{\"a\\u007f\":\"\\u0080\\u009f\u00a0é\u2027\\u2028\\u2029\u202a日😀\",\"b\":\"\\u2028\\n\"}",
            Encoding.UTF8.GetString(Messages.Parse(Messages.Destination, record).Text));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xE2, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xE0, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public void Bytes_that_are_no_text_are_replaced(byte[] bytes)
    {
        byte[] json = [.. "{\"timestamp\":\"2024-05-06T07:08:09Z\",\"event_type\":\"a"u8, .. bytes, .. "b\",\"message\":\"c"u8, .. bytes, .. "\",\"x\":\""u8, .. bytes, .. "\"}"u8];
        string replaced = new('\uFFFD', bytes.Length);
        SyslogMessage message = Messages.Parse(Messages.Destination, Messages.Event(json));
        JsonTree tree = JsonTree.Parse(message.Text);
        Assert.Equal((replaced, $"a{replaced}b", $"a{new string('_', bytes.Length)}b"), (tree["jumpcloud"]!["x"]!.Text, tree["event_type"]!.Text, message.MsgId));
        CefMessage cef = CefReader.Parse(Messages.Parse(Messages.Destination with { Format = SyslogFormat.Cef }, Messages.Event(json)).Text);
        Assert.Equal(($"a{replaced}b", $"c{replaced}"), (cef.EventClassId, cef.Extension["msg"]));
    }

    [Fact]
    public void Cef_has_every_field_of_the_map()
    {
        IngestedRecord record = Messages.Event(Everything);
        SyslogMessage message = Messages.Parse(Messages.Destination with { Format = SyslogFormat.Cef }, record);
        Assert.Equal(
            $"CEF:0|JumpCloud|Directory Insights|1.0|sso_auth|Ann logged in|6|rt=1714979289500 externalId={record.StellarUuid} cat=sso act=sso_auth outcome=failure reason=no \\= token suser=ann suid=u1 src=192.0.2.7 spt=4431 "
            + "dhost=ANN-PC destinationServiceName=zoom msg=Ann logged in cs1=Acme cs1Label=tenant cs2=main cs2Label=connector cs3=Acme Ltd cs3Label=organization cs4=jumpcloud_directoryinsights cs4Label=msg_class "
            + "cs5=Zoom | Acme cs5Label=resource cs6=DE cs6Label=country",
            Encoding.UTF8.GetString(message.Text));
    }

    [Fact]
    public void Cef_of_a_user_says_what_happened()
    {
        SyslogDestination destination = Messages.Destination with { Format = SyslogFormat.Cef };
        CefMessage cef = CefReader.Parse(Messages.Parse(destination, Messages.User("""{"_id":"u1","username":"ann","email":"ann@acme.example","displayname":"Ann A."}""", UserChange.Removed)).Text);
        Assert.Equal(("System Users", "systemuser_removed", "systemuser_removed", 3), (cef.Product, cef.EventClassId, cef.Name, cef.Severity));
        Assert.Equal("systemuser_removed by ann on Ann A.", cef.Extension["msg"]);
        Assert.Equal("ann", cef.Extension["suser"]);
    }

    [Theory]
    [InlineData("192.0.2.7", "src")]
    [InlineData("255.255.255.255", "src")]
    [InlineData("256.0.0.1", "shost")]
    [InlineData("1.2.3", "shost")]
    [InlineData("1.2.3.4.5", "shost")]
    [InlineData("+1.2.3.4", "shost")]
    [InlineData("2001:db8::1", "c6a2")]
    [InlineData("::1", "c6a2")]
    [InlineData("fe80::1%3", "c6a2")]
    [InlineData("::::", "shost")]
    [InlineData("gateway.acme.example", "shost")]
    public void An_address_goes_where_its_kind_belongs(string address, string key)
    {
        CefMessage cef = CefReader.Parse(Messages.Parse(Messages.Destination with { Format = SyslogFormat.Cef }, Messages.Event($"{{\"client_ip\":\"{address}\"}}")).Text);
        Assert.Equal(address, cef.Extension[key]);
        Assert.Single(cef.Extension.Keys, k => k is "src" or "c6a2" or "shost");
        Assert.Equal(key == "c6a2" ? "Source IPv6 Address" : null, cef.Extension.GetValueOrDefault("c6a2Label"));
    }

    [Theory]
    [InlineData(SyslogSeverity.Emergency, 10)]
    [InlineData(SyslogSeverity.Alert, 9)]
    [InlineData(SyslogSeverity.Critical, 8)]
    [InlineData(SyslogSeverity.Error, 7)]
    [InlineData(SyslogSeverity.Warning, 6)]
    [InlineData(SyslogSeverity.Notice, 4)]
    [InlineData(SyslogSeverity.Informational, 3)]
    [InlineData(SyslogSeverity.Debug, 1)]
    public void The_severity_of_cef_follows_that_of_syslog(SyslogSeverity severity, int expected)
    {
        SyslogDestination destination = Messages.Destination with { Format = SyslogFormat.Cef, Severity = new Dictionary<string, SyslogSeverity> { ["success"] = severity } };
        Assert.Equal(expected, CefReader.Parse(Messages.Parse(destination, Messages.Event("{\"success\":true}")).Text).Severity);
    }

    [Fact]
    public void Cef_of_a_record_that_no_writer_makes_is_valid()
    {
        byte[] text = Messages.Parse(Messages.Destination with { Format = SyslogFormat.Cef }, Messages.Raw("{}")).Text;
        Assert.Equal("CEF:0|JumpCloud|Directory Insights|1.0|unknown|unknown|3|", Encoding.UTF8.GetString(text));
        Assert.Empty(CefReader.Parse(text).Extension);
    }

    [Fact]
    public void A_text_without_anything_but_spaces_is_no_field()
    {
        CefMessage cef = CefReader.Parse(Messages.Parse(
            Messages.Destination with { Format = SyslogFormat.Cef }, Messages.Event("{\"message\":\"\\t\u2028 \\u0085\",\"event_type\":\"\\t\",\"error_message\":\"\\u0000\"}")).Text);
        Assert.DoesNotContain("reason", cef.Extension.Keys);
        Assert.DoesNotContain("act", cef.Extension.Keys);
    }
}
