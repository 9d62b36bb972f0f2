using System.Diagnostics;
using JumpCloudSimulator;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>A program of the tests, in a process of its own, with a simulator to collect from.</summary>
internal static class TestProgram
{
    /// <summary>The path of the program that a project beside this one builds.</summary>
    public static string Find(string project, string framework, string file)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../..", project, "bin", configuration, framework, file));
        Assert.True(File.Exists(program), program);
        return program;
    }

    /// <summary>Runs a program to its end, with the simulator's addresses and key behind its own arguments.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program on this machine.</exception>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, params string[] arguments)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 3_000, UsersPerOrganization = 150 }, cancel);
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[.. arguments, simulator.InsightsUri.AbsoluteUri, simulator.ConsoleUri.AbsoluteUri, simulator.Options.ApiKey])
            start.ArgumentList.Add(argument);
        using Process process = new() { StartInfo = start };
        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancel);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await errors);
    }
}
