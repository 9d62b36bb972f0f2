using System.Globalization;
using System.Text;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Tests.Records;

public sealed class EventTimeTests
{
    // 2023-03-07T13:01:19Z, worked out by hand: 19,423 days, 13 h 1 min 19 s.
    private const long Second = 1_678_194_079_000;

    [Theory]
    [InlineData("", 0)]
    [InlineData(".2", 200)]
    [InlineData(".21", 210)]
    [InlineData(".218", 218)]
    [InlineData(".2185", 218)]
    [InlineData(".21859", 218)]
    [InlineData(".218593", 218)]
    [InlineData(".2185936", 218)]
    [InlineData(".21859368", 218)]
    [InlineData(".218593689", 218)]
    [InlineData(".0", 0)]
    [InlineData(".001", 1)]
    [InlineData(".000999999", 0)]
    [InlineData(".999999999", 999)]
    [InlineData(".9999", 999)]
    [InlineData(".123456789012345678901234567890", 123)]
    public void A_fraction_of_any_length_is_cut_to_the_millisecond_and_never_rounded(string fraction, long milliseconds) =>
        Assert.Equal(Second + milliseconds, Parse($"2023-03-07T13:01:19{fraction}Z"));

    /// <summary>What the library does instead is why there is a reader of our own.</summary>
    [Fact]
    public void The_last_instant_of_a_second_stays_in_it_where_the_library_goes_past_it()
    {
        const string text = "2023-03-07T13:01:19.999999999Z";
        Assert.Equal(Second + 999, Parse(text));
        Assert.Equal(Second + 1_000, DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("Z", 0)]
    [InlineData("z", 0)]
    [InlineData("+00:00", 0)]
    [InlineData("-00:00", 0)]
    [InlineData("+09:30", -570)]
    [InlineData("-07:00", 420)]
    [InlineData("+05:45", -345)]
    [InlineData("+14:00", -840)]
    [InlineData("-12:00", 720)]
    [InlineData("+23:59", -1439)]
    public void An_offset_is_taken_off(string offset, long minutes) =>
        Assert.Equal(Second + 218 + (minutes * 60_000), Parse("2023-03-07T13:01:19.2189" + offset));

    [Theory]
    [InlineData("2023-03-07t13:01:19Z")]
    [InlineData("2023-03-07 13:01:19Z")]
    public void A_small_t_and_a_space_part_date_and_time_too(string text) => Assert.Equal(Second, Parse(text));

    [Theory]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("2016-12-31T23:59:60.000Z")]
    [InlineData("2016-12-31T23:59:60.73Z")]
    [InlineData("2017-01-01T08:59:60.5+09:00")]
    public void A_leap_second_stays_inside_its_minute(string text) =>
        Assert.Equal(1_483_228_800_000 - 1, Parse(text));

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1969-12-31T23:59:59.9999Z", -1)]
    [InlineData("1969-12-31T23:59:59Z", -1_000)]
    [InlineData("2000-02-29T00:00:00Z", 951_782_400_000)]
    [InlineData("2038-01-19T03:14:08Z", 2_147_483_648_000)]
    [InlineData("0001-01-01T00:00:00Z", -62_135_596_800_000)]
    [InlineData("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999)]
    public void Years_near_and_far_are_read(string text, long milliseconds)
    {
        Assert.Equal(milliseconds, Parse(text));
        Assert.Equal(milliseconds, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToUnixTimeMilliseconds());
    }

    /// <summary>No clock of this platform can hold them, so that a record with one could not be shown.</summary>
    [Theory]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59.999-00:01")]
    [InlineData("0000-01-01T00:00:00Z")]
    public void An_instant_before_the_first_or_behind_the_last_year_is_refused(string text) => AssertRefused(text);

    [Theory]
    [InlineData("")]
    [InlineData("Z")]
    [InlineData("now")]
    [InlineData("1678194079000")]
    [InlineData("2023-03-07")]
    [InlineData("2023-03-07T13:01Z")]
    [InlineData("2023-03-07T13:01:19")]
    [InlineData("2023-03-07T13:01:19.218")]
    [InlineData("2023-03-07T13:01:19.Z")]
    [InlineData("2023-03-07T13:01:19,218Z")]
    [InlineData("2023-03-07T13:01:19.21 8Z")]
    [InlineData("2023-03-07T13:01:19.218ZZ")]
    [InlineData("2023-03-07T13:01:19.218Z ")]
    [InlineData(" 2023-03-07T13:01:19.218Z")]
    [InlineData("2023-03-07T13:01:19+0100")]
    [InlineData("2023-03-07T13:01:19+1:00")]
    [InlineData("2023-03-07T13:01:19+24:00")]
    [InlineData("2023-03-07T13:01:19+01:60")]
    [InlineData("2023-03-07T13:01:19 01:00")]
    [InlineData("2023-13-07T13:01:19Z")]
    [InlineData("2023-00-07T13:01:19Z")]
    [InlineData("2023-02-29T13:01:19Z")]
    [InlineData("2100-02-29T13:01:19Z")]
    [InlineData("2023-04-31T13:01:19Z")]
    [InlineData("2023-03-00T13:01:19Z")]
    [InlineData("2023-03-07T24:00:00Z")]
    [InlineData("2023-03-07T13:60:19Z")]
    [InlineData("2023-03-07T13:01:61Z")]
    [InlineData("2023/03/07T13:01:19Z")]
    [InlineData("2023-03-07X13:01:19Z")]
    [InlineData("2023-03-07\013:01:19Z")]
    [InlineData("+023-03-07T13:01:19Z")]
    [InlineData("12023-03-07T13:01:19Z")]
    [InlineData("２０２３-03-07T13:01:19Z")]
    public void What_is_no_time_stamp_is_refused(string text) => AssertRefused(text);

    [Fact]
    public void Every_start_of_a_time_stamp_is_refused()
    {
        const string text = "2023-03-07T13:01:19.218593+09:30";
        for (int length = 0; length < text.Length; length++) AssertRefused(text[..length]);
        Assert.NotEqual(0, Parse(text));
    }

    /// <summary>Ten thousand instants of four centuries, against the library, where both mean the same.</summary>
    [Fact]
    public void It_agrees_with_the_library_wherever_nothing_is_cut()
    {
        Random random = new(7);
        for (int i = 0; i < 10_000; i++)
        {
            long milliseconds = random.NextInt64(-6_000_000_000_000, 7_000_000_000_000);
            TimeSpan offset = TimeSpan.FromMinutes(random.Next(-720, 841));
            string text = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToOffset(offset)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
            Assert.Equal(milliseconds, Parse(text));
            Assert.Equal(milliseconds, Parse(EventTime.Format(milliseconds)));
        }
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z")]
    [InlineData(Second + 7, "2023-03-07T13:01:19.007Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999Z")]
    public void A_request_carries_three_digits_in_utc_in_any_culture(long milliseconds, string text)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { DateTimeFormat = { TimeSeparator = ".", DateSeparator = "/" } };
            Assert.Equal(text, EventTime.Format(milliseconds));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static long Parse(string text)
    {
        Assert.True(EventTime.TryParse(Encoding.UTF8.GetBytes(text), out long milliseconds), text);
        return milliseconds;
    }

    private static void AssertRefused(string text) =>
        Assert.False(EventTime.TryParse(Encoding.UTF8.GetBytes(text), out _), text);
}
