using System.Runtime.InteropServices;
using System.Security.AccessControl;
using System.Security.Principal;

namespace JumpCloudConnector.Storage;

/// <summary>Where a store lies, and who may enter: its folder is readable by those alone who collect from it.</summary>
public static class StoreFolder
{
    /// <summary>Names the store's folder where a command does not.</summary>
    public const string EnvironmentVariable = "JCCONNECTOR_STORE";

    /// <summary>Names the key ring's folder, which must lie outside every store.</summary>
    public const string KeyRingEnvironmentVariable = "JCCONNECTOR_KEYRING";

#if NET
    [System.Runtime.Versioning.SupportedOSPlatformGuard("windows")]
#endif
    private static bool IsWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>The folder in force: the one given, or the environment's, or the machine's default.</summary>
    public static string Resolve(string? path)
    {
        if (string.IsNullOrWhiteSpace(path)) path = Environment.GetEnvironmentVariable(EnvironmentVariable);
        return string.IsNullOrWhiteSpace(path) ? Default("JumpCloudConnector") : Path.GetFullPath(path!);
    }

    /// <summary>The key ring's folder: beside the default store, never in it, so that no copy of a store carries it along.</summary>
    public static string ResolveKeyRing()
    {
        string? path = Environment.GetEnvironmentVariable(KeyRingEnvironmentVariable);
        return string.IsNullOrWhiteSpace(path) ? Default("JumpCloudConnector.KeyRing") : Path.GetFullPath(path!);
    }

    /// <summary>Makes the folder, closed to others, where it does not exist.</summary>
    /// <exception cref="JcException">StorePathIsFile or StoreAccessDenied or StorePathInvalid.</exception>
    public static void Ensure(string folder)
    {
        if (File.Exists(folder))
        {
            throw new JcException("StorePathIsFile", JcErrorKind.InvalidInput,
                $"The store path '{folder}' is a file. Give a folder; it is made where it does not exist.", folder);
        }

        if (Directory.Exists(folder)) return;
        try
        {
            if (IsWindows) CreateOnWindows(folder);
            else CreateOnUnix(folder);
        }
        catch (UnauthorizedAccessException e)
        {
            throw AccessDenied(folder, e);
        }
        catch (Exception e) when (e is IOException or NotSupportedException or ArgumentException)
        {
            throw new JcException("StorePathInvalid", JcErrorKind.InvalidInput,
                $"The store folder '{folder}' cannot be made: {e.Message} Give a folder on a local disk.", folder, e);
        }
    }

    /// <summary>The error for an account that may not enter, with the remedy.</summary>
    public static JcException AccessDenied(string folder, Exception? cause) => new(
        "StoreAccessDenied", JcErrorKind.AccessDenied,
        IsWindows
            ? $"The account '{Environment.UserName}' may not use the store '{folder}'. Run PowerShell as Administrator, or as an account that was granted access to the store."
            : $"The account '{Environment.UserName}' may not use the store '{folder}'. Run as the store's owner, or give another folder with -StorePath or {EnvironmentVariable}.",
        folder, cause);

    private static string Default(string name) => Path.Combine(
        Environment.GetFolderPath(
            IsWindows ? Environment.SpecialFolder.CommonApplicationData : Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify),
        name);

    private static void CreateOnUnix(string folder)
    {
#if NET
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(folder, ownerOnly);
#else
        Directory.CreateDirectory(folder);
#endif
    }

#if NET
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif
    private static void CreateOnWindows(string folder)
    {
        DirectorySecurity security = new();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        Allow(new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null));
        Allow(new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null));
        using (WindowsIdentity user = WindowsIdentity.GetCurrent())
        {
            // Without elevation the creator is outside Administrators and would lock itself out of its own store.
            if (user.User is { } sid && !new WindowsPrincipal(user).IsInRole(WindowsBuiltInRole.Administrator)) Allow(sid);
        }

#if NET
        new DirectoryInfo(folder).Create(security);
#else
        Directory.CreateDirectory(folder, security);
#endif

        void Allow(SecurityIdentifier sid) => security.AddAccessRule(new FileSystemAccessRule(
            sid, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit,
            PropagationFlags.None, AccessControlType.Allow));
    }
}
