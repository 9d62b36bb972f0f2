using System.Diagnostics;
using System.Management.Automation;
using System.Security;
using JumpCloudSimulator;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>
/// A session with the module, a store of its own that every command of it uses, and, where it is asked for, a simulator.
/// Scripts find the simulator's addresses in $sim (to be splatted), its key in $key and the folder in $folder.
/// </summary>
internal sealed class Workspace : IAsyncDisposable
{
    private static readonly Lazy<string> s_keyRing = new(UseKeyRing);
    private readonly TemporaryFolder _folder = new();
    private readonly Simulator? _simulator;

    private Workspace(Simulator? simulator, TextHostOptions? host)
    {
        _ = s_keyRing.Value;
        _simulator = simulator;
        Session = new ModuleSession(host);
        StorePath = Path.Combine(_folder.Path, "store");
        Session.SetVariable("folder", _folder.Path);
        Session.SetVariable("store", StorePath);
        Session.SetVariable("key", Secure(ApiKey));
        Session.SetVariable("sim", ModuleSession.Parameters(
            ("InsightsUri", simulator?.InsightsUri ?? new Uri("http://127.0.0.1:9/")),
            ("ConsoleUri", simulator?.ConsoleUri ?? new Uri("http://127.0.0.1:9/"))));
        RunWell("$PSDefaultParameterValues = @{ '*-Jc*:StorePath' = $store }");
    }

    /// <summary>Where every workspace of this process keeps its keys.</summary>
    public static string KeyRing => s_keyRing.Value;

    public ModuleSession Session { get; }

    public Simulator Simulator => _simulator ?? throw new InvalidOperationException("This workspace has no simulator.");

    public string ApiKey => _simulator?.Options.ApiKey ?? SimulatorOptions.DefaultApiKey;

    public string StorePath { get; }

    public string Folder => _folder.Path;

    /// <summary>The one organization.</summary>
    public SimulatedOrganization Organization => Simulator.Organizations[0];

    /// <summary>What of the organization is to be in the store: its events and a snapshot of its users.</summary>
    public int Truth => Organization.VisibleCount + Organization.Users.Count;

    /// <summary>A workspace whose $sim leads nowhere: for what needs no answer.</summary>
    public static Workspace Offline(TextHostOptions? host = null) => new(null, host);

    public static async Task<Workspace> StartAsync(
        int events = 500, int users = 20, TextHostOptions? host = null)
    {
        Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions
            {
                EventsPerOrganization = events,
                UsersPerOrganization = users,
                // All of them lie in the first lookback and behind the server's clock.
                End = DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1),
                Span = TimeSpan.FromHours(20),
                Traps = Traps.All & ~Traps.FutureStamps,
            },
            TestContext.Current.CancellationToken);
        return new Workspace(simulator, host);
    }

    public ScriptResult Run(string script) => Session.Invoke(script);

    /// <summary>Runs what must not fail and gives its output.</summary>
    public IReadOnlyList<PSObject> RunWell(string script)
    {
        ScriptResult result = Session.Invoke(script);
        Assert.True(!result.AllErrors.Any(), $"{script}\n{string.Join("\n", result.AllErrors)}");
        return result.Output;
    }

    /// <summary>Runs what gives one thing.</summary>
    public PSObject One(string script) => Assert.Single(RunWell(script));

    /// <summary>Runs what gives one thing, as text.</summary>
    public string Text(string script) => One(script).ToString();

    /// <summary>Runs what is refused with this id, and gives the message, which must say what to do.</summary>
    public string Refused(string errorId, string script)
    {
        ScriptResult result = Run(script);
        Assert.Equal([errorId], result.ErrorIds);
        return result.AllErrors.Single().ToString();
    }

    /// <summary>Adds a connector that collects the simulator's events and users.</summary>
    public PSObject Add(string name = "Acme", string more = "") => One(
        $"New-JcConnector '{name}' 'Acme Ltd' -ApiKey $key -ContentType DirectoryInsights, SystemUser @sim {more}");

    public static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (char character in text) secure.AppendChar(character);
        secure.MakeReadOnly();
        return secure;
    }

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        _folder.Dispose();
        if (_simulator is not null) await _simulator.DisposeAsync();
    }

    private static string UseKeyRing()
    {
        string folder = Directory.CreateTempSubdirectory("jcc-keyring-").FullName;
        Environment.SetEnvironmentVariable("JCCONNECTOR_KEYRING", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }

    /// <summary>Waits for what no signal tells of.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "It did not come to pass.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}

/// <summary>Reads objects of the module, whose types live in an assembly context of their own.</summary>
internal static class ObjectExtensions
{
    /// <summary>A property's value; a property that is not there is a fault of the test.</summary>
    public static object? Get(this PSObject item, string property) =>
        (item.Properties[property] ?? throw new ArgumentException($"{item} has no {property}.", nameof(property))).Value;

    public static string? Text(this PSObject item, string property) => item.Get(property)?.ToString();

    public static long Number(this PSObject item, string property) =>
        Convert.ToInt64(item.Get(property), System.Globalization.CultureInfo.InvariantCulture);
}
