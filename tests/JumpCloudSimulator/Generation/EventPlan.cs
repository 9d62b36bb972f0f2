namespace JumpCloudSimulator;

/// <summary>What kind of event is written: which template, and with how many digits its time.</summary>
internal enum EventKind : byte
{
    SsoAuth, UserLogin, AdminLogin, Radius, LdapBind, LdapSearch, SystemLogin, SystemOther, Software, Mdm, MdmHuge, Objects,
    Passwords, Alerts, Saas, Access, Assets, Reports, Storage, Notifications, Newer, Unknown, Portal,
}

/// <summary>One event before it is written.</summary>
internal struct EventPlan
{
    public UInt128 IndexId;

    /// <summary>Nanoseconds since 1970, already cut to the digits that the event's time is written with.</summary>
    public long Nanoseconds;

    /// <summary>Decides everything in the event that is left to chance.</summary>
    public ulong Seed;

    /// <summary>Decides who a RADIUS event is about; equal for a pair that collides.</summary>
    public ulong PersonSeed;

    public uint Ordinal;
    public EventKind Kind;
    public byte Digits;

    /// <summary>Set on the events that are always there for a test to find: a failed login of jane.doe.</summary>
    public bool IsKnownFailure;
}

/// <summary>Decides when the events of a span happen and what they are.</summary>
internal sealed class EventPlanner(ulong seed, bool isPortal, Traps traps, int hugeEvery)
{
    private const long Second = 1_000_000_000;
    private const long Millisecond = 1_000_000;

    /// <summary>How often each kind comes, in a thousand.</summary>
    private static readonly (EventKind Kind, int Weight)[] s_weights =
    [
        (EventKind.SsoAuth, 220), (EventKind.UserLogin, 130), (EventKind.AdminLogin, 25), (EventKind.Radius, 150), (EventKind.LdapBind, 70),
        (EventKind.LdapSearch, 50), (EventKind.SystemLogin, 100), (EventKind.SystemOther, 25), (EventKind.Software, 60), (EventKind.Mdm, 35),
        (EventKind.Objects, 75), (EventKind.Passwords, 15), (EventKind.Alerts, 12), (EventKind.Saas, 10), (EventKind.Access, 4),
        (EventKind.Assets, 4), (EventKind.Reports, 3), (EventKind.Storage, 3), (EventKind.Notifications, 2), (EventKind.Newer, 4), (EventKind.Unknown, 3),
    ];

    private static readonly EventKind[] s_kinds = [.. s_weights.SelectMany(w => Enumerable.Repeat(w.Kind, w.Weight))];

    /// <summary>Plans events in [from, to), numbered from the first ordinal, sorted as the index sorts them.</summary>
    public EventPlan[] Plan(uint firstOrdinal, int count, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? futureFrom)
    {
        var plans = new EventPlan[count];
        var start = Nanoseconds(from);
        var end = Math.Max(Nanoseconds(to), start + 1);
        var ties = Math.Min(1500, count / 20);
        for (var i = 0; i < count; i++)
        {
            ref var plan = ref plans[i];
            plan.Ordinal = firstOrdinal + (uint)i;
            plan.Seed = Prng.Mix(seed, plan.Ordinal, 0x77);
            plan.IndexId = IndexIds.Create(seed, plan.Ordinal);
            var random = new Prng(plan.Seed ^ 0xC0FFEE);
            plan.Kind = KindOf(ref random, plan.Ordinal);
            plan.PersonSeed = random.Next();
            plan.IsKnownFailure = !isPortal && plan.Ordinal % 1000 is 3 or 7;
            if (plan.IsKnownFailure)
            {
                plan.Kind = plan.Ordinal % 1000 == 3 ? EventKind.UserLogin : EventKind.SsoAuth;
            }

            var at = When(ref random, i, count, ties, start, end);
            if (futureFrom is { } future && traps.HasFlag(Traps.FutureStamps) && (i % 4000 == 1999 || (count is >= 50 and < 2000 && i == count / 2)))
            {
                at = Nanoseconds(future) + Future(ref random);
            }

            Cut(ref plan, at, start);
        }

        if (traps.HasFlag(Traps.RadiusCollisions))
        {
            Collide(plans, start, end);
        }

        Array.Sort(plans, static (a, b) =>
        {
            var order = (a.Nanoseconds / Millisecond).CompareTo(b.Nanoseconds / Millisecond);
            return order != 0 ? order : a.IndexId.CompareTo(b.IndexId);
        });
        return plans;
    }

    private EventKind KindOf(ref Prng random, uint ordinal)
    {
        if (traps.HasFlag(Traps.HugeEvents) && hugeEvery > 0 && ordinal % (uint)hugeEvery == (uint)hugeEvery / 2)
        {
            return EventKind.MdmHuge;
        }

        if (isPortal)
        {
            return random.Chance(0.2) ? EventKind.AdminLogin : EventKind.Portal;
        }

        var kind = s_kinds[random.Below(s_kinds.Length)];
        return kind == EventKind.Unknown && !traps.HasFlag(Traps.UnknownServices) ? EventKind.Objects : kind;
    }

    private long When(ref Prng random, int i, int count, int ties, long start, long end)
    {
        var span = end - start;
        if (traps.HasFlag(Traps.TimestampTies) && i < ties)
        {
            return start + (long)(span * 0.61); // one crowd in one millisecond
        }

        var chance = random.NextDouble();
        if (chance < 0.04 && traps.HasFlag(Traps.TimestampTies))
        {
            return At(Prng.Mix(seed, 0x71E, (ulong)random.Below(Math.Max(1, count / 250)))); // small groups that share one
        }

        if (chance < 0.35)
        {
            var burst = At(Prng.Mix(seed, 0xB0B, (ulong)random.Skewed(Math.Max(1, count / 300))));
            var spread = (random.NextDouble() + random.NextDouble() - 1) * 3 * Second;
            return Math.Clamp(burst + (long)spread, start, end - 1);
        }

        // Working hours have about twice the events of the night.
        var x = random.NextDouble();
        if (random.Chance(0.4))
        {
            x = 0.3 + (x * 0.4);
        }

        return start + (long)(x * (span - 1));

        long At(ulong hash) => start + (long)(new Prng(hash).NextDouble() * (span - 1));
    }

    private static long Future(ref Prng random) => random.Below(4) switch
    {
        0 => (60 + random.Below(3600)) * Second,
        1 => (3600 + random.Below(86400)) * Second,
        2 => (86400L * (1 + random.Below(60))) * Second,
        _ => (86400L * 365 * (1 + random.Below(70))) * Second,
    };

    private void Cut(ref EventPlan plan, long at, long start)
    {
        plan.Digits = traps.HasFlag(Traps.FractionDigits) ? DigitsOf(plan.Kind) : (byte)3;
        var cut = CutTo(at, plan.Digits);
        if (cut < start)
        {
            plan.Digits = 9; // whole seconds would put it before the span
            cut = at;
        }

        plan.Nanoseconds = cut;
    }

    private static byte DigitsOf(EventKind kind) => kind switch
    {
        EventKind.Radius or EventKind.Alerts or EventKind.SystemOther => 0,
        EventKind.SsoAuth or EventKind.Saas => 8,
        EventKind.UserLogin or EventKind.LdapBind or EventKind.LdapSearch or EventKind.Mdm or EventKind.MdmHuge or EventKind.Unknown => 9,
        _ => 3,
    };

    private static long CutTo(long nanoseconds, int digits)
    {
        var unit = digits switch { 0 => Second, 3 => Millisecond, 8 => 10, _ => 1 };
        return nanoseconds - (nanoseconds % unit);
    }

    /// <summary>Makes pairs of RADIUS events about one person in one second: the vendor gives them one id.</summary>
    private static void Collide(EventPlan[] plans, long start, long end)
    {
        var previous = -1;
        var seen = 0;
        for (var i = 0; i < plans.Length; i++)
        {
            if (plans[i].Kind != EventKind.Radius || plans[i].Nanoseconds >= end)
            {
                continue;
            }

            if (previous >= 0 && seen++ % 6 == 0)
            {
                plans[i].PersonSeed = plans[previous].PersonSeed;
                plans[i].Nanoseconds = Math.Max(start, plans[previous].Nanoseconds);
                plans[i].Digits = plans[previous].Digits;
                previous = -1;
                continue;
            }

            previous = i;
        }
    }

    private static long Nanoseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;
}
