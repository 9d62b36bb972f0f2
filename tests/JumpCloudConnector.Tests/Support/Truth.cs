using System.Security.Cryptography;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Support;

/// <summary>Compares the store with what the simulator knows: the same multiset of vendor objects, byte for byte.</summary>
public static class Truth
{
    /// <summary>An event as a record holds it: line breaks between tokens gone, nothing else touched.</summary>
    public static byte[] OneLine(ReadOnlyMemory<byte> json) => [.. json.ToArray().Where(b => b is not ((byte)'\r' or (byte)'\n'))];

    /// <summary>Fails with counts and one example unless the store holds exactly the organization's events up to the watermark.</summary>
    public static void AssertEqual(
        TestStore store, SimulatedOrganization organization, DateTimeOffset watermark, string? organizationId = null, string? connector = null)
    {
        Dictionary<string, int> expected = [];
        foreach (SimulatedEvent e in organization.Truth())
            if (e.Milliseconds < watermark.ToUnixTimeMilliseconds()) Count(expected, OneLine(e.Json), 1);

        int stored = 0;
        string? extra = null;
        RecordQuery query = new()
        {
            MessageClasses = [MessageClass.DirectoryInsights], AfterSequence = 0,
            Organizations = organizationId is null ? [] : [organizationId], ConnectorNames = connector is null ? [] : [connector],
        };
        foreach (IngestedRecord record in store.Store.Records.Find(query, CancellationToken.None))
        {
            stored++;
            if (!Count(expected, record.VendorUtf8.Span, -1)) extra ??= record.Json;
        }

        string? missing = expected.FirstOrDefault(e => e.Value > 0).Key;
        int lost = expected.Values.Where(v => v > 0).Sum();
        Assert.True(extra is null && missing is null,
            $"{stored} stored; {lost} lost{(missing is null ? "" : $", such as the event with hash {missing}")}; doubled or foreign: {extra ?? "none"}");
        Assert.True(stored > 0, "nothing was stored");
    }

    private static bool Count(Dictionary<string, int> counts, ReadOnlySpan<byte> json, int change)
    {
        string hash = Convert.ToHexString(SHA256.HashData(json));
        int value = counts.GetValueOrDefault(hash) + change;
        counts[hash] = value;
        return value >= 0;
    }
}
