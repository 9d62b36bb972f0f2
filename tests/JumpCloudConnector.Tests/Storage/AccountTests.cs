using System.Diagnostics;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>Two accounts and one store, as an administrator and a scheduled task are. On Linux, for Windows' sake too.</summary>
public sealed class AccountTests
{
    private const int Nobody = 65534;

    [Fact]
    public async Task What_one_account_adds_the_privileged_one_collects_and_neither_locks_the_other_out()
    {
        SkipUnlessRoot();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 2_000 });
        using TestStore store = new();
        store.Add(simulator);
        store.Reopen();
        await RunAsync("chown", "-R", $"{Nobody}:{Nobody}", store.Folder, store.KeyRing);

        CollectionResult byRoot = await store.CollectOneAsync();
        Assert.Equal(CollectionState.Collected, byRoot.State);
        simulator.Organizations[0].AddEvents(50, byRoot.Watermark!.Value.AddMinutes(-5), byRoot.Watermark.Value);
        using CollectionChild owner = CollectionChild.StartAs(Nobody, store);
        CollectionResult byOwner = await owner.ResultAsync();

        Assert.Equal((CollectionState.Collected, null), (byOwner.State, byOwner.ErrorMessage));
        Assert.True(byOwner.New >= 50, $"{byOwner.New} were new");
        CollectionResult again = await store.CollectOneAsync();
        Truth.AssertEqual(store, simulator.Organizations[0], again.Watermark!.Value);
    }

    [Fact]
    public async Task An_account_that_may_not_is_told_the_remedy()
    {
        SkipUnlessRoot();
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { EventsPerOrganization = 10 });
        using TestStore store = new();
        store.Add(simulator);

        using CollectionChild stranger = CollectionChild.StartAs(Nobody, store);
        string error = await stranger.ErrorAsync();

        Assert.Contains("may not use the store", error, StringComparison.Ordinal);
        Assert.Contains(store.Folder, error, StringComparison.Ordinal);
        Assert.Contains("Run as the store's owner", error, StringComparison.Ordinal);
        Assert.DoesNotContain(simulator.Options.ApiKey, error, StringComparison.Ordinal);
    }

    private static void SkipUnlessRoot()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can run a process as another account.");
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "There is no setpriv on this machine (util-linux).");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
