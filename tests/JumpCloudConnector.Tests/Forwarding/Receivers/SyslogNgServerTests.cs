using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding.Receivers;

/// <summary>syslog-ng as the tests of forwarding use it.</summary>
[Trait("Category", "Chaos")]
public sealed class SyslogNgServerTests : ReceiverTestBase
{
    public SyslogNgServerTests() => Assert.SkipUnless(SyslogNgServer.IsInstalled, SyslogNgServer.Missing ?? "");

    [Theory]
    [InlineData(SyslogTransport.Udp, SyslogFraming.OctetCounting)]
    [InlineData(SyslogTransport.Tcp, SyslogFraming.OctetCounting)]
    [InlineData(SyslogTransport.Tcp, SyslogFraming.NewLine)]
    [InlineData(SyslogTransport.Tls, SyslogFraming.OctetCounting)]
    [InlineData(SyslogTransport.Tls, SyslogFraming.NewLine)]
    public async Task Takes_every_byte(SyslogTransport transport, SyslogFraming framing)
    {
        await using SyslogNgServer server = await SyslogNgServer.StartAsync(Options(transport, framing));

        await TakesEveryByteAsync(server);
    }

    [Theory]
    [InlineData(SyslogTransport.Udp)]
    [InlineData(SyslogTransport.Tcp)]
    [InlineData(SyslogTransport.Tls)]
    public async Task Keeps_file_and_port_when_it_starts_again(SyslogTransport transport)
    {
        await using SyslogNgServer server = await SyslogNgServer.StartAsync(Options(transport));

        await KeepsFileAndPortAsync(server);
    }

    [Theory]
    [InlineData(SyslogTransport.Tcp)]
    [InlineData(SyslogTransport.Tls)]
    public async Task A_stop_loses_no_more_than_a_window(SyslogTransport transport)
    {
        await using SyslogNgServer server = await SyslogNgServer.StartAsync(Options(transport));

        await LosesNothingReadAtItsEndAsync(server, SyslogNgServer.Window);
    }

    [Fact]
    public void Takes_no_RELP() => Assert.Throws<ArgumentException>(() => new SyslogNgServer(Options(SyslogTransport.Relp)));
}
