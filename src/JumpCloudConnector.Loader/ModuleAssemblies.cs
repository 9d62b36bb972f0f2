using System.Collections.Concurrent;
using System.Reflection;

namespace JumpCloudConnector.Loader;

/// <summary>
/// The one entry point of the module's script: gives the assembly with the cmdlets. May be called any number of times
/// and from many runspaces at once; one folder is loaded once in a process.
/// </summary>
/// <remarks>
/// This assembly is shared by every copy and version of the module in a process, and the first one loaded serves them
/// all: the signature of <see cref="Load"/> must never change.
/// </remarks>
public static class ModuleAssemblies
{
    private const string CmdletsAssembly = "JumpCloudConnector.Cmdlets";

    private static readonly ConcurrentDictionary<string, Lazy<Assembly>> s_loaded = new(StringComparer.Ordinal);

    /// <summary>Loads the cmdlets, and prepares the resolution of everything they need, from one folder.</summary>
    /// <param name="folder">The module's folder of assemblies for the framework in use: bin/net8.0 or bin/net472.</param>
    /// <returns>The assembly that holds the cmdlets.</returns>
    public static Assembly Load(string folder)
    {
        if (folder is null) throw new ArgumentNullException(nameof(folder));
        folder = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        Lazy<Assembly> entry = s_loaded.GetOrAdd(folder, path => new Lazy<Assembly>(() => LoadOnce(path)));
        try
        {
            return entry.Value;
        }
        catch
        {
            // A Lazy keeps its exception; an installation that was repaired meanwhile should work without a new process.
            ((ICollection<KeyValuePair<string, Lazy<Assembly>>>)s_loaded).Remove(new(folder, entry));
            throw;
        }
    }

#if NETFRAMEWORK
    private static Assembly LoadOnce(string folder)
    {
        var folderAssemblies = new DesktopResolver(folder);
        DesktopNativeLibrary.Preload(folder);
        return folderAssemblies.LoadByName(CmdletsAssembly);
    }
#else
    private static Assembly LoadOnce(string folder) =>
        new ModuleLoadContext(folder).LoadFromAssemblyName(new AssemblyName(CmdletsAssembly));
#endif
}
