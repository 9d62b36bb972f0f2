using System.ComponentModel;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>The engine's .NET Framework build, run for real: on Windows itself, under Mono elsewhere.</summary>
public sealed class DesktopTests
{
    [Fact]
    public async Task The_engine_works_on_the_desktop_framework()
    {
        string program = TestProgram.Find("DesktopCheck", "net472", "DesktopCheck.exe");
        (int ExitCode, string Output, string Errors) run;
        try
        {
            run = OperatingSystem.IsWindows() ? await TestProgram.RunAsync(program) : await TestProgram.RunAsync("mono", program);
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no mono on this machine; install mono-devel to run the .NET Framework build here.");
            return;
        }

        // Mono's runtime alone comes without the facades that every net472 program with a package needs.
        Assert.SkipWhen(
            !OperatingSystem.IsWindows() && run.Errors.Contains("'netstandard, Version=2.0.0.0", StringComparison.Ordinal),
            "This mono has no netstandard facade; install mono-devel to run the .NET Framework build here.");
        Assert.True(run.ExitCode == 0, $"exit code {run.ExitCode}\n{run.Output}\n{run.Errors}");
        Assert.StartsWith("OK ", run.Output, StringComparison.Ordinal);
    }
}
