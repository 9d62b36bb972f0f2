using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using JumpCloudConnector.JumpCloud;

namespace JumpCloudConnector.Collection;

/// <summary>Goes to a host step by step, so that a test can say at which one the way ends: name, connection, TLS.</summary>
internal static class NetworkProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The steps to a host; the last of them failed where not all are good.</summary>
    public static async Task<IReadOnlyList<ConnectionProbe>> RunAsync(Uri uri, HttpRoute route, TimeProvider time, CancellationToken cancellationToken)
    {
        List<ConnectionProbe> probes = [];
        Uri? proxy = route.ProxyFor(uri);
        Uri first = proxy ?? uri;
        IPAddress[] addresses = [];
        TcpClient? socket = null;
        // Where it failed is what a firewall's owner asks first.
        string whom = $"{(proxy is null ? "" : "the proxy ")}{first.Host}:{first.Port}";
        bool reached = await StepAsync("DNS", async () =>
            {
                addresses = IPAddress.TryParse(first.Host.Trim('[', ']'), out IPAddress? own) ? [own] : await Dns.GetHostAddressesAsync(first.DnsSafeHost).ConfigureAwait(false);
                return (proxy is null ? "" : $"through the proxy {proxy.Authority}: ") + string.Join(", ", addresses.Take(3).Select(a => a.ToString()));
            }).ConfigureAwait(false)
            && await StepAsync("TCP", async () =>
            {
                // On .NET Framework a client that is not told otherwise knows IPv4 alone.
                socket = new TcpClient(addresses[0].AddressFamily);
                await socket.ConnectAsync([.. addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily)], first.Port).ConfigureAwait(false);
                return $"connected to {socket.Client.RemoteEndPoint}";
            }).ConfigureAwait(false);
        if (reached && proxy is null && uri.Scheme == Uri.UriSchemeHttps) await StepAsync("TLS", () => HandshakeAsync(socket!, uri.DnsSafeHost, route.Trust, time)).ConfigureAwait(false);
        socket?.Dispose();
        return probes;

        async Task<bool> StepAsync(string name, Func<Task<string>> step)
        {
            long started = time.GetTimestamp();
            ConnectionProbe probe = new() { Name = name, HostName = uri.IsDefaultPort ? uri.Host : uri.Authority, Message = "" };
            // What does not answer in time is given up with the socket.
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                Task<string> work = step();
                if (await Task.WhenAny(work, Task.Delay(Limit, stop.Token)).ConfigureAwait(false) != work)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    throw new TimeoutException($"no answer within {Limit.TotalSeconds:0} seconds");
                }

                probe = probe with { Success = true, Message = await work.ConfigureAwait(false), Latency = time.GetElapsedTime(started) };
            }
            catch (Exception e) when (e is SocketException or IOException or AuthenticationException or TimeoutException or ArgumentException)
            {
                (string id, string part, string advice) = name switch
                {
                    "DNS" => ("NameNotResolved", "Network", $"The name of {whom} could not be resolved. Check the address, DNS and the proxy settings of this account."),
                    "TCP" => ("ConnectionFailed", "Network", $"No connection to {whom}{(addresses.Length == 0 || IPAddress.TryParse(first.Host.Trim('[', ']'), out _) ? "" : $", address {string.Join(", ", addresses.Take(3).Select(a => a.ToString()))}")}. Check the firewall and the proxy settings of this account."),
                    _ => ("TlsFailed", "Tls", $"The certificate or TLS version of {whom} was not accepted. Look for a proxy that opens TLS, a wrong clock, or a certificate that this machine does not trust."),
                };
                probe = probe with
                {
                    ErrorId = id, Part = part, StatusCode = (int)(name == "TLS" ? FailureKind.TlsFailed : name == "DNS" ? FailureKind.NameNotResolved : FailureKind.ConnectionRefused),
                    Message = $"{advice} ({e.GetBaseException().Message})", Latency = time.GetElapsedTime(started),
                };
            }
            finally
            {
                stop.Cancel();
            }

            probes.Add(probe);
            return probe.Success;
        }
    }

    private static async Task<string> HandshakeAsync(TcpClient socket, string host, ServerTrust? trust, TimeProvider time)
    {
        string problem = "";
        using SslStream tls = new(socket.GetStream(), leaveInnerStreamOpen: true, (_, certificate, chain, errors) =>
        {
            if (trust is not null)
            {
                using X509Certificate2? shown = certificate is null ? null : new X509Certificate2(certificate);
                bool accepted = trust.Accepts(host, shown, chain, errors);
                problem = trust.ProblemOf(host) ?? "";
                return accepted;
            }

            if (errors != SslPolicyErrors.None) problem = $"{errors}; the server showed '{certificate?.Subject}', issued by '{certificate?.Issuer}'";
            return errors == SslPolicyErrors.None;
        });
        try
        {
            // As collection does it, whatever this process offers otherwise.
            await tls.AuthenticateAsClientAsync(host, null, JumpCloudTransport.TlsVersions, checkCertificateRevocation: false).ConfigureAwait(false);
        }
        catch (AuthenticationException) when (problem.Length > 0)
        {
            throw new AuthenticationException(problem);
        }

        using X509Certificate2 certificate = new(tls.RemoteCertificate!);
        int days = (int)(certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime).TotalDays;
        return $"{tls.SslProtocol}, certificate '{certificate.Subject}' expires {TimeText.Day(certificate.NotAfter)} (in {days} days)";
    }
}
