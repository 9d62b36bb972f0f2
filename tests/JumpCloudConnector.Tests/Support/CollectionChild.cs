using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using JumpCloudConnector.Collection;

namespace JumpCloudConnector.Tests.Support;

/// <summary>A collection that runs in a process of its own, and what it says.</summary>
internal sealed class CollectionChild : IDisposable
{
    private const int SigStop = 19, SigContinue = 18;

    private readonly Process _process;

    private CollectionChild(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts a collection of everything that a store has.</summary>
    public static CollectionChild Start(TestStore store, double leaseSeconds = 60, int pageSize = 1000) =>
        Start("dotnet", Program, "collect", store.Folder, store.KeyRing, FormattableString.Invariant($"{leaseSeconds}"), $"{pageSize}");

    /// <summary>Starts a collection of small pages and slices, so that many are open at once.</summary>
    public static CollectionChild StartSmall(TestStore store, int pageSize, int sliceEvents, int auditSliceEvents) => Start(
        "dotnet", Program, "collect", store.Folder, store.KeyRing, "60", $"{pageSize}", $"{sliceEvents}", $"{auditSliceEvents}");

    /// <summary>Starts a process that adds connectors to a store and changes them, until it is killed.</summary>
    public static CollectionChild StartConfiguring(TestStore store) => Start("dotnet", Program, "configure", store.Folder, store.KeyRing);

    /// <summary>Starts a process that sends to every destination what it has not got yet.</summary>
    public static CollectionChild StartForwarding(TestStore store) => Start("dotnet", Program, "forward", store.Folder, store.KeyRing);

    /// <summary>Starts a process that removes the records of a connector.</summary>
    public static CollectionChild StartRemoving(TestStore store, string connector) => Start("dotnet", Program, "remove", store.Folder, store.KeyRing, connector);

    /// <summary>Starts an export of all records by day, into files of so many bytes; 0 for one file.</summary>
    public static CollectionChild StartExporting(TestStore store, string path, long fileBytes) =>
        Start("dotnet", Program, "export", store.Folder, store.KeyRing, path, $"{fileBytes}");

    /// <summary>
    /// Runs a script of sh in which $1 is a folder on a disk of its own with so much room, and $run the program that collects;
    /// null where the system lets nobody make such a disk.
    /// </summary>
    public static async Task<string?> RunOnSmallDiskAsync(string folder, string size, string script, params string[] arguments)
    {
        const string Probe = "mount -t tmpfs -o size=64k,mode=0700 tmpfs \"$1\"";
        if (!OperatingSystem.IsLinux() || await RunAsync("unshare", "-rm", "sh", "-c", Probe, "sh", folder) is not { Code: 0 }) return null;
        string all = $"set -e; run='dotnet {Program}'; mount -t tmpfs -o size={size},mode=0700 tmpfs \"$1\"; {script}";
        (int code, string output) = await RunAsync("unshare", ["-rm", "sh", "-c", all, "sh", folder, .. arguments]);
        Assert.True(code == 0, output);
        return output;
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using CollectionChild child = Start(program, arguments);
            Task<string> output = child._process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            string errors = await child._process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await child._process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (child._process.ExitCode, await output + errors);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }

    /// <summary>Starts a collection as another account than root; the caller has seen that it is root and that there is setpriv.</summary>
    public static CollectionChild StartAs(int userId, TestStore store) => Start(
        "setpriv", $"--reuid={userId}", $"--regid={userId}", "--clear-groups", "dotnet", Program, "collect", store.Folder, store.KeyRing, "60", "1000");

    private static string Program => Path.Combine(AppContext.BaseDirectory, "CollectionProcess.dll");

    private static CollectionChild Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        return new CollectionChild(Process.Start(start)!);
    }

    /// <summary>Reads up to the n-th line that begins so; false when the process ends before.</summary>
    public async Task<bool> ReachesAsync(string begin, int times = 1)
    {
        while (times > 0 && await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.StartsWith(begin, StringComparison.Ordinal)) times--;
        return times == 0;
    }

    /// <summary>Waits for the end and gives the one result.</summary>
    public async Task<CollectionResult> ResultAsync()
    {
        List<CollectionResult> results = [];
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.StartsWith("result ", StringComparison.Ordinal)) results.Add(JsonSerializer.Deserialize<CollectionResult>(line[7..])!);
        string errors = await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(_process.ExitCode == 0, $"exit code {_process.ExitCode}: {errors}");
        return Assert.Single(results);
    }

    /// <summary>Waits for the end of a process that is to fail, and gives what it said.</summary>
    public async Task<string> ErrorAsync()
    {
        Task<string> output = _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(_process.ExitCode != 0, $"it did not fail: {await output}");
        return errors;
    }

    /// <summary>Ends the process as nothing can prepare for: SIGKILL, or TerminateProcess on Windows.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The process stands still, as a machine that sleeps does.</summary>
    public void Suspend() => Signal(SigStop);

    public void Resume() => Signal(SigContinue);

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
