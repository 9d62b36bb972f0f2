// Starts two simulated JumpCloud installations, then runs QuickStart.ps1 in a hosted PowerShell with the built module
// imported: what is printed is what a user would see in pwsh. With --serve it only starts the installations and prints
// what to paste into pwsh.
using System.Globalization;
using System.Management.Automation;
using System.Security;
using JumpCloudSimulator;
using PowerShellHost;

await using Simulator company = await Simulator.StartAsync(new SimulatorOptions { Seed = 1, EventsPerOrganization = 60_000, UsersPerOrganization = 451 });
await using Simulator provider = await Simulator.StartAsync(new SimulatorOptions
{
    Seed = 2, ProviderId = "5e160715b7782848e073301e", Organizations = 3, EventsPerOrganization = 20_000, PortalEvents = 200,
});

string folder = Directory.CreateTempSubdirectory("JumpCloudConnector-QuickStart-").FullName;
string store = Path.Combine(folder, "store");
Environment.SetEnvironmentVariable("JCCONNECTOR_KEYRING", Path.Combine(folder, "keyring"));
try
{
    if (args is ["--serve"]) await ServeAsync();
    else return Run();
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

int Run()
{
    int events = company.Organizations.Sum(o => o.VisibleCount) + provider.Organizations.Sum(o => o.VisibleCount) + provider.Portal!.VisibleCount;
    Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "Simulating JumpCloud on this machine: {0:N0} events in {1} organizations.", events, 1 + provider.Organizations.Count));
    int lastPercent = -1;
    using ModuleSession session = new(new TextHostOptions
    {
        Output = Console.Out,
        Width = Console.IsOutputRedirected ? 140 : Math.Max(120, Console.WindowWidth),
        Color = !Console.IsOutputRedirected,
        OnProgress = record =>
        {
            // A line for every fifth part; a terminal's bar would need a terminal.
            int percent = record.RecordType == ProgressRecordType.Completed ? -1 : record.PercentComplete / 20 * 20;
            if (percent > lastPercent) Console.WriteLine($"  {record.Activity}: {percent} %, {record.StatusDescription}");
            lastPercent = percent;
        },
    });
    bool good = session.ShowFile(Path.Combine(AppContext.BaseDirectory, "QuickStart.ps1"), ModuleSession.Parameters(
        ("Company", Site(company)), ("Provider", Site(provider)), ("StorePath", store)));
    return good ? 0 : 1;
}

async Task ServeAsync()
{
    Console.WriteLine("Two simulated JumpCloud installations are running. In pwsh, from the repository's root:");
    Console.WriteLine();
    Console.WriteLine("  Import-Module ./out/JumpCloudConnector");
    Console.WriteLine($"  $key = ConvertTo-SecureString '{company.Options.ApiKey}' -AsPlainText -Force");
    Console.WriteLine($"  $company = @{{ InsightsUri = '{company.InsightsUri}'; ConsoleUri = '{company.ConsoleUri}'; ApiKey = $key }}");
    Console.WriteLine($"  $provider = @{{ InsightsUri = '{provider.InsightsUri}'; ConsoleUri = '{provider.ConsoleUri}'; ApiKey = $key; ProviderId = '{provider.Options.ProviderId}' }}");
    Console.WriteLine($"  ./samples/QuickStart/QuickStart.ps1 -Company $company -Provider $provider -StorePath '{store}'");
    Console.WriteLine();
    Console.WriteLine("Press Enter to stop them.");
    await Console.In.ReadLineAsync();
}

static System.Collections.Hashtable Site(Simulator simulator)
{
    SecureString key = new();
    foreach (char character in simulator.Options.ApiKey) key.AppendChar(character);
    System.Collections.Hashtable site = ModuleSession.Parameters(
        ("InsightsUri", simulator.InsightsUri), ("ConsoleUri", simulator.ConsoleUri), ("ApiKey", key));
    if (simulator.Options.ProviderId is { } id) site["ProviderId"] = id;
    return site;
}
