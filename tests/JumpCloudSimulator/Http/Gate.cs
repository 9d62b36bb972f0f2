using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace JumpCloudSimulator;

/// <summary>Access tokens of the service account.</summary>
internal sealed class TokenStore(SimulatorOptions options, Scenario scenario)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);

    public bool IsValid(string token) => _tokens.TryGetValue(token, out var until) && until > options.Clock.GetUtcNow();

    /// <summary>POST /oauth2/token: Basic credentials and a form that asks for the api scope.</summary>
    public Reply Issue(HttpRequest request, byte[] body)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.ClientId}:{options.ClientSecret}"));
        if (request.Headers.Authorization != expected)
        {
            return Problem(401, "invalid_client");
        }

        var form = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
        if (form.GetValueOrDefault("grant_type") != "client_credentials")
        {
            return Problem(400, "unsupported_grant_type");
        }

        if (form.GetValueOrDefault("scope") != "api")
        {
            return Problem(400, "invalid_scope");
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _tokens[token] = options.Clock.GetUtcNow() + scenario.TokenLifetime;
        return Reply.Json(w =>
        {
            w.WriteStartObject();
            w.WriteString("access_token", token);
            w.WriteNumber("expires_in", (int)scenario.TokenLifetime.TotalSeconds);
            w.WriteString("scope", "api");
            w.WriteString("token_type", "bearer");
            w.WriteEndObject();
        });
    }

    private static Reply Problem(int status, string error) => Reply.Json(status, w =>
    {
        w.WriteStartObject();
        w.WriteString("error", error);
        w.WriteEndObject();
    });
}

/// <summary>Who asks, and about which organization.</summary>
internal static class Gate
{
    public static bool IsObjectId(string text) => text.Length == 24 && text.All(char.IsAsciiHexDigit);

    /// <summary>Checks the key or token; answers whether it was a token.</summary>
    public static bool Authenticate(Simulator simulator, HttpRequest request)
    {
        if (request.Headers.TryGetValue("x-api-key", out var key) && key.Count == 1 && key[0] == simulator.Options.ApiKey)
        {
            return false;
        }

        if (request.Headers.Authorization.ToString() is { } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && simulator.Tokens.IsValid(header[7..]))
        {
            return true;
        }

        throw new ApiException(401, "Unauthorized");
    }

    /// <summary>The organization that a request with this credential may see. The provider header counts on Directory Insights only.</summary>
    public static SimulatedOrganization Organization(Simulator simulator, HttpRequest request, bool takesProvider)
    {
        var isToken = Authenticate(simulator, request);
        var provider = takesProvider ? request.Headers["x-provider-id"] : default;
        if (provider.Count > 0 && (provider.Count > 1 || simulator.Portal?.Id != provider[0]))
        {
            throw new ApiException(simulator.Portal is null ? 403 : 404, "provider not found");
        }

        var header = request.Headers["x-org-id"];
        SimulatedOrganization organization;
        if (header.Count > 0)
        {
            var id = header[0] ?? "";
            if (header.Count > 1 || !IsObjectId(id))
            {
                throw new ApiException(400, "malformed x-org-id");
            }

            organization = simulator.Organizations.FirstOrDefault(o => o.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? throw new ApiException(404, "organization not found");
        }
        else if (provider.Count > 0)
        {
            organization = simulator.Portal!;
        }
        else if (simulator.Portal is null && simulator.Organizations.Count == 1 && !isToken)
        {
            organization = simulator.Organizations[0];
        }
        else
        {
            throw new ApiException(401, "Unauthorized: no organization selected");
        }

        return simulator.Scenario.RefusedOrganizations.TryGetValue(organization.Id, out var status)
            ? throw new ApiException(status, status switch { 401 => "Unauthorized", 402 => "Directory Insights is not enabled for this organization", 404 => "organization not found", _ => "Forbidden" })
            : organization;
    }

    /// <summary>The organization that a request names, right or wrong, for rules and the log.</summary>
    public static string? Concerns(Simulator simulator, HostKind host, HttpRequest request)
    {
        if (request.Headers["x-org-id"] is { Count: > 0 } organization)
        {
            return organization.ToString();
        }

        if (host == HostKind.Insights && request.Headers["x-provider-id"] is { Count: > 0 } provider)
        {
            return provider.ToString();
        }

        return simulator.Portal is null && simulator.Organizations is [var only] ? only.Id : null;
    }
}
