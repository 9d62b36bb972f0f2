using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace JumpCloudConnector;

/// <summary>
/// Trusts certificate authorities of a file besides the system's: those of a proxy that inspects TLS, or of a private
/// gateway. Nothing else is relaxed: names, dates and uses of certificates are checked as ever.
/// </summary>
internal sealed class ServerTrust
{
    private const int MostBytes = 4 << 20;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _others = [];
    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.OrdinalIgnoreCase);

    private ServerTrust(IEnumerable<X509Certificate2> certificates)
    {
        foreach (X509Certificate2 certificate in certificates)
            (IsRoot(certificate) ? _roots : _others).Add(certificate);
    }

    /// <summary>Reads the authorities of a file: PEM, of one or several certificates, or a single certificate in DER.</summary>
    /// <exception cref="JcException">CertificateAuthorityNotRead or InvalidCertificateAuthority.</exception>
    public static ServerTrust Read(string path)
    {
        byte[] content;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MostBytes) throw Invalid(path, "it is far too large for certificates");
            using MemoryStream whole = new();
            file.CopyTo(whole);
            content = whole.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new JcException("CertificateAuthorityNotRead", JcErrorKind.NotFound,
                $"The file of certificate authorities '{path}' cannot be read by the account '{Environment.UserName}': {e.Message} Put it where that account may read it, or name another with -CertificateAuthorityFile.", path, e);
        }

        try
        {
            ServerTrust trust = new(Parse(content));
            if (trust._roots.Count > 0) return trust;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw Invalid(path, $"it holds what is no certificate ({e.Message.TrimEnd('.')})", e);
        }

        throw Invalid(path, "it has no root certificate, one that is its own issuer");
    }

    /// <summary>Whether a host's certificate is to be trusted; what is wrong with one that is not, <see cref="ProblemOf"/> tells.</summary>
    public bool Accepts(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        string? problem = Check(certificate, chain, errors);
        if (problem is null) _problems.TryRemove(host, out _);
        else _problems[host] = problem;
        return problem is null;
    }

    /// <summary>Why the host's certificate was not accepted when it was last shown, or null.</summary>
    public string? ProblemOf(string host) => _problems.TryGetValue(host, out string? problem) ? problem : null;

    /// <summary>
    /// Whether a certificate leads to one of the roots, by a chain that has no other fault than that the system does not know
    /// the root. For platforms where a chain cannot be given roots of its own.
    /// </summary>
    internal static bool LeadsTo(X509Certificate2Collection roots, X509Certificate2 certificate, X509Certificate2Collection others, out string problem)
    {
        using X509Chain chain = NewChain();
        chain.ChainPolicy.ExtraStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(others);
        bool whole = chain.Build(certificate);
        problem = Faults(chain);
        if (!whole && Array.Exists(chain.ChainStatus, s => s.Status is not (X509ChainStatusFlags.NoError or X509ChainStatusFlags.UntrustedRoot))) return false;
        // Only its last certificate may be unknown, and that one must be one of ours, byte for byte.
        for (int i = 0; i < chain.ChainElements.Count - 1; i++)
        {
            if (Array.Exists(chain.ChainElements[i].ChainElementStatus, s => s.Status != X509ChainStatusFlags.NoError)) return false;
        }

        return chain.ChainElements.Count > 0 && Contains(roots, chain.ChainElements[chain.ChainElements.Count - 1].Certificate);
    }

    private string? Check(X509Certificate2? certificate, X509Chain? shown, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return null;
        if (certificate is null) return "the server showed no certificate.";
        string which = $"The server showed '{certificate.Subject}', issued by '{certificate.Issuer}'.";
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors) return $"the certificate is not for this host. {which}";
        X509Certificate2Collection others = [];
        others.AddRange(_others);
        if (shown is not null)
        {
            others.AddRange(shown.ChainPolicy.ExtraStore);
            foreach (X509ChainElement element in shown.ChainElements) others.Add(element.Certificate);
        }

        return IsTrusted(certificate, others, out string problem) ? null : $"the certificate is trusted neither by the system nor by -CertificateAuthorityFile ({problem}). {which}";
    }

#if NET
    private bool IsTrusted(X509Certificate2 certificate, X509Certificate2Collection others, out string problem)
    {
        using X509Chain chain = NewChain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.ExtraStore.AddRange(others);
        bool trusted = chain.Build(certificate);
        problem = Faults(chain);
        return trusted;
    }
#else
    private bool IsTrusted(X509Certificate2 certificate, X509Certificate2Collection others, out string problem) =>
        LeadsTo(_roots, certificate, others, out problem);
#endif

    private static X509Chain NewChain()
    {
        X509Chain chain = new();
        // As for the system's own authorities: what a firewall keeps from being asked must not stop collection.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain;
    }

    private static string Faults(X509Chain chain)
    {
        string faults = string.Join(", ", chain.ChainStatus.Select(s => s.Status.ToString()).Distinct());
        return faults.Length == 0 ? "it leads to another authority" : faults;
    }

    private static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static bool Contains(X509Certificate2Collection certificates, X509Certificate2 certificate)
    {
        foreach (X509Certificate2 one in certificates)
            if (one.RawData.AsSpan().SequenceEqual(certificate.RawData)) return true;
        return false;
    }

    // .NET Framework reads no PEM by itself.
    private static List<X509Certificate2> Parse(byte[] content)
    {
        MatchCollection blocks = Regex.Matches(
            Encoding.ASCII.GetString(content), "-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\\s]*)-----END", RegexOptions.CultureInvariant);
        if (blocks.Count > 0) return [.. blocks.Cast<Match>().Select(b => new X509Certificate2(Convert.FromBase64String(b.Groups[1].Value)))];
        // Nothing with a private key in it.
        return content.Length > 0 && X509Certificate2.GetCertContentType(content) == X509ContentType.Cert ? [new X509Certificate2(content)] : [];
    }

    private static JcException Invalid(string path, string what, Exception? cause = null) => new(
        "InvalidCertificateAuthority", JcErrorKind.InvalidInput,
        $"The file of certificate authorities '{path}' cannot be used: {what}. Give a file with the root certificate in PEM, as the authority or the proxy's vendor hands it out.", path, cause);
}
