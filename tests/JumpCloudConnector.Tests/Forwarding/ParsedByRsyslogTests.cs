using System.Text;
using System.Text.Json;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Forwarding.Transports;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>What rsyslog, as it is delivered, reads in the most awkward of messages: its own parser, and mmjsonparse for JSON.</summary>
public sealed class ParsedByRsyslogTests
{
    private const string Awkward = "a\\u0001\\u001f\\t\u007f\u0085\u2028\u2029 \\\"quoted\\\" |pipe| a=b \\\\ back\\nline\\r\\nend]";

    // mmjsonparse reads 32 levels and objects alone; those shapes are read back by the readers of these tests.
    private static readonly Dictionary<string, string> s_shapes = new()
    {
        ["awkward"] = Event($"\"message\":\"{Awkward}\",\"resource\":{{\"name\":\"{Awkward}\",\"type\":\"{Awkward}\"}},\"changes\":[{{\"field\":\"{Awkward}\",\"to\":\"{Awkward}\"}}]"),
        ["awkward and large"] = Event($"\"message\":\"{string.Concat(Enumerable.Repeat(Awkward, 900))}\",\"after\":\"{Awkward}\""),
        ["one large member"] = Event($"\"raw\":[{string.Join(',', Enumerable.Range(0, 2_500).Select(i => $"{{\"k\":{i},\"v\":\"value {i}\"}}"))}],\"after\":\"a\""),
        ["many small members"] = Event(string.Join(',', Enumerable.Range(0, 4_000).Select(i => $"\"name{i}\":\"v{i}\""))),
        ["one large text"] = Event($"\"text\":\"{string.Concat(Enumerable.Repeat("ab\\n\\\"é日😀.", 4_000))}\""),
    };

    private static string Event(string members) =>
        $$"""{"id":"e1","service":"mdm","event_type":"{{Awkward}}","timestamp":"2024-05-06T07:08:09.123456789Z","success":false,"error_message":"{{Awkward}}","client_ip":"10.1.2.3","initiated_by":{"id":"u1","type":"admin","email":"{{Awkward}}","username":"{{Awkward}}"},{{members}}}""";

    [Theory]
    [InlineData(SyslogFormat.Json, SyslogTransport.Relp)]
    [InlineData(SyslogFormat.Json, SyslogTransport.Tcp)]
    [InlineData(SyslogFormat.Cef, SyslogTransport.Relp)]
    [InlineData(SyslogFormat.Cef, SyslogTransport.Tcp)]
    public async Task Every_message_of_every_policy_is_read_as_it_was_meant(SyslogFormat format, SyslogTransport transport)
    {
        Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");
        await using RsyslogServer receiver = await RsyslogServer.StartAsync(new ReceiverOptions
        {
            Transport = transport, EscapeControlCharacters = true, Parsing = format == SyslogFormat.Json ? RsyslogParsing.Json : RsyslogParsing.Header,
        });
        RecordOrigin origin = new("t", "Acme \"quoted\" ]\\=|", "main ]\"", null, "Org =|\\");
        List<(IngestedRecord Record, SyslogMessageFate Fate, byte[] Sent)> sent = [];
        SyslogDestination to = Messages.Destination with { HostName = "127.0.0.1", Port = receiver.Port, Transport = transport };
        using (SyslogConnection connection = await SyslogConnection.OpenAsync(to, null, TimeProvider.System, null, TestContext.Current.CancellationToken))
        using (MessageBatch batch = new())
        {
            foreach (string vendor in s_shapes.Values)
            foreach (SyslogOversize policy in Enum.GetValues<SyslogOversize>())
            foreach (int limit in (int[])[2_048, 8_192, 131_072])
            {
                IngestedRecord record = Messages.Event(vendor, origin);
                if (Messages.Format(to with { Format = format, Oversize = policy, MaxMessageBytes = limit }, record, out SyslogMessageFate fate) is not { } message) continue;
                Assert.InRange(message.Length, 1, limit);
                int start = batch.Bytes.Length;
                batch.Bytes.Append(message);
                batch.Add(sent.Count + 1, start);
                sent.Add((record, fate, message));
            }

            await connection.SendAsync(batch, TestContext.Current.CancellationToken);
            await connection.FinishAsync(TestContext.Current.CancellationToken);
        }

        await receiver.StopAsync();
        Assert.Contains(sent, s => s.Fate == SyslogMessageFate.Whole);
        Assert.Contains(sent, s => s.Fate == SyslogMessageFate.Trimmed);
        // What rsyslog would escape of control characters is not in any message: each came as it was sent.
        ReceivedMessages.AssertEqual([.. sent.Select(s => s.Sent)], [.. receiver.ReadMessages()]);
        List<RsyslogParsed> read = [.. receiver.EnumerateParsed()];
        Assert.Equal(sent.Count, read.Count);
        for (int i = 0; i < sent.Count; i++)
        {
            SyslogMessage own = SyslogMessageReader.Parse(sent[i].Sent);
            Assert.Equal(own.AppName, read[i].Header["appName"]);
            Assert.Equal(own.MsgId, read[i].Header["msgId"]);
            Assert.Equal("2024-05-06T07:08:09.123456Z", own.Timestamp);
            if (format == SyslogFormat.Json) AssertJson(own, read[i], sent[i].Record, sent[i].Fate);
            else AssertCef(own, read[i], sent[i].Record, sent[i].Fate);
        }
    }

    private static void AssertJson(SyslogMessage own, RsyslogParsed read, IngestedRecord record, SyslogMessageFate fate)
    {
        Assert.True(read.IsJson);
        JsonElement fields = read.Fields!.Value;
        using JsonDocument stored = JsonDocument.Parse(record.Json), message = JsonDocument.Parse(own.Text);
        foreach (string essential in (string[])["timestamp", "stellar_uuid", "tenant_name", "connector_name", "msg_class"])
            Assert.True(JsonElement.DeepEquals(stored.RootElement.GetProperty(essential), fields.GetProperty(essential)), essential);
        // rsyslog has every member of the message, with the value that the message has.
        Assert.True(JsonElement.DeepEquals(message.RootElement, fields));
        if (fate == SyslogMessageFate.Whole) Assert.True(JsonElement.DeepEquals(stored.RootElement, fields));
    }

    private static void AssertCef(SyslogMessage own, RsyslogParsed read, IngestedRecord record, SyslogMessageFate fate)
    {
        string text = read.Header["message"].TrimStart(' ');
        Assert.Equal(Encoding.UTF8.GetString(own.Text), text);
        CefMessage message = CefReader.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal(record.StellarUuid, message.Extension["externalId"]);
        if (fate == SyslogMessageFate.Whole) Assert.Equal(MessageChecks.CefOf(record.Utf8.Span).OrderBy(p => p.Key, StringComparer.Ordinal), message.Extension.OrderBy(p => p.Key, StringComparer.Ordinal));
    }
}
