using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace JumpCloudConnector.Bench;

/// <summary>
/// Collects a million events from a simulator in another process into a durable store, and lets <c>curl --compressed</c>
/// fetch the very same pages to nowhere; in turn, several rounds. Reports the ratio.
/// </summary>
internal static class CollectWorkload
{
    public static async Task<int> RunAsync(string[] args)
    {
        int events = Option(args, "--events", 1_000_000);
        int rounds = Option(args, "--rounds", 3);
        string root = Directory.CreateTempSubdirectory("jc-bench-").FullName;
        using Process simulator = StartSimulator(events);
        try
        {
            JsonElement site = JsonDocument.Parse(await simulator.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The simulator did not start.")).RootElement;
            Uri insights = new(site.GetProperty("insightsUri").GetString()!);
            Uri console = new(site.GetProperty("consoleUri").GetString()!);
            string key = site.GetProperty("apiKey").GetString()!;
            using HttpClient http = new() { BaseAddress = console };
            Console.WriteLine($"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}; {events:N0} events");
            Console.WriteLine("round  collector s  events/s  cpu s  peak MB  store MB    curl s  ratio");

            List<double> ratios = [];
            for (int round = 0; round <= rounds; round++)
            {
                string folder = Path.Combine(root, round.ToString(CultureInfo.InvariantCulture));
                Directory.CreateDirectory(folder);
                (await http.PostAsync("_simulator/requests/clear", null)).EnsureSuccessStatusCode();
                ChildReport report = await CollectAsync(folder, insights, console, key);
                if (report.State != "Collected") throw new InvalidOperationException(report.Error);
                double stored = new DirectoryInfo(Path.Combine(folder, "store")).EnumerateFiles().Sum(f => f.Length) / 1048576.0;
                string config = await CurlConfigAsync(http, insights, key, folder);
                double curl = await CurlAsync(config);
                Directory.Delete(folder, recursive: true);
                double ratio = report.Seconds / curl;
                // The first round warms the simulator's pages and the disk; it does not count.
                if (round > 0) ratios.Add(ratio);
                Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0,5}  {1,11:0.00}  {2,8:N0}  {3,5:0.0}  {4,7:0}  {5,8:N0}  {6,8:0.00}  {7,5:0.0}{8}",
                    round, report.Seconds, report.New / report.Seconds, report.CpuSeconds, report.PeakMegabytes, stored, curl, ratio, round == 0 ? "  (warm-up)" : ""));
            }

            ratios.Sort();
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "median ratio {0:0.0}", ratios[ratios.Count / 2]));
            return 0;
        }
        finally
        {
            simulator.Kill();
            Directory.Delete(root, recursive: true);
        }
    }

    private static Process StartSimulator(int events)
    {
        string dll = Path.Combine(AppContext.BaseDirectory, "JumpCloudSimulator.dll");
        ProcessStartInfo start = new("dotnet", [dll, "--events", events.ToString(CultureInfo.InvariantCulture), "--seed", "7", "--traps", "All", "--until-stdin-closes"])
        {
            RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        return Process.Start(start)!;
    }

    private static async Task<ChildReport> CollectAsync(string folder, Uri insights, Uri console, string key)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, ["collect-child", folder, insights.AbsoluteUri, console.AbsoluteUri, key]) { RedirectStandardOutput = true };
        using Process child = Process.Start(start)!;
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return JsonSerializer.Deserialize<ChildReport>(output) ?? throw new InvalidOperationException("The collecting process said nothing.");
    }

    /// <summary>Every request for events that the collector made, as one curl configuration.</summary>
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

    private static int Option(string[] args, string name, int otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
