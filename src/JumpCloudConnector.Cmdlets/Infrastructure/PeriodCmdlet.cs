using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>A cmdlet that looks at records of a span of time.</summary>
public abstract class PeriodCmdlet : StoreCmdlet
{
    /// <summary>Events at or after this time.</summary>
    [Parameter]
    [TimePointTransformation]
    public DateTimeOffset? After { get; set; }

    /// <summary>Events before this time.</summary>
    [Parameter]
    [TimePointTransformation]
    public DateTimeOffset? Before { get; set; }

    /// <summary>Events of the last hours or days, such as 24h.</summary>
    [Parameter]
    [TimeSpanTransformation]
    [ArgumentCompleter(typeof(LastCompleter))]
    public TimeSpan? Last { get; set; }

    /// <summary>The span in the store's milliseconds: at or after, before; null where it is open.</summary>
    /// <exception cref="JcException">LastAndAfter or EmptyPeriod.</exception>
    protected (long? After, long? Before) Period()
    {
        if (Last is not null && After is not null)
        {
            throw new JcException("LastAndAfter", JcErrorKind.InvalidInput,
                "-Last and -After both say where the span begins. Give one of the two.", nameof(Last));
        }

        DateTimeOffset? start = Last is { } span ? DateTimeOffset.UtcNow - span : After;
        if (start > Before)
        {
            throw new JcException("EmptyPeriod", JcErrorKind.InvalidInput,
                $"The span begins at {TimeText.Exact(start.Value)} and ends before that, at {TimeText.Exact(Before.Value)}, so nothing can be in it. {(Last is null ? "Exchange -After and -Before" : "Give -After instead of -Last")}, or give times that are in order.",
                nameof(Before));
        }

        return (start is { } from ? Milliseconds(from) : null, Before is { } to ? Milliseconds(to) : null);
    }

    /// <summary>As <see cref="Period"/>, as times.</summary>
    /// <exception cref="JcException">LastAndAfter.</exception>
    protected (DateTimeOffset? After, DateTimeOffset? Before) PeriodTimes()
    {
        (long? after, long? before) = Period();
        return (Time(after), Time(before));

        static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;
    }

    // Times finer than the store's are moved up, so that "at or after" and "before" hold to the digit.
    private protected static long Milliseconds(DateTimeOffset time)
    {
        long milliseconds = time.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) < time ? milliseconds + 1 : milliseconds;
    }
}
