namespace JumpCloudSimulator;

/// <summary>
/// SplitMix64. System.Random would do, but this one is a value that can be made anew for every event, so that
/// events can be generated side by side and still be the same for a seed.
/// </summary>
internal struct Prng(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Finish(_state);
    }

    /// <summary>A number in [0, bound).</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>A number in [0, bound), small ones more often: a few users make most of the noise.</summary>
    public int Skewed(int bound)
    {
        var x = NextDouble();
        return (int)(x * x * bound);
    }

    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double p) => NextDouble() < p;

    public T Pick<T>(T[] from) => from[Below(from.Length)];

    public static ulong Mix(ulong a, ulong b) => Finish(Finish(a + 0x9E3779B97F4A7C15UL) ^ (b * 0xD1B54A32D192ED03UL + 0x8CB92BA72F3D8DD7UL));

    public static ulong Mix(ulong a, ulong b, ulong c) => Mix(Mix(a, b), c);

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
