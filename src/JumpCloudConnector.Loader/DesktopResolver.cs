#if NETFRAMEWORK
using System.Reflection;

namespace JumpCloudConnector.Loader;

/// <summary>
/// Stands in for the binding redirects that powershell.exe does not have: the module's assemblies were compiled against
/// several versions of the same dependencies, of which the folder holds the highest. Serves the module alone.
/// </summary>
internal sealed class DesktopResolver
{
    private readonly string _folder;

    public DesktopResolver(string folder)
    {
        _folder = folder;
        AppDomain.CurrentDomain.AssemblyResolve += Resolve;
    }

    public Assembly LoadByName(string name) => Assembly.LoadFrom(Path.Combine(_folder, name + ".dll"));

    private Assembly? Resolve(object sender, ResolveEventArgs request)
    {
        var wanted = new AssemblyName(request.Name);
        string path = Path.Combine(_folder, wanted.Name + ".dll");
        if (!File.Exists(path)) return null;

        AssemblyName offered = AssemblyName.GetAssemblyName(path);
        return Serves(request.RequestingAssembly, wanted, offered) ? Assembly.LoadFrom(path) : null;
    }

    // Another module must not get this module's version of an assembly in place of its own. Where the runtime does not
    // say who asks, only the very assembly that was asked for is given.
    private bool Serves(Assembly? asker, AssemblyName wanted, AssemblyName offered)
    {
        if (!SameToken(wanted, offered)) return false;
        if (asker is null) return wanted.Version is null || wanted.Version == offered.Version;
        if (asker.IsDynamic || asker.Location.Length == 0) return false;
        return wanted.Version <= offered.Version
            && string.Equals(Path.GetDirectoryName(asker.Location), _folder, StringComparison.OrdinalIgnoreCase);
    }

    private static bool SameToken(AssemblyName wanted, AssemblyName offered) =>
        (wanted.GetPublicKeyToken() ?? []).SequenceEqual(offered.GetPublicKeyToken() ?? []);
}
#endif
