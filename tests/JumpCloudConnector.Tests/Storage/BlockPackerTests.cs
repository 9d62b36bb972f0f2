using System.Text;
using System.Text.Json;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>A block is the same whether the records were made for it or only what it keeps of them.</summary>
public sealed class BlockPackerTests
{
    // As other servers might send them: more than one line, in other orders, with oddities in what is searched by.
    private static readonly string[] s_others =
    [
        "{\r\n  \"id\": \"1\",\n  \"event_type\": \"user_login_attempt\",\n \"username\": \"jane.doe\", \"client_ip\": \"::ffff:192.0.2.7\"\n}",
        """{"event_type":"a\"b","service":"  ","initiated_by":{"email":"J\u00e4ne@example.com","id":"x"},"client_ip":"198.51.100.1:5555"}""",
        """{"username":"who@example.com","resource":{"username":"other"},"src_ip":"[2001:db8::1]:9","organization":"5f"}""",
        """{"resource":{"username":"locked.out","email":"locked.out@example.com"},"timestamp":"2026-03-07T13:03:42Z","organization":"6f"}""",
        """{"initiated_by":{"username":7,"email":null},"event_type":{},"service":[],"timestamp":"never"}""",
    ];

    [Theory]
    [InlineData(null)]
    [InlineData("5f7a0d1c2b3c4d5e6f708192")]
    public async Task Blocks_of_kept_events_are_those_of_made_records(string? organization)
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 2_000, HugeEventEvery = 700 }, TestContext.Current.CancellationToken);
        RecordOrigin origin = new("0123456789abcdef0123456789abcdef", "Tenant", "connector", organization, "Organization");
        EventRecordWriter keeping = new(origin) { WriteTime = 1_800_000_000_000 }, making = new(origin) { WriteTime = keeping.WriteTime };
        using RecordBatch kept = new(), made = new();
        foreach (byte[] json in s_others.Select(Encoding.UTF8.GetBytes).Concat(simulator.Organizations[0].Truth().Select(e => e.Json.ToArray())))
        {
            Assert.Equal(json.Length, keeping.Scan(json));
            Utf8JsonReader reader = new(json);
            Assert.True(reader.Read() && making.TryScan(ref reader));
            Assert.Equal(making.Write(json, made), keeping.Keep(json, kept));
        }

        Assert.Equal(2_000 + s_others.Length, kept.Count);
        using BlockPacker ofKept = new(), ofMade = new();
        for (int i = 0; i < kept.Count; i++)
        {
            Assert.Equal(made[i].Key, kept[i].Key);
            Assert.Equal(Encoding.UTF8.GetString(made.Json(i)), Encoding.UTF8.GetString(kept.Json(i)));
            BlockEntry entry = new(1, 7, RecordKind.Event, made[i].WriteTime, made[i].Timestamp);
            ofMade.Add(i, entry, made.Vendor(i), made.Json(i), made[i].Places);
            if (ofKept.HasOrigin(7)) ofKept.Add(i, entry, kept.Vendor(i), kept.IsMade(i) ? kept.Json(i) : kept.Vendor(i), kept[i].Places, kept.Makeup(i));
            else ofKept.Add(i, entry, kept.Vendor(i), kept.Json(i), makeup: kept.Makeup(i));
            Assert.Equal(ofMade.IsFull, ofKept.IsFull);
            if (!ofMade.IsFull) continue;
            using PackedBlock one = ofMade.Finish(), other = ofKept.Finish();
            Assert.Equal(one.Terms, other.Terms);
            Assert.Equal(one.Body[..one.Length], other.Body[..other.Length]);
        }
    }
}
