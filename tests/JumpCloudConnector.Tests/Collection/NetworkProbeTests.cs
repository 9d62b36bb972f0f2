using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Collection;
using JumpCloudConnector.JumpCloud;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>The way to a host, step by step, and where it ends.</summary>
public sealed class NetworkProbeTests
{
    [Fact]
    public async Task A_name_that_does_not_resolve_ends_the_way_at_dns()
    {
        IReadOnlyList<ConnectionProbe> probes = await RunAsync(new Uri("https://no-such-host.invalid/"));

        ConnectionProbe dns = Assert.Single(probes);
        Assert.Equal(("DNS", false, "NameNotResolved", "Network"), (dns.Name, dns.Success, dns.ErrorId, dns.Part));
    }

    [Fact]
    public async Task A_port_that_refuses_ends_it_at_the_connection()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        IReadOnlyList<ConnectionProbe> probes = await RunAsync(new Uri($"https://127.0.0.1:{port}/"));

        Assert.Equal([("DNS", true), ("TCP", false)], probes.Select(p => (p.Name, p.Success)));
        Assert.Equal(("ConnectionFailed", "Network"), (probes[1].ErrorId, probes[1].Part));
        Assert.Contains($"No connection to 127.0.0.1:{port}", probes[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_shown_with_who_issued_it()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=inspecting-proxy", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, certificate);

        IReadOnlyList<ConnectionProbe> probes = await RunAsync(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"));
        await serving;

        Assert.Equal([("DNS", true), ("TCP", true), ("TLS", false)], probes.Select(p => (p.Name, p.Success)));
        Assert.Equal(("TlsFailed", "Tls"), (probes[2].ErrorId, probes[2].Part));
        Assert.Contains("CN=inspecting-proxy", probes[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_http_has_no_tls_step()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();

        IReadOnlyList<ConnectionProbe> probes = await RunAsync(new Uri($"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"));

        Assert.Equal([("DNS", true), ("TCP", true)], probes.Select(p => (p.Name, p.Success)));
    }

    private static Task<IReadOnlyList<ConnectionProbe>> RunAsync(Uri uri) =>
        NetworkProbe.RunAsync(uri, HttpRoute.Default, TimeProvider.System, TestContext.Current.CancellationToken);

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using SslStream tls = new(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client turns away, which is what is tested.
        }
    }
}
