using System.Runtime.CompilerServices;

namespace JumpCloudConnector.Records;

/// <summary>
/// For methods that every event passes through. A collection is often a short process: compiled in stages they would run
/// slowly for its first seconds, and cost more to compile than to run.
/// </summary>
internal static class HotPath
{
#if NET
    public const MethodImplOptions Optimized = MethodImplOptions.AggressiveOptimization;
#else
    // .NET Framework compiles everything once and fully.
    public const MethodImplOptions Optimized = 0;
#endif
}
