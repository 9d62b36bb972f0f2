#if !NETFRAMEWORK
using System.Runtime.InteropServices;

namespace JumpCloudConnector.Loader;

/// <summary>
/// Native libraries from <c>runtimes/&lt;rid&gt;/native</c>, each loaded once in a process however many copies of the
/// module are in use: two SQLite libraries in one process break each other's POSIX locks
/// (https://sqlite.org/howtocorrupt.html#multiple_copies_of_sqlite_linked_into_the_same_application).
/// </summary>
internal static class NativeLibraries
{
    private static readonly Dictionary<string, nint> s_loaded = new(StringComparer.Ordinal);
    private static readonly object s_gate = new();

    /// <summary>Gives the library's handle, or zero where the module has none of that name for this machine.</summary>
    public static nint Load(string runtimesFolder, string name)
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        string file = OperatingSystem.IsWindows() ? $"{name}.dll"
            : OperatingSystem.IsMacOS() ? $"lib{name}.dylib"
            : $"lib{name}.so";
#pragma warning disable CA1308 // Runtime identifiers are written in lower case.
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        string path = Path.Combine(runtimesFolder, $"{system}-{architecture}", "native", file);

        lock (s_gate)
        {
            if (s_loaded.TryGetValue(name, out nint handle)) return handle;
            if (!File.Exists(path)) return 0;
            handle = NativeLibrary.Load(path);
            s_loaded.Add(name, handle);
            return handle;
        }
    }
}
#endif
