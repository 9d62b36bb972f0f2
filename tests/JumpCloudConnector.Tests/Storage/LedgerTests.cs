using JumpCloudConnector.Connectors;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>The ledger by itself: what is open, what is known, what was accepted, against a plain account of the same.</summary>
public sealed class LedgerTests : IDisposable
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;

    // A midnight, so that days are what they seem.
    private const long Start = 1_709_251_200_000;

    private readonly TestStore _store = new();
    private readonly Connector _connector;
    private readonly StreamInfo _stream;
    private readonly Lease _lease;
    private ulong _keys;

    public LedgerTests()
    {
        _store.Registry.Add(
            new Connector
            {
                Id = default, Name = "main", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
                AnalyzerProfile = AnalyzerProfile.DefaultName, ContentTypes = [ContentType.DirectoryInsights],
            },
            TestStore.Secure("jca_ledger"));
        _connector = _store.Registry.Get("main");
        _stream = _store.Store.Records.OpenStream(new StreamKey(_connector.Id, "", ContentType.DirectoryInsights), null, Start);
        _lease = Take();
    }

    private ILedger Ledger => _store.Store.Ledger;

    private static LedgerSpan All { get; } = new(0, long.MaxValue);

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Open_is_what_no_slice_covers_and_the_watermark_is_where_that_begins(int seed)
    {
        const int length = 400;
        Random random = new(seed);
        bool[] covered = new bool[length];
        for (int i = 0; i < 60; i++)
        {
            int from = random.Next(length - 1), to = Math.Min(length, from + 1 + random.Next(25));
            // Their kinds decide which are made longer and which get a row of their own.
            Commit(new SliceCommit(Start + from, Start + to) { Kind = (SliceKind)random.Next(1, 5), Counted = random.Next(3) == 0 ? 7 : null });
            Array.Fill(covered, true, from, to - from);

            int unbroken = Array.IndexOf(covered, false);
            Assert.Equal(Start + (unbroken < 0 ? length : unbroken), Stream().Watermark);
            Assert.Equal(Start + Array.LastIndexOf(covered, true) + 1, Ledger.GetEnd(_stream.Id));
            for (int j = 0; j < 5; j++)
            {
                int first = random.Next(length), end = random.Next(first, length + 1);
                Assert.Equal(Plain(covered, first, end), Ledger.GetOpenSpans(_stream.Id, new LedgerSpan(Start + first, Start + end)));
            }
        }

        static List<LedgerSpan> Plain(bool[] covered, int first, int end)
        {
            List<LedgerSpan> open = [];
            for (int i = first; i < end; i++)
            {
                if (covered[i]) continue;
                int to = i;
                while (to < end && !covered[to]) to++;
                open.Add(new LedgerSpan(Start + i, Start + to));
                i = to;
            }

            return open;
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Known_events_are_counted_across_the_edges_of_hours(int seed)
    {
        Random random = new(seed);
        List<(long Milliseconds, bool Filtered)> known = [];
        long[] edges = [Start, Start + 1, Start + Hour - 1, Start + Hour, Start + Hour + 1, Start + (5 * Hour) - 1, Start + (5 * Hour)];
        for (int commit = 0; commit < 8; commit++)
        {
            (long, bool)[] events =
            [
                .. Enumerable.Range(0, 200).Select(_ => (
                    random.Next(4) == 0 ? edges[random.Next(edges.Length)] : Start + random.NextInt64(6 * Hour), random.Next(5) == 0)),
            ];
            Commit(new SliceCommit(Start, Start + (6 * Hour)), events);
            known.AddRange(events);
        }

        for (int i = 0; i < 500; i++)
        {
            long from = Edge(), to = Edge();
            (long, bool)[] within = [.. known.Where(k => k.Milliseconds >= from && k.Milliseconds < to)];
            Assert.Equal(new KnownEvents(within.Length, within.Count(k => k.Item2)), Ledger.CountKnown(_stream.Id, new LedgerSpan(from, to)));
            Assert.Equal(within.Count(k => !k.Item2), Ledger.CountRecords(_stream.Id, new LedgerSpan(from, to)));
        }

        LedgerTruth.AssertTally(_store);

        long Edge() => random.Next(3) == 0 ? edges[random.Next(edges.Length)] : Start - Hour + random.NextInt64(8 * Hour);
    }

    [Fact]
    public void An_event_that_is_known_is_counted_once()
    {
        SliceCommit slice = new(Start, Start + Day) { StreamStart = Start, Filters = [Guid.Empty] };
        using RecordBatch batch = Batch([(Start + 5, false), (Start + Hour, true)]);
        Assert.Equal(new CommitCounts(2, 1, 0, 1), _store.Store.Records.Commit(_lease, batch, slice));
        Assert.Equal(new CommitCounts(2, 0, 2, 0), _store.Store.Records.Commit(_lease, batch, slice));

        Assert.Equal(new KnownEvents(2, 1), Ledger.CountKnown(_stream.Id, new LedgerSpan(Start, Start + Day)));
        LedgerTruth.AssertTally(_store);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void A_quiet_place_is_the_last_with_no_event_at_it_and_before_it(int seed)
    {
        Random random = new(seed);
        HashSet<long> known = [];
        // Dense in places, so that there is none for long, and thin in others.
        for (long ms = Start; ms < Start + 200_000; ms += random.Next(1, (ms - Start) % 20_000 < 4_000 ? 3 : 12)) known.Add(ms);
        Commit(new SliceCommit(Start, Start + Day), [.. known.Select(ms => (ms, false))]);

        for (int i = 0; i < 300; i++)
        {
            long at = Start + random.Next(210_000), lowest = at - random.Next(1, 90_000);
            long? plain = null;
            for (long q = at; q > Math.Max(lowest, at - 60_000) && plain is null; q--)
                if (!known.Contains(q) && !known.Contains(q - 1)) plain = q;
            Assert.Equal(plain, Ledger.FindQuiet(_stream.Id, at, lowest));
        }
    }

    [Fact]
    public void Where_every_millisecond_has_its_event_there_is_no_quiet_place()
    {
        Commit(new SliceCommit(Start, Start + Day), [.. Enumerable.Range(0, 7_000).Select(i => (Start + i, false))]);

        Assert.Null(Ledger.FindQuiet(_stream.Id, Start + 6_999, Start + 10));
        // Too far to be looked for, through too many events.
        Assert.Null(Ledger.FindQuiet(_stream.Id, Start + 6_999, Start - Day));
        Assert.Equal(Start - 1, Ledger.FindQuiet(_stream.Id, Start + 3_000, Start - Day));
        Assert.Equal(Start + 7_001, Ledger.FindQuiet(_stream.Id, Start + 7_001, Start));
        Assert.Equal(Start + 7_500, Ledger.FindQuiet(_stream.Id, Start + 7_500, Start));
    }

    [Fact]
    public void What_is_accepted_takes_the_place_of_what_was_accepted_within_it()
    {
        Accept(0, 10, 5, 4);
        Accept(20, 30, 8, 7);
        Accept(40, 50, 2, 1);
        Assert.Equal([(0, 10, 5, 4), (20, 30, 8, 7), (40, 50, 2, 1)], Accepted());

        Accept(20, 30, 9, 7);
        Assert.Equal([(0, 10, 5, 4), (20, 30, 9, 7), (40, 50, 2, 1)], Accepted());
        Accept(15, 45, 20, 18);
        Assert.Equal([(0, 10, 5, 4), (15, 45, 20, 18)], Accepted());

        // Neighbours that only touch stay; with equal counts nothing is left to accept.
        Accept(10, 15, 1, 0);
        Assert.Equal([(0, 10, 5, 4), (10, 15, 1, 0), (15, 45, 20, 18)], Accepted());
        Accept(15, 45, 18, 18);
        Assert.Equal([(0, 10, 5, 4), (10, 15, 1, 0)], Accepted());

        // Fewer on the server than are known is a difference as well.
        Accept(0, 10, 3, 4);
        Assert.Equal([(0, 10, 3, 4), (10, 15, 1, 0)], Accepted());
        Assert.Equal([new AcceptedSpan(new LedgerSpan(Start + 10, Start + 15), 1, 0)], Ledger.GetAccepted(_stream.Id, new LedgerSpan(Start + 10, Start + 12)));

        void Accept(long from, long to, long counted, long known) =>
            Ledger.Accept(_stream.Id, new AcceptedSpan(new LedgerSpan(Start + from, Start + to), counted, known), Start);

        IEnumerable<(long, long, long, long)> Accepted() =>
            Ledger.GetAccepted(_stream.Id, All).Select(a => (a.Span.From - Start, a.Span.To - Start, a.Counted, a.Known));
    }

    [Fact]
    public void Idle_turns_of_three_days_leave_three_rows()
    {
        const long interval = 10 * 60_000, overlap = 15 * 60_000;
        long end = Start;
        for (int turn = 1; turn <= 3 * 144; turn++)
        {
            long from = Math.Max(Start, end - overlap);
            end = Start + (turn * interval);
            Commit(new SliceCommit(from, end), turn % 10 == 0 ? [(end - 1, false)] : [], pages: 1);
        }

        IReadOnlyList<LedgerSlice> slices = Ledger.GetSlices(_stream.Id, All);
        Assert.InRange(slices.Count, 3, 4);
        Assert.Equal((43, 3 * 144), (slices.Sum(s => s.Counts.New), slices.Sum(s => s.Pages)));
        Assert.Equal(end, Stream().Watermark);
        Assert.Empty(Ledger.GetOpenSpans(_stream.Id, new LedgerSpan(Start, end)));
    }

    [Fact]
    public void A_slice_is_made_longer_by_its_like_alone()
    {
        LedgerSpan first = new(Start + 100, Start + 200);
        foreach ((SliceCommit next, bool isLonger) in ((SliceCommit, bool)[])
            [
                (new SliceCommit(Start + 200, Start + 300), true),
                (new SliceCommit(Start + 150, Start + 300), true),
                (new SliceCommit(Start + 150, Start + 190), false),
                (new SliceCommit(Start + 201, Start + 300), false),
                (new SliceCommit(Start + 50, Start + 300), false),
                (new SliceCommit(Start + 200, Start + 300) { Kind = SliceKind.Backfill }, false),
                (new SliceCommit(Start + 200, Start + 300) { Kind = SliceKind.Reread }, false),
            ])
        {
            LedgerTruth.Query(_store, "DELETE FROM slice");
            Commit(new SliceCommit(first.From, first.To));
            Commit(next);
            Assert.Equal(isLonger ? [first with { To = next.To }] : [.. new[] { first, new LedgerSpan(next.From, next.To) }.OrderBy(s => s.From)],
                Ledger.GetSlices(_stream.Id, All).Select(s => s.Span));
        }

        // A count belongs to its span, and many rows are worth a row.
        LedgerTruth.Query(_store, "DELETE FROM slice");
        Commit(new SliceCommit(first.From, first.To) { Counted = 0 });
        Commit(new SliceCommit(first.To, first.To + 50));
        Assert.Equal(2, Ledger.GetSlices(_stream.Id, All).Count);
        Commit(new SliceCommit(first.To + 50, first.To + 60), [.. Enumerable.Repeat((first.To + 55, false), 10_000)]);
        Assert.Equal((2, 10_000), (Ledger.GetSlices(_stream.Id, All).Count, Ledger.GetSlices(_stream.Id, All)[1].Counts.New));
        Commit(new SliceCommit(first.To + 60, first.To + 70), [(first.To + 65, false)]);
        Assert.Equal(3, Ledger.GetSlices(_stream.Id, All).Count);
    }

    [Fact]
    public void A_slice_beyond_a_hole_does_not_move_the_watermark_and_what_fills_the_hole_does()
    {
        Commit(new SliceCommit(Start, Start + 10));
        Commit(new SliceCommit(Start + 20, Start + 30) { Kind = SliceKind.Backfill });
        Assert.Equal(Start + 10, Stream().Watermark);

        // Part of a slice too large for one transaction claims nothing.
        Commit(new SliceCommit(Start + 10, Start + 10) { Complete = false }, [(Start + 12, false)]);
        Assert.Equal(Start + 10, Stream().Watermark);
        Assert.Equal(1, Ledger.CountKnown(_stream.Id, new LedgerSpan(Start + 10, Start + 20)).Events);

        Commit(new SliceCommit(Start + 10, Start + 20) { Kind = SliceKind.Backfill, Earlier = new CommitCounts(1, 1, 0, 0) });
        Assert.Equal(Start + 30, Stream().Watermark);
        Assert.Equal(1, Ledger.GetSlices(_stream.Id, All).Sum(s => s.Counts.New));
        Assert.Equal(Start, Stream().Start);
    }

    [Fact]
    public void A_gap_moves_the_watermark_past_it()
    {
        Commit(new SliceCommit(Start, Start + 10));
        Commit(new SliceCommit(Start + 50, Start + 60));

        Ledger.CommitGap(_lease, new LedgerSpan(Start + 10, Start + 50), Start + 50, GapReason.Outage, Start, Start + 99);

        Assert.Equal(Start + 60, Stream().Watermark);
        Assert.Empty(Ledger.GetOpenSpans(_stream.Id, new LedgerSpan(Start, Start + 60)));
        LedgerGap gap = Assert.Single(Ledger.GetGaps(_stream.Id));
        Assert.Equal((Start + 10, Start + 50, GapReason.Outage, Start + 99), (gap.From, gap.To!.Value, gap.Reason, gap.Found));
        Assert.Empty(Ledger.GetGaps(_stream.Id + 1));
        Assert.Contains(Ledger.GetSlices(_stream.Id, All), s => s.Kind == SliceKind.Gap && s.Span == new LedgerSpan(Start + 10, Start + 50));

        // A gap is never made longer by what follows, of whatever kind.
        Ledger.CommitGap(_lease, new LedgerSpan(Start + 60, Start + 70), Start + 70, GapReason.Disabled, Start, Start + 99);
        Ledger.CommitGap(_lease, new LedgerSpan(Start + 70, Start + 80), Start + 80, GapReason.Outage, Start, Start + 99);
        Assert.Equal(3, Ledger.GetSlices(_stream.Id, All).Count(s => s.Kind == SliceKind.Gap));
        Assert.Equal(Start + 80, Stream().Watermark);
    }

    [Fact]
    public void One_gap_of_a_reason_is_open_at_a_time()
    {
        Assert.True(Ledger.OpenGap(_stream.Id, GapReason.NotLicensed, Start, Start + 1));
        Assert.False(Ledger.OpenGap(_stream.Id, GapReason.NotLicensed, Start + 5, Start + 6));
        Assert.False(Ledger.CloseGap(_stream.Id, GapReason.Outage, Start + 9));
        Assert.True(Ledger.CloseGap(_stream.Id, GapReason.NotLicensed, Start + 9));
        Assert.False(Ledger.CloseGap(_stream.Id, GapReason.NotLicensed, Start + 12));
        Assert.True(Ledger.OpenGap(_stream.Id, GapReason.NotLicensed, Start + 20, Start + 21));
        // The clock was set back meanwhile: a gap has a length.
        Assert.True(Ledger.CloseGap(_stream.Id, GapReason.NotLicensed, Start));

        Assert.Equal([(Start, (long?)(Start + 9)), (Start + 20, Start + 21)], Ledger.GetGaps().Select(g => (g.From, g.To)));
    }

    [Fact]
    public void Who_lost_the_lease_writes_nothing_neither_records_nor_gaps()
    {
        Commit(new SliceCommit(Start, Start + 10));
        _store.Store.Records.ReleaseLease(_lease);
        Lease heir = Take();
        Assert.True(heir.Fence > _lease.Fence);

        Assert.Equal("LeaseLost", Assert.Throws<JcException>(() => Commit(new SliceCommit(Start + 10, Start + 20), [(Start + 15, false)])).ErrorId);
        Assert.Equal("LeaseLost", Assert.Throws<JcException>(() => Ledger.CommitGap(_lease, new LedgerSpan(Start + 10, Start + 20), Start + 20, GapReason.Outage, Start, Start)).ErrorId);

        Assert.Equal((Start + 10, 0L), (Stream().Watermark!.Value, _store.Store.Records.GetSpan().Count));
        Assert.Empty(Ledger.GetGaps());
        Assert.Single(Ledger.GetSlices(_stream.Id, All));
        Assert.Equal(["0 0"], LedgerTruth.Query(_store, "SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM tally)"));

        Ledger.CommitGap(heir, new LedgerSpan(Start + 10, Start + 20), Start + 20, GapReason.Outage, Start, Start);
        Assert.Equal(Start + 20, Stream().Watermark);
    }

    [Fact]
    public void A_wide_audit_counts_for_the_narrower_ones_too()
    {
        Assert.Empty(Ledger.GetAudits(_stream.Id));
        Ledger.SetAudited(_stream.Id, AuditWidth.Days, 100);
        Assert.Equal(new Dictionary<AuditWidth, long> { [AuditWidth.Hours] = 100, [AuditWidth.Days] = 100 }, Ledger.GetAudits(_stream.Id));
        Ledger.SetAudited(_stream.Id, AuditWidth.Hours, 200);
        Ledger.SetAudited(_stream.Id, AuditWidth.Retention, 150);
        Ledger.SetAudited(_stream.Id, AuditWidth.Hours, 300);
        Assert.Equal(
            new Dictionary<AuditWidth, long> { [AuditWidth.Hours] = 300, [AuditWidth.Days] = 150, [AuditWidth.Retention] = 150 }, Ledger.GetAudits(_stream.Id));
    }

    [Fact]
    public void The_rate_is_kept_for_each_connector_and_host()
    {
        Assert.Null(Ledger.GetPace(_connector.Id, "a"));
        Ledger.SetPace(_connector.Id, "a", 7.25, false, 1);
        Ledger.SetPace(_connector.Id, "b", 3, true, 1);
        Ledger.SetPace(_connector.Id, "a", 2.5, true, 2);

        Assert.Equal((2.5, true), Ledger.GetPace(_connector.Id, "a"));
        Assert.Equal((3, true), Ledger.GetPace(_connector.Id, "b"));
        Assert.Null(Ledger.GetPace(Guid.NewGuid(), "a"));
    }

    [Fact]
    public void Another_streams_slices_and_events_do_not_count()
    {
        StreamInfo other = _store.Store.Records.OpenStream(new StreamKey(_connector.Id, "0123456789abcdef01234567", ContentType.DirectoryInsights), null, Start);
        Commit(new SliceCommit(Start, Start + Day), [(Start + 1, false), (Start + Hour, false)]);
        Ledger.Accept(_stream.Id, new AcceptedSpan(new LedgerSpan(Start, Start + 9), 2, 1), Start);

        Assert.Null(Ledger.GetEnd(other.Id));
        Assert.Equal(default, Ledger.CountKnown(other.Id, new LedgerSpan(Start, Start + Day)));
        Assert.Equal(0, Ledger.CountRecords(other.Id, new LedgerSpan(Start, Start + Day)));
        Assert.Equal([new LedgerSpan(Start, Start + Day)], Ledger.GetOpenSpans(other.Id, new LedgerSpan(Start, Start + Day)));
        Assert.Empty(Ledger.GetAccepted(other.Id, All));
        Assert.Equal(Start + 1, Ledger.FindQuiet(other.Id, Start + 1, Start));
    }

    private StreamInfo Stream() => Assert.Single(_store.Store.Records.GetStreams(), s => s.Id == _stream.Id);

    private Lease Take() => _store.Store.Records.AcquireLease(_stream.Id, LeaseOwner.ThisProcess(), Start, TimeSpan.FromMinutes(1)).Lease!;

    private void Commit(SliceCommit slice, (long Milliseconds, bool Filtered)[]? events = null, int pages = 0)
    {
        using RecordBatch batch = Batch(events ?? []);
        _store.Store.Records.Commit(_lease, batch, slice with { StreamStart = Start, Time = Start, Pages = pages, Filters = [Guid.Empty] });
    }

    /// <summary>Distinct events at these times.</summary>
    private RecordBatch Batch((long Milliseconds, bool Filtered)[] events)
    {
        RecordBatch batch = new();
        foreach ((long milliseconds, bool filtered) in events)
        {
            int offset = batch.Bytes.Length;
            batch.Bytes.Append("{}"u8);
            batch.Close(offset, new RecordEntry
            {
                Kind = RecordKind.Whole, Milliseconds = milliseconds, Timestamp = milliseconds, Key = new RecordKey(0, ++_keys), Filter = filtered ? 0 : -1,
            });
        }

        return batch;
    }
}
