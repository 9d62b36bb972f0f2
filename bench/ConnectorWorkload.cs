using System.Diagnostics;
using System.Globalization;
using System.Security;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Bench;

/// <summary>Adds thousands of connectors, as a managed service provider does, and lists them.</summary>
internal static class ConnectorWorkload
{
    public static int Run()
    {
        string folder = Directory.CreateTempSubdirectory("jc-bench-").FullName;
        try
        {
            using RecordStore store = RecordStore.Open(Path.Combine(folder, "store"));
            ConnectorRegistry registry = new(store, new SecretProtector(Path.Combine(folder, "keyring")));
            using SecureString key = new();
            foreach (char character in "jca_0123456789012345678901234567890123") key.AppendChar(character);
            registry.Add(New(0), key);
            Console.WriteLine($"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}");
            double first = 0;
            for (int thousand = 0; thousand < 4; thousand++)
            {
                Stopwatch clock = Stopwatch.StartNew();
                for (int i = 1; i <= 1000; i++) registry.Add(New((thousand * 1000) + i), key);
                double added = clock.Elapsed.TotalSeconds;
                if (thousand == 0) first = added;
                clock.Restart();
                int listed = registry.Describe(registry.Find()).Count();
                Console.WriteLine(string.Format(CultureInfo.InvariantCulture,
                    "connectors {0,5}: the last thousand added in {1:0.00} s ({2:0.00} times the first), all listed in {3:0} ms",
                    listed, added, added / first, clock.Elapsed.TotalMilliseconds));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static Connector New(int number) => new()
    {
        Id = default, Name = $"customer-{number:00000}", TenantName = $"Customer {number:00000}", TenantId = "", CreatedAt = default, ModifiedAt = default,
        AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser],
    };
}
