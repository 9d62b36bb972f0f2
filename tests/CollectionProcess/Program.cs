// For tests that kill, stop and race processes. Arguments: "collect", store, key ring, seconds that a lease lasts, rows of a
// page, and perhaps events of a slice and of an audited one: collects every connector and says on standard output what happens, a line each: "page", "committed N", and at the
// end "result" with the result as JSON. Or "configure", store, key ring: adds connectors and changes each, for ever. Or
// "remove", store, key ring, connector: removes the records of a connector and says "removed N" at every step. Or "export",
// store, key ring, path, bytes of a file: exports all records by day and says "exported N" at every step; where it fails,
// "failed" with the error's id and message, and "left" with the files that are there.
using System.Globalization;
using System.Text.Json;
using JumpCloudConnector;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Export;
using JumpCloudConnector.JumpCloud;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;

using RecordStore store = RecordStore.Open(args[1]);
SecretProtector secrets = new(args[2]);
if (args[0] == "configure") Configuration.ChangeForEver(new ConnectorRegistry(store, secrets));
if (args[0] == "remove")
{
    store.Records.Remove(new RecordQuery { ConnectorNames = [args[3]] }, preview: false, (removed, _) => Console.WriteLine($"removed {removed.Records}"));
    return;
}

if (args[0] == "export")
{
    Exporting.Run(store, args[3], long.Parse(args[4], CultureInfo.InvariantCulture));
    return;
}

if (args[0] == "forward")
{
    foreach (ForwardingResult forwarded in await new Forwarder(store, secrets).SendAsync(new SyslogDestinationRegistry(store, secrets).Find(), new ForwardingLines()))
        Console.WriteLine($"state {forwarded.State} {forwarded.ErrorMessage}");
    return;
}

int page = int.Parse(args[4], CultureInfo.InvariantCulture);
CollectionOptions options = new()
{
    LeaseDuration = TimeSpan.FromSeconds(double.Parse(args[3], CultureInfo.InvariantCulture)),
    FirstPageSize = page,
    MaxPageSize = page,
    Client = new JumpCloudClientOptions { RequestsPerSecond = 100_000, RetryDelay = TimeSpan.FromMilliseconds(1) },
};
if (args.Length > 6)
{
    options = options with
    {
        SliceEvents = int.Parse(args[5], CultureInfo.InvariantCulture), AuditSliceEvents = int.Parse(args[6], CultureInfo.InvariantCulture),
    };
}

using Collector collector = new(store, secrets, options);
LineObserver observer = new();
await collector.CollectAsync(new ConnectorRegistry(store, secrets).Find(), named: true, force: true, observer);

internal sealed class LineObserver : ICollectionObserver
{
    private readonly Lock _lock = new();

    public void Progressed(CollectionProgress progress) => Say("page");

    public void Committed(RecordBatch batch) => Say("committed " + batch.Count.ToString(CultureInfo.InvariantCulture));

    public void Completed(CollectionResult result) => Say("result " + JsonSerializer.Serialize(result));

    public void Warned(string message) => Say("warning " + message);

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

internal sealed class ForwardingLines : IForwardingObserver
{
    public void Progressed(ForwardingProgress progress) => Console.WriteLine("acknowledged " + progress.Acknowledged.ToString(CultureInfo.InvariantCulture));

    public void Failed(string name, JcException fault, TimeSpan? retryAfter) => Console.WriteLine("failed " + fault.ErrorId);

    public void Completed(ForwardingResult result)
    {
    }
}

internal static class Configuration
{
    public static void ChangeForEver(ConnectorRegistry registry)
    {
        for (int i = registry.Find().Count; ; i++)
        {
            string name = "c" + i.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine("add");
            Connector connector = new()
            {
                Id = default, Name = name, TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
                ContentTypes = [ContentType.SystemUser], IntervalMinutes = 10, AnalyzerProfile = AnalyzerProfile.DefaultName,
            };
            registry.Add(connector, Secure("jca_old_" + name));
            Console.WriteLine("update");
            registry.Update(name, c => c with { IntervalMinutes = 20 }, Secure("jca_new_" + name));
        }
    }

    private static System.Security.SecureString Secure(string text)
    {
        System.Security.SecureString secure = new();
        foreach (char character in text) secure.AppendChar(character);
        return secure;
    }
}

internal static class Exporting
{
    public static void Run(RecordStore store, string path, long fileBytes)
    {
        RecordExportOptions options = new() { Path = path, SplitByDay = fileBytes > 0, MaxFileBytes = fileBytes > 0 ? fileBytes : null, Replace = true };
        try
        {
            RecordExporter.Export(store, new RecordQuery(), options, (written, _) => Console.WriteLine($"exported {written}"));
        }
        catch (JumpCloudConnector.JcException e)
        {
            Console.WriteLine($"failed {e.ErrorId} {e.Message}");
            Console.WriteLine($"left {string.Join(' ', Directory.GetFiles(Path.GetDirectoryName(path)!).Select(f => Path.GetFileName(f)))}");
        }
    }
}
