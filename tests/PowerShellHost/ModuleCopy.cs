namespace PowerShellHost;

/// <summary>
/// A copy of the built module in a temporary folder: an imported assembly is locked on Windows, and a build must be able to
/// replace it. Deleted with the process where possible.
/// </summary>
public sealed class ModuleCopy : IDisposable
{
    private const string ModuleName = "JumpCloudConnector";
    private static readonly Lazy<ModuleCopy> s_shared = new(CreateShared);

    /// <summary>Makes a new copy.</summary>
    public ModuleCopy()
    {
        string source = FindBuiltModule();
        Root = Directory.CreateTempSubdirectory("jcc-module-").FullName;
        Folder = Path.Combine(Root, ModuleName);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(Folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The copy that a whole process shares; the module's assemblies are then loaded once.</summary>
    public static ModuleCopy Shared => s_shared.Value;

    /// <summary>The module's folder.</summary>
    public string Folder { get; }

    /// <summary>The module's manifest, the path to import.</summary>
    public string Manifest => Path.Combine(Folder, ModuleName + ".psd1");

    private string Root { get; }

    /// <summary>The folder that <c>dotnet build</c> assembles the module in.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    public static string FindBuiltModule()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "out", ModuleName);
            if (File.Exists(Path.Combine(candidate, ModuleName + ".psd1"))) return candidate;
        }

        throw new DirectoryNotFoundException($"There is no out/{ModuleName} above {AppContext.BaseDirectory}. Run 'dotnet build' first.");
    }

    /// <summary>Deletes the copy, unless its assemblies are in use (Windows).</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A loaded assembly; the system's temporary folder is cleaned by others.
        }
    }

    private static ModuleCopy CreateShared()
    {
        var copy = new ModuleCopy();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => copy.Dispose();
        return copy;
    }
}
