using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.JumpCloud;

/// <summary>Servers whose certificates come from an authority that the system does not know.</summary>
public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly JumpCloudClientOptions Once = new() { RequestsPerSecond = 100_000, MaxRetries = 0 };

    private readonly HostGates _gates = new(new JumpCloudClientOptions { RequestsPerSecond = 100_000 }, TimeProvider.System);
    private readonly TestAuthority _root = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-ca-").FullName;

    public void Dispose()
    {
        _gates.Dispose();
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_server_of_the_authority_is_trusted_with_the_file_and_not_without()
    {
        await using CannedServer server = new(Count, certificate: TestAuthority.Shown(_root.Issue()));

        Assert.Equal(7, await CountAsync(server.Uri, Write(_root.Pem)));
        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(server.Uri, null));
        Assert.Equal("TlsFailed", fault.ErrorId);
    }

    [Fact]
    public async Task One_of_several_authorities_in_the_file_will_do()
    {
        using TestAuthority first = new("CN=First"), last = new("CN=Last");
        await using CannedServer server = new(Count, certificate: TestAuthority.Shown(_root.Issue()));
        string file = Write($"Bag Attributes: first\r\n{first.Pem}\r\n# ours\n{_root.Pem}\n{last.Pem}");

        Assert.Equal(7, await CountAsync(server.Uri, file));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_intermediate_may_be_shown_by_the_server_or_stand_in_the_file(bool shown)
    {
        using TestAuthority intermediate = new("CN=Issuing", _root);
        X509Certificate2 certificate = intermediate.Issue();
        await using CannedServer server = new(Count, certificate: shown ? TestAuthority.Shown(certificate, intermediate.Certificate) : TestAuthority.Shown(certificate));

        Assert.Equal(7, await CountAsync(server.Uri, Write(_root.Pem + (shown ? "" : "\n" + intermediate.Pem))));
    }

    [Fact]
    public async Task A_der_file_is_read_too()
    {
        await using CannedServer server = new(Count, certificate: TestAuthority.Shown(_root.Issue()));
        string file = Path.Combine(_folder, "root.cer");
        await File.WriteAllBytesAsync(file, _root.Certificate.RawData, TestContext.Current.CancellationToken);

        Assert.Equal(7, await CountAsync(server.Uri, file));
    }

    [Theory]
    [InlineData("host", "not for this host")]
    [InlineData("authority", "trusted neither")]
    [InlineData("impostor", "trusted neither")]
    [InlineData("expired", "NotTimeValid")]
    [InlineData("use", "NotValidForUsage")]
    public async Task The_file_relaxes_nothing_else(string flaw, string says)
    {
        // The impostor has the name of the root, and a key of its own.
        using TestAuthority other = new(flaw == "impostor" ? "CN=Test root" : "CN=Other");
        X509Certificate2 certificate = flaw switch
        {
            "host" => _root.Issue("other.example.com"),
            "authority" or "impostor" => other.Issue(),
            "expired" => _root.Issue(until: DateTimeOffset.UtcNow.AddDays(-1)),
            _ => _root.Issue(use: TestAuthority.ClientUse),
        };
        await using CannedServer server = new(Count, certificate: TestAuthority.Shown(certificate));
        string file = Write(_root.Pem);

        JumpCloudException fault = await Assert.ThrowsAsync<JumpCloudException>(() => CountAsync(server.Uri, file));

        Assert.Equal((FailureKind.TlsFailed, "TlsFailed"), (fault.Failure, fault.ErrorId));
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
        Assert.Contains("CN=server", fault.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);

        IReadOnlyList<ConnectionProbe> probes = await NetworkProbe.RunAsync(
            server.Uri, new HttpRoute { Trust = ServerTrust.Read(file) }, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(("TLS", false, "Tls"), (probes[^1].Name, probes[^1].Success, probes[^1].Part));
        Assert.Contains(says, probes[^1].Message, StringComparison.Ordinal);
    }

    /// <summary>The check of .NET Framework, where a chain cannot be given roots of its own; it runs here too.</summary>
    [Theory]
    [InlineData("good", true)]
    [InlineData("intermediate", true)]
    [InlineData("missing intermediate", false)]
    [InlineData("authority", false)]
    [InlineData("impostor", false)]
    [InlineData("expired", false)]
    [InlineData("use", false)]
    [InlineData("leaf as issuer", false)]
    public void A_chain_must_have_no_other_fault_than_an_unknown_root_of_ours(string what, bool trusted)
    {
        using TestAuthority other = new(what == "impostor" ? "CN=Test root" : "CN=Other"), intermediate = new("CN=Issuing", _root);
        X509Certificate2 certificate = what switch
        {
            "good" => _root.Issue(),
            "authority" or "impostor" => other.Issue(),
            "expired" => _root.Issue(until: DateTimeOffset.UtcNow.AddDays(-1)),
            "use" => _root.Issue(use: TestAuthority.ClientUse),
            "leaf as issuer" => other.Certificate,
            _ => intermediate.Issue(),
        };
        X509Certificate2Collection others = what == "missing intermediate" ? [] : [intermediate.Certificate, other.Certificate];

        Assert.Equal(trusted, ServerTrust.LeadsTo([_root.Certificate], certificate, others, out string problem));
        if (!trusted) Assert.NotEmpty(problem);
    }

    [Fact]
    public async Task The_steps_of_a_test_trust_the_file_too()
    {
        await using CannedServer server = new(Count, certificate: TestAuthority.Shown(_root.Issue()));

        IReadOnlyList<ConnectionProbe> probes = await NetworkProbe.RunAsync(
            server.Uri, new HttpRoute { NoProxy = true, Trust = ServerTrust.Read(Write(_root.Pem)) }, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal([("DNS", true), ("TCP", true), ("TLS", true)], probes.Select(p => (p.Name, p.Success)));
    }

    [Theory]
    [InlineData(null, "CertificateAuthorityNotRead")]
    [InlineData("", "InvalidCertificateAuthority")]
    [InlineData("no certificate at all", "InvalidCertificateAuthority")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "InvalidCertificateAuthority")]
    [InlineData("-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----", "InvalidCertificateAuthority")]
    [InlineData("leaf", "InvalidCertificateAuthority")]
    public async Task A_file_that_cannot_be_used_is_said_before_anything_is_asked(string? content, string errorId)
    {
        string file = content is null ? Path.Combine(_folder, "missing.pem") : Write(content == "leaf" ? _root.Issue().ExportCertificatePem() : content);
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10 });
        using TestStore store = new();
        store.Add(simulator, change: c => c with { CertificateAuthorityFile = file });

        CollectionResult result = await store.CollectOneAsync();
        ConnectionTestResult test = await new ConnectionTester(store.Store, store.Secrets, TestStore.Options).TestAsync(store.Registry.Get("main"), TestContext.Current.CancellationToken);

        Assert.Equal((CollectionState.Failed, errorId), (result.State, result.ErrorId));
        Assert.Contains(file, result.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal([("CertificateAuthority", "CertificateAuthority", errorId)], test.Probes.Select(p => (p.Name, p.Part!, p.ErrorId!)));
        Assert.Equal(0, simulator.Requests.Total);
    }

    [Fact]
    public void A_folder_is_no_file() =>
        Assert.Equal("CertificateAuthorityNotRead", Assert.Throws<JcException>(() => ServerTrust.Read(_folder)).ErrorId);

    private static byte[] Count(CannedRequest request) => CannedServer.Answer(200, """{"count":7}""");

    private string Write(string content)
    {
        string file = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".pem");
        File.WriteAllText(file, content);
        return file;
    }

    private async Task<long> CountAsync(Uri host, string? file)
    {
        HttpRoute route = new() { NoProxy = true, Trust = file is null ? null : ServerTrust.Read(file) };
        using JumpCloudClient client = new(host, host, new ConnectorAccess(new ApiKeyCredentials("key"), route), Once, Guid.Empty, _gates, TimeProvider.System);
        return await client.CountEventsAsync(new RequestScope(), 0, 1, new RequestMeter(), TestContext.Current.CancellationToken);
    }
}
