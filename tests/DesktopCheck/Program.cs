using System.Security;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.DesktopCheck;

/// <summary>
/// Uses the engine's net472 build for real: makes a store, protects and reads a secret, collects from the installation that
/// the arguments name, collects again, and reads what is stored. Prints OK and what was found and exits 0, or says what
/// failed. Arguments: the Directory Insights address, the console address, the API key.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"jcc-desktop-{Guid.NewGuid():N}");
        try
        {
            using RecordStore store = RecordStore.Open(Path.Combine(folder, "store"));
            SecretProtector secrets = new(Path.Combine(folder, "keyring"));
            ConnectorRegistry registry = new(store, secrets);
            registry.Add(NewConnector(new Uri(arguments[0]), new Uri(arguments[1])), Secure(arguments[2]));
            CollectionOptions options = new() { Client = new JumpCloudClientOptions { RequestsPerSecond = 10_000 } };
            using Collector collector = new(store, secrets, options);
            long first = Collect(collector, registry).Sum(r => r.New);
            long again = Collect(collector, registry).Sum(r => r.New);
            long read = store.Records.Find(new RecordQuery { AfterSequence = 0 }, CancellationToken.None).LongCount(IsWhole);
            if (first == 0 || again != 0 || read != first)
                throw new InvalidOperationException($"{first} records were collected, {again} more in a second run, {read} were read.");
            Console.WriteLine(FormattableString.Invariant($"OK {read} records on {Environment.Version}"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<CollectionResult> Collect(Collector collector, ConnectorRegistry registry)
    {
        IReadOnlyList<CollectionResult> results = collector.CollectAsync(registry.Find(), named: true, force: true).GetAwaiter().GetResult();
        CollectionResult? bad = results.FirstOrDefault(r => r.State != CollectionState.Collected);
        return bad is null ? results : throw new InvalidOperationException($"{bad.ContentType}: {bad.State}, {bad.ErrorMessage}");
    }

    private static bool IsWhole(IngestedRecord record) =>
        record.Timestamp > DateTimeOffset.FromUnixTimeMilliseconds(0) && record.StellarUuid is not null && record.Json.Contains("\"jumpcloud\":{");

    private static Connector NewConnector(Uri insights, Uri console) => new()
    {
        Id = Guid.Empty, Name = "desktop", TenantName = "desktop", TenantId = "", CreatedAt = default, ModifiedAt = default,
        AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser], InitialLookback = TimeSpan.FromDays(2),
        InsightsUri = insights, ConsoleUri = console,
    };

    private static SecureString Secure(string text)
    {
        SecureString secure = new();
        foreach (char character in text) secure.AppendChar(character);
        return secure;
    }
}
