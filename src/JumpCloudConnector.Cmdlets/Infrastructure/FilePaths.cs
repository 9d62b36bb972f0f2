using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Paths of files as PowerShell means them.</summary>
internal static class FilePaths
{
    /// <summary>The full path, seen from PowerShell's location, which is not the process's.</summary>
    /// <exception cref="JcException">InvalidPath where it is no path of the file system.</exception>
    public static string Resolve(PSCmdlet cmdlet, string path)
    {
        Exception? cause = null;
        try
        {
            string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (provider.Name == "FileSystem") return full;
        }
        catch (Exception e) when (e is RuntimeException or ArgumentException or NotSupportedException)
        {
            cause = e;
        }

        throw new JcException("InvalidPath", JcErrorKind.InvalidInput, $"'{path}' is not a path of the file system. Give the path of a file.", path, cause);
    }

    /// <summary>As <see cref="Resolve"/>; a path that ends as that of a folder does so still.</summary>
    /// <exception cref="JcException">InvalidPath.</exception>
    public static string ResolveFileOrFolder(PSCmdlet cmdlet, string path)
    {
        string full = Resolve(cmdlet, path);
        // A path that ends so is a folder, whether it is there or not.
        bool isFolder = path[path.Length - 1] is '/' or '\\' && !full.EndsWith(Path.DirectorySeparatorChar.ToString(), StringComparison.Ordinal);
        return isFolder ? full + Path.DirectorySeparatorChar : full;
    }
}
