using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Destinations of a store that holds generated records, and what a receiver must then have.</summary>
internal sealed class DestinationFixture : IDisposable
{
    private DestinationFixture(FilledStore filled) => Filled = filled;

    public FilledStore Filled { get; }

    public SyslogDestinationRegistry Registry => new(Filled.Store, Filled.Test.Secrets);

    public static ForwardingOptions Quick { get; } = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(20), MaxRetryDelay = TimeSpan.FromMilliseconds(200), IdleConfirm = TimeSpan.FromMilliseconds(200), Beat = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>One attempt, so that its failure is the run's.</summary>
    public static ForwardingOptions Once { get; } = Quick with { MaxAttempts = 1 };

    /// <summary>The shortest time that a destination may be given.</summary>
    public static TimeSpan Short { get; } = TimeSpan.FromSeconds(1);

    public static async Task<DestinationFixture> MakeAsync(int seed, int count) => new(await FilledStore.MakeAsync(seed, count));

    /// <summary>Adds a destination that begins with all that is stored and takes messages of any size.</summary>
    public SyslogDestination Add(int port, SyslogTransport transport, string name = "siem", Func<SyslogDestination, SyslogDestination>? change = null, SyslogStart? start = null)
    {
        SyslogDestination destination = new()
        {
            Id = Guid.Empty, Name = name, HostName = "127.0.0.1", Port = port, Transport = transport, MaxMessageBytes = transport == SyslogTransport.Udp ? 60_000 : 0,
            Timeout = TimeSpan.FromSeconds(20),
        };
        Registry.Add(change?.Invoke(destination) ?? destination, start ?? SyslogStart.Beginning);
        return Registry.Get(name);
    }

    public async Task<ForwardingResult> SendAsync(SyslogDestination? destination = null, ForwardingOptions? options = null, IForwardingObserver? observer = null) =>
        Assert.Single(await new Forwarder(Filled.Store, Filled.Test.Secrets, options ?? Quick).SendAsync(
            [destination ?? Assert.Single(Registry.Find())], observer, TestContext.Current.CancellationToken));

    public SyslogDestinationInfo Describe(string name = "siem") => Assert.Single(Registry.Describe([Registry.Get(name)]));

    /// <summary>Each record that the store has, once and in the order of commits, and equal to it.</summary>
    public void AssertReceived(IEnumerable<byte[]> messages)
    {
        long expected = 0;
        foreach (byte[] message in messages)
        {
            long sequence = SequenceOf(message, out SyslogMessage read);
            Assert.Equal(++expected, sequence);
            AssertIsRecord(read, sequence);
        }

        Assert.Equal(Filled.All.Count, expected);
    }

    /// <summary>Each record at least once, and equal to it; how many came again.</summary>
    public int AssertNothingLost(IEnumerable<byte[]> messages)
    {
        HashSet<long> seen = [];
        int doubled = 0;
        foreach (byte[] message in messages)
        {
            long sequence = SequenceOf(message, out SyslogMessage read);
            AssertIsRecord(read, sequence);
            if (!seen.Add(sequence)) doubled++;
        }

        Assert.Equal(Filled.All.Count, seen.Count);
        return doubled;
    }

    public void Dispose() => Filled.Dispose();

    private static long SequenceOf(byte[] message, out SyslogMessage read)
    {
        read = SyslogMessageReader.Parse(message);
        return long.Parse(read.StructuredData["jumpcloud@32473"]["sequence"], System.Globalization.CultureInfo.InvariantCulture);
    }

    private void AssertIsRecord(SyslogMessage message, long sequence)
    {
        byte[] stored = Filled.All[(int)sequence - 1].Json;
        if (message.Text.AsSpan().SequenceEqual(stored)) return;
        // What some receivers would alter is escaped, which is the same JSON.
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(System.Text.Json.Nodes.JsonNode.Parse(stored), System.Text.Json.Nodes.JsonNode.Parse(message.Text)), $"record {sequence}");
    }
}
