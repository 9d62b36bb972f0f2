using System.Security.Cryptography;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Support;

/// <summary>Compares the store with what the simulator knows: the same multiset of vendor objects, byte for byte.</summary>
public static class Truth
{
    /// <summary>An event as a record holds it: line breaks between tokens gone, nothing else touched.</summary>
    public static byte[] OneLine(ReadOnlyMemory<byte> json)
    {
        // Most have none, and there are tens of thousands.
        byte[] bytes = json.ToArray();
        return bytes.AsSpan().ContainsAny((byte)'\r', (byte)'\n') ? [.. bytes.Where(b => b is not ((byte)'\r' or (byte)'\n'))] : bytes;
    }

    /// <summary>
    /// Fails with counts and one example unless the store holds every one of the organization's events up to the watermark
    /// once, and of the later ones, which may be there while older ones are still open, none twice and no other.
    /// </summary>
    public static void AssertEqual(
        TestStore store, SimulatedOrganization organization, DateTimeOffset watermark, string? organizationId = null, string? connector = null)
    {
        Dictionary<string, int> expected = [];
        HashSet<string> later = [];
        foreach (SimulatedEvent e in organization.Truth())
        {
            byte[] json = OneLine(e.Json);
            Count(expected, json, 1);
            if (e.Milliseconds >= watermark.ToUnixTimeMilliseconds()) later.Add(Hash(json));
        }

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

        List<KeyValuePair<string, int>> absent = [.. expected.Where(e => e.Value > 0 && !later.Contains(e.Key))];
        string? missing = absent.FirstOrDefault().Key;
        int lost = absent.Sum(e => e.Value);
        Assert.True(extra is null && missing is null,
            $"{stored} stored; {lost} lost{(missing is null ? "" : $", such as the event with hash {missing}")}; doubled or foreign: {extra ?? "none"}");
        Assert.True(stored > 0, "nothing was stored");
    }

    private static bool Count(Dictionary<string, int> counts, ReadOnlySpan<byte> json, int change)
    {
        string hash = Hash(json);
        int value = counts.GetValueOrDefault(hash) + change;
        counts[hash] = value;
        return value >= 0;
    }

    private static string Hash(ReadOnlySpan<byte> json) => Convert.ToHexString(SHA256.HashData(json));
}
