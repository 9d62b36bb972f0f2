using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Over TLS: certificates of receivers and of ours, and receivers that speak up only behind the handshake.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly TestAuthority _root = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-test-").FullName;

    [Theory]
    [InlineData("host", "SyslogCertificateRejected", "it is not for '127.0.0.1'")]
    [InlineData("expired", "SyslogCertificateRejected", "NotTimeValid")]
    [InlineData("authority", "SyslogCertificateRejected", "this machine does not trust it")]
    [InlineData("fingerprint", "SyslogCertificateRejected", "fingerprint is")]
    public async Task A_wrong_certificate_is_refused_with_its_reason(string wrong, string id, string reason)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(60, 100);
        using X509Certificate2 certificate = wrong switch { "host" => _root.Issue("other.example"), "expired" => _root.IssueExpired(), _ => _root.Issue() };
        await using MessageReceiver receiver = new(TestAuthority.Shown(certificate));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with
        {
            CertificateAuthorityFile = wrong == "authority" ? null : _root.Write(_folder), CertificateFingerprint = wrong == "fingerprint" ? new string('A', 64) : null,
        });
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
        Assert.Equal((ForwardingState.Failed, id), (result.State, result.ErrorId));
        Assert.Contains(reason, result.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task A_fingerprint_is_enough_whoever_issued_it_and_for_whom()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(61, 100);
        using X509Certificate2 certificate = _root.Issue("other.example");
        await using MessageReceiver receiver = new(TestAuthority.Shown(certificate));
        string fingerprint = string.Join(":", SHA256.HashData(certificate.RawData).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateFingerprint = fingerprint });
        Assert.Equal(ForwardingState.UpToDate, (await store.SendAsync(options: DestinationFixture.Once)).State);
        store.AssertReceived(receiver.Messages);
    }

    [Theory]
    [InlineData("pfx", SyslogTransport.Tls)]
    [InlineData("pem", SyslogTransport.Tls)]
    [InlineData("pfx", SyslogTransport.RelpTls)]
    public async Task A_client_certificate_is_shown_where_it_is_asked_for(string kind, SyslogTransport transport)
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(62, 200);
        using X509Certificate2 server = _root.Issue(), client = _root.IssueClient("collector");
        SslStreamCertificateContext shown = TestAuthority.Shown(server);
        await using LoopbackListener receiver = transport == SyslogTransport.Tls ? new MessageReceiver(shown, _root) : new RelpServer(null, shown, _root);
        string file = Path.Combine(_folder, "client." + kind);
        if (kind == "pfx") File.WriteAllBytes(file, client.Export(X509ContentType.Pkcs12, "s3cret-of-a-file"));
        else File.WriteAllText(file, client.ExportCertificatePem() + "\n" + TestAuthority.KeyPem(client));
        store.Add(receiver.Port, transport, "without", d => d with { CertificateAuthorityFile = _root.Write(_folder) });
        ForwardingResult without = await store.SendAsync(store.Registry.Get("without"), DestinationFixture.Once);
        Assert.Equal(ForwardingState.Failed, without.State);
        Assert.Equal(0, without.Acknowledged);
        // RELP learns of it when the handshake is over, and by little.
        Assert.Contains(transport == SyslogTransport.Tls ? "client certificate" : "-ClientCertificateFile or -ClientCertificateThumbprint", without.ErrorMessage, StringComparison.Ordinal);
        SyslogDestination destination = new()
        {
            Id = Guid.Empty, Name = "with", HostName = "127.0.0.1", Port = receiver.Port, Transport = transport, MaxMessageBytes = 0, CertificateAuthorityFile = _root.Write(_folder), ClientCertificateFile = file,
        };
        store.Registry.Add(destination, SyslogStart.Beginning, kind == "pfx" ? TestStore.Secure("s3cret-of-a-file") : null);
        ForwardingResult with = await store.SendAsync(store.Registry.Get("with"), DestinationFixture.Once);
        Assert.True(with.State == ForwardingState.UpToDate, with.ErrorMessage);
        Assert.Equal(store.Filled.All.Count, with.Acknowledged);
        Assert.Contains(receiver.ClientCertificates, c => c.Thumbprint == client.Thumbprint);
        foreach (string stored in Directory.GetFiles(store.Filled.Test.Folder, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("s3cret-of-a-file", System.Text.Encoding.Latin1.GetString(ReadShared(stored)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_receiver_that_refuses_behind_the_handshake_has_confirmed_nothing(int untilClosed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The receiver reads the state of its connection as Linux gives it.");
        using DestinationFixture store = await DestinationFixture.MakeAsync(68, 20);
        using X509Certificate2 certificate = _root.Issue();
        await using RefusingReceiver receiver = new(TestAuthority.Shown(certificate), TimeSpan.FromMilliseconds(untilClosed));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateAuthorityFile = _root.Write(_folder) });
        ForwardingResult result = await store.SendAsync(options: DestinationFixture.Once);
        Assert.Equal((ForwardingState.Failed, "SyslogConnectionClosed"), (result.State, result.ErrorId));
        Assert.Contains("-ClientCertificateFile or -ClientCertificateThumbprint", result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (result.Acknowledged, store.Describe().Position));
    }

    [Fact]
    public async Task What_is_stopped_is_confirmed_by_a_receiver_that_waits_for_the_end_of_the_connection()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(68, 50);
        using X509Certificate2 certificate = _root.Issue();
        await using EndingReceiver receiver = new(TestAuthority.Shown(certificate), store.Filled.All.Count);
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateAuthorityFile = _root.Write(_folder) });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        ForwardingOptions options = DestinationFixture.Quick with { Continuous = true, IdleConfirm = TimeSpan.FromMinutes(5), MaxUnconfirmed = TimeSpan.FromMinutes(5) };
        Task<IReadOnlyList<ForwardingResult>> sending = new Forwarder(store.Filled.Store, store.Filled.Test.Secrets, options).SendAsync(store.Registry.Find(), null, stop.Token);
        await receiver.HasAll.WaitAsync(TestContext.Current.CancellationToken);
        stop.Cancel();
        Assert.Equal(store.Filled.All.Count, Assert.Single(await sending).Acknowledged);
    }

    [Fact]
    public async Task A_client_certificate_that_cannot_be_read_says_why()
    {
        using DestinationFixture store = await DestinationFixture.MakeAsync(63, 50);
        using X509Certificate2 server = _root.Issue();
        await using MessageReceiver receiver = new(TestAuthority.Shown(server));
        store.Add(receiver.Port, SyslogTransport.Tls, change: d => d with { CertificateAuthorityFile = _root.Write(_folder), ClientCertificateFile = Path.Combine(_folder, "none.pfx") });
        Assert.Equal("ClientCertificateNotRead", (await store.SendAsync(options: DestinationFixture.Once)).ErrorId);
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }
}
