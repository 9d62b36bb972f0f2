using System.ComponentModel;
using System.Diagnostics;
using JumpCloudSimulator;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>The engine's .NET Framework build, run for real: on Windows itself, under Mono elsewhere.</summary>
public sealed class DesktopTests
{
    [Fact]
    public async Task The_engine_collects_on_the_desktop_framework()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 3_000, UsersPerOrganization = 150 }, TestContext.Current.CancellationToken);
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../DesktopCheck/bin", configuration, "net472/DesktopCheck.exe"));
        Assert.True(File.Exists(program), program);

        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? program : "mono") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (!OperatingSystem.IsWindows()) start.ArgumentList.Add(program);
        foreach (string argument in (string[])[simulator.InsightsUri.AbsoluteUri, simulator.ConsoleUri.AbsoluteUri, simulator.Options.ApiKey])
            start.ArgumentList.Add(argument);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no mono on this machine; install mono-devel to run the .NET Framework build here.");
        }

        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
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

        // Mono's runtime alone comes without the facades that every net472 program with a package needs.
        Assert.SkipWhen(
            !OperatingSystem.IsWindows() && (await errors).Contains("'netstandard, Version=2.0.0.0", StringComparison.Ordinal),
            "This mono has no netstandard facade; install mono-devel to run the .NET Framework build here.");
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{await output}\n{await errors}");
        Assert.StartsWith("OK ", await output, StringComparison.Ordinal);
    }
}
