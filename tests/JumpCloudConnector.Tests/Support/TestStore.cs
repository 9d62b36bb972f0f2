using System.Security;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Support;

/// <summary>A store in a temporary folder, with all that collects into it.</summary>
public sealed class TestStore : IDisposable
{
    public TestStore(TimeProvider? time = null)
    {
        Folder = Path.Combine(Path.GetTempPath(), "jc-test-" + Guid.NewGuid().ToString("N"));
        KeyRing = Folder + "-keys";
        Time = time ?? TimeProvider.System;
        Store = RecordStore.Open(Folder);
        Secrets = new SecretProtector(KeyRing);
        Registry = new ConnectorRegistry(Store, Secrets, Time);
    }

    public string Folder { get; }

    public string KeyRing { get; }

    public TimeProvider Time { get; }

    public RecordStore Store { get; private set; }

    public SecretProtector Secrets { get; }

    public ConnectorRegistry Registry { get; private set; }

    /// <summary>Fast where the network is this machine: no rate, hardly a pause before a repetition.</summary>
    public static CollectionOptions Options { get; } = new()
    {
        Client = new JumpCloudClientOptions { RequestsPerSecond = 100_000, RetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromSeconds(2) },
    };

    public static SecureString Secure(string text)
    {
        SecureString secure = new();
        foreach (char character in text) secure.AppendChar(character);
        secure.MakeReadOnly();
        return secure;
    }

    public Connector Add(Simulator simulator, string name = "main", Func<Connector, Connector>? change = null, string? apiKey = null)
    {
        Connector connector = new()
        {
            Id = default, Name = name, TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
            AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights], InitialLookback = TimeSpan.FromDays(2),
            ProviderId = simulator.Options.ProviderId,
            InsightsUri = simulator.InsightsUri, ConsoleUri = simulator.ConsoleUri,
        };
        Registry.Add(change?.Invoke(connector) ?? connector, Secure(apiKey ?? simulator.Options.ApiKey));
        return Registry.Get(name);
    }

    public async Task<IReadOnlyList<CollectionResult>> CollectAsync(
        CollectionOptions? options = null, bool force = true, ICollectionObserver? observer = null, CancellationToken cancellationToken = default)
    {
        using Collector collector = new(Store, Secrets, options ?? Options, Time);
        return await collector.CollectAsync(Registry.Find(), named: true, force, observer, cancellationToken);
    }

    public async Task<CollectionResult> CollectOneAsync(CollectionOptions? options = null, bool force = true) =>
        Assert.Single(await CollectAsync(options, force));

    public List<IngestedRecord> Find(RecordQuery? query = null) =>
        [.. Store.Records.Find(query ?? new RecordQuery(), TestContext.Current.CancellationToken)];

    /// <summary>Closes and opens the store, as a new process would.</summary>
    public void Reopen()
    {
        Store.Dispose();
        Store = RecordStore.Open(Folder);
        Registry = new ConnectorRegistry(Store, Secrets, Time);
    }

    public void Dispose()
    {
        Store.Dispose();
        foreach (string folder in (string[])[Folder, KeyRing])
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
