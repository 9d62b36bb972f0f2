using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace JumpCloudConnector.Forwarding.Transports;

/// <summary>Goes the way to a receiver, step by step: its name, its port, TLS.</summary>
/// <param name="destination">The receiver.</param>
/// <param name="certificatePassword">Of the client certificate's file; null where it has none.</param>
/// <param name="time">The clock of the time limits.</param>
/// <param name="reached">Is told each step; null for nobody.</param>
internal sealed class SocketConnector(SyslogDestination destination, string? certificatePassword, TimeProvider time, Action<SyslogStep>? reached)
{
    /// <summary>Connects a datagram socket; that sends nothing.</summary>
    public async Task<Socket> OpenDatagramAsync(CancellationToken cancellationToken)
    {
        IPAddress address = (await ResolveAsync(cancellationToken).ConfigureAwait(false))[0];
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(address, destination.Port)).ConfigureAwait(false);
            reached?.Invoke(SyslogStep.Connected);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw SyslogFaults.ConnectionFailed(destination, e);
        }
    }

    /// <summary>Connects a stream, under TLS where the destination says so.</summary>
    public async Task<(Socket Socket, Stream Stream)> OpenStreamAsync(CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveAsync(cancellationToken).ConfigureAwait(false);
        Socket socket = await ConnectAsync(addresses, cancellationToken).ConfigureAwait(false);
        try
        {
            reached?.Invoke(SyslogStep.Connected);
            // Batches are made here; holding back the end of one would only delay it.
            socket.NoDelay = true;
            // A peer whose machine is gone is noticed though nothing is sent.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            NetworkStream plain = new(socket, ownsSocket: true);
            if (!destination.IsTls) return (socket, plain);
            Stream secured = await SecureAsync(plain, socket, cancellationToken).ConfigureAwait(false);
            reached?.Invoke(SyslogStep.Secured);
            return (socket, secured);
        }
        catch (Exception e)
        {
            socket.Dispose();
            // One that was reset as soon as it was accepted takes no settings any more.
            if (e is SocketException or IOException) throw SyslogFaults.Closed(destination, e);
            throw;
        }
    }

    private async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(destination.HostName, out IPAddress? given))
        {
            reached?.Invoke(SyslogStep.Resolved);
            return [given];
        }

        try
        {
#if NET
            Task<IPAddress[]> looking = Dns.GetHostAddressesAsync(destination.HostName, cancellationToken);
#else
            Task<IPAddress[]> looking = Dns.GetHostAddressesAsync(destination.HostName);
#endif
            IPAddress[] found = await looking.WithinAsync(
                destination.Timeout, time, () => { }, () => SyslogFaults.TimedOut(destination, "could not be looked up"), cancellationToken).ConfigureAwait(false);
            IPAddress[] usable = [.. found.Where(a => a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)];
            if (usable.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
            reached?.Invoke(SyslogStep.Resolved);
            return usable;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw SyslogFaults.HostNotFound(destination, e);
        }
    }

    /// <summary>Tries the addresses one after the other; the last one's fault is told.</summary>
    private async Task<Socket> ConnectAsync(IPAddress[] addresses, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            Socket? socket = null;
            try
            {
                socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(new IPEndPoint(addresses[i], destination.Port)).WithinAsync(
                    destination.Timeout, time, socket.Dispose, () => SyslogFaults.TimedOut(destination, "did not answer the connection"), cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (Exception e) when (e is SocketException or JcException)
            {
                socket?.Dispose();
                if (i < addresses.Length - 1) continue;
                if (e is SocketException fault) throw SyslogFaults.ConnectionFailed(destination, fault);
                throw;
            }
            catch
            {
                socket?.Dispose();
                throw;
            }
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream plain, Socket socket, CancellationToken cancellationToken)
    {
        ServerTrust? trust = destination.CertificateAuthorityFile is { } file ? ServerTrust.Read(file) : null;
        X509Certificate2? own = ClientCertificate();
        string name = destination.TlsServerName ?? destination.HostName;
        string? problem = null;
        SslStream secured = new(plain, leaveInnerStreamOpen: false, (_, certificate, chain, errors) => (problem = Check(name, certificate as X509Certificate2 ?? (certificate is null ? null : new X509Certificate2(certificate)), chain, errors, trust)) is null);
        try
        {
            await AuthenticateAsync(secured, name, own, ProtocolsOf(destination.Transport == SyslogTransport.RelpTls)).WithinAsync(
                destination.Timeout, time, socket.Dispose, () => SyslogFaults.TlsFailed(destination, $"it did not come about within {DurationText.Format(destination.Timeout)}.", null), cancellationToken).ConfigureAwait(false);
            return secured;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or ObjectDisposedException or CryptographicException or System.ComponentModel.Win32Exception)
        {
            secured.Dispose();
            throw problem is not null ? SyslogFaults.CertificateRejected(destination, problem) : SyslogFaults.TlsFailed(destination, (e.InnerException ?? e).Message.TrimEnd('.') + ".", e);
        }
    }

    private static Task AuthenticateAsync(SslStream stream, string name, X509Certificate2? own, SslProtocols protocols)
    {
        X509CertificateCollection certificates = own is null ? [] : [own];
#if NET
        return stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ClientCertificates = certificates,
            EnabledSslProtocols = protocols,
            // librelp over OpenSSL refuses a session that is resumed where it asks for client certificates.
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        });
#else
        return stream.AuthenticateAsClientAsync(name, certificates, protocols, checkCertificateRevocation: false);
#endif
    }

    // In TLS 1.3 this side's handshake is over before the receiver has judged this side's certificate: a refusal looks like an end
    // behind data that was read. RELP acknowledges what it has taken; a plain stream must know that it was let in.
    private static SslProtocols ProtocolsOf(bool acknowledges)
    {
        SslProtocols protocols = SslProtocols.Tls12;
#if NET
        if (acknowledges) protocols |= SslProtocols.Tls13;
#else
        _ = acknowledges;
#endif
        return protocols;
    }

    /// <summary>What is wrong with a receiver's certificate, or null.</summary>
    private string? Check(string name, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, ServerTrust? trust)
    {
        if (certificate is null) return "the receiver showed none.";
        string which = $"The receiver showed '{certificate.Subject}', issued by '{certificate.Issuer}', good until {TimeText.Day(certificate.NotAfter)}.";
        if (destination.CertificateFingerprint is { } expected)
        {
            string shown = FingerprintOf(certificate);
            return shown == expected ? null : $"its SHA-256 fingerprint is {shown}, and not the one that was set. {which}";
        }

        if (errors == SslPolicyErrors.None) return null;
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) return $"it is not for '{name}'. {which}";
        if (trust is not null) return trust.Accepts(name, certificate, chain, errors) ? null : trust.ProblemOf(name);
        string faults = chain is null ? errors.ToString() : string.Join(", ", chain.ChainStatus.Select(s => s.Status.ToString()).Distinct());
        return $"this machine does not trust it ({faults}). {which}";
    }

    private static string FingerprintOf(X509Certificate2 certificate)
    {
        using SHA256 hash = SHA256.Create();
        return string.Concat(hash.ComputeHash(certificate.RawData).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    private X509Certificate2? ClientCertificate()
    {
        if (destination.ClientCertificateThumbprint is { } thumbprint) return FromStore(thumbprint);
        if (destination.ClientCertificateFile is not { } file) return null;
        try
        {
            byte[] content = File.ReadAllBytes(file);
            X509Certificate2 certificate = IsPem(content) ? FromPem(file) : new X509Certificate2(content, certificatePassword, X509KeyStorageFlags.DefaultKeySet);
            return certificate.HasPrivateKey ? certificate : throw SyslogFaults.ClientCertificateNotRead(file, "it has no private key.", null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw SyslogFaults.ClientCertificateNotRead(file, e.Message.TrimEnd('.') + ".", e);
        }
    }

    private static X509Certificate2 FromStore(string thumbprint)
    {
        foreach (StoreLocation location in (StoreLocation[])[StoreLocation.LocalMachine, StoreLocation.CurrentUser])
        {
            try
            {
                using X509Store store = new(StoreName.My, location);
                store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                foreach (X509Certificate2 found in store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false))
                    if (found.HasPrivateKey) return found;
            }
            catch (CryptographicException)
            {
                // This machine has no such store; the other may have it.
            }
        }

        throw SyslogFaults.ClientCertificateNotRead(thumbprint, "neither the machine's nor the account's personal store has it with a private key.", null);
    }

    private static bool IsPem(byte[] content) => content.AsSpan().IndexOf("-----BEGIN "u8) >= 0;

#if NET
    private X509Certificate2 FromPem(string file)
    {
        using X509Certificate2 read = string.IsNullOrEmpty(certificatePassword)
            ? X509Certificate2.CreateFromPemFile(file) : X509Certificate2.CreateFromEncryptedPemFile(file, certificatePassword);
        // Windows' TLS wants a key that lies in a store.
        return new X509Certificate2(read.Export(X509ContentType.Pkcs12));
    }
#else
    private static X509Certificate2 FromPem(string file) =>
        throw SyslogFaults.ClientCertificateNotRead(file, "Windows PowerShell reads no PEM with a key; give a file of PKCS #12 (.pfx).", null);
#endif
}
