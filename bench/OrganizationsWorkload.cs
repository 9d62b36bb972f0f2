using System.Globalization;
using JumpCloudConnector.JumpCloud;

namespace JumpCloudConnector.Bench;

/// <summary>
/// A cycle over a provider's idle organizations: how long it takes beside what its requests alone would, were they always as
/// many at once as are allowed.
/// </summary>
internal static class OrganizationsWorkload
{
    private const string ProviderId = "5e160715b7782848e073301e";

    public static async Task<int> RunAsync(string[] args)
    {
        int organizations = Options.Number(args, "--organizations", 2_000);
        int latency = Options.Number(args, "--latency", 50);
        string root = Directory.CreateTempSubdirectory("jc-bench-").FullName;
        using SimulatorProcess simulator = await SimulatorProcess.StartAsync(
            "--events", "3", "--organizations", organizations.ToString(CultureInfo.InvariantCulture), "--provider", ProviderId, "--seed", "7");
        try
        {
            await simulator.SetAsync(new { latency = latency / 1000.0 });
            int concurrency = new JumpCloudClientOptions().MaxConnectionsPerHost;
            // The first cycle finds out the pace and reads what there is; idle is the third.
            ChildReport report = await CollectChild.StartAsync(
                new ChildTask(root, simulator.Insights, simulator.Console, simulator.ApiKey) { ProviderId = ProviderId, Cycles = 3, Paced = true });
            double ideal = report.Requests * latency / 1000.0 / concurrency;
            Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; {organizations:N0} organizations, {latency} ms a request, {concurrency} at once");
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture,
                "{0:N0} streams, {1:N0} requests in {2:0.0} s ({3:0.0} s of CPU, {4:0} MB at most); requests alone {5:0.0} s: ratio {6:0.00}",
                report.Streams, report.Requests, report.Seconds, report.CpuSeconds, report.PeakMegabytes, ideal, report.Seconds / ideal));
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
