#if NETFRAMEWORK
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace JumpCloudConnector.Loader;

/// <summary>
/// Loads the native SQLite by its full path before the first call: .NET Framework then finds it by its name, without
/// any change to a search path of the process.
/// </summary>
internal static class DesktopNativeLibrary
{
    private const string Name = "e_sqlite3.dll";

    public static void Preload(string folder)
    {
        if (Environment.OSVersion.Platform != PlatformID.Win32NT) return;
        // By name, Windows gives the first one loaded, whoever loaded it; a second copy would only be dead weight.
        if (GetModuleHandle(Name) != IntPtr.Zero) return;

#pragma warning disable CA1308 // Runtime identifiers are written in lower case.
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        string path = Path.Combine(folder, "runtimes", $"win-{architecture}", "native", Name);
        if (!File.Exists(path))
        {
            throw new PlatformNotSupportedException(
                $"JumpCloudConnector has no SQLite library for a Windows process of architecture {architecture} ({path} does not exist). Use an x64, x86 or arm64 PowerShell, or install the module again.");
        }

        if (LoadLibrary(path) == IntPtr.Zero)
            throw new DllNotFoundException($"Windows could not load {path}.", new Win32Exception(Marshal.GetLastWin32Error()));
    }

    [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true, EntryPoint = "LoadLibraryW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LoadLibrary(string path);

    [DllImport("kernel32.dll", CharSet = CharSet.Unicode, EntryPoint = "GetModuleHandleW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr GetModuleHandle(string name);
}
#endif
