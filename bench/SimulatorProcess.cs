using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace JumpCloudConnector.Bench;

/// <summary>The simulator in a process of its own, so that neither its memory nor its garbage is the collector's.</summary>
internal sealed class SimulatorProcess : IDisposable
{
    private readonly Process _process;

    private SimulatorProcess(Process process, JsonElement site)
    {
        _process = process;
        Insights = new Uri(site.GetProperty("insightsUri").GetString()!);
        Console = new Uri(site.GetProperty("consoleUri").GetString()!);
        ApiKey = site.GetProperty("apiKey").GetString()!;
        Http = new HttpClient { BaseAddress = Console };
    }

    public Uri Insights { get; }

    public Uri Console { get; }

    public string ApiKey { get; }

    public HttpClient Http { get; }

    public static async Task<SimulatorProcess> StartAsync(params string[] args)
    {
        string dll = Path.Combine(AppContext.BaseDirectory, "JumpCloudSimulator.dll");
        Process process = Process.Start(new ProcessStartInfo("dotnet", [dll, .. args, "--until-stdin-closes"])
        {
            RedirectStandardOutput = true, RedirectStandardInput = true,
        })!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The simulator did not start.");
        return new SimulatorProcess(process, JsonDocument.Parse(line).RootElement);
    }

    /// <summary>Changes how the service behaves.</summary>
    public async Task SetAsync(object scenario) =>
        (await Http.PostAsJsonAsync("_simulator/scenario", scenario)).EnsureSuccessStatusCode();

    public async Task ForgetRequestsAsync() => (await Http.PostAsync("_simulator/requests/clear", null)).EnsureSuccessStatusCode();

    public void Dispose()
    {
        Http.Dispose();
        _process.Kill();
        _process.Dispose();
    }
}

/// <summary>Options of a workload's command line.</summary>
internal static class Options
{
    public static int Number(string[] args, string name, int otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
