using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding.Receivers;

/// <summary>The receivers that do what no receiver should.</summary>
public sealed class ScriptedReceiverTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task One_that_never_reads_holds_a_sender_up()
    {
        await using StallingReceiver receiver = new();
        await using ReceiverClient client = await ReceiverClient.ConnectAsync(receiver.Port);

        Task sending = client.SendAsync(new byte[64 * 1024 * 1024]);

        Assert.NotSame(sending, await Task.WhenAny(sending, Task.Delay(200)));
        Assert.Equal(1, receiver.Connections);
        await receiver.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => sending);
    }

    [Fact]
    public async Task One_that_closes_behind_each_message_reads_no_second()
    {
        await using OneMessageReceiver receiver = new();
        for (int i = 0; i < 3; i++)
        {
            await using ReceiverClient client = await ReceiverClient.ConnectAsync(receiver.Port);
            await client.SendAsync([ReceiverTestBase.Message($"first {i}"), ReceiverTestBase.Message("second")], SyslogFraming.OctetCounting);
            await client.EndAsync();
        }

        Assert.Equal(Enumerable.Range(0, 3).Select(i => ReceiverTestBase.Message($"first {i}")), receiver.Messages);
        Assert.Equal(3, receiver.Connections);
    }

    [Fact]
    public async Task A_listener_shows_the_certificate_it_was_given()
    {
        using X509Certificate2 right = _authority.Issue(), expired = _authority.IssueExpired(), wrong = _authority.Issue("other.example");
        using TestAuthority unknown = new("CN=Unknown root");
        using X509Certificate2 stranger = unknown.Issue();

        Assert.Null(await SendToAsync(right));
        Assert.Contains("NotTimeValid", (await SendToAsync(expired))!.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(SslPolicyErrors.RemoteCertificateNameMismatch), (await SendToAsync(wrong))!.Message, StringComparison.Ordinal);
        Assert.Contains("PartialChain", (await SendToAsync(stranger))!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_asks_for_a_clients_certificate()
    {
        using X509Certificate2 certificate = _authority.Issue(), known = _authority.IssueClient("client.example");
        await using MessageReceiver receiver = new(TestAuthority.Shown(certificate), _authority);

        await using (ReceiverClient client = await ReceiverClient.ConnectAsync(receiver.Port, _authority, known))
        {
            await client.SendAsync([ReceiverTestBase.Message("known")], SyslogFraming.OctetCounting);
            Assert.Equal(StreamEnd.Orderly, await client.EndAsync());
        }

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using ReceiverClient client = await ReceiverClient.ConnectAsync(receiver.Port, _authority);
            Assert.Null(await client.OpenRelpAsync());
            throw new IOException("The receiver closed.");
        });
        Assert.Equal([ReceiverTestBase.Message("known")], receiver.Messages);
        Assert.Equal(known.Thumbprint, Assert.Single(receiver.ClientCertificates).Thumbprint);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_RELP_server_answers_as_usual(bool tls)
    {
        using X509Certificate2 certificate = _authority.Issue();
        await using RelpServer server = new(certificate: tls ? TestAuthority.Shown(certificate) : null);
        await using ReceiverClient client = await ReceiverClient.ConnectAsync(server.Port, tls ? _authority : null);
        List<byte[]> messages = ReceiverTestBase.Messages("usual", 300);

        Assert.StartsWith("200 OK\n", (await client.OpenRelpAsync())!.Text, StringComparison.Ordinal);
        Assert.Equal(300, await client.SendRelpAsync(messages));
        await client.SendFrameAsync(302, "close", []);
        Assert.Equal((302, "rsp", ""), await NextAsync(client));
        Assert.Equal((0, "serverclose", ""), await NextAsync(client));

        // The server has closed by then; under TLS this side's close_notify may find nobody to read it, which is answered with a reset.
        StreamEnd end = await client.EndAsync();
        if (!tls) Assert.Equal(StreamEnd.Orderly, end);
        ReceivedMessages.AssertEqual(messages, server.Accepted);
        Assert.Equal(302, server.Requests.Count);
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task A_RELP_server_does_what_it_is_told()
    {
        await using RelpServer server = new(r => r.Message switch
        {
            2 => RelpAnswer.Response(r, "500 not now"),
            3 => RelpAnswer.Nothing,
            4 => r.Connection switch { 1 => RelpAnswer.ServerClose, 2 => RelpAnswer.Close, _ => RelpAnswer.Reset },
            _ => RelpAnswer.Usual(r),
        });
        for (int connection = 1; connection <= 3; connection++)
        {
            await using ReceiverClient client = await ReceiverClient.ConnectAsync(server.Port);
            await client.OpenRelpAsync();
            foreach (int number in (int[])[2, 3]) await client.SendFrameAsync(number, "syslog", ReceiverTestBase.Message($"{number}"));
            Assert.Equal((2, "rsp", "200 OK"), await NextAsync(client));
            Assert.Equal((3, "rsp", "500 not now"), await NextAsync(client));
            foreach (int number in (int[])[4, 5]) await client.SendFrameAsync(number, "syslog", ReceiverTestBase.Message($"{number}"));
            if (connection == 1) Assert.Equal((0, "serverclose", ""), await NextAsync(client));
            Assert.Equal(connection == 3 ? StreamEnd.Reset : StreamEnd.Orderly, await client.EndAsync());
        }

        Assert.Equal(3, server.Connections);
        Assert.Equal(Enumerable.Repeat(ReceiverTestBase.Message("2"), 3), server.Accepted);
    }

    private static async Task<(int Number, string Command, string Text)> NextAsync(ReceiverClient client)
    {
        RelpFrame frame = (await client.ReadFrameAsync())!;
        return (frame.Number, frame.Command, frame.Text);
    }

    private async Task<AuthenticationException?> SendToAsync(X509Certificate2 certificate)
    {
        await using MessageReceiver receiver = new(TestAuthority.Shown(certificate));
        try
        {
            await using ReceiverClient client = await ReceiverClient.ConnectAsync(receiver.Port, _authority);
            await client.SendAsync([ReceiverTestBase.Message("one")], SyslogFraming.OctetCounting);
            await client.EndAsync();
            Assert.Single(receiver.Messages);
            return null;
        }
        catch (AuthenticationException e)
        {
            Assert.Empty(receiver.Messages);
            return e;
        }
    }
}
