using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;

namespace JumpCloudConnector.JumpCloud;

/// <summary>Turns answers and exceptions of HTTP into errors that say what to do. No message ever holds a header we sent.</summary>
internal static class HttpFailures
{
    private const int MaxQuotedCharacters = 300;

    /// <summary>The error of an answer whose status is not 200.</summary>
    public static JumpCloudException FromAnswer(
        HttpResponseMessage response, byte[] body, Uri uri, string? organizationId, ConnectorAccess access, AccessToken? token, DateTimeOffset now)
    {
        int status = (int)response.StatusCode;
        string text = Encoding.UTF8.GetString(body).Trim();
        string said = Said(response, text, token is null ? access.Secrets : [.. access.Secrets, token.Text]);
        string host = uri.Host;
        string whose = organizationId is null ? "" : $" for organization {organizationId}";
        (FailureKind kind, string id, string message) = status switch
        {
            400 => (FailureKind.BadRequest, "BadRequest", $"JumpCloud refused the request to {host}{whose} as malformed{said}. Check the provider and organization IDs, and this machine's clock."),
            401 when said.IndexOf("no organization selected", StringComparison.OrdinalIgnoreCase) >= 0 => (FailureKind.Unauthorized, "NoOrganizationSelected",
                token is null
                    ? $"The API key belongs to an administrator of several organizations, and none was named{said}. Give -OrganizationId, or -ProviderId for all of a provider's."
                    : $"The service account reaches no organization without its name{said}. Give -OrganizationId, or -ProviderId for all of a provider's."),
            401 => (FailureKind.Unauthorized, "Unauthorized",
                token is null
                    ? $"JumpCloud does not accept the API key at {host}{whose}{said}. It is wrong, revoked or expired, or belongs to another region; set a new one with Set-JcConnector -ApiKey."
                    : $"JumpCloud does not accept the service account's access token at {host}{whose}{said}, nor a new one. The account belongs to another region or organization, or lost its role; set another with Set-JcConnector -ServiceAccount."),
            402 => (FailureKind.NotLicensed, "NotLicensed", $"Directory Insights is not part of the organization's JumpCloud plan{whose}{said}. Add it to the plan, or take DirectoryInsights off the connector's content types."),
            // In a whole page too, of which nothing is quoted; there "block" alone may be a word of its style sheet.
            403 when text.IndexOf("abuse", StringComparison.OrdinalIgnoreCase) >= 0 || text.IndexOf("blocked", StringComparison.OrdinalIgnoreCase) >= 0 => (FailureKind.Forbidden, "AddressBlocked",
                $"JumpCloud has blocked this machine's address at {host}{said}. Collect less often and ask JumpCloud's support to lift it."),
            403 => (FailureKind.Forbidden, "Forbidden", token is null
                ? $"The API key's administrator may not read this at {host}{whose}{said}. Give the administrator a role that reads Directory Insights and users."
                : $"The service account may not read this at {host}{whose}{said}. Give it a role that reads Directory Insights and users."),
            404 => (FailureKind.NotFound, "OrganizationNotFound", $"JumpCloud does not know the organization or provider{whose} at {host}{said}. Check -OrganizationId, -ProviderId and -Region."),
            _ => OfAnyHost(status, host, whose, said, access.Route),
        };
        return new JumpCloudException(kind, id, message, uri.Host, RetryAfter(response, now)) { ServerTime = response.Headers.Date };
    }

    /// <summary>The error of an answer of the token endpoint whose status is not 200.</summary>
    public static JumpCloudException FromTokenAnswer(HttpResponseMessage response, byte[] body, Uri uri, ConnectorAccess access, DateTimeOffset now)
    {
        int status = (int)response.StatusCode;
        string said = Said(response, Encoding.UTF8.GetString(body).Trim(), access.Secrets);
        (FailureKind kind, string id, string message) = status switch
        {
            400 or 401 or 403 => (FailureKind.Unauthorized, "ServiceAccountRefused",
                $"JumpCloud gives the service account no access token at {uri.Host}{said}. The client ID or secret is wrong, or the secret has expired; set a new one with Set-JcConnector -ServiceAccount."),
            404 or 405 => (FailureKind.NotFound, "TokenEndpointNotFound",
                $"There is nobody at {uri} who gives access tokens{said}. Check -TokenUri, -ConsoleUri and -Region."),
            _ => OfAnyHost(status, uri.Host, "", said, access.Route),
        };
        return new JumpCloudException(kind, id, message, uri.Host, RetryAfter(response, now));
    }

    private static (FailureKind Kind, string Id, string Message) OfAnyHost(int status, string host, string whose, string said, HttpRoute route) => status switch
    {
        407 => (FailureKind.ProxyAuthenticationRequired, "ProxyAuthenticationRequired", ProxyAuthentication(host, route)),
        408 => (FailureKind.TimedOut, "RequestTimedOut", $"{host} gave up waiting for the request{said}. It is tried again."),
        429 => (FailureKind.TooManyRequests, "TooManyRequests", $"JumpCloud asks for fewer requests at {host}{said}. Collection goes on at the next turn; other programs that use the same key count too."),
        500 => (FailureKind.ServerError, "ServerError", $"JumpCloud failed with an internal error at {host}{whose}{said}. It is tried again at the next turn."),
        >= 501 and <= 599 => (FailureKind.ServiceUnavailable, "ServiceUnavailable", $"JumpCloud is not available at {host} ({status.ToString(CultureInfo.InvariantCulture)}){said}. It is tried again at the next turn."),
        >= 300 and <= 399 => (FailureKind.UnexpectedStatus, "UnexpectedRedirect", $"{host} answered with a redirect ({status.ToString(CultureInfo.InvariantCulture)}), which is not followed, since the credentials go to no other host. Check the connector's addresses and the proxy."),
        _ => (FailureKind.UnexpectedStatus, "UnexpectedStatus", $"{host} answered with the unexpected status {status.ToString(CultureInfo.InvariantCulture)}{whose}{said}."),
    };

    private static string ProxyAuthentication(string host, HttpRoute route) =>
        $"The proxy{(route.Proxy is null ? "" : " " + route.Proxy.Authority)} on the way to {host} {(route.ProxyCredential is null ? "asks for a user and a password" : "does not accept the user and password it was given")}. Set {(route.Proxy is null ? "-Proxy and " : "")}-ProxyCredential with Set-JcConnector, or -NoProxy where no proxy is needed.";

    /// <summary>The error of a request that got no whole answer.</summary>
    public static JumpCloudException FromException(Exception exception, Uri uri, bool answerHadBegun, HttpRoute route)
    {
        string host = uri.IsDefaultPort ? uri.Host : uri.Authority;
        Exception root = Root(exception);
        if (Find<AuthenticationException>(exception) is { } tls)
        {
            return new(FailureKind.TlsFailed, "TlsFailed",
                $"No TLS connection to {host} could be agreed: {route.Trust?.ProblemOf(uri.Host) ?? tls.Message} Check the machine's clock, its trusted certificates and any proxy that inspects TLS.", host, null, exception);
        }

        if (!answerHadBegun && TunnelStatus(exception) is { } refusal)
        {
            return refusal == (int)HttpStatusCode.ProxyAuthenticationRequired
                ? new(FailureKind.ProxyAuthenticationRequired, "ProxyAuthenticationRequired", ProxyAuthentication(host, route), host, null, exception)
                : new(FailureKind.ServiceUnavailable, "ProxyRefused",
                    $"The proxy{(route.Proxy is null ? "" : " " + route.Proxy.Authority)} does not connect to {host} ({refusal.ToString(CultureInfo.InvariantCulture)}). Let it through there, or set -Proxy or -NoProxy with Set-JcConnector.", host, null, exception);
        }

        if (!answerHadBegun && Find<SocketException>(exception) is { } socket)
        {
            // What is connected to is the proxy, where there is one.
            Uri peer = route.Proxy ?? uri;
            string place = route.Proxy is null ? host : $"The proxy {route.Proxy.Authority}";
            switch (socket.SocketErrorCode)
            {
                case SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery:
                    return new(FailureKind.NameNotResolved, "NameNotResolved",
                        $"The name {peer.Host} does not resolve. Check the connector's region, addresses and proxy, and this machine's DNS.", host, null, exception);
                case SocketError.ConnectionRefused:
                    return new(FailureKind.ConnectionRefused, "ConnectionRefused",
                        $"{place} refuses the connection. Check the connector's addresses, the firewall and the proxy.", host, null, exception);
                case SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable:
                    return new(FailureKind.TimedOut, "ConnectionTimedOut",
                        $"{place} cannot be reached: {socket.Message}. Check the network and the firewall.", host, null, exception);
            }
        }

        if (Find<WebException>(exception) is { Status: WebExceptionStatus.NameResolutionFailure })
        {
            return new(FailureKind.NameNotResolved, "NameNotResolved",
                $"The name {uri.Host} does not resolve. Check the connector's region or addresses, and this machine's DNS.", host, null, exception);
        }

        if (answerHadBegun)
        {
            return new(FailureKind.BodyCutShort, "BodyCutShort",
                $"The answer of {host} ended before its end ({root.Message}). Nothing of it was kept; it is asked for again.", host, null, exception);
        }

        return exception is HttpRequestException or IOException or SocketException or WebException
            ? new(FailureKind.ConnectionReset, "ConnectionReset",
                $"The connection to {host} broke before an answer came ({root.Message}). It is tried again; a firewall or proxy between may cut it.", host, null, exception)
            : new(FailureKind.NetworkFailure, "NetworkFailure", $"The request to {host} failed: {root.Message}", host, null, exception);
    }

    /// <summary>The error of an answer that did not come in time.</summary>
    public static JumpCloudException TimedOut(Uri uri, TimeSpan limit, bool answerHadBegun) => answerHadBegun
        ? new(FailureKind.TimedOut, "AnswerStalled",
            $"The answer of {uri.Host} paused for more than {limit.TotalSeconds:0} s. Nothing of it was kept; it is asked for again.", uri.Host)
        : new(FailureKind.TimedOut, "RequestTimedOut",
            $"{uri.Host} did not answer within {limit.TotalSeconds:0} s. It is tried again; check the network if it stays so.", uri.Host);

    /// <summary>The error of a 200 whose body is something else.</summary>
    public static JumpCloudException NotJson(Uri uri, string? mediaType, Exception? inner, bool looksLikeJson) => looksLikeJson
        ? new(FailureKind.BodyCutShort, "BodyCutShort",
            $"The answer of {uri.Host} is incomplete or broken JSON. Nothing of it was kept; it is asked for again.", uri.Host, null, inner)
        : new(FailureKind.NotJson, "NotJson",
            $"{uri.Host} answered with something that is not JSON ({mediaType ?? "no content type"}). A proxy's or login page may stand between; check the connector's addresses and the network.", uri.Host, null, inner);

    /// <summary>The error of an answer that breaks the API's own contract.</summary>
    public static JumpCloudException Violation(Uri uri, string what) => new(
        FailureKind.ProtocolViolation, "ProtocolViolation",
        $"The answer of {uri.Host} contradicts itself: {what}. Nothing of it was kept, so that nothing is lost; it is asked for again.", uri.Host);

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.Headers.RetryAfter is not { } header) return null;
        TimeSpan wait = header.Delta ?? (header.Date - (response.Headers.Date ?? now)) ?? TimeSpan.Zero;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>What the server said, in brackets: its message, or the beginning of a plain text; never HTML.</summary>
    private static string Said(HttpResponseMessage response, string text, IEnumerable<string> secrets)
    {
        if (text.Length == 0) return "";
        if (text[0] == '{')
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(text);
                foreach (string name in (string[])["message", "error", "error_description"])
                {
                    if (document.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String)
                        return Quote(value.GetString()!, secrets);
                }
            }
            catch (JsonException)
            {
                return "";
            }
        }

        bool html = text[0] == '<' || response.Content.Headers.ContentType?.MediaType == "text/html";
        return html ? " (an HTML page)" : Quote(text, secrets);
    }

    private static string Quote(string text, IEnumerable<string> secrets)
    {
        StringBuilder clean = new(" (\"");
        foreach (char character in secrets.Aggregate(text, Hide))
        {
            if (clean.Length == MaxQuotedCharacters) break;
            clean.Append(char.IsControl(character) ? ' ' : character);
        }

        return clean.ToString().TrimEnd('.', ' ') + "\")";
    }

    /// <summary>Gateways have been seen to quote the header that they refuse; a text cut short may end within it.</summary>
    private static string Hide(string text, string secret)
    {
        text = text.Replace(secret, "***").Replace(Uri.EscapeDataString(secret), "***");
        for (int length = Math.Min(secret.Length, text.Length); length > 3; length--)
        {
            if (text.EndsWith(secret.Substring(0, length), StringComparison.Ordinal)) return text.Substring(0, text.Length - length) + "***";
        }

        return text;
    }

    /// <summary>What a proxy answered to CONNECT, where it did not connect; .NET tells it in words alone.</summary>
    private static int? TunnelStatus(Exception exception)
    {
#if NET
        if (Find<HttpRequestException>(exception) is not { HttpRequestError: HttpRequestError.ProxyTunnelError } refused) return null;
        System.Text.RegularExpressions.Match status = System.Text.RegularExpressions.Regex.Match(refused.Message, "[1-5][0-9][0-9](?![0-9])", System.Text.RegularExpressions.RegexOptions.RightToLeft);
        return refused.StatusCode is { } known ? (int)known : status.Success ? int.Parse(status.Value, CultureInfo.InvariantCulture) : 502;
#else
        return Find<WebException>(exception) is { Response: HttpWebResponse { StatusCode: HttpStatusCode.ProxyAuthenticationRequired } } ? 407
            : Find<WebException>(exception) is { Status: WebExceptionStatus.ProtocolError, Response: HttpWebResponse answer } ? (int)answer.StatusCode : null;
#endif
    }

    private static Exception Root(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception;
    }

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is T found) return found;
        return null;
    }
}
