using System.Diagnostics;
using System.Security;
using System.Text.Json;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Bench;

/// <summary>What a collecting process is to do; everything that is not set is the default.</summary>
internal sealed record ChildTask(string Folder, Uri Insights, Uri Console, string ApiKey)
{
    /// <summary>Set where the organizations are a provider's.</summary>
    public string? ProviderId { get; init; }

    /// <summary>How often it collects; the last time is the one that is reported.</summary>
    public int Cycles { get; init; } = 1;

    /// <summary>True to page from beginning to end, one request at a time, as collectors do that do not slice.</summary>
    public bool Sequential { get; init; }

    /// <summary>Rows of every page; null for what the default comes to.</summary>
    public int? PageSize { get; init; }

    /// <summary>True for the default pace, that begins low and rises; false for none, as the simulator has no limit.</summary>
    public bool Paced { get; init; }

    public CollectionOptions Options()
    {
        CollectionOptions options = new() { Client = Paced ? new JumpCloudClientOptions() : new JumpCloudClientOptions { RequestsPerSecond = 100_000 } };
        if (PageSize is { } rows) options = options with { FirstPageSize = rows, MaxPageSize = rows, TargetPageBytes = 1L << 30, MaxPageBytes = 1L << 30 };
        return Sequential ? options with { MaxConcurrentSlices = 1, SliceEvents = int.MaxValue } : options;
    }
}

/// <summary>What came of its last cycle.</summary>
internal sealed record ChildReport(
    int Failed, int Streams, long New, int Pages, int Requests, double Seconds, double CpuSeconds, double PeakMegabytes, string? Error);

/// <summary>One collection in a process of its own, so that its memory is its own too. Prints one line of JSON.</summary>
internal static class CollectChild
{
    public static async Task<ChildReport> StartAsync(ChildTask task)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, ["collect-child", JsonSerializer.Serialize(task)]) { RedirectStandardOutput = true };
        using Process child = Process.Start(start)!;
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        ChildReport report = JsonSerializer.Deserialize<ChildReport>(output) ?? throw new InvalidOperationException("The collecting process said nothing.");
        return report.Failed == 0 ? report : throw new InvalidOperationException(report.Error);
    }

    public static async Task<int> RunAsync(string json)
    {
        ChildTask task = JsonSerializer.Deserialize<ChildTask>(json)!;
        using RecordStore store = RecordStore.Open(Path.Combine(task.Folder, "store"));
        SecretProtector secrets = new(Path.Combine(task.Folder, "keyring"));
        ConnectorRegistry registry = new(store, secrets);
        SecureString secure = new();
        foreach (char character in task.ApiKey) secure.AppendChar(character);
        registry.Add(new Connector
        {
            Id = default, Name = "bench", TenantName = "bench", TenantId = "", CreatedAt = default, ModifiedAt = default, ProviderId = task.ProviderId,
            AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights], InsightsUri = task.Insights, ConsoleUri = task.Console,
            InitialLookback = TimeSpan.FromDays(2),
        }, secure);

        ChildReport? report = null;
        for (int cycle = 0; cycle < task.Cycles; cycle++)
        {
            using Collector collector = new(store, secrets, task.Options());
            Stopwatch clock = Stopwatch.StartNew();
            TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
            IReadOnlyList<CollectionResult> results = await collector.CollectAsync(registry.Find(), named: true, force: true);
            CollectionResult? failed = results.FirstOrDefault(r => r.State != CollectionState.Collected);
            report = new ChildReport(
                results.Count(r => r.State != CollectionState.Collected), results.Count, results.Sum(r => r.New), results.Sum(r => r.Pages), results.Sum(r => r.Requests),
                clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds, PeakMegabytes(), failed?.ErrorMessage);
        }

        Console.WriteLine(JsonSerializer.Serialize(report));
        return 0;
    }

    /// <summary>The most memory that this process has had.</summary>
    public static double PeakMegabytes()
    {
        if (!File.Exists("/proc/self/status")) return Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture) / 1024.0;
    }
}
