using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using JumpCloudConnector.Filters;
using JumpCloudConnector.Records;
using JumpCloudSimulator;

namespace JumpCloudConnector.Bench;

/// <summary>
/// What 10 log filters of 5 conditions cost beside what every event costs anyway: reading it, hashing it and writing the
/// record. In memory, on one thread, in turn; reports the ratio.
/// </summary>
internal static class FilterWorkload
{
    public static async Task<int> RunAsync(int events, int rounds)
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = 7, EventsPerOrganization = events });
        byte[][] all = [.. simulator.Organizations[0].Truth().Select(e => e.Json.ToArray())];
        FilterSet none = new([]);
        FilterSet ten = new([.. Enumerable.Range(0, 10).Select(MakeFilter)]);
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; {all.Length:N0} events");
        Console.WriteLine("round  no filter us/event  10 filters us/event  ratio  excluded");
        List<double> ratios = [];
        for (int round = 0; round <= rounds; round++)
        {
            (double without, _) = Pass(all, none);
            (double with, int excluded) = Pass(all, ten);
            double ratio = with / without;
            if (round > 0) ratios.Add(ratio);
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0,5}  {1,18:0.00}  {2,19:0.00}  {3,5:0.00}  {4,8:N0}{5}",
                round, without, with, ratio, excluded, round == 0 ? "  (warm-up)" : ""));
        }

        ratios.Sort();
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "median ratio {0:0.00}", ratios[ratios.Count / 2]));
        return 0;
    }

    // Conditions that hold now and then: the first one of each filter lets through some of the events, so that the others
    // are asked too, as in filters that people write.
    private static LogFilter MakeFilter(int number) => new()
    {
        Id = Guid.NewGuid(), Name = $"filter {number}", CreatedAt = default, ModifiedAt = default,
        Conditions =
        [
            Condition("event_category", LogFilterOperator.In, "directory", "sso", "systems", "radius"),
            Condition("event_status", LogFilterOperator.NotEqual, "failure"),
            Condition("user.name", LogFilterOperator.Exists),
            Condition("srcip", LogFilterOperator.InSubnet, "10.0.0.0/8", $"{100 + number}.0.0.0/8"),
            Condition("jumpcloud.geoip.country_code", LogFilterOperator.Equal, "US"),
        ],
    };

    private static LogFilterCondition Condition(string field, LogFilterOperator operation, params string[] values) =>
        new() { Field = field, Operator = operation, Values = values };

    private static (double Microseconds, int Excluded) Pass(byte[][] events, FilterSet filters)
    {
        EventRecordWriter writer = new(new RecordOrigin("0123456789abcdef0123456789abcdef", "Tenant", "connector", null, "Organization"));
        using RecordBatch batch = new();
        int excluded = 0;
        Stopwatch clock = Stopwatch.StartNew();
        foreach (byte[] json in events)
        {
            if (batch.Count == 1000) batch.Truncate(0);
            Utf8JsonReader reader = new(json);
            reader.Read();
            writer.TryScan(ref reader);
            writer.Write(json, batch);
            if (filters.Excludes(batch.Json(batch.Count - 1)) >= 0) excluded++;
        }

        return (clock.Elapsed.TotalMicroseconds / events.Length, excluded);
    }
}
