namespace JumpCloudConnector.JumpCloud;

/// <summary>
/// What went wrong between us and JumpCloud. The number is the status code that connectors show: HTTP's where there is
/// one, 1000 and more where the fault has none.
/// </summary>
public enum FailureKind
{
    /// <summary>400: the request is not acceptable.</summary>
    BadRequest = 400,

    /// <summary>401: the key or service account is wrong, expired, or reaches many organizations and none was named.</summary>
    Unauthorized = 401,

    /// <summary>402: Directory Insights is not licensed.</summary>
    NotLicensed = 402,

    /// <summary>403: the role lacks the right, or the address is blocked.</summary>
    Forbidden = 403,

    /// <summary>404: no such organization or provider.</summary>
    NotFound = 404,

    /// <summary>407: the proxy on the way asks for credentials, or does not accept those it has.</summary>
    ProxyAuthenticationRequired = 407,

    /// <summary>429: too many requests.</summary>
    TooManyRequests = 429,

    /// <summary>500.</summary>
    ServerError = 500,

    /// <summary>502, 503, 504 and what else a gateway says.</summary>
    ServiceUnavailable = 503,

    /// <summary>A redirect, or a status that the API does not have.</summary>
    UnexpectedStatus = 1000,

    /// <summary>The host's name does not resolve.</summary>
    NameNotResolved = 1001,

    /// <summary>Nothing listens there.</summary>
    ConnectionRefused = 1002,

    /// <summary>The connection broke before an answer.</summary>
    ConnectionReset = 1003,

    /// <summary>TLS could not be agreed, or the certificate is not trusted.</summary>
    TlsFailed = 1004,

    /// <summary>No answer, or no further byte of one, in time.</summary>
    TimedOut = 1005,

    /// <summary>The answer ended before its end.</summary>
    BodyCutShort = 1006,

    /// <summary>The answer is not the JSON that the API sends.</summary>
    NotJson = 1007,

    /// <summary>The answer contradicts itself or the contract: no cursor, a wrong count.</summary>
    ProtocolViolation = 1008,

    /// <summary>Another network fault.</summary>
    NetworkFailure = 1009,
}

/// <summary>A request that failed for good, or for the moment.</summary>
public sealed class JumpCloudException : JcException
{
    /// <summary>Creates the error.</summary>
    public JumpCloudException(
        FailureKind failure, string errorId, string message, object? target = null, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(errorId, KindOf(failure), message, target, inner)
    {
        Failure = failure;
        RetryAfter = retryAfter;
    }

    /// <summary>What went wrong.</summary>
    public FailureKind Failure { get; }

    /// <summary>How long the server asked to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The server's time when it answered, where it answered.</summary>
    public DateTimeOffset? ServerTime { get; init; }

    /// <summary>True when the same request may well succeed in a moment.</summary>
    public bool IsTransient => Failure is FailureKind.TooManyRequests or FailureKind.ServerError or FailureKind.ServiceUnavailable
        or FailureKind.ConnectionReset or FailureKind.TimedOut or FailureKind.BodyCutShort or FailureKind.NotJson
        or FailureKind.NetworkFailure or FailureKind.ConnectionRefused or FailureKind.NameNotResolved or FailureKind.ProtocolViolation;

    /// <summary>True when only an administrator can mend it: the stream is parked and tried again at a slow pace.</summary>
    public bool IsLasting => Failure is FailureKind.Unauthorized or FailureKind.NotLicensed or FailureKind.Forbidden or FailureKind.NotFound
        // Asked for seldom, too: accounts are locked after a few wrong passwords.
        or FailureKind.ProxyAuthenticationRequired;

    private static JcErrorKind KindOf(FailureKind failure) => failure switch
    {
        FailureKind.Unauthorized or FailureKind.ProxyAuthenticationRequired => JcErrorKind.Authentication,
        FailureKind.NotLicensed or FailureKind.Forbidden => JcErrorKind.Permission,
        FailureKind.NotFound => JcErrorKind.NotFound,
        FailureKind.NameNotResolved or FailureKind.ConnectionRefused or FailureKind.ConnectionReset or FailureKind.TlsFailed
            or FailureKind.TimedOut or FailureKind.BodyCutShort or FailureKind.NetworkFailure => JcErrorKind.Network,
        _ => JcErrorKind.Remote,
    };
}
