using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Security;
using PowerShellHost;

namespace JumpCloudConnector.IsolationCheck;

/// <summary>
/// Loads other versions of three of the module's dependencies, then imports the module and collects with it. Prints OK and
/// which version is where, and exits 0, or says what failed. Arguments: the Directory Insights address, the console address,
/// the API key; before them, the folder of an installed module where it is not the built one. A process of its own also since
/// PowerShell keeps what it knows of a cmdlet's parameters by the full name of its type, whichever copy that is from.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Assembly[] others = [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "others"), "*.dll").Order(StringComparer.Ordinal).Select(Load)];
        string folder = Directory.CreateTempSubdirectory("jcc-isolation-").FullName;
        Environment.SetEnvironmentVariable("JCCONNECTOR_STORE", Path.Combine(folder, "store"));
        Environment.SetEnvironmentVariable("JCCONNECTOR_KEYRING", Path.Combine(folder, "keys"));
        string? installed = arguments.Length > 3 ? arguments[0] : null;
        using (ModuleSession session = new(import: installed is null))
        {
            session.SetVariable("installed", installed);
            session.SetVariable("key", Secure(arguments[^1]));
            session.SetVariable("sim", ModuleSession.Parameters(("InsightsUri", arguments[^3]), ("ConsoleUri", arguments[^2])));
            // By the folder above that of the version, as Import-Module finds an installed module.
            ScriptResult imported = session.Invoke("""
                if ($installed) { Import-Module $installed }
                (Get-Module JumpCloudConnector).ModuleBase
                (Get-Help New-JcConnector).Synopsis
                "$(Get-Help about_JumpCloudConnector)"
                """);
            if (imported.AllErrors.FirstOrDefault() is { } fault) return Fail($"{fault} {fault.Exception}");
            string moduleBase = imported.Output[0].ToString();
            if (!imported.Output[1].ToString().StartsWith("Adds", StringComparison.Ordinal) || imported.Output[2].ToString().Length < 1000)
                return Fail("There is no help.");
            ScriptResult result = session.Invoke("""
                $null = New-JcConnector -Name Acme -TenantName 'Acme Ltd' -ApiKey $key -ContentType DirectoryInsights, SystemUser @sim
                $new = 0
                foreach ($stream in Invoke-JcCollection) { $new += $stream.New }
                $new
                @(Get-JcIngestedRecord -First 1000000).Count
                """);
            if (result.AllErrors.FirstOrDefault() is { } error) return Fail($"{error} {error.Exception}");
            string[] counts = [.. result.Output.Select(count => count.ToString())];
            if (counts[0] == "0" || counts[0] != counts[1]) return Fail($"{counts[0]} records were collected, {counts[1]} found.");

            AssemblyLoadContext own = AssemblyLoadContext.All.Single(context => context.Name == "JumpCloudConnector");
            foreach (Assembly other in others)
            {
                Assembly mine = own.Assemblies.Single(assembly => assembly.GetName().Name == other.GetName().Name);
                // Polly keeps one assembly version for all of its version 8.
                if (VersionOf(mine) == VersionOf(other)) return Fail($"{other} is not of another version.");
                if (!mine.Location.StartsWith(moduleBase, StringComparison.Ordinal)) return Fail($"{mine} comes from {mine.Location}.");
                Console.WriteLine($"{other.GetName().Name}: {VersionOf(other)} beside the module's {VersionOf(mine)}");
            }

            Console.WriteLine($"OK {counts[0]} records with the module in {moduleBase}");
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    /// <summary>As a script does that has Add-Type or LoadFrom for it, or as another module does in a context of its own.</summary>
    private static Assembly Load(string path)
    {
        Assembly loaded = Assembly.LoadFrom(path);
        // Where the framework has one of that name itself, a program can only have another in a context of its own.
        if (loaded.Location != path) loaded = new AssemblyLoadContext("another module").LoadFromAssemblyPath(path);
        return loaded.GetExportedTypes().Length > 0 ? loaded : throw new InvalidOperationException($"{path} has no types.");
    }

    private static string? VersionOf(Assembly assembly) => FileVersionInfo.GetVersionInfo(assembly.Location).FileVersion;

    private static int Fail(string what)
    {
        Console.Error.WriteLine(what);
        return 1;
    }

    private static SecureString Secure(string text)
    {
        SecureString secure = new();
        foreach (char character in text) secure.AppendChar(character);
        return secure;
    }
}
