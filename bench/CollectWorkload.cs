using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Bench;

/// <summary>
/// Collects a million events from a simulator in another process into a durable store, and lets <c>curl --compressed</c>
/// fetch the very same pages to nowhere; in turn, several rounds. Reports the ratio.
/// </summary>
internal static class CollectWorkload
{
    public static async Task<int> RunAsync(string[] args)
    {
        int events = Options.Number(args, "--events", 1_000_000);
        int rounds = Options.Number(args, "--rounds", 3);
        string root = Directory.CreateTempSubdirectory("jc-bench-").FullName;
        using SimulatorProcess simulator = await SimulatorProcess.StartAsync("--events", events.ToString(CultureInfo.InvariantCulture), "--seed", "7", "--traps", "All");
        try
        {
            Console.WriteLine($"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}; {events:N0} events");
            Console.WriteLine("round  collector s  events/s  cpu s  peak MB  store MB  of JSON    curl s  ratio");

            List<double> ratios = [];
            for (int round = 0; round <= rounds; round++)
            {
                string folder = Path.Combine(root, round.ToString(CultureInfo.InvariantCulture));
                Directory.CreateDirectory(folder);
                await simulator.ForgetRequestsAsync();
                ChildReport report = await CollectChild.StartAsync(new ChildTask(folder, simulator.Insights, simulator.Console, simulator.ApiKey));
                StoreInfo store = Describe(Path.Combine(folder, "store"));
                string config = await CurlConfigAsync(simulator.Http, simulator.Insights, simulator.ApiKey, folder);
                double curl = await CurlAsync(config);
                Directory.Delete(folder, recursive: true);
                double ratio = report.Seconds / curl;
                // The first round warms the simulator's pages and the disk; it does not count.
                if (round > 0) ratios.Add(ratio);
                Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0,5}  {1,11:0.00}  {2,8:N0}  {3,5:0.0}  {4,7:0}  {5,8:N0}  {6,7:P1}  {7,8:0.00}  {8,5:0.0}{9}",
                    round, report.Seconds, report.New / report.Seconds, report.CpuSeconds, report.PeakMegabytes, store.FileBytes / 1048576.0,
                    (double)store.FileBytes / store.VendorBytes, curl, ratio, round == 0 ? "  (warm-up)" : ""));
            }

            ratios.Sort();
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "median ratio {0:0.0}", ratios[ratios.Count / 2]));
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>Every request for events that the collector made, as one curl configuration.</summary>
    private static StoreInfo Describe(string folder)
    {
        using RecordStore store = RecordStore.Open(folder);
        return store.Care.Describe();
    }

    private static async Task<string> CurlConfigAsync(HttpClient http, Uri insights, string key, string folder)
    {
        using JsonDocument log = JsonDocument.Parse(await http.GetStringAsync("_simulator/requests?last=10000"));
        JsonElement list = log.RootElement.ValueKind == JsonValueKind.Array ? log.RootElement : log.RootElement.GetProperty("last");
        StringBuilder config = new();
        foreach (JsonElement request in list.EnumerateArray())
        {
            if (request.GetProperty("path").GetString() != "/insights/directory/v1/events") continue;
            if (config.Length > 0) config.AppendLine("next");
            string body = request.GetProperty("body").GetString()!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            config.AppendLine(CultureInfo.InvariantCulture, $"url = \"{insights}insights/directory/v1/events\"");
            config.AppendLine("compressed").AppendLine("silent").AppendLine("fail").AppendLine("output = \"/dev/null\"");
            config.AppendLine(CultureInfo.InvariantCulture, $"header = \"x-api-key: {key}\"").AppendLine("header = \"Content-Type: application/json\"");
            config.AppendLine(CultureInfo.InvariantCulture, $"data = \"{body}\"");
        }

        string path = Path.Combine(folder, "curl.config");
        await File.WriteAllTextAsync(path, config.ToString());
        return path;
    }

    private static async Task<double> CurlAsync(string config)
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Process curl = Process.Start(new ProcessStartInfo("curl", ["--config", config]))!;
        await curl.WaitForExitAsync();
        if (curl.ExitCode != 0) throw new InvalidOperationException($"curl ended with {curl.ExitCode}.");
        return clock.Elapsed.TotalSeconds;
    }
}
