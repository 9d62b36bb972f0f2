using System.Security.Cryptography.X509Certificates;
using System.Text;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding.Receivers;

/// <summary>rsyslog as the tests of forwarding use it.</summary>
[Trait("Category", "Chaos")]
public sealed class RsyslogServerTests : ReceiverTestBase
{
    public RsyslogServerTests() => Assert.SkipUnless(RsyslogServer.IsInstalled, RsyslogServer.Missing ?? "");

    [Theory]
    [InlineData("Udp OctetCounting ImTcp OpenSsl")]
    [InlineData("Tcp OctetCounting ImTcp OpenSsl")]
    [InlineData("Tcp NewLine ImTcp OpenSsl")]
    [InlineData("Tcp OctetCounting ImPTcp OpenSsl")]
    [InlineData("Tcp NewLine ImPTcp OpenSsl")]
    [InlineData("Tls OctetCounting ImTcp OpenSsl")]
    [InlineData("Tls NewLine ImTcp OpenSsl")]
    [InlineData("Tls OctetCounting ImTcp GnuTls")]
    [InlineData("Relp OctetCounting ImTcp OpenSsl")]
    [InlineData("RelpTls OctetCounting ImTcp OpenSsl")]
    public async Task Takes_every_byte(string how)
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Parse(how));

        await TakesEveryByteAsync(server);
    }

    [Fact]
    public async Task Keeps_a_line_feed_at_the_end()
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(SyslogTransport.Relp));

        await SendAllAsync(server, [Message("end\n"), Message("next")]);

        Assert.Equal([Message("end\n"), Message("next")], server.ReadMessages());
    }

    [Theory]
    [InlineData("Udp OctetCounting ImTcp OpenSsl")]
    [InlineData("Tcp OctetCounting ImTcp OpenSsl")]
    [InlineData("Tls OctetCounting ImTcp OpenSsl")]
    [InlineData("Relp OctetCounting ImTcp OpenSsl")]
    [InlineData("RelpTls OctetCounting ImTcp OpenSsl")]
    public async Task Keeps_file_and_port_when_it_starts_again(string how)
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Parse(how));

        await KeepsFileAndPortAsync(server);
    }

    [Theory]
    [InlineData("Tcp OctetCounting ImTcp OpenSsl")]
    [InlineData("Tcp NewLine ImPTcp OpenSsl")]
    [InlineData("Tls OctetCounting ImTcp OpenSsl")]
    public async Task A_stop_loses_nothing_that_was_read(string how)
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Parse(how));

        await LosesNothingReadAtItsEndAsync(server);
    }

    [Theory]
    [InlineData(SyslogTransport.Relp, false)]
    [InlineData(SyslogTransport.Relp, true)]
    [InlineData(SyslogTransport.RelpTls, false)]
    public async Task What_RELP_acknowledged_is_there_whatever_ends_it(SyslogTransport transport, bool killed)
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(transport));
        List<byte[]> messages = Messages("relp", 20_000);
        await using ReceiverClient client = await ConnectAsync(server);
        await client.OpenRelpAsync();

        Task<int> sending = client.SendRelpAsync(messages);
        await server.WaitForMessagesAsync(1000);
        await (killed ? server.KillAsync() : server.StopAsync());
        int acknowledged = await sending;

        IReadOnlyList<byte[]> received = server.ReadMessages();
        Assert.InRange(received.Count, acknowledged, acknowledged + 128);
        ReceivedMessages.AssertEqual([.. messages.Take(received.Count)], received);
    }

    [Fact]
    public async Task RELP_answers_as_the_scripted_server_does()
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(SyslogTransport.Relp));
        await using ReceiverClient client = await ConnectAsync(server);

        RelpFrame? open = await client.OpenRelpAsync();
        Assert.Equal((1, "rsp"), (open!.Number, open.Command));
        Assert.Matches("^200 OK\nrelp_version=0\nrelp_software=librelp,[^,]+,[^,\n]+\ncommands=syslog$", open.Text);
        await client.SendFrameAsync(2, "syslog", Message("one"));
        Assert.Equal("2 rsp 6 200 OK\n", await NextAsync());
        await client.SendFrameAsync(3, "close", []);
        Assert.Equal("3 rsp 0\n", await NextAsync());
        Assert.Equal("0 serverclose 0\n", await NextAsync());
        Assert.Equal(StreamEnd.Orderly, await client.EndAsync());

        async Task<string> NextAsync() => Encoding.ASCII.GetString((await client.ReadFrameAsync())!.ToBytes());
    }

    [Fact]
    public async Task An_open_session_is_told_that_it_stops()
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(SyslogTransport.Relp));
        await using ReceiverClient client = await ConnectAsync(server);
        await client.OpenRelpAsync();

        await server.StopAsync();

        Assert.Equal((0, "serverclose"), await client.ReadFrameAsync() is { } hint ? (hint.Number, hint.Command) : default);
        Assert.Null(await client.ReadFrameAsync());
    }

    [Fact]
    public async Task As_delivered_it_escapes_control_characters()
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(SyslogTransport.Tcp) with { EscapeControlCharacters = true });

        await SendAllAsync(server, [Message("a\u0001b\nc\td\u007f\u2028\0."), Message("end\n")]);

        Assert.Equal([Message("a#001b#012c#011d\u007f\u2028#000."), Message("end")], server.ReadMessages());
    }

    [Fact]
    public async Task Reads_header_and_JSON()
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(SyslogTransport.Tcp) with { Parsing = RsyslogParsing.Json });

        await SendAllAsync(server,
        [
            Encoding.UTF8.GetBytes("<85>1 2026-03-04T05:06:07.089012Z web01 JumpCloud 7 sso_auth [a@32473 b=\"c \\\" d\"] {\"x\":{\"y\":[1,\"\u2028\\n\"]}}"),
            Message("no JSON"),
        ]);

        RsyslogParsed[] parsed = [.. server.EnumerateParsed()];
        Assert.Equal(2, parsed.Length);
        Assert.Equal(
            ["85", "2026-03-04T05:06:07.089012Z", "web01", "JumpCloud", "7", "sso_auth", "[a@32473 b=\"c \\\" d\"]"],
            new[] { "pri", "timestamp", "hostname", "appName", "procId", "msgId", "structuredData" }.Select(n => parsed[0].Header[n]));
        Assert.Equal((true, false), (parsed[0].IsJson, parsed[1].IsJson));
        Assert.Equal("\u2028\n", parsed[0].Fields!.Value.GetProperty("x").GetProperty("y")[1].GetString());
        Assert.Equal("no JSON", parsed[1].Header["message"]);
    }

    [Fact]
    public async Task Reads_JSON_behind_the_cookie_only()
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(SyslogTransport.Relp) with { Parsing = RsyslogParsing.CeeJson });

        await SendAllAsync(server, [Message("@cee:{\"a\":1}"), Message("{\"a\":1}")]);

        Assert.Equal([true, false], server.EnumerateParsed().Select(p => p.IsJson));
    }

    [Theory]
    [InlineData("Tls OctetCounting ImTcp OpenSsl")]
    [InlineData("Tls OctetCounting ImTcp GnuTls")]
    [InlineData("RelpTls OctetCounting ImTcp OpenSsl")]
    [InlineData("RelpTls OctetCounting ImTcp GnuTls")]
    public async Task Takes_only_clients_that_it_knows(string how)
    {
        ReceiverOptions options = Parse(how);
        bool byName = how != "Tls OctetCounting ImTcp OpenSsl";
        options = options with { Tls = options.RequiredTls with { RequireClientCertificate = true, PermittedPeer = byName ? "good.example" : null } };
        await using RsyslogServer server = await RsyslogServer.StartAsync(options);
        using X509Certificate2 good = Authority.IssueClient("good.example"), other = Authority.IssueClient("other.example");

        await TrySendAsync(null, "none");
        if (byName) await TrySendAsync(other, "other");
        await TrySendAsync(good, "good");

        await server.WaitForMessagesAsync(1);
        await server.StopAsync();
        Assert.Equal([Message("good")], server.ReadMessages());

        // Under TLS 1.3 a client learns only behind the handshake that it was refused.
        async Task TrySendAsync(X509Certificate2? certificate, string text)
        {
            try
            {
                await using ReceiverClient client = await ReceiverClient.ConnectAsync(server.Port, Authority, certificate);
                if (options.Transport == SyslogTransport.RelpTls)
                {
                    if (await client.OpenRelpAsync() is not null) await client.SendRelpAsync([Message(text)]);
                    return;
                }

                await client.SendAsync([Message(text)], SyslogFraming.OctetCounting);
                await client.EndAsync();
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                Assert.NotEqual("good", text);
            }
        }
    }

    [Fact]
    public void Says_what_rsyslog_cannot_do()
    {
        ReceiverOptions named = Options(SyslogTransport.Tls);
        named = named with { Tls = named.RequiredTls with { PermittedPeer = "good.example" } };
        Assert.Throws<ArgumentException>(() => new RsyslogServer(named));
        Assert.Throws<ArgumentException>(() => new RsyslogServer(Options(SyslogTransport.RelpTls) with { TlsLibrary = RsyslogTlsLibrary.GnuTls }));
    }

    [Fact]
    public async Task A_wait_in_vain_says_what_the_receiver_says()
    {
        await using RsyslogServer server = await RsyslogServer.StartAsync(Options(SyslogTransport.Udp));

        TimeoutException e = await Assert.ThrowsAsync<TimeoutException>(() => server.WaitForMessagesAsync(1, TimeSpan.FromMilliseconds(50)));

        Assert.Contains("did not receive 1 messages", e.Message, StringComparison.Ordinal);
        Assert.Contains("rsyslogd", e.Message, StringComparison.Ordinal);
    }

    private ReceiverOptions Parse(string how)
    {
        string[] words = how.Split(' ');
        return Options(Enum.Parse<SyslogTransport>(words[0]), Enum.Parse<SyslogFraming>(words[1])) with
        {
            TcpInput = Enum.Parse<RsyslogTcpInput>(words[2]), TlsLibrary = Enum.Parse<RsyslogTlsLibrary>(words[3]),
        };
    }
}
