using System.Security.Cryptography;
using JumpCloudConnector.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace JumpCloudConnector.Connectors;

/// <summary>
/// Protects secrets at rest. The keys lie in a ring outside the store, so that a copied store yields nothing; on Windows
/// the ring itself is under DPAPI in machine scope, since what an administrator adds the scheduled task's account uses,
/// and the folder's ACL is what keeps others out.
/// </summary>
public sealed class SecretProtector
{
    private const string SecretPurpose = "JumpCloudConnector.Secret.v1", ProxyPurpose = "JumpCloudConnector.Proxy.v1",
        CertificatePurpose = "JumpCloudConnector.ClientCertificate.v1";

    private readonly string _folder;
    private readonly Lazy<IDataProtectionProvider> _provider;

    /// <summary>Uses the key ring in a folder; null for the environment's or the machine's default.</summary>
    public SecretProtector(string? keyRingFolder = null)
    {
        _folder = keyRingFolder ?? StoreFolder.ResolveKeyRing();
        _provider = new Lazy<IDataProtectionProvider>(CreateProvider, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Refuses a key ring that a copy of the store would carry along.</summary>
    /// <exception cref="JcException">KeyRingInStore.</exception>
    internal void CheckApartFrom(string storeFolder)
    {
        if (!StoreFolder.IsInside(_folder, storeFolder)) return;
        throw new JcException("KeyRingInStore", JcErrorKind.InvalidInput,
            $"The key ring '{_folder}' lies in the store '{storeFolder}', so that a copy of the store would give the API keys away. Name another folder with {StoreFolder.KeyRingEnvironmentVariable}.", _folder);
    }

    /// <summary>Protects a secret for one connector; what is protected for one cannot be read for another.</summary>
    public byte[] Protect(Guid connectorId, byte[] secret) => Guard(() => For(connectorId, SecretPurpose).Protect(secret));

    /// <summary>Protects the password of a connector's proxy; it cannot be taken for its other secret, nor that one for it.</summary>
    internal byte[] ProtectProxyPassword(Guid connectorId, byte[] password) => Guard(() => For(connectorId, ProxyPurpose).Protect(password));

    /// <summary>Gives a secret back.</summary>
    /// <exception cref="JcException">SecretUnreadable when the key ring is not the one it was protected with, or
    /// KeyRingAccessDenied.</exception>
    public byte[] Unprotect(Guid connectorId, byte[] secret) => Unprotect(connectorId, SecretPurpose, secret);

    /// <summary>Gives a proxy's password back.</summary>
    internal byte[] UnprotectProxyPassword(Guid connectorId, byte[] password) => Unprotect(connectorId, ProxyPurpose, password);

    /// <summary>Protects the password of a syslog destination's client certificate.</summary>
    internal byte[] ProtectCertificatePassword(Guid destinationId, byte[] password) => Guard(() => For(destinationId, CertificatePurpose).Protect(password));

    /// <summary>Gives such a password back.</summary>
    internal byte[] UnprotectCertificatePassword(Guid destinationId, byte[] password) => Unprotect(destinationId, CertificatePurpose, password);

    private byte[] Unprotect(Guid connectorId, string purpose, byte[] secret) => Guard(() =>
    {
        try
        {
            return For(connectorId, purpose).Unprotect(secret);
        }
        catch (CryptographicException e)
        {
            throw new JcException("SecretUnreadable", JcErrorKind.AccessDenied,
                $"The {(purpose == CertificatePurpose ? "client certificate's password" : "connector's secret")} cannot be read with the key ring '{_folder}': the store was copied from elsewhere, or the key ring was lost or belongs to another account. Set it again with {Remedy(purpose)}.",
                _folder, e);
        }
    });

    private static string Remedy(string purpose) => purpose switch
    {
        ProxyPurpose => "Set-JcConnector -Proxy and -ProxyCredential",
        CertificatePurpose => "Set-JcSyslogDestination -ClientCertificateFile and -ClientCertificatePassword",
        _ => "Set-JcConnector -ApiKey or -ServiceAccount",
    };

    private IDataProtector For(Guid connectorId, string purpose) =>
        _provider.Value.CreateProtector(purpose, connectorId.ToString("N"));

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is UnauthorizedAccessException || e.InnerException is UnauthorizedAccessException)
        {
            throw new JcException("KeyRingAccessDenied", JcErrorKind.AccessDenied,
                $"The account '{Environment.UserName}' may not use the key ring '{_folder}' that protects the connectors' secrets. Run as the account that made it, or as Administrator.",
                _folder, e);
        }
    }

    private IDataProtectionProvider CreateProvider()
    {
        try
        {
            StoreFolder.Ensure(_folder);
        }
        catch (JcException e) when (e.Kind == JcErrorKind.InvalidInput)
        {
            throw new JcException("KeyRingPathInvalid", JcErrorKind.InvalidInput,
                $"The key ring cannot be in '{_folder}': it is a file, or no folder can be made there. Name a folder on a local disk with {StoreFolder.KeyRingEnvironmentVariable}.", _folder, e);
        }

        ServiceCollection services = new();
        IDataProtectionBuilder builder = services.AddDataProtection()
            .SetApplicationName("JumpCloudConnector")
            .PersistKeysToFileSystem(new DirectoryInfo(_folder));
#if NET
        if (OperatingSystem.IsWindows()) builder.ProtectKeysWithDpapi(protectToLocalMachine: true);
#else
        if (Environment.OSVersion.Platform == PlatformID.Win32NT) builder.ProtectKeysWithDpapi(protectToLocalMachine: true);
#endif
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();
    }
}
