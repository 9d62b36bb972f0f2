using System.Net;
using System.Text;

namespace JumpCloudConnector.JumpCloud;

/// <summary>The way to the hosts: the system's proxy, another or none, and whose certificates are trusted besides the system's.</summary>
internal sealed class HttpRoute
{
    /// <summary>As the system does it.</summary>
    public static HttpRoute Default { get; } = new();

    /// <summary>The proxy to use instead of the system's.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>What that proxy asks for; goes to no other.</summary>
    public NetworkCredential? ProxyCredential { get; init; }

    /// <summary>True to use no proxy, whatever the system has.</summary>
    public bool NoProxy { get; init; }

    /// <summary>Certificate authorities besides the system's, or null.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>What must not stand in any message.</summary>
    public IEnumerable<string> Secrets => ProxyCredential is not { Password.Length: > 3 } credential ? []
        : [credential.Password, Convert.ToBase64String(Encoding.UTF8.GetBytes(
            $"{(credential.Domain.Length == 0 ? "" : credential.Domain + "\\")}{credential.UserName}:{credential.Password}"))];

    /// <summary>The proxy that a host is reached through, or null.</summary>
    public Uri? ProxyFor(Uri uri)
    {
        if (NoProxy) return null;
        if (Proxy is not null) return Proxy;
#if NET
        IWebProxy proxy = HttpClient.DefaultProxy;
#else
        IWebProxy? proxy = WebRequest.DefaultWebProxy;
        if (proxy is null) return null;
#endif
        return proxy.IsBypassed(uri) || proxy.GetProxy(uri) is not { } through || through == uri ? null : through;
    }

    public void ApplyTo(HttpClientHandler handler)
    {
        if (NoProxy) handler.UseProxy = false;
        else if (Proxy is not null) handler.Proxy = new FixedProxy(Proxy, ProxyCredential);
        if (Trust is { } trust)
        {
            handler.ServerCertificateCustomValidationCallback =
                (request, certificate, chain, errors) => trust.Accepts(request.RequestUri!.Host, certificate, chain, errors);
        }
    }

    /// <summary>One proxy for every host; .NET's own leaves this machine's addresses out on some platforms.</summary>
    private sealed class FixedProxy(Uri address, ICredentials? credential) : IWebProxy
    {
        public ICredentials? Credentials { get; set; } = credential;

        public Uri GetProxy(Uri destination) => address;

        public bool IsBypassed(Uri host) => false;
    }
}
