using System.Diagnostics;
using System.IO.Compression;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Xml.Linq;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>The package that 'dotnet pack' makes, unpacked as PowerShellGet does, is all that a machine needs.</summary>
public sealed class PackageTests(PackageTests.InstalledPackage package) : IClassFixture<PackageTests.InstalledPackage>
{
    private const string HashFile = "JumpCloudConnector.sha256";

    [Fact]
    public void It_says_of_itself_what_the_gallery_asks_for()
    {
        XNamespace schema = package.Description.Name.Namespace;
        XElement metadata = package.Description.Element(schema + "metadata")!;
        string Value(string name) => metadata.Element(schema + name)?.Value ?? "";

        using ModuleSession session = new(import: false);
        ScriptResult tested = session.Invoke("param($Path) Test-ModuleManifest $Path", ModuleSession.Parameters(("Path", package.Manifest)));
        Assert.Empty(tested.AllErrors);
        PSModuleInfo manifest = (PSModuleInfo)tested.Output.Single().BaseObject;

        Assert.Equal("JumpCloudConnector", Value("id"));
        Assert.Equal(manifest.Version.ToString(), Value("version"));
        Assert.Equal(manifest.Author, Value("authors"));
        Assert.Equal(manifest.Copyright, Value("copyright"));
        Assert.Equal(manifest.Description, Value("description"));
        Assert.Equal("MIT", Value("license"));
        Assert.StartsWith("### ", Value("releaseNotes"), StringComparison.Ordinal);
        Assert.Contains("- ", Value("releaseNotes"), StringComparison.Ordinal);
        // Sign for sign, also where it has signs that XML takes for its own.
        string changes = File.ReadAllText(Path.Combine(package.Folder, "CHANGELOG.md")).ReplaceLineEndings("\n");
        Assert.Contains(Value("releaseNotes").ReplaceLineEndings("\n"), changes, StringComparison.Ordinal);
        Assert.DoesNotContain("\n## ", Value("releaseNotes"), StringComparison.Ordinal);
        Assert.Equal("PNG\r\n"u8.ToArray(), File.ReadAllBytes(Path.Combine(package.Folder, Value("icon")))[1..6]);
        Assert.NotNull(manifest.LicenseUri);
        Assert.NotEmpty(manifest.ReleaseNotes);

        string[] tags = Value("tags").Split(' ');
        Assert.Superset(manifest.Tags.ToHashSet(), tags.ToHashSet());
        Assert.Superset(manifest.ExportedCmdlets.Keys.Select(name => "PSCmdlet_" + name).ToHashSet(), tags.ToHashSet());
        Assert.Contains("PSModule", tags);
        // The Gallery takes no more.
        Assert.InRange(Value("tags").Length, 1, 4000);
    }

    [Fact]
    public void It_has_the_built_module_and_its_hashes_and_nothing_else()
    {
        string built = ModuleCopy.FindBuiltModule();
        IEnumerable<string> expected = InstalledPackage.FilesOf(built).Append(HashFile);
        Assert.Equal(expected.Order(StringComparer.Ordinal), InstalledPackage.FilesOf(package.Folder).Order(StringComparer.Ordinal));

        Dictionary<string, string> hashes = File.ReadAllLines(Path.Combine(package.Folder, HashFile))
            .Select(line => line.Split("  ", 2)).ToDictionary(parts => parts[1], parts => parts[0]);
        Assert.Equal(InstalledPackage.FilesOf(built).Order(StringComparer.Ordinal), hashes.Keys.Order(StringComparer.Ordinal));
        Assert.All(hashes, entry => Assert.Equal(
            entry.Value, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(package.Folder, entry.Key))))));
    }

    [Fact]
    public void It_names_whose_assemblies_come_with_it()
    {
        string notices = File.ReadAllText(Path.Combine(package.Folder, "THIRD-PARTY-NOTICES.txt"));
        string named = notices[..notices.IndexOf("-----", StringComparison.Ordinal)];
        string[] names = [.. named.Split([' ', ',', '\n'], StringSplitOptions.RemoveEmptyEntries)];
        IEnumerable<string> foreign = InstalledPackage.FilesOf(Path.Combine(package.Folder, "bin"))
            .Where(file => Path.GetExtension(file) is ".dll" or ".so" or ".dylib")
            .Select(file => Path.GetFileNameWithoutExtension(file)).Select(name => name == "libe_sqlite3" ? "e_sqlite3" : name)
            .Where(name => !name.StartsWith("JumpCloudConnector", StringComparison.Ordinal)).Distinct();
        Assert.All(foreign, name => Assert.Contains(names, pattern =>
            pattern == name || (pattern.EndsWith('*') && name.StartsWith(pattern[..^1], StringComparison.Ordinal))));
    }

    [Fact]
    public async Task What_is_installed_from_it_collects()
    {
        (int exitCode, string output, string errors) = await TestProgram.RunAsync(
            "dotnet", TestProgram.Find("IsolationCheck", "net10.0", "IsolationCheck.dll"), package.Module);
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{output}\n{errors}");
        Assert.Contains($"with the module in {package.Folder}", output, StringComparison.Ordinal);
    }

    /// <summary>No file of the repository has its address: a build that is told of it does the rest.</summary>
    [Fact]
    public void Where_the_repository_is_known_manifest_help_and_package_lead_to_it()
    {
        const string Repository = "https://github.com/example/connector";
        using TemporaryFolder root = new();
        string output = Path.Combine(root.Path, "package");
        InstalledPackage.Run("pack", "--no-build", "--output", output, $"-p:RepositoryUrl={Repository}");
        using (ZipArchive packed = ZipFile.OpenRead(Directory.EnumerateFiles(output, "*.nupkg").Single()))
        using (Stream stream = packed.Entries.Single(e => e.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open())
        {
            XElement description = XDocument.Load(stream).Root!;
            Assert.Equal(Repository, description.Descendants().Single(e => e.Name.LocalName == "projectUrl").Value);
        }

        string module = Path.Combine(root.Path, "JumpCloudConnector");
        foreach (string file in InstalledPackage.FilesOf(package.Folder))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(module, file))!);
            File.Copy(Path.Combine(package.Folder, file), Path.Combine(module, file));
        }

        InstalledPackage.Run("msbuild", "-t:LinkModule", $"-p:RepositoryUrl={Repository}", $"-p:ModuleOutput={module}/");
        using ModuleSession session = new(import: false);
        ScriptResult tested = session.Invoke(
            "param($Path) Test-ModuleManifest $Path", ModuleSession.Parameters(("Path", Path.Combine(module, "JumpCloudConnector.psd1"))));
        Assert.Empty(tested.AllErrors);
        PSModuleInfo manifest = (PSModuleInfo)tested.Output.Single().BaseObject;
        Assert.Equal(Repository, manifest.ProjectUri.ToString());
        Assert.Equal($"{Repository}/raw/v{manifest.Version}/module/icon.png", manifest.IconUri.ToString());

        const string Help = "en-US/JumpCloudConnector.Cmdlets.dll-Help.xml";
        XElement[] Commands(string folder) => [.. XDocument.Load(Path.Combine(folder, Help)).Root!.Elements()];
        static XElement Links(XElement command) => command.Elements().Single(e => e.Name.LocalName == "relatedLinks");
        XElement[] linked = Commands(module);
        Assert.Equal(manifest.ExportedCmdlets.Count, linked.Length);
        foreach (XElement command in linked)
        {
            string name = command.Descendants().First(e => e.Name.LocalName == "name").Value;
            XElement link = Links(command).Elements().First();
            Assert.Equal($"{Repository}/blob/v{manifest.Version}/docs/help/{name}.md", link.Elements().Single(e => e.Name.LocalName == "uri").Value);
            link.Remove();
        }

        // Nothing else has changed.
        Assert.Equal(Commands(package.Folder).SelectMany(Said), linked.SelectMany(Said));
        static IEnumerable<(XName, string)> Said(XElement command) => command.Descendants().Select(e => (e.Name, e.HasElements ? "" : e.Value));
    }

    /// <summary>A package made of the built module, unpacked as PowerShellGet lays modules out.</summary>
    public sealed class InstalledPackage : IDisposable
    {
        private readonly TemporaryFolder _root = new();

        public InstalledPackage()
        {
            string output = Path.Combine(_root.Path, "package");
            Run("pack", "--no-build", "--output", output);
            string file = Directory.EnumerateFiles(output, "*.nupkg").Single();
            string version = Path.GetFileNameWithoutExtension(file)["JumpCloudConnector.".Length..];
            Module = Path.Combine(_root.Path, "Modules", "JumpCloudConnector");
            Folder = Path.Combine(Module, version);
            ZipFile.ExtractToDirectory(file, Folder);

            // What belongs to the package and not to the module.
            string description = Directory.EnumerateFiles(Folder, "*.nuspec").Single();
            Description = XDocument.Load(description).Root!;
            File.Delete(description);
            File.Delete(Path.Combine(Folder, "[Content_Types].xml"));
            Directory.Delete(Path.Combine(Folder, "_rels"), recursive: true);
            Directory.Delete(Path.Combine(Folder, "package"), recursive: true);
        }

        /// <summary>The installed version's folder.</summary>
        public string Folder { get; }

        /// <summary>The folder that holds the versions.</summary>
        public string Module { get; }

        public string Manifest => Path.Combine(Folder, "JumpCloudConnector.psd1");

        /// <summary>The package's nuspec.</summary>
        public XElement Description { get; }

        public static IEnumerable<string> FilesOf(string folder) => Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'));

        public void Dispose() => _root.Dispose();

        /// <summary>Runs a command of dotnet on the project that assembles the module and packs it.</summary>
        public static void Run(string command, params string[] arguments)
        {
            string project = Path.GetFullPath(Path.Combine(ModuleCopy.FindBuiltModule(), "..", "..", "src", "JumpCloudConnector.Cmdlets"));
            ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
            string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            foreach (string argument in (string[])[command, project, .. arguments, $"-p:Configuration={configuration}", "-nodeReuse:false"]) start.ArgumentList.Add(argument);
            using Process process = Process.Start(start)!;
            string said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, said);
        }
    }
}
