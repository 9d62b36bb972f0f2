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

    /// <summary>
    /// Makes a folder fit for an account that is to collect: it may read and write all that is in it, and the folder's owner
    /// is one that every account trusts. On Windows; elsewhere the account must own the folder, which is checked.
    /// </summary>
    /// <exception cref="JcException">AccountNotFound, AccountHasNoAccess or StoreAccessDenied.</exception>
    public static void Grant(string folder, string account, bool isSystem)
    {
        if (IsWindows) GrantOnWindows(folder, isSystem ? null : account);
        else if (Directory.Exists(folder)) CheckOwner(folder, account);
    }

    /// <summary>Refuses to let an account run what others can replace.</summary>
    /// <param name="moduleFolder">The module's folder, with all that is in it.</param>
    /// <param name="hostPath">The PowerShell that runs it.</param>
    /// <param name="account">Who runs it.</param>
    /// <param name="isPrivileged">True for the account of the machine, root, and service accounts.</param>
    /// <exception cref="JcException">ModuleFolderOpen.</exception>
    public static void CheckModule(string moduleFolder, string hostPath, string account, bool isPrivileged)
    {
        string[] paths = [moduleFolder, .. Directory.EnumerateFileSystemEntries(moduleFolder, "*", SearchOption.AllDirectories), hostPath];
        (string Path, string Who)? open;
        if (IsWindows) open = WhoElseOnWindows(paths, isPrivileged ? null : account);
        else open = WhoElseOnUnix([.. paths, .. Parents(moduleFolder), .. Parents(hostPath)], isPrivileged ? null : account);
        if (open is not { } fault) return;
        throw new JcException("ModuleFolderOpen", JcErrorKind.AccessDenied,
            $"'{fault.Path}' can be changed by {fault.Who}, who could let the account '{account}' run what they like. "
            + (IsWindows ? @"Install the module below C:\Program Files (Install-Module -Scope AllUsers)" : "Install the module where root alone can write, such as /usr/local/share/powershell/Modules")
            + ", or choose an account without privileges that owns it.", fault.Path);
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (DirectoryInfo? level = Directory.GetParent(path); level is not null; level = level.Parent) yield return level.FullName;
    }

    private static void CheckOwner(string folder, string account)
    {
        if (account == "root") return;
        string owner = Ask("stat", "-Lc", "%U", folder).Trim();
        if (owner == account) return;
        throw new JcException("AccountHasNoAccess", JcErrorKind.AccessDenied,
            $"'{folder}' belongs to '{owner}', so the account '{account}' could not collect. Run: chown -R {account} '{folder}', or choose another account or folder.", folder);
    }

    private static (string Path, string Who)? WhoElseOnUnix(string[] paths, string? account)
    {
        // The owner's name, the mode in octal digits, and the path, which is last since it may have spaces.
        foreach (string line in Ask("stat", ["-Lc", "%U %a %n", .. paths]).Split(['\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split([' '], 3);
            if (parts[0] != "root" && parts[0] != account) return (parts[2], $"its owner '{parts[0]}'");
            int mode = Convert.ToInt32(parts[1], 8);
            // Where the sticky bit is set, as in /tmp, others cannot replace what is not theirs.
            if ((mode & 0x12) != 0 && (mode & 0x200) == 0) return (parts[2], "other users of this machine");
        }

        return null;
    }

    private static string Ask(string program, params string[] arguments)
    {
        System.Diagnostics.ProcessStartInfo start = new(program) { RedirectStandardOutput = true, UseShellExecute = false };
#if NET
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
#else
        start.Arguments = string.Join(" ", arguments.Select(a => $"\"{a}\""));
#endif
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new JcException("ModuleFolderOpen", JcErrorKind.AccessDenied,
            $"Who may change the module could not be found out: '{program}' failed. Install the module where root alone can write.");
    }

#if NET
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif
    private static void GrantOnWindows(string folder, string? account)
    {
        StoreFolder.Ensure(folder);
        try
        {
            DirectoryInfo directory = new(folder);
            DirectorySecurity security = directory.GetAccessControl();
            SecurityIdentifier administrators = new(WellKnownSidType.BuiltinAdministratorsSid, null);
            if (security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner && owner != administrators && !owner.IsWellKnown(WellKnownSidType.LocalSystemSid))
            {
                // Made without elevation: another account would take its maker for a stranger.
                Allow(owner, FileSystemRights.FullControl);
                security.SetOwner(administrators);
            }

            if (account is not null) Allow(new NTAccount(account).Translate(typeof(SecurityIdentifier)), FileSystemRights.Modify);
            directory.SetAccessControl(security);

            void Allow(IdentityReference sid, FileSystemRights rights) => security.AddAccessRule(new FileSystemAccessRule(
                sid, rights, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }
        catch (IdentityNotMappedException e)
        {
            throw new JcException("AccountNotFound", JcErrorKind.NotFound, $"There is no account '{account}' here. Write it as DOMAIN\\user, or DOMAIN\\name$ for a managed service account.", account, e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or InvalidOperationException)
        {
            throw StoreFolder.AccessDenied(folder, e);
        }
    }

#if NET
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif
    private static (string Path, string Who)? WhoElseOnWindows(string[] paths, string? account)
    {
        foreach (string path in paths)
        {
            if (WhoElseOnWindows(path, account) is { } who) return (path, who);
        }

        return null;
    }

#if NET
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif
    private static string? WhoElseOnWindows(string path, string? account)
    {
        const FileSystemRights write = FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete
            | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;
        List<SecurityIdentifier> trusted =
        [
            new(WellKnownSidType.LocalSystemSid, null), new(WellKnownSidType.BuiltinAdministratorsSid, null),
            // TrustedInstaller, to which Windows' own files belong.
            new("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"),
        ];
        if (account is not null && new NTAccount(account).Translate(typeof(SecurityIdentifier)) is SecurityIdentifier own) trusted.Add(own);
        FileSystemSecurity security = Directory.Exists(path) ? new DirectoryInfo(path).GetAccessControl() : new FileInfo(path).GetAccessControl();
        if (security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner && !trusted.Contains(owner)) return $"its owner {StoreFolder.NameOf(owner)}";
        foreach (FileSystemAccessRule rule in security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)))
        {
            if (rule.AccessControlType == AccessControlType.Allow && (rule.FileSystemRights & write) != 0
                && (rule.PropagationFlags & PropagationFlags.InheritOnly) == 0
                && rule.IdentityReference is SecurityIdentifier sid && !trusted.Contains(sid))
            {
                return StoreFolder.NameOf(sid);
            }
        }

        return null;
    }
}
