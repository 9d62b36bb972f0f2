using System.Security;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.DesktopCheck;

/// <summary>
/// Uses the engine's net472 build for real: makes a store, protects and reads a secret, collects from the installation that
/// the arguments name, collects again, reads and searches what is stored, proves it by the installation's count, tests the
/// store, copies it and applies retention. Prints OK and what was found and exits 0, or says what failed. Arguments: the Directory Insights address, the console address, the API key.
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
            IngestedRecord[] all = [.. store.Records.Find(new RecordQuery { AfterSequence = 0 }, CancellationToken.None)];
            long read = all.LongCount(IsWhole);
            if (first == 0 || again != 0 || read != first)
                throw new InvalidOperationException($"{first} records were collected, {again} more in a second run, {read} were read.");
            Search(store, all);
            Prove(store, secrets, registry, options);
            Care(store, Path.Combine(folder, "copy.db"), read);
            Console.WriteLine(FormattableString.Invariant($"OK {read} records on {Environment.Version}"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What is asked for in each way is what the records themselves say.</summary>
    private static void Search(RecordStore store, IngestedRecord[] all)
    {
        long middle = all.Select(r => r.Timestamp.ToUnixTimeMilliseconds()).OrderBy(t => t).ElementAt(all.Length / 2);
        (RecordQuery Query, Func<IngestedRecord, bool> Wanted)[] searches =
        [
            (new RecordQuery { Services = ["sso"] }, r => r.Service == "sso"),
            (new RecordQuery { Query = "event_category:sso AND NOT event_status:success" }, r => r.Service == "sso" && r.EventStatus != "success"),
            (new RecordQuery { EventTypes = ["user_*"] }, r => r.EventType is not null && r.EventType.StartsWith("user_", StringComparison.Ordinal)),
            (new RecordQuery { After = middle, Oldest = true }, r => r.Timestamp.ToUnixTimeMilliseconds() >= middle),
            (new RecordQuery { Text = "login" }, r => r.Json.IndexOf("login", StringComparison.OrdinalIgnoreCase) >= 0),
        ];
        foreach ((RecordQuery query, Func<IngestedRecord, bool> wanted) in searches)
        {
            long[] found = [.. store.Records.Find(query, CancellationToken.None).Select(r => r.Sequence).OrderBy(s => s)];
            long[] expected = [.. all.Where(wanted).Select(r => r.Sequence).OrderBy(s => s)];
            if (expected.Length == 0 || !found.SequenceEqual(expected))
                throw new InvalidOperationException($"{query} found {found.Length} records, not {expected.Length}.");
        }
    }

    /// <summary>The count of the installation against ledger and store.</summary>
    private static void Prove(RecordStore store, SecretProtector secrets, ConnectorRegistry registry, CollectionOptions options)
    {
        List<IngestionTest> tests = [];
        new IngestionTester(store, secrets, options).TestAsync(registry.Find(), null, null, test => { lock (tests) tests.Add(test); }).GetAwaiter().GetResult();
        IngestionTest? bad = tests.FirstOrDefault(t => t.State != IngestionState.Complete);
        if (tests.Count == 0 || bad is not null) throw new InvalidOperationException($"{tests.Count} tests, {bad?.State}: {bad?.Message}");
    }

    private static void Care(RecordStore store, string copy, long records)
    {
        StoreTest test = store.Care.Test(full: true);
        if (test.State != StoreState.Healthy || test.Records != records)
            throw new InvalidOperationException($"The store's test found {test.Records} records and {string.Join("; ", test.Findings)}.");
        store.Care.Backup(copy, overwrite: false, DateTimeOffset.UtcNow);
        if (new FileInfo(copy).Length == 0) throw new InvalidOperationException("The copy is empty.");
        store.Care.SetRetention(new StoreRetention(365, null));
        if (store.Care.Enforce(DateTimeOffset.UtcNow).Removed.Records != 0) throw new InvalidOperationException("Retention took what it should keep.");
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
