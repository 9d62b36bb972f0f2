using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support.Receivers;
using JumpCloudSimulator;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>Start-JcCollection.ps1 as a scheduler runs it, in a PowerShell of its own: its exit code is all that is seen.</summary>
public sealed class ScheduledRunTests : IDisposable
{
    private const int SigTerm = 15;

    private readonly TemporaryFolder _folder = new();
    private readonly string _store;
    private readonly string _keys;

    public ScheduledRunTests()
    {
        _store = Path.Combine(_folder.Path, "store");
        _keys = Path.Combine(_folder.Path, "keys");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Exit_0_where_all_is_good_or_nothing_is_due()
    {
        await using Simulator simulator = await StartAsync();
        Add(simulator, "good");

        Assert.Equal(0, (await RunAsync()).ExitCode);
        (int code, string output) = await RunAsync();

        Assert.Equal(0, code);
        Assert.DoesNotContain("Collected", output, StringComparison.Ordinal);
        Assert.True(RecordCount() > 500);
    }

    [Fact]
    public async Task Exit_4_where_the_store_s_path_is_empty_and_not_that_of_the_machine_s_store()
    {
        (int code, string output) = await RunAsync("", []);
        Assert.Equal(4, code);
        Assert.Contains("-StorePath is empty", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backlog_is_left_to_the_next_run_after_the_time_limit()
    {
        await using Simulator simulator = await StartAsync();
        Add(simulator, "good");
        (int code, string output) = await RunAsync("-TimeLimit", "0s");
        Assert.Equal(4, code);
        Assert.Contains("InvalidTimeLimit", output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("-TimeLimit", "00:00:00.0000001")).ExitCode);
        int first = RecordCount();
        Assert.True(IsBehind());
        // It is due at once, and no run of the test takes longer than the script's own limit.
        Assert.Equal(0, (await RunAsync()).ExitCode);
        Assert.False(IsBehind());
        Assert.True(RecordCount() > first);

        bool IsBehind()
        {
            using RecordStore store = RecordStore.Open(_store);
            return Assert.Single(store.Records.GetStreams(), s => s.Key.ContentType == ContentType.DirectoryInsights).IsBehind;
        }
    }

    [Fact]
    public async Task Exit_2_where_some_failed_and_3_where_all_did()
    {
        await using Simulator simulator = await StartAsync();
        Add(simulator, "bad", "jca_wrong");
        Add(simulator, "worse", "jca_wrong_too");
        Assert.Equal(3, (await RunAsync("-ConnectorName", "worse")).ExitCode);

        Add(simulator, "good");
        (int code, string output) = await RunAsync();

        Assert.Equal(2, code);
        Assert.Contains("Unauthorized", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_that_fails_is_a_failure_and_one_that_waits_is_none()
    {
        await using Simulator simulator = await StartAsync();
        await using MessageReceiver receiver = new();
        using LoopbackPort closed = LoopbackPort.Reserve();
        Add(simulator, "good");
        AddDestination("siem", receiver.Port);
        (int code, string output) = await RunAsync();
        Assert.Equal(0, code);
        Assert.Contains("siem", output, StringComparison.Ordinal);
        Assert.Equal(RecordCount(), receiver.Messages.Count);

        // Nothing is due, and the one destination is up to date.
        AddDestination("dead", closed.Number);
        AddDestination("off", closed.Number, enabled: false);
        (code, output) = await RunAsync();
        Assert.Equal(2, code);
        Assert.Contains("SyslogConnectionRefused", output, StringComparison.Ordinal);

        Disable("siem");
        Assert.Equal(3, (await RunAsync()).ExitCode);

        // Another process sends to it: that is its work, whatever comes of it.
        using (RecordStore store = RecordStore.Open(_store))
        {
            SyslogDestination dead = store.Destinations.GetDestinations().Single(d => d.Name == "dead");
            Assert.NotNull(store.Destinations.AcquireDestinationLease(dead, LeaseOwner.ThisProcess(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), TimeSpan.FromMinutes(1)).Lease);
        }

        (code, output) = await RunAsync();
        Assert.Equal(0, code);
        Assert.Contains("Leased", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_4_where_the_store_or_the_module_is_at_fault()
    {
        await File.WriteAllTextAsync(_store, "not a folder", TestContext.Current.CancellationToken);
        (int code, string output) = await RunAsync();
        Assert.Equal(4, code);
        Assert.Contains("StorePathIsFile", output, StringComparison.Ordinal);

        Assert.Equal(4, (await RunAsync("-ModulePath", Path.Combine(_folder.Path, "no-module.psd1"))).ExitCode);
    }

    [Fact]
    public async Task Exit_5_where_another_process_is_collecting()
    {
        await using Simulator simulator = await StartAsync();
        Add(simulator, "good");
        Assert.Equal(0, (await RunAsync()).ExitCode);
        using RecordStore store = RecordStore.Open(_store);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (StreamInfo stream in store.Records.GetStreams())
        {
            store.Records.SetOutcome(stream.Id, new StreamOutcome { Time = now, Turn = now - 3_600_000 });
            Assert.NotNull(store.Records.AcquireLease(stream.Id, LeaseOwner.ThisProcess(), now, TimeSpan.FromMinutes(1)).Lease);
        }

        (int code, string output) = await RunAsync();

        Assert.Equal(5, code);
        Assert.Contains("Leased", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Continuous_collects_what_is_due_and_ends_with_0_at_SIGTERM()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        await using Simulator simulator = await StartAsync();
        Add(simulator, "first");
        using Process process = Start("-Continuous");
        await SeeAsync(process, "first");

        // Configuration is read again: what is added while it runs is collected too.
        Add(simulator, "second");
        await SeeAsync(process, "second");
        Assert.Equal(0, Kill(process.Id, SigTerm));
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        string log = await File.ReadAllTextAsync(Path.Combine(_store, "log", "collection.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(2, log.Split('\n').Count(line => line.Contains("\"state\":\"Collected\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(simulator.Options.ApiKey, log, StringComparison.Ordinal);
    }

    private static Task<Simulator> StartAsync() =>
        Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 600 }, TestContext.Current.CancellationToken);

    private void Add(Simulator simulator, string name, string? key = null)
    {
        using RecordStore store = RecordStore.Open(_store);
        using SecureString secure = new();
        foreach (char character in key ?? simulator.Options.ApiKey) secure.AppendChar(character);
        new ConnectorRegistry(store, new SecretProtector(_keys)).Add(
            new Connector
            {
                Id = default, Name = name, TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
                ContentTypes = [ContentType.DirectoryInsights], AnalyzerProfile = AnalyzerProfile.DefaultName,
                InsightsUri = simulator.InsightsUri, ConsoleUri = simulator.ConsoleUri,
            },
            secure);
    }

    private void AddDestination(string name, int port, bool enabled = true)
    {
        using RecordStore store = RecordStore.Open(_store);
        new SyslogDestinationRegistry(store, new SecretProtector(_keys)).Add(
            new SyslogDestination { Id = default, Name = name, HostName = "127.0.0.1", Port = port, Transport = SyslogTransport.Tcp, Enabled = enabled },
            SyslogStart.Beginning);
    }

    private void Disable(string name)
    {
        using RecordStore store = RecordStore.Open(_store);
        new SyslogDestinationRegistry(store, new SecretProtector(_keys)).Update(name, d => d with { Enabled = false });
    }

    private int RecordCount()
    {
        using RecordStore store = RecordStore.Open(_store);
        return (int)store.Records.GetSpan().Count;
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] more) => RunAsync(_store, more);

    private async Task<(int ExitCode, string Output)> RunAsync(string store, string[] more)
    {
        using Process process = Start(store, more);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await errors);
    }

    private Process Start(params string[] more) => Start(_store, more);

    private Process Start(string store, string[] more)
    {
        string script = Path.Combine(ModuleCopy.Shared.Folder, "Start-JcCollection.ps1");
        ProcessStartInfo start = new("pwsh", ["-NoProfile", "-NonInteractive", "-File", script, "-StorePath", store, "-KeyRingPath", _keys, .. more])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no pwsh on this machine, which the script needs.");
            throw;
        }
    }

    private static async Task SeeAsync(Process process, string connector)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(connector, StringComparison.Ordinal) && line.Contains("Collected", StringComparison.Ordinal)) return;
        }

        Assert.Fail($"It ended before '{connector}' was collected: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
