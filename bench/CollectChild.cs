using System.Diagnostics;
using System.Security;
using System.Text.Json;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Bench;

/// <summary>One collection in a process of its own, so that its memory is its own too. Prints one line of JSON.</summary>
internal static class CollectChild
{
    public static async Task<int> RunAsync(string folder, Uri insights, Uri console, string key)
    {
        using RecordStore store = RecordStore.Open(Path.Combine(folder, "store"));
        SecretProtector secrets = new(Path.Combine(folder, "keyring"));
        ConnectorRegistry registry = new(store, secrets);
        SecureString secure = new();
        foreach (char character in key) secure.AppendChar(character);
        registry.Add(new Connector
        {
            Id = default, Name = "bench", TenantName = "bench", TenantId = "", CreatedAt = default, ModifiedAt = default,
            AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights], InsightsUri = insights, ConsoleUri = console, InitialLookback = TimeSpan.FromDays(2),
        }, secure);

        // The defaults, but for the rate: it is meant for a service with an unpublished limit, not for a loopback simulator.
        CollectionOptions options = new() { Client = new JumpCloudClientOptions { RequestsPerSecond = 100_000 } };
        using Collector collector = new(store, secrets, options);
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        CollectionResult result = (await collector.CollectAsync(registry.Find(), named: true, force: true))[0];
        Console.WriteLine(JsonSerializer.Serialize(new ChildReport(
            result.State.ToString(), result.New, result.Pages, clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds, PeakMegabytes(), GC.GetTotalAllocatedBytes() / 1048576.0, result.ErrorMessage)));
        return result.State == CollectionState.Collected ? 0 : 1;
    }

    private static double PeakMegabytes()
    {
        if (!File.Exists("/proc/self/status")) return Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) / 1024.0;
    }
}

/// <summary>What the child found.</summary>
internal sealed record ChildReport(string State, long New, int Pages, double Seconds, double CpuSeconds, double PeakMegabytes, double AllocatedMegabytes, string? Error);
