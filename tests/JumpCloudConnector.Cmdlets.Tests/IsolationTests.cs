using System.Collections.Concurrent;
using System.Management.Automation;
using JumpCloudConnector.Cmdlets.Tests.Cmdlets;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>The module beside other modules, and beside itself in other runspaces.</summary>
public sealed class IsolationTests
{
    [Fact]
    public async Task It_collects_beside_other_versions_of_its_dependencies_that_were_loaded_first()
    {
        (int exitCode, string output, string errors) = await TestProgram.RunAsync(
            "dotnet", TestProgram.Find("IsolationCheck", "net10.0", "IsolationCheck.dll"));
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{output}\n{errors}");
        foreach (string name in (string[])["System.Text.Json", "Polly.Core", "Microsoft.Data.Sqlite"])
            Assert.Contains($"{name}: ", output, StringComparison.Ordinal);
        Assert.Contains("OK ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_runspaces_work_on_one_store_at_once()
    {
        await using Workspace workspace = await Workspace.StartAsync(events: 400, users: 10);
        workspace.Add();
        using Barrier start = new(10);
        ConcurrentBag<ScriptResult> collections = [];
        ConcurrentBag<ScriptResult> others = [];
        Thread[] threads = [.. Enumerable.Range(0, 10).Select(number => new Thread(() =>
        {
            using ModuleSession session = new();
            session.SetVariable("store", workspace.StorePath);
            session.SetVariable("key", Workspace.Secure(workspace.ApiKey));
            string script = number % 2 == 0
                ? "Invoke-JcCollection Acme -StorePath $store -Force"
                : $"$null = New-JcConnector 'Other {number}' 'Other Ltd' -ApiKey $key -ContentType SystemUser -StorePath $store; Get-JcConnector 'Other {number}' -StorePath $store; $null = Get-JcIngestedRecord -StorePath $store -First 50";
            start.SignalAndWait();
            (number % 2 == 0 ? collections : others).Add(session.Invoke(script));
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();

        Assert.All(collections.Concat(others), result => Assert.Empty(result.AllErrors));
        Assert.All(others, result => Assert.StartsWith("Other", result.Output.Single().Text("Name"), StringComparison.Ordinal));
        // Whoever held the lease of a stream collected it, the others left it alone; no record twice.
        PSObject[] streams = [.. collections.SelectMany(result => result.Output)];
        Assert.All(streams, stream => Assert.Contains(stream.Text("State"), (string[])["Collected", "Leased"]));
        Assert.Equal(workspace.Truth, streams.Sum(stream => stream.Number("New")));
        Assert.Equal(workspace.Truth, workspace.RunWell("Get-JcIngestedRecord -First 10000").Count);
    }
}
