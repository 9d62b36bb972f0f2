using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Bench;

/// <summary>
/// Where the time of an event goes between the network and the store's file: each stage by itself, on one thread and in
/// memory. The first round shows what a process pays before its code is compiled fully.
/// </summary>
internal static class StagesWorkload
{
    public static async Task<int> RunAsync(string[] args)
    {
        int events = Options.Number(args, "--events", 100_000);
        int rounds = Options.Number(args, "--rounds", 4);
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 7, EventsPerOrganization = events, Span = TimeSpan.FromDays(1) });
        byte[][] all = [.. simulator.Organizations[0].Truth().Select(e => OneLine(e.Json.Span))];
        long raw = all.Sum(e => (long)e.Length);
        Console.WriteLine($".NET {Environment.Version}; {all.Length:N0} events of {raw / all.Length:N0} bytes; microseconds an event");
        Console.WriteLine("round   scan  write  split  terms   pack  unpack   packed   terms");
        for (int round = 0; round < rounds; round++) Console.WriteLine(Round(round, all, raw));
        return 0;
    }

    private static string Round(int round, byte[][] all, long raw)
    {
        EventRecordWriter writer = new(new RecordOrigin("0123456789abcdef0123456789abcdef", "Tenant", "connector", null, "Organization")) { WriteTime = 1_800_000_000_000 };
        using RecordBatch batch = new();
        double scan = Time(all.Length, i => Scan(writer, all[i]));
        double write = Time(all.Length, i =>
        {
            Scan(writer, all[i]);
            writer.Write(all[i], batch);
        });
        using JsonShapes shapes = new();
        double split = Time(all.Length, i => shapes.Split(all[i]));
        BlockTerms terms = new();
        double term = Time(all.Length, i =>
        {
            terms.Add(batch.Json(i), batch[i].Places);
            if (i % BlockWriter.MaxRecords == 0) terms.Finish();
        });
        using BlockPacker packer = new();
        List<PackedBlock> blocks = [];
        double pack = Time(batch.Count, i =>
        {
            packer.Add(i, new BlockEntry(1, 1, RecordKind.Event, batch[i].WriteTime, batch[i].Timestamp), batch.Vendor(i), batch.Json(i), batch[i].Places);
            if (packer.IsFull) blocks.Add(packer.Finish());
        });
        using BlockReader reader = new();
        double unpack = Time(blocks.Count, i => reader.Open(blocks[i].Body.AsSpan(0, blocks[i].Length), 1)) * blocks.Count / batch.Count;
        string line = string.Format(
            CultureInfo.InvariantCulture, "{0,5}  {1,5:0.00}  {2,5:0.00}  {3,5:0.00}  {4,5:0.00}  {5,5:0.00}  {6,6:0.00}  {7,7:P2}  {8,6:P2}",
            round, scan, write - scan, split, term, pack, unpack, (double)blocks.Sum(b => b.Length) / raw, (double)blocks.Sum(b => b.Terms.Length) / raw);
        foreach (PackedBlock block in blocks) block.Dispose();
        return line;
    }

    private static byte[] OneLine(ReadOnlySpan<byte> json)
    {
        using ByteBuffer buffer = new(json.Length);
        EventRecordWriter.AppendOneLine(buffer, json);
        return buffer.Span.ToArray();
    }

    private static void Scan(EventRecordWriter writer, byte[] json)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        writer.TryScan(ref reader);
    }

    private static double Time(int count, Action<int> step)
    {
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; i < count; i++) step(i);
        return clock.Elapsed.TotalMicroseconds / count;
    }
}
