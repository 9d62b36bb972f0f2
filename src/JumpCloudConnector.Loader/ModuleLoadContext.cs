#if !NETFRAMEWORK
using System.Reflection;
using System.Runtime.Loader;

namespace JumpCloudConnector.Loader;

/// <summary>
/// The module's own load context on PowerShell 7: what lies in the module's folder is loaded from there and from
/// nowhere else, so that another module's version of a dependency can neither be hurt nor hurt.
/// </summary>
internal sealed class ModuleLoadContext : AssemblyLoadContext
{
    private readonly Dictionary<string, string> _assemblies = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _folder;

    public ModuleLoadContext(string folder)
        : base("JumpCloudConnector")
    {
        _folder = folder;
        AddAssemblies(folder);

        // A package may bring an assembly for one operating system beside the portable one, which then only throws.
        string systemFolder = Path.Combine(folder, "runtimes", OperatingSystem.IsWindows() ? "win" : "unix", "lib");
        if (!Directory.Exists(systemFolder)) return;
        foreach (string framework in Directory.GetDirectories(systemFolder)) AddAssemblies(framework);
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // What is not here (PowerShell, the framework) comes from the default context. The loader lies here too, but
        // belongs to the process: PowerShell has loaded it into the default context.
        string? name = assemblyName.Name;
        if (name is null || name == typeof(ModuleLoadContext).Assembly.GetName().Name) return null;
        return _assemblies.TryGetValue(name, out string? path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        NativeLibraries.Load(Path.Combine(_folder, "runtimes"), unmanagedDllName);

    private void AddAssemblies(string folder)
    {
        foreach (string path in Directory.GetFiles(folder, "*.dll"))
            _assemblies[Path.GetFileNameWithoutExtension(path)] = path;
    }
}
#endif
