using System.Globalization;

namespace JumpCloudConnector.Bench;

/// <summary>
/// A backlog over a slow line: slices fetched side by side, beside paging from beginning to end, with the same page size
/// and the same store. Reports how many times faster it arrives.
/// </summary>
internal static class BacklogWorkload
{
    public static async Task<int> RunAsync(string[] args)
    {
        int events = Options.Number(args, "--events", 1_000_000);
        int page = Options.Number(args, "--page", 1_000);
        int latency = Options.Number(args, "--latency", 300);
        string root = Directory.CreateTempSubdirectory("jc-bench-").FullName;
        using SimulatorProcess simulator = await SimulatorProcess.StartAsync("--events", events.ToString(CultureInfo.InvariantCulture), "--seed", "7",
            // All but what may lie in the future, so that every one of them must come.
            "--traps", "FractionDigits,RadiusCollisions,TimestampTies,HugeEvents,Nulls,WhiteSpace,MissingIds");
        try
        {
            await simulator.SetAsync(new { latency = latency / 1000.0 });
            Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; {events:N0} events, {page:N0} a page, {latency} ms a request");
            Console.WriteLine("                seconds  pages  requests  peak MB");
            ChildReport sliced = await CollectAsync(sequential: false), paged = await CollectAsync(sequential: true);
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0:0.0} times faster", paged.Seconds / sliced.Seconds));
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        async Task<ChildReport> CollectAsync(bool sequential)
        {
            string folder = Directory.CreateDirectory(Path.Combine(root, sequential ? "paged" : "sliced")).FullName;
            // Slices begin at the default pace and find out how fast they may go; paging never waits for its pace.
            ChildReport report = await CollectChild.StartAsync(
                new ChildTask(folder, simulator.Insights, simulator.Console, simulator.ApiKey) { PageSize = page, Sequential = sequential, Paced = !sequential });
            if (report.New != events) throw new InvalidOperationException($"{report.New} of {events} events came.");
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0,-14}  {1,7:0.0}  {2,5}  {3,8}  {4,7:0}",
                sequential ? "paged" : "sliced", report.Seconds, report.Pages, report.Requests, report.PeakMegabytes));
            Directory.Delete(folder, recursive: true);
            return report;
        }
    }
}
