using System.Diagnostics;
using System.Globalization;
using System.Security;
using System.Text;
using System.Text.Json;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Bench;

/// <summary>
/// Finding records: the newest hundred of a user, an event type and a span of time among many, and a text among fewer, the
/// latter beside <c>zstdcat | grep</c> of the same records as one file. The store is written without a network.
/// </summary>
internal static class SearchWorkload
{
    private const int Distinct = 200_000;
    private const int Rounds = 11;
    private const string Text = "jumpcloud-go/7.31.9";

    public static async Task<int> RunAsync(string[] args)
    {
        int events = Options.Number(args, "--events", 10_000_000);
        string root = Directory.CreateTempSubdirectory("jc-bench-").FullName;
        try
        {
            await using Simulator simulator = await Simulator.StartAsync(
                new SimulatorOptions { Seed = 7, EventsPerOrganization = Distinct, Span = TimeSpan.FromDays(1) });
            byte[][] day = [.. simulator.Organizations[0].Truth().Select(e => e.Json.ToArray())];
            Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}");
            int texts = Options.Number(args, "--texts", Math.Min(events, 1_000_000));
            if (texts > 0) TextSearch(Path.Combine(root, "text"), day, texts);
            Newest(Path.Combine(root, "newest"), day, events);
            ReadMany(Path.Combine(root, "newest"), events);
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>Reads so many records of a store in a process of its own, which nothing else has made larger.</summary>
    public static int Read(string folder, int records)
    {
        using RecordStore store = RecordStore.Open(folder);
        Stopwatch clock = Stopwatch.StartNew();
        long bytes = 0;
        int found = 0;
        foreach (IngestedRecord record in store.Records.Find(new RecordQuery { First = records }, default))
        {
            bytes += record.Utf8.Length;
            found++;
        }

        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture, "  {0,10:N0} records, {1,6:N0} MB of JSON in {2,6:0.0} s, {3,4:0} MB of memory at most",
            found, bytes >> 20, clock.Elapsed.TotalSeconds, CollectChild.PeakMegabytes()));
        return 0;
    }

    private static void ReadMany(string folder, int events)
    {
        Console.WriteLine("newest so many, each in a process of its own");
        for (int records = events / 100; records <= events; records *= 10)
        {
            using Process process = Process.Start(Environment.ProcessPath!, ["read-child", folder, records.ToString(CultureInfo.InvariantCulture)]);
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"Reading ended with {process.ExitCode}.");
        }
    }

    private static void Newest(string folder, byte[][] day, int events)
    {
        using RecordStore store = Fill(folder, day, events, null);
        IngestedRecord some = store.Records.Find(new RecordQuery { EventTypes = ["user_login_attempt"], First = 1 }, default).First();
        (long _, long? first, long? last) = store.Records.GetSpan();
        long middle = first!.Value + ((last!.Value - first.Value) / 2);
        Console.WriteLine("newest 100 among " + events.ToString("N0", CultureInfo.InvariantCulture));
        Measure(store, "of a user", new RecordQuery { Users = [some.User!], First = 100 });
        Measure(store, "of a user who is not there", new RecordQuery { Users = ["nobody@example.com"], First = 100 });
        Measure(store, "of an event type", new RecordQuery { EventTypes = ["user_login_attempt"], First = 100 });
        Measure(store, "of a seldom one", new RecordQuery { EventTypes = ["notarised"], First = 100 });
        Measure(store, "before a time", new RecordQuery { Before = middle, First = 100 });
        Measure(store, "of a user in a span of a day", new RecordQuery { Users = [some.User!], After = middle, Before = middle + 86_400_000, First = 100 });
    }

    private static void Measure(RecordStore store, string name, RecordQuery query)
    {
        List<double> times = [], cpu = [];
        double first = 0;
        int found = 0;
        for (int round = 0; round < 2 * Rounds; round++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            found = store.Records.Find(query, default).Count();
            if (round == 0) first = clock.Elapsed.TotalMilliseconds;
            // Half of the rounds are for the compiler, which a shell that stays open has behind it.
            if (round < Rounds) continue;
            times.Add(clock.Elapsed.TotalMilliseconds);
            // On a machine that others use too, the work itself is what compares.
            cpu.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }

        times.Sort();
        cpu.Sort();
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture, "  {0,-30} {1,4} found, median {2,6:0.0} ms, worst {3,6:0.0} ms, the first {4,6:0.0} ms, of CPU {5,6:0.0} ms",
            name, found, times[times.Count / 2], times[^1], first, cpu[cpu.Count / 2]));
    }

    private static void TextSearch(string folder, byte[][] day, int events)
    {
        string file = folder + ".ndjson";
        using RecordStore store = Fill(folder, day, events, file);
        Shell($"zstd -q -3 --rm '{file}'");
        Console.WriteLine($"texts among {events:N0}, in any case; {new FileInfo(file + ".zst").Length >> 20} MB as one zstd file, {new DirectoryInfo(folder).GetFiles().Sum(f => f.Length) >> 20} MB as a store");
        Console.WriteLine("  text                          found  store s  of CPU  grep s  ratio  grep -c s  ratio");
        foreach (string text in (string[])[Text, "lena.sato", "\"success\":false", "Require MFA outside"])
        {
            List<double> mine = [], cpu = [], lines = [], counts = [];
            int found = 0;
            for (int round = 0; round < 6; round++)
            {
                Stopwatch clock = Stopwatch.StartNew();
                TimeSpan before = Environment.CpuUsage.TotalTime;
                found = store.Records.Find(new RecordQuery { Text = text }, default).Count();
                double own = clock.Elapsed.TotalSeconds;
                double ownCpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
                string grep = $"zstdcat '{file}.zst' | LC_ALL=C grep -F -i";
                // Handing over what it finds, as the search does, with wc for who takes it; and counting alone.
                double printed = Time($"{grep} -- '{text}' | wc -l", found);
                double counted = Time($"{grep} -c -- '{text}'", found);
                if (round == 0) continue;
                mine.Add(own);
                cpu.Add(ownCpu);
                lines.Add(printed);
                counts.Add(counted);
            }

            double ours = Median(mine), theirs = Median(lines), counting = Median(counts);
            Console.WriteLine(string.Format(
                CultureInfo.InvariantCulture, "  {0,-28} {1,6:N0}  {2,7:0.00}  {3,6:0.00}  {4,6:0.00}  {5,5:0.00}  {6,9:0.00}  {7,5:0.00}",
                text, found, ours, Median(cpu), theirs, ours / theirs, counting, ours / counting));
        }
    }

    /// <summary>Seconds that a command takes, which has to say what was found.</summary>
    private static double Time(string command, int found)
    {
        Stopwatch clock = Stopwatch.StartNew();
        int said = int.Parse(Shell(command).Trim(), CultureInfo.InvariantCulture);
        return said == found ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"grep found {said}, the store {found}.");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Writes so many events: those of a day again and again, each time a day earlier and with other ids.</summary>
    internal static RecordStore Fill(string folder, byte[][] day, int events, string? alsoTo)
    {
        RecordStore store = RecordStore.Open(folder);
        ConnectorRegistry registry = new(store, new SecretProtector(folder + "-keyring"));
        using SecureString key = new();
        foreach (char character in "jca_0123456789012345678901234567890123") key.AppendChar(character);
        registry.Add(ConnectorWorkload.New(0), key);
        StreamInfo stream = store.Records.OpenStream(new StreamKey(registry.Find()[0].Id, "", ContentType.DirectoryInsights), null, 0);
        Lease lease = store.Records.AcquireLease(stream.Id, LeaseOwner.ThisProcess(), 0, TimeSpan.FromDays(1)).Lease!;
        using FileStream? file = alsoTo is null ? null : File.Create(alsoTo);
        EventRecordWriter writer = new(new RecordOrigin("0123456789abcdef0123456789abcdef", "Tenant", "connector", null, "Organization")) { WriteTime = 1_800_000_000_000 };
        Stopwatch clock = Stopwatch.StartNew();
        int written = 0;
        for (int copy = 0; written < events; copy++)
        {
            byte[] id = Encoding.ASCII.GetBytes($"{{\"id\":\"{copy:x4}");
            string date = DateTime.UtcNow.AddDays(-copy).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            for (int at = 0; at < day.Length && written < events; at += 5_000)
            {
                using RecordBatch batch = new();
                foreach (byte[] original in day.AsSpan(at, Math.Min(5_000, Math.Min(day.Length - at, events - written))))
                {
                    byte[] json = [.. original.Where(b => b is not ((byte)'\n' or (byte)'\r'))];
                    if (json.AsSpan().StartsWith("{\"id\":\""u8)) id.CopyTo(json, 0);
                    int time = json.AsSpan().IndexOf("\"timestamp\":\"20"u8);
                    if (time >= 0) Encoding.ASCII.GetBytes(date).CopyTo(json, time + 13);
                    Utf8JsonReader reader = new(json);
                    reader.Read();
                    writer.TryScan(ref reader);
                    writer.Write(json, batch);
                }

                store.Records.PrepareAsync(lease.StreamId, batch, default).GetAwaiter().GetResult();
                store.Records.Commit(lease, batch, new SliceCommit(at, at + 1) { Complete = false });
                written += batch.Count;
                for (int i = 0; file is not null && i < batch.Count; i++)
                {
                    if (batch[i].Fate != RecordFate.Stored) continue;
                    file.Write(batch.Json(i));
                    file.WriteByte((byte)'\n');
                }
            }
        }

        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0:N0} records written in {1:0.0} s", store.Records.GetSpan().Count, clock.Elapsed.TotalSeconds));
        return store;
    }

    private static string Shell(string command)
    {
        using Process process = Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", command }, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
