// Benchmarks of JumpCloudConnector. Every figure is a ratio to a peer in the same run, since machines differ and drift.
//   dotnet run -c Release --project bench -- collect [--events 1000000] [--rounds 3]
//   dotnet run -c Release --project bench -- backlog [--events 1000000] [--page 1000] [--latency 300]
//   dotnet run -c Release --project bench -- organizations [--organizations 2000] [--latency 50]
//   dotnet run -c Release --project bench -- memory
//   dotnet run -c Release --project bench -- search [--events 10000000] [--texts 1000000]
//   dotnet run -c Release --project bench -- forward [--events 300000] [--rounds 3]
//   dotnet run -c Release --project bench -- stages [--events 100000] [--rounds 4]
//   dotnet run -c Release --project bench -- filter
//   dotnet run -c Release --project bench -- connectors
using System.Globalization;
using JumpCloudConnector.Bench;

return args switch
{
    ["collect", .. string[] rest] => await CollectWorkload.RunAsync(rest),
    ["backlog", .. string[] rest] => await BacklogWorkload.RunAsync(rest),
    ["organizations", .. string[] rest] => await OrganizationsWorkload.RunAsync(rest),
    ["memory"] => await MemoryWorkload.RunAsync(),
    ["search", .. string[] rest] => await SearchWorkload.RunAsync(rest),
    ["forward", .. string[] rest] => await ForwardWorkload.RunAsync(rest),
    ["stages", .. string[] rest] => await StagesWorkload.RunAsync(rest),
    ["filter"] => await FilterWorkload.RunAsync(events: 100_000, rounds: 5),
    ["connectors"] => ConnectorWorkload.Run(),
    ["read-child", string folder, string records] => SearchWorkload.Read(folder, int.Parse(records, CultureInfo.InvariantCulture)),
    ["collect-child", string task] => await CollectChild.RunAsync(task),
    ["endless-child", string events, string bytes] => await EndlessServer.RunAsync(long.Parse(events, CultureInfo.InvariantCulture), int.Parse(bytes, CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: dotnet run -c Release --project bench -- collect | backlog | organizations | memory | search | forward | stages | filter | connectors");
    return 2;
}
