namespace JumpCloudConnector.Tests;

/// <summary>Times in messages mean the same whoever reads them, and wherever.</summary>
public sealed class TimeTextTests
{
    private static readonly DateTimeOffset s_time = new(2026, 11, 27, 4, 18, 10, TimeSpan.FromHours(1));

    [Fact]
    public void A_time_is_in_UTC_to_the_second_and_says_so()
    {
        Assert.Equal("2026-11-27 03:18:10Z", TimeText.Utc(s_time.AddMilliseconds(999)));
        Assert.Equal("2026-11-27 03:18:10Z", TimeText.Utc(s_time.ToUnixTimeMilliseconds()));
        Assert.Equal("no time", TimeText.Utc(long.MaxValue));
        Assert.Equal("2026-11-27", TimeText.Day(s_time));
    }

    [Fact]
    public void A_bound_has_its_fraction_where_there_is_one()
    {
        Assert.Equal("2026-11-27 03:18:10Z", TimeText.Exact(s_time));
        Assert.Equal("2026-11-27 03:18:10.25Z", TimeText.Exact(s_time.AddMilliseconds(250)));
    }
}
