namespace JumpCloudConnector.Storage;

/// <summary>
/// Cuts time into intervals that begin with the days of a time zone: parts of a day, days, or runs of days from a Monday on.
/// Where the clock is turned back, an hour that comes twice is two intervals, and a day is one of 25 hours.
/// </summary>
internal sealed class TimeIntervals
{
    private const long Minute = 60_000, Hour = 60 * Minute, Day = 24 * Hour;

    // 0001-01-01, a Monday, from which days are counted.
    private static readonly long s_origin = new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private static readonly long s_end = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly long _length;
    private readonly TimeZoneInfo _zone;
    private long _minute = long.MinValue;
    private long _offset;
    private long _floor = long.MinValue;
    private long _start;

    /// <summary>Prepares intervals. Used by one thread.</summary>
    /// <exception cref="JcException">InvalidInterval.</exception>
    public TimeIntervals(TimeSpan length, TimeZoneInfo zone)
    {
        _length = length.Ticks / TimeSpan.TicksPerMillisecond;
        _zone = zone;
        if (length.Ticks % TimeSpan.TicksPerSecond != 0 || _length <= 0 || _length > 3660 * Day || (Day % _length != 0 && _length % Day != 0))
        {
            throw new JcException("InvalidInterval", JcErrorKind.InvalidInput,
                $"Records cannot be counted by intervals of {length}. Give a length that fits a day a whole number of times, such as 5m, 15m, 1h or 6h, or whole days, up to 3660.", length);
        }
    }

    /// <summary>The beginning of the interval that a time is in; epoch milliseconds.</summary>
    public long StartOf(long time)
    {
        // Of the first of all days, the one on the wall may begin before time does.
        return Math.Max(s_origin, Floor(time));
    }

    private long Floor(long time)
    {
        long local = time + OffsetAt(time);
        long floor = local - Modulo(local - s_origin, _length);
        // Shifts of clocks are a matter of hours: shorter intervals never reach over one, and each has an offset of its own.
        if (_length <= Hour) return time - (local - floor);
        if (floor != _floor)
        {
            _start = Instant(floor);
            _floor = floor;
        }

        return _start;
    }

    /// <summary>The beginning of the interval that follows.</summary>
    public long Next(long start)
    {
        long next = StartOf(start + _length);
        // A day of 25 hours is not over after 24.
        for (int i = 1; next <= start; i++) next = StartOf(start + _length + (i * Hour));
        return next;
    }

    private static long Modulo(long value, long length) => ((value % length) + length) % length;

    private long OffsetAt(long time)
    {
        long minute = time - Modulo(time, Minute);
        if (minute == _minute) return _offset;
        _minute = minute;
        long known = Math.Min(Math.Max(minute, s_origin + Day), s_end - Day);
        return _offset = (long)_zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(known)).TotalMilliseconds;
    }

    /// <summary>The moment at which a clock on the wall shows a time; the earlier one where it does so twice.</summary>
    private long Instant(long wall)
    {
        if (wall <= s_origin + Day || wall >= s_end - Day) return wall - OffsetAt(wall);
        DateTime local = new(DateTimeOffset.FromUnixTimeMilliseconds(wall).Ticks, DateTimeKind.Unspecified);
        // Midnight may be among the hours that are left out: the day then begins with the first that is not.
        while (_zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        TimeSpan offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUnixTimeMilliseconds();
    }
}
