using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Security;
using PowerShellHost;

namespace JumpCloudConnector.IsolationCheck;

/// <summary>
/// Loads other versions of three of the module's dependencies, then imports the module and collects with it. Prints OK and
/// which version is where, and exits 0, or says what failed. Arguments: the Directory Insights address, the console address,
/// the API key.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Assembly[] others = [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "others"), "*.dll").Order(StringComparer.Ordinal).Select(Load)];
        string folder = Directory.CreateTempSubdirectory("jcc-isolation-").FullName;
        Environment.SetEnvironmentVariable("JCCONNECTOR_STORE", Path.Combine(folder, "store"));
        Environment.SetEnvironmentVariable("JCCONNECTOR_KEYRING", Path.Combine(folder, "keys"));
        using (ModuleSession session = new())
        {
            session.SetVariable("key", Secure(arguments[2]));
            session.SetVariable("sim", ModuleSession.Parameters(("InsightsUri", arguments[0]), ("ConsoleUri", arguments[1])));
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
                if (!mine.Location.StartsWith(session.Module.Folder, StringComparison.Ordinal)) return Fail($"{mine} comes from {mine.Location}.");
                Console.WriteLine($"{other.GetName().Name}: {VersionOf(other)} beside the module's {VersionOf(mine)}");
            }

            Console.WriteLine($"OK {counts[0]} records");
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
