using System.Text.Json;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Support;

/// <summary>A store that is written without a network, and all records that it must have, in the order of commits.</summary>
internal sealed class FilledStore : IDisposable
{
    public const long Now = 1_800_000_000_000;

    private readonly TestStore _store = new();

    /// <summary>Sequence n is at n - 1.</summary>
    public List<(long Sequence, long Time, byte[] Json)> All { get; } = [];

    public TestStore Test => _store;

    public RecordStore Store => _store.Store;

    public IRecordStore Records => _store.Store.Records;

    public List<IngestedRecord> Find(RecordQuery? query = null) => _store.Find(query);

    /// <summary>Generated events, as JumpCloud would send them.</summary>
    public static async Task<byte[][]> EventsAsync(int seed, int count)
    {
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions { Seed = seed, EventsPerOrganization = count });
        return [.. simulator.Organizations[0].Truth().Select(e => e.Json.ToArray()).Take(count)];
    }

    /// <summary>Events of three connectors and users of one, in commits of many sizes: some in blocks, some in rows.</summary>
    public static async Task<FilledStore> MakeAsync(int seed, int count)
    {
        FilledStore filled = new();
        Random random = new(seed);
        byte[][] events = await EventsAsync(seed, count);
        string[] names = ["main", "second", "third"];
        Lease[] leases = [.. names.Select(n => filled.Acquire(n, out _))];
        Lease users = filled.Acquire("users", out _, ContentType.SystemUser);
        for (int at = 0; at < events.Length;)
        {
            int size = Math.Min(events.Length - at, random.Next(3) == 0 ? random.Next(300, 2_500) : random.Next(1, 200));
            int which = random.Next(names.Length);
            filled.Commit(leases[which], events[at..(at + size)], names[which]);
            at += size;
            if (random.Next(4) == 0) filled.CommitUsers(users, random.Next(1, 60), "users");
        }

        filled.CommitUsers(users, 400, "users");
        filled.CommitUsers(users, 5, "users");
        return filled;
    }

    public static RecordBatch Batch(IEnumerable<byte[]> events, string connector, long writeTime = Now)
    {
        EventRecordWriter writer = new(Origin(connector)) { WriteTime = writeTime };
        RecordBatch batch = new();
        foreach (byte[] json in events)
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            writer.TryScan(ref reader);
            writer.Write(json, batch);
        }

        return batch;
    }

    public void Commit(Lease lease, IEnumerable<byte[]> events, string connector)
    {
        // Each commit at a time of its own.
        using RecordBatch batch = Batch(events, connector, Now + All.Count);
        Commit(lease, batch);
    }

    public void CommitUsers(Lease lease, int users, string connector)
    {
        UserRecordWriter writer = new(Origin(connector));
        using RecordBatch batch = new();
        for (int i = 0; i < users; i++)
        {
            int number = All.Count + i;
            string json = $$"""{"_id":"{{number:x24}}","username":"user.{{number % 97}}","email":"User.{{number % 97}}@example.com","organization":"{{number % 2:x24}}"}""";
            writer.Write(System.Text.Encoding.UTF8.GetBytes(json), number % 3 == 0 ? UserChange.Changed : UserChange.Snapshot, Now - (number * 60_000L), batch);
        }

        Commit(lease, batch);
    }

    public Lease Acquire(string name, out long stream, ContentType content = ContentType.DirectoryInsights)
    {
        _store.Registry.Add(new Connector
        {
            Id = default, Name = name, TenantName = TenantOf(name), TenantId = "", CreatedAt = default, ModifiedAt = default, ContentTypes = [content],
            AnalyzerProfile = AnalyzerProfile.DefaultName,
        }, TestStore.Secure("jca_0123456789abcdef0123456789abcdef0123"));
        StreamInfo info = Records.OpenStream(new StreamKey(_store.Registry.Get(name).Id, OrganizationOf(name) ?? "", content), null, Now);
        stream = info.Id;
        return Records.AcquireLease(info.Id, LeaseOwner.ThisProcess(), Now, TimeSpan.FromHours(1)).Lease!;
    }

    /// <summary>What looking at every record finds.</summary>
    public IEnumerable<(long Sequence, long Time, byte[] Json)> FullScan(RecordQuery query)
    {
        RecordPredicate predicate = new(query);
        IEnumerable<(long Sequence, long Time, byte[] Json)> matches = All.Where(r =>
            r.Time >= (query.After ?? long.MinValue) && r.Time < (query.Before ?? long.MaxValue) && r.Sequence > (query.AfterSequence ?? 0) && predicate.Matches(r.Json));
        matches = query.AfterSequence is not null ? matches.OrderBy(r => r.Sequence)
            : query.Oldest ? matches.OrderBy(r => r.Time).ThenBy(r => r.Sequence) : matches.OrderByDescending(r => r.Time).ThenByDescending(r => r.Sequence);
        return matches.Take((int)Math.Min(int.MaxValue, query.First ?? int.MaxValue));
    }

    /// <summary>A query by chance, of every criterion that there is; most find something.</summary>
    public RecordQuery Make(Random random)
    {
        IngestedRecord any = new(0, All[random.Next(All.Count)].Json);
        string json = any.Json;
        RecordQuery query = new();
        if (Chance(5)) query = query with { Users = [Vary(any.User)] };
        if (Chance(7)) query = query with { SourceIps = [Chance(4) ? "10.0.0.0/4" : Vary(any.SourceIp)] };
        if (Chance(6)) query = query with { EventTypes = [Vary(any.EventType), "sso_auth"] };
        if (Chance(8)) query = query with { EventStatuses = [Vary(any.EventStatus)] };
        if (Chance(7)) query = query with { Services = [Vary(any.Service)] };
        if (Chance(6)) query = query with { ConnectorNames = [Vary(any.ConnectorName)] };
        if (Chance(8)) query = query with { TenantNames = [Vary(any.TenantName), "Globex"] };
        if (Chance(7)) query = query with { Organizations = [Vary(any.OrganizationName ?? any.OrganizationId)] };
        if (Chance(8)) query = query with { MessageClasses = [Vary(any.MsgClass)] };
        if (Chance(9)) query = query with { Sources = [Vary(any.Source)] };
        if (Chance(9)) query = query with { Categories = [Vary(any.Category)] };
        if (Chance(5)) query = query with { Query = QueryFor(any) };
        if (Chance(4))
        {
            int start = random.Next(json.Length - 3);
            // From a name or a value on, a text may reach over several.
            if (Chance(2)) start = Math.Max(0, json.LastIndexOf('"', start));
            string text = json.Substring(start, Math.Min(json.Length - start, random.Next(1, Chance(2) ? 14 : 60)));
            query = Chance(4) ? query with { Text = System.Text.RegularExpressions.Regex.Escape(text) + ".?", Regex = true }
                : query with { Text = Chance(2) ? text.ToUpperInvariant() : text };
        }

        if (Chance(4)) query = query with { After = All[random.Next(All.Count)].Time };
        if (Chance(4)) query = query with { Before = All[random.Next(All.Count)].Time };
        if (Chance(6)) query = query with { IngestedAfter = any.WriteTime.ToUnixTimeMilliseconds() };
        if (Chance(5)) query = query with { AfterSequence = random.Next(All.Count) };
        if (Chance(3)) query = query with { Oldest = true };
        if (Chance(3)) query = query with { First = random.Next(1, 200) };
        return query;

        bool Chance(int of) => random.Next(of) == 0;

        string Vary(string? text) => text is null ? "nobody" : random.Next(5) switch
        {
            0 => text.ToUpperInvariant(),
            1 => text.Substring(0, text.Length / 2) + "*",
            2 => text.Split('@')[0],
            _ => text,
        };

        string QueryFor(IngestedRecord record) => random.Next(5) switch
        {
            0 => $"event_type:{record.EventType ?? "none"} AND NOT event_status:failure",
            1 => $"timestamp:>\"{record.Timestamp:yyyy-MM-ddTHH:mm:ss}Z\" AND msg_class:{record.MsgClass}",
            2 => $"user.name:\"{record.User?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" OR event_type:sso_*",
            3 => "_exists_:srcip AND connector_name:(main OR second)",
            _ => "NOT jumpcloud.success:true",
        };
    }

    public void Dispose() => _store.Dispose();

    public static string TenantOf(string connector) => connector is "second" ? "Globex" : "Acme";

    /// <summary>The one of them whose stream knows its organization.</summary>
    private static string? OrganizationOf(string connector) => connector is "second" ? "5f0c0c0c0c0c0c0c0c0c0c02" : null;

    private static RecordOrigin Origin(string connector) =>
        new("t" + TenantOf(connector), TenantOf(connector), connector, OrganizationOf(connector), OrganizationOf(connector) is null ? null : "Second \"Org\"");

    private void Commit(Lease lease, RecordBatch batch)
    {
        Records.Commit(lease, batch, new SliceCommit(Now - 1, Now) { StreamStart = Now - 1, Time = Now });
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch[i].Fate != RecordFate.Stored) continue;
            Assert.Equal(All.Count + 1, batch[i].Sequence);
            All.Add((batch[i].Sequence, batch[i].Timestamp, batch.Json(i).ToArray()));
        }
    }
}
