using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace JumpCloudConnector.Tests.Collection;

/// <summary>Who may acknowledge which gap, and what is kept of it.</summary>
public sealed class GapRegistryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_gap_is_acknowledged_once_and_after_it_has_ended()
    {
        FakeTimeProvider time = new(Start);
        using TestStore store = new(time);
        StreamInfo stream = AddStream(store);
        ILedger ledger = store.Store.Ledger;
        Assert.True(ledger.OpenGap(stream.Id, GapReason.NotLicensed, Start.AddHours(-2).ToUnixTimeMilliseconds(), Start.ToUnixTimeMilliseconds()));
        GapInfo open = Assert.Single(GapInfo.Of(store.Store, store.Registry.Find()));
        Assert.Equal("GapStillOpen", Refusal(() => new GapRegistry(store.Store, time).GetConfirmable(open.Id)));
        Assert.Equal("GapNotFound", Refusal(() => new GapRegistry(store.Store, time).GetConfirmable(open.Id + 1)));
        ConnectorInfo described = store.Registry.Describe(store.Registry.Get("main"));
        Assert.Equal((1, 1), (described.UnconfirmedGaps, Assert.Single(described.Streams).UnconfirmedGaps));

        Assert.True(ledger.CloseGap(stream.Id, GapReason.NotLicensed, Start.ToUnixTimeMilliseconds()));
        time.Advance(TimeSpan.FromHours(1));
        GapRegistry mine = new(store.Store, time), another = new(store.Store, time);
        GapInfo gap = another.GetConfirmable(open.Id);
        GapInfo confirmed = mine.Confirm(mine.GetConfirmable(open.Id), "jane", "plan renewed");
        Assert.Equal((Start.AddHours(1), "jane", "plan renewed"), (confirmed.ConfirmedAt, confirmed.ConfirmedBy, confirmed.Note));
        Assert.Equal(confirmed, Assert.Single(GapInfo.Of(store.Store, store.Registry.Find())));
        Assert.Equal("GapConfirmed", Refusal(() => mine.GetConfirmable(open.Id)));
        // What another one looked at meanwhile.
        Assert.Equal("GapConfirmed", Refusal(() => another.Confirm(gap, "john", null)));
        Assert.Equal(0, store.Registry.Describe(store.Registry.Get("main")).UnconfirmedGaps);
    }

    private static StreamInfo AddStream(TestStore store)
    {
        store.Registry.Add(
            new Connector
            {
                Id = default, Name = "main", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
                AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights],
            },
            TestStore.Secure("jca_0123456789abcdef0123456789abcdef"));
        return store.Store.Records.OpenStream(
            new StreamKey(store.Registry.Get("main").Id, "", ContentType.DirectoryInsights), null, Start.ToUnixTimeMilliseconds());
    }

    private static string Refusal(Action action) => Assert.Throws<JcException>(action).ErrorId;
}
