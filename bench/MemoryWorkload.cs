using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace JumpCloudConnector.Bench;

/// <summary>The peak of memory while one and ten million events come, and while every event has 75 kB.</summary>
internal static class MemoryWorkload
{
    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}");
        Console.WriteLine("    events  bytes each  seconds  pages  peak MB");
        foreach ((long events, int bytes) in new[] { (1_000_000L, 700), (10_000_000L, 700), (40_000L, 75_000) })
        {
            string root = Directory.CreateTempSubdirectory("jc-bench-").FullName;
            using Process server = Process.Start(new ProcessStartInfo(
                Environment.ProcessPath!, ["endless-child", events.ToString(CultureInfo.InvariantCulture), bytes.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
            try
            {
                Uri site = new(await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start."));
                ChildReport report = await CollectChild.StartAsync(new ChildTask(root, site, site, "jca_3fQ7mZ1xT9vKpL2sWc8RbY5nUd4HgJ6eAoXk"));
                if (report.New != events) throw new InvalidOperationException($"{report.New} of {events} events came.");
                Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0,10:N0}  {1,10:N0}  {2,7:0.0}  {3,5}  {4,7:0}",
                    events, bytes, report.Seconds, report.Pages, report.PeakMegabytes));
            }
            finally
            {
                server.Kill();
                Directory.Delete(root, recursive: true);
            }
        }

        return 0;
    }
}
