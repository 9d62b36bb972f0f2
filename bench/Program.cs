// Benchmarks of JumpCloudConnector. Every figure is a ratio to a peer in the same run, since machines differ and drift.
//   dotnet run -c Release --project bench -- collect [--events 1000000] [--rounds 3]
//   dotnet run -c Release --project bench -- filter
//   dotnet run -c Release --project bench -- connectors
using JumpCloudConnector.Bench;

return args switch
{
    ["collect", .. string[] rest] => await CollectWorkload.RunAsync(rest),
    ["filter"] => await FilterWorkload.RunAsync(events: 100_000, rounds: 5),
    ["connectors"] => ConnectorWorkload.Run(),
    ["collect-child", string store, string insights, string console, string key] => await CollectChild.RunAsync(store, new Uri(insights), new Uri(console), key),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: dotnet run -c Release --project bench -- collect [--events N] [--rounds N]   or   -- filter   or   -- connectors");
    return 2;
}
