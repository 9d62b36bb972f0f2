namespace JumpCloudConnector.Cmdlets;

/// <summary>Turns -After, -Before and -Last into the store's milliseconds.</summary>
internal static class TimeBounds
{
    /// <exception cref="JcException">LastAndAfter.</exception>
    public static (long? After, long? Before) Of(DateTimeOffset? after, DateTimeOffset? before, TimeSpan? last)
    {
        if (last is not null && after is not null)
        {
            throw new JcException("LastAndAfter", JcErrorKind.InvalidInput,
                "-Last and -After both say where the span begins. Give one of the two.", "Last");
        }

        DateTimeOffset? start = last is { } span ? DateTimeOffset.UtcNow - span : after;
        return (start is { } from ? Milliseconds(from) : null, before is { } to ? Milliseconds(to) : null);
    }

    // Times finer than the store's are moved up, so that "at or after" and "before" hold to the digit.
    private static long Milliseconds(DateTimeOffset time)
    {
        long milliseconds = time.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) < time ? milliseconds + 1 : milliseconds;
    }
}
