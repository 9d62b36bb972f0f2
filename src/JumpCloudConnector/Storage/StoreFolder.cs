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

    /// <summary>True where the environment names the folder, for commands that do not.</summary>
    public static bool IsNamedByEnvironment => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(EnvironmentVariable));

    /// <summary>The key ring's folder: beside the default store, never in it, so that no copy of a store carries it along.</summary>
    public static string ResolveKeyRing()
    {
        string? path = Environment.GetEnvironmentVariable(KeyRingEnvironmentVariable);
        return string.IsNullOrWhiteSpace(path) ? Default("JumpCloudConnector.KeyRing") : Path.GetFullPath(path!);
    }

    /// <summary>Makes the folder, closed to others, where it does not exist.</summary>
    /// <exception cref="JcException">StorePathIsFile, StoreOnNetwork, StoreAccessDenied, StorePathInvalid, or StoreFolderOpen
    /// where the folder exists and others may write to it.</exception>
    public static void Ensure(string folder)
    {
        if (IsOnNetwork(folder, IsWindows, drive => new DriveInfo(drive).DriveType))
        {
            throw new JcException("StoreOnNetwork", JcErrorKind.InvalidInput,
                $"The store folder '{folder}' is on a network share. Two computers would write into one file without seeing each other's locks, and what was committed could be lost. Give a folder on a local disk; Backup-JcStore copies a store to a share.", folder);
        }

        if (File.Exists(folder))
        {
            throw new JcException("StorePathIsFile", JcErrorKind.InvalidInput,
                $"The store path '{folder}' is a file. Give a folder; it is made where it does not exist. A file that Backup-JcStore has made is tested with Test-JcStore -BackupFile, and the help of Backup-JcStore says how it is restored.", folder);
        }

        if (Directory.Exists(folder))
        {
            CheckClosed(folder);
            return;
        }

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

    /// <summary>True when a path lies in a folder, or is it.</summary>
    internal static bool IsInside(string path, string folder)
    {
        StringComparison comparison = IsWindows ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        string parent = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
        return (Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar).StartsWith(parent, comparison);
    }

    /// <summary>True where a folder lies on a share, by its path or its drive. What cannot be found out is taken for local.</summary>
    internal static bool IsOnNetwork(string folder, bool isWindows, Func<string, DriveType> typeOf)
    {
        if (isWindows && IsShare(folder)) return true;
        // On Windows the drive tells, elsewhere whatever is mounted where the folder is or will be.
        string? place = isWindows ? folder.Substring(0, Math.Min(3, folder.Length)) : folder;
        while (!isWindows && place is not null && !Directory.Exists(place)) place = Path.GetDirectoryName(place);
        try
        {
            return place is not null && typeOf(place) == DriveType.Network;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsShare(string folder) =>
        folder.StartsWith(@"\\", StringComparison.Ordinal)
        && ((folder.Length > 2 && folder[2] is not ('?' or '.')) || folder.StartsWith(@"\\?\UNC\", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// A folder that was there already may have been put there by somebody: where others can write, they could read or
    /// replace what is kept in it.
    /// </summary>
    private static void CheckClosed(string folder)
    {
        string? who = null;
        try
        {
            if (IsWindows) who = WhoElseWritesOnWindows(folder);
#if NET
            else if ((File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0) who = "other users of this machine";
#endif
        }
        catch (UnauthorizedAccessException e)
        {
            throw AccessDenied(folder, e);
        }

        if (who is null) return;
        throw new JcException("StoreFolderOpen", JcErrorKind.AccessDenied,
            $"The folder '{folder}' can be written by {who}, so what is kept in it would not be safe. "
            + "Give a folder that does not exist yet, which is then made closed"
            // Never as advice for any folder: of a folder that others need, such as /tmp, it would break the machine.
            + (IsWindows ? ", or take the others' permissions away." : "; or, only where this folder is the store's alone, run: chmod go-w."), folder);
    }

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

#if NET
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif
    private static string? WhoElseWritesOnWindows(string folder)
    {
        const FileSystemRights write = FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete
            | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;
        DirectorySecurity security = new DirectoryInfo(folder).GetAccessControl(AccessControlSections.Owner | AccessControlSections.Access);
        using WindowsIdentity user = WindowsIdentity.GetCurrent();
        SecurityIdentifier[] trusted =
        [
            new(WellKnownSidType.LocalSystemSid, null), new(WellKnownSidType.BuiltinAdministratorsSid, null), .. user.User is { } own ? [own] : Array.Empty<SecurityIdentifier>(),
        ];
        if (security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner && !trusted.Contains(owner)) return $"its owner {NameOf(owner)}";

        // Groups that hold everybody; an account that was granted access on purpose is none of our business.
        SecurityIdentifier[] everybody =
        [
            new(WellKnownSidType.WorldSid, null), new(WellKnownSidType.BuiltinUsersSid, null), new(WellKnownSidType.AuthenticatedUserSid, null),
            new(WellKnownSidType.InteractiveSid, null), new(WellKnownSidType.BuiltinGuestsSid, null),
        ];
        foreach (FileSystemAccessRule rule in security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)))
        {
            if (rule.AccessControlType == AccessControlType.Allow && (rule.FileSystemRights & write) != 0
                && rule.IdentityReference is SecurityIdentifier sid && everybody.Contains(sid))
            {
                return NameOf(sid);
            }
        }

        return null;
    }

#if NET
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif
    internal static string NameOf(SecurityIdentifier sid)
    {
        try
        {
            return sid.Translate(typeof(NTAccount)).Value;
        }
        catch (IdentityNotMappedException)
        {
            return sid.Value;
        }
    }
}
