using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>What the build puts into out/JumpCloudConnector: all that the module needs, and nothing else.</summary>
public sealed class ModuleContentTests
{
    private static readonly string s_module = ModuleCopy.FindBuiltModule();

    [Fact]
    public void Native_libraries_are_those_of_the_supported_systems()
    {
        string[] expected =
        [
            "net472/runtimes/win-arm64/native/e_sqlite3.dll",
            "net472/runtimes/win-x64/native/e_sqlite3.dll",
            "net472/runtimes/win-x86/native/e_sqlite3.dll",
            "net8.0/runtimes/linux-arm64/native/libe_sqlite3.so",
            "net8.0/runtimes/linux-x64/native/libe_sqlite3.so",
            "net8.0/runtimes/osx-arm64/native/libe_sqlite3.dylib",
            "net8.0/runtimes/osx-x64/native/libe_sqlite3.dylib",
            "net8.0/runtimes/win-arm64/native/e_sqlite3.dll",
            "net8.0/runtimes/win-x64/native/e_sqlite3.dll",
        ];
        IEnumerable<string> found = Files("bin").Where(file => file.Contains("/native", StringComparison.Ordinal));
        Assert.Equal(expected, found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("net472")]
    [InlineData("net8.0")]
    public void Each_framework_has_the_module_and_not_the_host(string framework)
    {
        string[] files = [.. Files(Path.Combine("bin", framework))];
        Assert.Contains("JumpCloudConnector.Loader.dll", files);
        Assert.Contains("JumpCloudConnector.Cmdlets.dll", files);
        Assert.Contains("JumpCloudConnector.dll", files);
        Assert.Contains("Microsoft.Data.Sqlite.dll", files);
        Assert.DoesNotContain(files, file => file.EndsWith("System.Management.Automation.dll", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(files, file => file.EndsWith(".xml", StringComparison.OrdinalIgnoreCase));
        Assert.All(
            files.Where(file => file.StartsWith("runtimes/", StringComparison.Ordinal)),
            file => Assert.Matches("^runtimes/([a-z]+-[a-z0-9]+/native|(win|unix)/lib/net[0-9.]+)/", file));
    }

    [Theory]
    [InlineData("net472")]
    [InlineData("net8.0")]
    public void Every_reference_is_met_by_the_folder_or_by_the_framework(string framework)
    {
        string folder = Path.Combine(s_module, "bin", framework);
        Dictionary<string, Version> present = Directory.EnumerateFiles(folder, "*.dll", SearchOption.TopDirectoryOnly)
            .Select(AssemblyName.GetAssemblyName)
            .ToDictionary(name => name.Name!, name => name.Version!, StringComparer.OrdinalIgnoreCase);

        string[] missing =
        [
            .. from file in Directory.EnumerateFiles(folder, "*.dll", SearchOption.TopDirectoryOnly)
               from reference in References(file)
               where !IsHost(framework, reference)
               where !present.TryGetValue(reference.Name!, out Version? version) || version < reference.Version
               select $"{Path.GetFileName(file)} needs {reference.Name} {reference.Version}",
        ];
        Assert.Empty(missing);
    }

    [Fact]
    public void The_manifest_names_files_that_exist_and_a_version()
    {
        string manifest = File.ReadAllText(Path.Combine(s_module, "JumpCloudConnector.psd1"));
        Assert.Equal(typeof(JcCmdlet).Assembly.GetName().Version!.ToString(3), System.Text.RegularExpressions.Regex.Match(manifest, @"ModuleVersion\s*=\s*'([^']+)'").Groups[1].Value);
        foreach (string file in new[] { "JumpCloudConnector.psm1", "JumpCloudConnector.Format.ps1xml", "JumpCloudConnector.Types.ps1xml" })
        {
            Assert.Contains(file, manifest, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(s_module, file)), file);
        }
    }

    private static IEnumerable<string> Files(string subfolder)
    {
        string root = Path.Combine(s_module, subfolder);
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'));
    }

    // What .NET Framework 4.7.2 has of what the folder's assemblies name, in the version it has.
    private static readonly Dictionary<string, Version> s_desktop = new()
    {
        ["Microsoft.VisualBasic"] = new(10, 0, 0, 0),
        ["mscorlib"] = new(4, 0, 0, 0),
        ["netstandard"] = new(2, 0, 0, 0),
        ["System"] = new(4, 0, 0, 0),
        ["System.ComponentModel.DataAnnotations"] = new(4, 0, 0, 0),
        ["System.Configuration"] = new(4, 0, 0, 0),
        ["System.Core"] = new(4, 0, 0, 0),
        ["System.Data"] = new(4, 0, 0, 0),
        ["System.IO.Compression"] = new(4, 2, 0, 0),
        ["System.Net.Http"] = new(4, 2, 0, 0),
        ["System.Numerics"] = new(4, 0, 0, 0),
        ["System.Runtime.InteropServices.RuntimeInformation"] = new(4, 0, 2, 0),
        ["System.Security"] = new(4, 0, 0, 0),
        ["System.Transactions"] = new(4, 0, 0, 0),
        ["System.Xml"] = new(4, 0, 0, 0),
        ["System.Xml.Linq"] = new(4, 0, 0, 0),
    };

    // .NET 8 is not installed where these tests run; what it has is in the running framework too, and an assembly that a
    // newer package brings says so by its version.
    private static readonly HashSet<string> s_core =
        [.. Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file))];

    private static bool IsHost(string framework, AssemblyName reference) =>
        reference.Name == "System.Management.Automation"
        || (framework == "net472"
            ? s_desktop.TryGetValue(reference.Name!, out Version? version) && version >= reference.Version
            // Those of Visual Basic count their versions apart.
            : s_core.Contains(reference.Name!) && (reference.Version!.Major <= 8 || reference.Name!.StartsWith("Microsoft.VisualBasic", StringComparison.Ordinal)));

    private static List<AssemblyName> References(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetAssemblyReference(handle).GetAssemblyName())];
    }
}
