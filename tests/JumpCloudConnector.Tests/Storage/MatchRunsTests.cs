using System.Text;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>What waits in runs comes out in one order, whole, and in bounded memory.</summary>
public sealed class MatchRunsTests
{
    [Theory]
    [InlineData(1, long.MaxValue)]
    [InlineData(2, 200_000)]
    [InlineData(3, 0)]
    public void Runs_that_overlap_come_out_in_order_and_whole(int seed, long most)
    {
        Random random = new(seed);
        MatchRuns runs = new((a, b) => a.CompareTo(b), most);
        Dictionary<long, byte[]> blocks = [];
        List<SearchPlace> given = [];
        SearchPlace last = new(long.MinValue, 0);
        long sequence = 0;
        for (int block = 0; block <= 60; block++)
        {
            // Each begins a little behind the one before, and reaches over some that follow; block 0 are rows.
            List<SearchMatch> matches = [];
            for (int i = random.Next(0, 120); i > 0; i--)
            {
                SearchPlace place = new((block * 10) + random.Next(0, 60), ++sequence);
                byte[] json = Encoding.ASCII.GetBytes($"{place.Key}-{place.Sequence}".PadRight(random.Next(20, 3_000)));
                blocks[place.Sequence] = json;
                matches.Add(new SearchMatch(place, json.Length, json));
            }

            matches.Sort((a, b) => a.Place.CompareTo(b.Place));
            runs.Add(new MatchRun(block, matches));
            Take(until: block == 60 ? long.MaxValue : (block + 1) * 10);
        }

        Assert.Equal(sequence, given.Count);
        Assert.Equal(given.Order(), given);
        Assert.Equal((0L, 0L), (runs.Count, runs.Bytes));
        Assert.Null(runs.First);

        void Take(long until)
        {
            while (runs.First is { } run && run.Head.Place.Key < until)
            {
                if (run.Head.Json is null)
                {
                    Assert.NotEqual(0, run.Block);
                    runs.ReadAgain(run, (missing, fill) =>
                    {
                        foreach ((long wanted, int number) in missing) fill(number, blocks[wanted]);
                    });
                }

                Assert.Equal(blocks[run.Head.Place.Sequence], run.Head.Json);
                Assert.True(run.Head.Place.CompareTo(last) > 0);
                // Rows are kept whatever they take, and of each run that waits a little may be read again beyond the limit.
                if (run.Block != 0 && most < long.MaxValue) Assert.InRange(runs.Bytes, 1, most + (120 * 3_000) + (60 * 36_000));
                given.Add(last = run.Head.Place);
                runs.Next();
            }
        }
    }

    /// <summary>A block is opened for many at a time: a search that passed its limit would else open one for each match.</summary>
    [Fact]
    public void What_was_let_go_is_read_again_in_portions()
    {
        MatchRuns runs = new((a, b) => a.CompareTo(b), 10_000);
        byte[] json = new byte[1_000];
        runs.Add(new MatchRun(1, [.. Enumerable.Range(1, 500).Select(i => new SearchMatch(new SearchPlace(i, i), json.Length, json))]));
        Assert.Equal(10_000, runs.Bytes);
        int readings = 0, given = 0;
        for (; runs.First is { } run; runs.Next(), given++)
        {
            if (run.Head.Json is not null) continue;
            readings++;
            runs.ReadAgain(run, (missing, fill) =>
            {
                foreach (int number in missing.Values) fill(number, json);
            });
            Assert.InRange(runs.Bytes, 1_000, 43_000);
        }

        Assert.Equal(500, given);
        Assert.InRange(readings, 10, 20);
    }
}
