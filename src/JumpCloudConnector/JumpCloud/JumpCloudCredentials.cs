using System.Text;

namespace JumpCloudConnector.JumpCloud;

/// <summary>What a connector shows to JumpCloud: an API key, or the access tokens of a service account.</summary>
internal abstract class JumpCloudCredentials
{
    /// <summary>What must not stand in any message.</summary>
    public abstract IEnumerable<string> Secrets { get; }
}

/// <summary>An administrator's API key.</summary>
internal sealed class ApiKeyCredentials(string key) : JumpCloudCredentials
{
    public string Key { get; } = key;

    public override IEnumerable<string> Secrets => [Key];
}

/// <summary>An access token. No record, since those write what they hold.</summary>
internal sealed class AccessToken(string text, long askedAt, TimeSpan lifetime)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(60);

    public string Text { get; } = text;

    public TimeSpan Lifetime { get; } = lifetime;

    /// <summary>False from a margin before it expires, so that it does not expire on its way.</summary>
    public bool IsFresh(TimeProvider time)
    {
        TimeSpan margin = TimeSpan.FromTicks(Math.Min(LongestMargin.Ticks, Lifetime.Ticks / 4));
        return time.GetElapsedTime(askedAt) < Lifetime - margin;
    }
}

/// <summary>
/// A service account (OAuth 2.0 client credentials) with the token it has at the moment. All requests of a connector share
/// it, from one turn to the next, and one of them at a time asks for a new token.
/// </summary>
#pragma warning disable CA1001 // The semaphore has a handle only where somebody asks for one, and nobody does.
internal sealed class ServiceAccount(string clientId, string clientSecret, Uri tokenUri, TimeProvider time) : JumpCloudCredentials
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _one = new(1);
    private AccessToken? _token;
    private JumpCloudException? _refusal;
    private int _answers;

    public Uri TokenUri { get; } = tokenUri;

    /// <summary>The value of the Authorization header for the token endpoint, and for nobody else.</summary>
    public string Authorization { get; } = "Basic " + Encode(clientId, clientSecret);

    public override IEnumerable<string> Secrets =>
        Volatile.Read(ref _token) is { } token ? [clientSecret, Encode(clientId, clientSecret), token.Text] : [clientSecret, Encode(clientId, clientSecret)];

    /// <summary>True where the other would ask the same for the same.</summary>
    public bool IsSame(ServiceAccount other) => Authorization == other.Authorization && TokenUri == other.TokenUri;

    /// <summary>The token there is, or a new one.</summary>
    public async Task<AccessToken> GetTokenAsync(Func<Task<AccessToken>> ask, CancellationToken cancellationToken)
    {
        if (Fresh() is { } known) return known;
        int answers = Volatile.Read(ref _answers);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Fresh() is { } given) return given;
            // What another was told meanwhile holds for those who waited behind it: each asking again would take as long.
            if (answers != _answers && _refusal is { } refusal) throw refusal;
            _refusal = null;
            AccessToken token = await ask().ConfigureAwait(false);
            Volatile.Write(ref _token, token);
            return token;
        }
        catch (JumpCloudException e)
        {
            _refusal = e;
            throw;
        }
        finally
        {
            Volatile.Write(ref _answers, _answers + 1);
            _one.Release();
        }
    }

    /// <summary>Drops a token that was not accepted, unless there is another already.</summary>
    public void Drop(AccessToken token) => Interlocked.CompareExchange(ref _token, null, token);

    private AccessToken? Fresh() => Volatile.Read(ref _token) is { } token && token.IsFresh(time) ? token : null;

    private static string Encode(string clientId, string clientSecret) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{clientId}:{clientSecret}"));
}
