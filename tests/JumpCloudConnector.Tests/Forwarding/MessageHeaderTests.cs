using System.Text;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>The headers of messages after RFC 5424 and RFC 3164.</summary>
public sealed class MessageHeaderTests
{
    private const string Login =
        """{"id":"e1","service":"directory","event_type":"user_login_attempt","timestamp":"2024-05-06T07:08:09.123456Z","success":true}""";

    private static readonly SyslogDestination Old = Messages.Destination with { Header = SyslogHeader.Rfc3164 };

    [Fact]
    public void A_message_is_written_as_ever()
    {
        IngestedRecord record = Messages.Event(Login, sequence: 12);
        Assert.Equal(
            $$"""<86>1 2024-05-06T07:08:09.123456Z collector.example JumpCloudConnector 4711 user_login_attempt [meta sequenceId="12"][jumpcloud@32473 tenant="Acme" connector="main" msg_class="jumpcloud_directoryinsights" sequence="12" uuid="{{record.StellarUuid}}"] {{record.Json}}""",
            Encoding.UTF8.GetString(Messages.Format(Messages.Destination, record, out SyslogMessageFate fate)!));
        Assert.Equal(SyslogMessageFate.Whole, fate);
        Assert.Equal(
            $"<86>May  6 07:08:09 collector.example JumpCloudConnector[4711]: {record.Json}",
            Encoding.UTF8.GetString(Messages.Format(Old, record, out _)!));
    }

    [Theory]
    [InlineData("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z")]
    [InlineData("2024-05-06T07:08:09.1Z", "2024-05-06T07:08:09.1Z")]
    [InlineData("2024-05-06T07:08:09.120Z", "2024-05-06T07:08:09.120Z")]
    [InlineData("2024-05-06T07:08:09.12345678Z", "2024-05-06T07:08:09.123456Z")]
    [InlineData("2024-05-06T07:08:09.999999999Z", "2024-05-06T07:08:09.999999Z")]
    [InlineData("2024-12-31T23:59:59.9999999Z", "2024-12-31T23:59:59.999999Z")]
    [InlineData("2024-05-06t07:08:09.5z", "2024-05-06T07:08:09.5Z")]
    [InlineData("2024-05-06 07:08:09.5Z", "2024-05-06T07:08:09.5Z")]
    [InlineData("2024-05-06T07:08:09.987654321+05:45", "2024-05-06T01:23:09.987654Z")]
    [InlineData("2024-01-01T00:30:00-23:59", "2024-01-02T00:29:00Z")]
    [InlineData("2024-01-01T00:30:00.25+01:00", "2023-12-31T23:30:00.25Z")]
    [InlineData("2024-05-06T07:08:09.5-00:00", "2024-05-06T07:08:09.5Z")]
    [InlineData("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999Z")]
    [InlineData("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:59.999Z")]
    [InlineData("2199-12-31T23:59:59.123456789Z", "2199-12-31T23:59:59.123456Z")]
    [InlineData("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z")]
    [InlineData("1969-12-31T23:59:59.1234Z", "1969-12-31T23:59:59.1234Z")]
    [InlineData("1960-02-29T12:00:00.999+00:00", "1960-02-29T12:00:00.999Z")]
    [InlineData("yesterday", "2023-11-14T22:13:20.123Z")]
    [InlineData("2024-02-30T00:00:00Z", "2023-11-14T22:13:20.123Z")]
    [InlineData("2024-05-06T07:08:09.123\\u0034Z", "2023-11-14T22:13:20.123Z")]
    public void An_event_keeps_its_own_digits(string vendor, string expected)
    {
        SyslogMessage message = Messages.Parse(Messages.Destination, Messages.Event($"{{\"a\":{{\"timestamp\":\"x\"}},\"timestamp\":\"{vendor}\",\"b\":[]}}"));
        Assert.Equal(expected, message.Timestamp);
    }

    [Theory]
    // The last of two counts, as in the record's own time; a text that is another time does not.
    [InlineData("{\"timestamp\":\"2024-05-06T07:08:09.1111Z\",\"timestamp\":\"2024-05-06T07:08:09.2222Z\"}", "2024-05-06T07:08:09.2222Z")]
    [InlineData("{\"timestamp\":\"2024-05-06T07:08:09.1111Z\",\"timestamp\":\"2024-05-06T07:08:09.2222Z\",\"t\":{\"timestamp\":\"2024-05-06T07:08:09.2223Z\"}}", "2024-05-06T07:08:09.2222Z")]
    [InlineData("{\"t\":{\"timestamp\":\"2024-05-06T07:08:09.2223Z\"},\"timestamp\":\"2024-05-06T07:08:09.2222Z\"}", "2024-05-06T07:08:09.2222Z")]
    [InlineData("{\"time\\u0073tamp\":\"2024-05-06T07:08:09.2222Z\"}", "2024-05-06T07:08:09.222Z")]
    [InlineData("{\"timestamp\":1714979289123}", "2023-11-14T22:13:20.123Z")]
    [InlineData("{\"timestamp\":{\"timestamp\":\"2024-05-06T07:08:09.2Z\"}}", "2023-11-14T22:13:20.123Z")]
    [InlineData("{}", "2023-11-14T22:13:20.123Z")]
    [InlineData("[\"timestamp\",\"2024-05-06T07:08:09.2Z\"]", "2023-11-14T22:13:20.123Z")]
    public void The_time_is_the_events_own_or_the_records(string vendor, string expected) =>
        Assert.Equal(expected, Messages.Parse(Messages.Destination, Messages.Event(vendor)).Timestamp);

    [Fact]
    public void A_user_has_the_time_of_the_collection()
    {
        IngestedRecord user = Messages.User("""{"_id":"u1","username":"ann","timestamp":"2023-11-14T22:13:20.1234567Z"}""", UserChange.Changed);
        SyslogMessage message = Messages.Parse(Messages.Destination, user);
        Assert.Equal(("2023-11-14T22:13:20.123Z", "systemuser_changed", 10 * 8 + 6), (message.Timestamp, message.MsgId, message.Priority));
        Assert.Equal("jumpcloud_systemuser", message.StructuredData["jumpcloud@32473"]["msg_class"]);
    }

    [Theory]
    [InlineData("{\"timestamp\":1,\"jumpcloud\":{}}", "1970-01-01T00:00:00.001Z", "Jan  1 00:00:00")]
    [InlineData("{\"timestamp\":-1}", "1969-12-31T23:59:59.999Z", "Dec 31 23:59:59")]
    [InlineData("{\"timestamp\":1e300}", null, "Jan  1 00:00:00")]
    [InlineData("{\"timestamp\":99999999999999999999}", null, "Jan  1 00:00:00")]
    [InlineData("{\"timestamp\":9223372036854775807}", null, "Dec 31 23:59:59")]
    [InlineData("{\"timestamp\":\"soon\",\"write_time\":2000}", "1970-01-01T00:00:02.000Z", "Jan  1 00:00:02")]
    [InlineData("{}", null, "Jan  1 00:00:00")]
    public void A_record_that_no_writer_makes_has_a_legal_time(string json, string? rfc5424, string rfc3164)
    {
        SyslogMessage message = Messages.Parse(Messages.Destination, Messages.Raw(json));
        Assert.Equal((rfc5424, null), (message.Timestamp, message.MsgId));
        Assert.Equal(json, Encoding.UTF8.GetString(message.Text));
        Assert.Equal(rfc3164, Messages.Parse(Old, Messages.Raw(json)).Timestamp);
    }

    [Fact]
    public void Rfc_3164_has_the_time_of_the_zone()
    {
        TimeZoneInfo.TransitionTime march = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday);
        TimeZoneInfo.TransitionTime october = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday);
        TimeZoneInfo zone = TimeZoneInfo.CreateCustomTimeZone("z", TimeSpan.FromMinutes(345), "z", "z", "z summer",
            [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1), march, october)]);
        using SyslogMessageFormatter formatter = new(Old, "h", 1, zone);
        using ByteBuffer output = new(1024);

        // One formatter for all: what it knows of a minute must not serve another.
        foreach ((string time, string expected) in ((string, string)[])
            [
                ("2024-01-31T18:14:59.999Z", "Jan 31 23:59:59"), ("2024-01-31T18:15:00Z", "Feb  1 00:00:00"), ("2024-01-31T18:15:59Z", "Feb  1 00:00:59"),
                ("2024-03-30T20:14:59Z", "Mar 31 01:59:59"), ("2024-03-30T20:15:00Z", "Mar 31 03:00:00"), ("2024-06-09T00:00:00Z", "Jun  9 06:45:00"),
                ("2024-01-31T18:15:07Z", "Feb  1 00:00:07"),
            ])
        {
            output.Truncate(0);
            Assert.True(formatter.TryFormat(Messages.Event($"{{\"timestamp\":\"{time}\"}}"), output, out _));
            Assert.Equal(expected, SyslogMessageReader.Parse(output.Span).Timestamp);
        }
    }

    [Theory]
    [InlineData("user_login_attempt", "user_login_attempt")]
    [InlineData("with space", "with_space")]
    [InlineData("  trimmed\\t ", "trimmed")]
    [InlineData("a\\u0000b\\nc\\u007fd\\u00e9e\\u2028", "a_b_c_d_e_")]
    [InlineData("日本語\\ud83d\\ude00\\ud83d.", "_____.")]
    [InlineData("a\\\"b\\\\c\\/d]=|", "a\"b\\c/d]=|")]
    [InlineData("0123456789012345678901234567890123456789", "01234567890123456789012345678901")]
    [InlineData("", null)]
    [InlineData(" \\t ", null)]
    public void An_event_type_is_made_legal(string type, string? expected)
    {
        Assert.Equal(expected, Messages.Parse(Messages.Destination, Messages.Event($"{{\"event_type\":\"{type}\"}}")).MsgId);
    }

    [Theory]
    [InlineData("host.example", "app", "host.example", "app", "host.example", "app")]
    [InlineData("Büro 1", "my app", "B_ro_1", "my_app", "B_ro_1", "my_app")]
    [InlineData("[fe80::1]%2", "a[b]:c", "[fe80::1]%2", "a[b]:c", "_fe80::1__2", "a_b__c")]
    [InlineData(" ", "x", "collector.example", "x", "collector.example", "x")]
    [InlineData("a\u0000b\u2028c", "\t-\n", "a_b_c", null, "a_b_c", "-")]
    public void Names_from_settings_are_made_legal(string host, string app, string host5424, string? app5424, string host3164, string app3164)
    {
        SyslogDestination destination = Messages.Destination with { OriginHostName = host, AppName = app };
        SyslogMessage message = Messages.Parse(destination, Messages.Event(Login));
        Assert.Equal((host5424, app5424, "4711"), (message.HostName, message.AppName, message.ProcId));
        SyslogMessage old = Messages.Parse(destination with { Header = SyslogHeader.Rfc3164 }, Messages.Event(Login));
        Assert.Equal((host3164, app3164, "4711"), (old.HostName, old.AppName, old.ProcId));
    }

    [Fact]
    public void Long_names_from_settings_are_cut()
    {
        SyslogDestination destination = Messages.Destination with { OriginHostName = new string('h', 300), AppName = new string('a', 60) };
        SyslogMessage message = Messages.Parse(destination, Messages.Event(Login));
        Assert.Equal((255, 48), (message.HostName!.Length, message.AppName!.Length));
        SyslogMessage old = Messages.Parse(destination with { Header = SyslogHeader.Rfc3164 }, Messages.Event(Login));
        Assert.Equal((255, 32), (old.HostName!.Length, old.AppName!.Length));
    }

    [Fact]
    public void A_machine_without_a_name_is_a_dash()
    {
        using SyslogMessageFormatter formatter = new(Messages.Destination, "", 1);
        using ByteBuffer output = new(1024);
        Assert.True(formatter.TryFormat(Messages.Event(Login), output, out _));
        Assert.Null(SyslogMessageReader.Parse(output.Span).HostName);
    }

    [Theory]
    [InlineData("\"success\":true", 6)]
    [InlineData("\"success\":false", 4)]
    [InlineData("\"sso_token_success\":false", 6)]
    [InlineData("\"a\":1", 6)]
    public void The_severity_is_that_of_the_outcome(string outcome, int severity)
    {
        foreach (SyslogFacility facility in Enum.GetValues<SyslogFacility>())
        {
            SyslogMessage message = Messages.Parse(Messages.Destination with { Facility = facility }, Messages.Event($"{{{outcome}}}"));
            Assert.Equal(((int)facility - 1, severity), (message.Facility, message.Severity));
        }
    }

    [Fact]
    public void A_map_of_severities_counts_in_any_case()
    {
        SyslogDestination destination = Messages.Destination with
        {
            Facility = SyslogFacility.Kern,
            Severity = new Dictionary<string, SyslogSeverity> { ["FAILURE"] = SyslogSeverity.Emergency, ["Success"] = SyslogSeverity.Debug },
        };
        Assert.Equal(0, Messages.Parse(destination, Messages.Event("{\"success\":false}")).Priority);
        Assert.Equal(7, Messages.Parse(destination, Messages.Event("{\"success\":true}")).Priority);
        Assert.Equal(6, Messages.Parse(destination, Messages.Event("{}")).Priority);
        Assert.Equal(6, Messages.Parse(destination, Messages.Raw("{\"event_status\":5}")).Priority);
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(2147483647, "2147483647")]
    [InlineData(2147483648, "1")]
    [InlineData(4294967295, "1")]
    [InlineData(long.MaxValue, "1")]
    [InlineData(0, "1")]
    public void A_sequence_goes_round_where_its_number_ends(long sequence, string expected)
    {
        SyslogMessage message = Messages.Parse(Messages.Destination, Messages.Event(Login, sequence: sequence));
        Assert.Equal(["meta", "jumpcloud@32473"], message.StructuredData.Keys);
        Assert.Equal(expected, message.StructuredData["meta"]["sequenceId"]);
        Assert.Equal(sequence.ToString(System.Globalization.CultureInfo.InvariantCulture), message.StructuredData["jumpcloud@32473"]["sequence"]);
    }

    [Fact]
    public void Structured_data_comes_back_as_it_was()
    {
        RecordOrigin origin = new("t", "a \"b\" [c] \\ d=é日😀 \t\n\u0085\u2028|", "x]\"\\", null, null);
        IReadOnlyDictionary<string, string> data = Messages.Parse(Messages.Destination with { EnterpriseNumber = 99 }, Messages.Event(Login, origin)).StructuredData["jumpcloud@99"];
        Assert.Equal("a \"b\" [c] \\ d=é日😀     |", data["tenant"]);
        Assert.Equal("x]\"\\", data["connector"]);
        Assert.Equal(["tenant", "connector", "msg_class", "sequence", "uuid"], data.Keys);
        Assert.Equal(["sequence"], Messages.Parse(Messages.Destination, Messages.Raw("{\"tenant_name\":5,\"stellar_uuid\":\"\"}")).StructuredData["jumpcloud@32473"].Keys);
    }

    [Fact]
    public void Mark_and_cookie_stand_before_the_text()
    {
        IngestedRecord record = Messages.Event(Login);
        SyslogDestination both = Messages.Destination with { ByteOrderMark = true, CeeCookie = true };
        Assert.Equal("\uFEFF@cee: " + record.Json, Encoding.UTF8.GetString(Messages.Parse(both, record).Text));
        Assert.Equal("@cee: " + record.Json, Encoding.UTF8.GetString(Messages.Parse(both with { ByteOrderMark = false }, record).Text));
        string cef = Encoding.UTF8.GetString(Messages.Parse(both with { Format = SyslogFormat.Cef }, record).Text);
        Assert.StartsWith("\uFEFFCEF:0|", cef, StringComparison.Ordinal);
    }
}
