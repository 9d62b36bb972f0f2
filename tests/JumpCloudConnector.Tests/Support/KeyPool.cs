using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace JumpCloudConnector.Tests.Support;

/// <summary>
/// RSA keys for certificates of tests, which take far longer to make than the rest of most tests. A key is used again when
/// whoever had it is done, so that no two at a time have the same one.
/// </summary>
internal sealed class KeyPool
{
    private readonly ConcurrentBag<RSA> _free = [];

    public static KeyPool Shared { get; } = new();

    public Lease Open() => new(this);

    /// <summary>Keys that are one user's until it is done.</summary>
    public sealed class Lease(KeyPool pool) : IDisposable
    {
        private readonly ConcurrentBag<RSA> _taken = [];

        /// <summary>A key that nobody else has; the pool's, not to be disposed.</summary>
        public RSA Next()
        {
            if (!pool._free.TryTake(out RSA? key)) key = RSA.Create(2048);
            _taken.Add(key);
            return key;
        }

        public void Dispose()
        {
            while (_taken.TryTake(out RSA? key)) pool._free.Add(key);
        }
    }
}
