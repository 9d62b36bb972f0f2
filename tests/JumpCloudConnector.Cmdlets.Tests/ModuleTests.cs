using System.Diagnostics;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;
using System.Security;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>The built module as a session sees it: import, again and at once, and where its assemblies live.</summary>
public sealed class ModuleTests
{
    private const string ExportedNames = "(Get-Module JumpCloudConnector).ExportedCmdlets.Keys";

    [Fact]
    public void Exports_are_exactly_the_cmdlets_of_the_assembly()
    {
        using var session = new ModuleSession();
        ScriptResult exported = session.Invoke(ExportedNames);

        IEnumerable<string> written = typeof(JcCmdlet).Assembly.GetExportedTypes()
            .Select(type => type.GetCustomAttribute<CmdletAttribute>())
            .OfType<CmdletAttribute>()
            .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}");

        Assert.Equal(written.Order(StringComparer.Ordinal), exported.Output.Select(name => name.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_cmdlet_names_what_it_gives_and_uses_an_approved_verb()
    {
        using var session = new ModuleSession();
        ScriptResult verbs = session.Invoke(
            "foreach ($c in (Get-Module JumpCloudConnector).ExportedCmdlets.Values) { if (-not $c.OutputType.Count -and $c.Verb -ne 'Remove') { $c.Name } }");
        Assert.Empty(verbs.Output);

        // Get-Verb is not part of the bare engine; an unapproved verb is a warning of the import.
        using var importing = new ModuleSession(import: false);
        ScriptResult imported = importing.Invoke("param($Path) Import-Module $Path", ModuleSession.Parameters(("Path", importing.Module.Manifest)));
        Assert.Empty(imported.AllErrors);
        Assert.Empty(imported.Warnings);
    }

    [Theory]
    [InlineData("Import-Module $Path; Import-Module $Path")]
    [InlineData("Import-Module $Path; Import-Module $Path -Force")]
    [InlineData("Import-Module $Path -Force; Import-Module $Path -Force; Import-Module $Path -Force")]
    [InlineData("Import-Module $Path; Remove-Module JumpCloudConnector; Import-Module $Path")]
    [InlineData("Import-Module $Path; Remove-Module JumpCloudConnector -Force; Import-Module $Path -Force")]
    public void Import_works_again(string script)
    {
        using var session = new ModuleSession(import: false);
        ScriptResult result = session.Invoke($"param($Path) {script}; {ExportedNames}", ModuleSession.Parameters(("Path", session.Module.Manifest)));

        Assert.Empty(result.AllErrors);
        Assert.Contains("Get-JcConnector", result.Output.Select(name => name.ToString()));
        Assert.Single(session.Invoke("Get-Command Get-JcConnector").Output);
    }

    [Fact]
    public void Removal_leaves_no_cmdlet_behind()
    {
        using var session = new ModuleSession();
        ScriptResult result = session.Invoke("Remove-Module JumpCloudConnector; Get-Module; Get-Command *-Jc*");
        Assert.Empty(result.AllErrors);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Ten_runspaces_import_at_once()
    {
        // A copy of its own, so that the first load happens here.
        using var copy = new ModuleCopy();
        using var start = new ManualResetEventSlim();
        Task<int>[] imports = [.. Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var session = new ModuleSession(module: copy, import: false);
                start.Wait(TestContext.Current.CancellationToken);
                session.Import();
                return session.Invoke("Get-Command -Module JumpCloudConnector -Name Get-JcConnector").Output.Count;
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        start.Set();

        Assert.All(await Task.WhenAll(imports), count => Assert.Equal(1, count));
        Assert.Single(AssemblyLoadContext.All, context => LoadedFrom(context, copy));
    }

    [Fact]
    public void A_second_version_in_a_session_is_refused_in_plain_words()
    {
        using var other = new ModuleCopy();
        using var session = new ModuleSession();

        ScriptResult second = session.Invoke("param($Path) Import-Module $Path", ModuleSession.Parameters(("Path", other.Manifest)));
        Assert.Contains(second.AllErrors, error => error.ToString().Contains("Remove-Module JumpCloudConnector", StringComparison.Ordinal));

        ScriptResult after = session.Invoke(
            "param($Path) Remove-Module JumpCloudConnector; Import-Module $Path; (Get-Module JumpCloudConnector).ModuleBase",
            ModuleSession.Parameters(("Path", other.Manifest)));
        Assert.Empty(after.AllErrors);
        Assert.Equal(other.Folder, after.Output.Single().ToString());
    }

    [Fact]
    public void Assemblies_and_the_native_library_come_from_the_module()
    {
        using var session = new ModuleSession();
        using var store = new TemporaryFolder();
        using var key = new SecureString();
        key.AppendChar('k');
        ScriptResult added = session.Invoke(
            "param($Store, $Key) New-JcConnector -Name native -TenantName tenant -ApiKey $Key -ContentType SystemUser -StorePath $Store",
            ModuleSession.Parameters(("Store", Path.Combine(store.Path, "store")), ("Key", key)));
        Assert.Empty(added.AllErrors);

        AssemblyLoadContext context = Assert.Single(AssemblyLoadContext.All, candidate => LoadedFrom(candidate, session.Module));
        string[] names = [.. context.Assemblies.Select(assembly => assembly.GetName().Name!)];
        Assert.Contains("JumpCloudConnector", names);
        Assert.Contains("JumpCloudConnector.Cmdlets", names);
        Assert.Contains("Microsoft.Data.Sqlite", names);
        Assert.DoesNotContain("JumpCloudConnector.Loader", names);
        Assert.DoesNotContain("System.Management.Automation", names);
        Assert.All(context.Assemblies, assembly => Assert.StartsWith(session.Module.Folder, assembly.Location, StringComparison.Ordinal));

        using Process process = Process.GetCurrentProcess();
        string native = Assert.Single(
            // Other tests here use the engine without the module, and its SQLite then lies beside them.
            process.Modules.Cast<ProcessModule>().Select(module => module.FileName).Distinct()
                .Where(file => !file.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal)),
            file => Path.GetFileNameWithoutExtension(file).TrimStart('l', 'i', 'b') is "e_sqlite3");
        // One SQLite in a process, whichever copy of the module was first.
        Assert.Contains(Path.Combine("JumpCloudConnector", "bin", "net8.0", "runtimes"), native, StringComparison.Ordinal);
    }

    private static bool LoadedFrom(AssemblyLoadContext context, ModuleCopy copy) =>
        context.Name == "JumpCloudConnector"
        && context.Assemblies.Any(assembly => assembly.Location.StartsWith(copy.Folder, StringComparison.Ordinal));
}
