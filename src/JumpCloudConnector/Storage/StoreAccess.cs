using System.Runtime.InteropServices;
using System.Security.AccessControl;
using System.Security.Principal;

namespace JumpCloudConnector.Storage;

/// <summary>Lets another account than the maker's use a store, and tells whether a folder is safe to run code from.</summary>
public static class StoreAccess
{
#if NET
    [System.Runtime.Versioning.SupportedOSPlatformGuard("windows")]
#endif
    private static bool IsWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>Grants an account what collection needs: to read and write a folder and all that is in it. On Windows alone.</summary>
    /// <exception cref="JcException">AccountNotFound or StoreAccessDenied.</exception>
    public static void Grant(string folder, string account)
    {
        if (!IsWindows) return;
        StoreFolder.Ensure(folder);
        try
        {
            IdentityReference sid = new NTAccount(account).Translate(typeof(SecurityIdentifier));
            DirectoryInfo directory = new(folder);
            DirectorySecurity security = directory.GetAccessControl();
            security.AddAccessRule(new FileSystemAccessRule(
                sid, FileSystemRights.Modify, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
            directory.SetAccessControl(security);
        }
        catch (IdentityNotMappedException e)
        {
            throw new JcException("AccountNotFound", JcErrorKind.NotFound, $"There is no account '{account}' here. Write it as DOMAIN\\user, or DOMAIN\\name$ for a managed service account.", account, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw StoreFolder.AccessDenied(folder, e);
        }
    }

    /// <summary>Refuses to let a privileged account run what others can replace.</summary>
    /// <exception cref="JcException">ModuleFolderOpen.</exception>
    public static void CheckModule(string folder)
    {
        for (DirectoryInfo? level = new(folder); level is not null; level = level.Parent)
        {
            string? who = IsWindows ? StoreFolder.WhoElseWritesOnWindows(level.FullName) : WhoElseWritesOnUnix(level);
            if (who is null)
            {
                // On Windows the drive's root lets users make folders, which endangers nothing below a closed one.
                if (IsWindows) return;
                continue;
            }

            throw new JcException("ModuleFolderOpen", JcErrorKind.AccessDenied,
                $"The module lies in '{folder}', and '{level.FullName}' can be written by {who}: they could let a privileged account run what they like. "
                + (IsWindows ? @"Install the module below C:\Program Files (Install-Module -Scope AllUsers)" : "Install the module where root alone can write, such as /usr/local/share/powershell/Modules")
                + ", or choose an account without privileges.", folder);
        }
    }

    private static string? WhoElseWritesOnUnix(DirectoryInfo folder)
    {
#if NET
        // Where the sticky bit is set, as in /tmp, others cannot replace what is not theirs.
        UnixFileMode mode = folder.UnixFileMode;
        return (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0 && (mode & UnixFileMode.StickyBit) == 0 ? "other users of this machine" : null;
#else
        _ = folder;
        return null;
#endif
    }
}
