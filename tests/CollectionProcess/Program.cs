// Collects every connector of a store and says on standard output what happens, a line each: "page", "committed N", and at
// the end "result" with the result as JSON. Arguments: store, key ring, seconds that a lease lasts, rows of a page.
using System.Globalization;
using System.Text.Json;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

using RecordStore store = RecordStore.Open(args[0]);
SecretProtector secrets = new(args[1]);
int page = int.Parse(args[3], CultureInfo.InvariantCulture);
CollectionOptions options = new()
{
    LeaseDuration = TimeSpan.FromSeconds(double.Parse(args[2], CultureInfo.InvariantCulture)),
    FirstPageSize = page,
    MaxPageSize = page,
    Client = new JumpCloudClientOptions { RequestsPerSecond = 100_000, RetryDelay = TimeSpan.FromMilliseconds(1) },
};
using Collector collector = new(store, secrets, options);
LineObserver observer = new();
await collector.CollectAsync(new ConnectorRegistry(store, secrets).Find(), named: true, force: true, observer);

internal sealed class LineObserver : ICollectionObserver
{
    private readonly Lock _lock = new();

    public void Progressed(CollectionProgress progress) => Say("page");

    public void Committed(RecordBatch batch) => Say("committed " + batch.Count.ToString(CultureInfo.InvariantCulture));

    public void Completed(CollectionResult result) => Say("result " + JsonSerializer.Serialize(result));

    public void Noted(string message) => Say("note " + message);

    private void Say(string line)
    {
        lock (_lock)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
