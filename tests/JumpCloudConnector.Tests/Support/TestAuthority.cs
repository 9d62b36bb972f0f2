using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace JumpCloudConnector.Tests.Support;

/// <summary>A certificate authority that no system knows, made for a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private readonly KeyPool.Lease _keys = KeyPool.Shared.Open();

    public TestAuthority(string name = "CN=Test root", TestAuthority? issuer = null)
    {
        RSA key = _keys.Next();
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = issuer is null
            ? request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(5))
            : request.Create(issuer.Certificate, Now.AddDays(-300), Now.AddYears(2), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>Writes the certificate to a file in a folder; the file's path.</summary>
    public string Write(string folder)
    {
        string file = Path.Combine(folder, "root.pem");
        File.WriteAllText(file, Pem);
        return file;
    }

    /// <summary>The key of a certificate that <see cref="Issue"/> made, as PEM (PKCS #8).</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using RSA key = certificate.GetRSAPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>A client's certificate, with its key, for a name.</summary>
    public X509Certificate2 IssueClient(string name, DateTimeOffset? until = null) => Issue(name, until, ClientUse);

    /// <summary>A server's certificate that ran out yesterday, with its key.</summary>
    public X509Certificate2 IssueExpired(string? host = null) => Issue(host, Now.AddDays(-1));

    /// <summary>A certificate, with its key: for a host, or for loopback's address.</summary>
    public X509Certificate2 Issue(string? host = null, DateTimeOffset? until = null, string use = ServerUse)
    {
        RSA key = _keys.Next();
        CertificateRequest request = new("CN=server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        if (host is null) names.AddIpAddress(IPAddress.Loopback);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        using X509Certificate2 bare = request.Create(Certificate, Now.AddDays(-200), until ?? Now.AddYears(1), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        // Windows' TLS wants a key that lies in a store.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>What a server shows: its certificate, with those between it and the root.</summary>
    public static SslStreamCertificateContext Shown(X509Certificate2 certificate, params X509Certificate2[] between) =>
        SslStreamCertificateContext.Create(certificate, [.. between], offline: true);

    public void Dispose()
    {
        Certificate.Dispose();
        _keys.Dispose();
    }
}
