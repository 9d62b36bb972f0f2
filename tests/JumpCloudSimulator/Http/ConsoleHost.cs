using System.Globalization;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>The console host: system users, organizations, a provider's organizations, access tokens.</summary>
internal sealed class ConsoleHost(Simulator simulator)
{
    private const int ListLimit = 100;
    private const int SearchLimit = 1000;
    private int _order;

    public Task<Reply> HandleAsync(HttpContext context, byte[] body)
    {
        var request = context.Request;
        var path = (request.Path.Value ?? "").Trim('/').Split('/');
        return Task.FromResult((request.Method, path) switch
        {
            ("POST", ["oauth2", "token"]) => simulator.Tokens.Issue(request, body),
            ("GET", ["api", "systemusers"]) => Users(request, UserQuery.FromUrl(request.Query, ListLimit)),
            ("GET", ["api", "systemusers", var id]) => User(request, id),
            ("POST", ["api", "search", "systemusers"]) => Users(request, UserQuery.FromBody(body, SearchLimit)),
            ("GET", ["api", "organizations"]) => Organizations(request),
            ("GET", ["api", "v2", "providers", var id, "organizations"]) => ProviderOrganizations(request, id),
            _ => Reply.Error(404, "Not Found"),
        });
    }

    private Reply Users(HttpRequest request, UserQuery query)
    {
        var organization = Gate.Organization(simulator, request, takesProvider: false);
        var order = simulator.Scenario.UnstableUserOrder && !query.IsSortedById ? Interlocked.Increment(ref _order) : 0;
        var users = query.Select(organization.Users.List(), order);
        var page = users.Skip(query.Skip).Take(query.Limit).ToList();
        var body = new List<ReadOnlyMemory<byte>> { System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"totalCount\":{users.Count},\"results\":[")) };
        for (var i = 0; i < page.Count; i++)
        {
            if (i > 0)
            {
                body.Add(Bytes.Comma);
            }

            body.Add(query.Project(page[i].Json));
        }

        body.Add("]}"u8.ToArray());
        return new Reply { Body = body, Rows = page.Count, Answered = () => Churn(organization, query.Skip / query.Limit) };
    }

    private void Churn(SimulatedOrganization organization, int page)
    {
        simulator.Scenario.UserChurnPlan?.After(organization);
        simulator.Scenario.UserChurn?.Invoke(organization, page);
    }

    private Reply User(HttpRequest request, string id)
    {
        var organization = Gate.Organization(simulator, request, takesProvider: false);
        return organization.Users.List().FirstOrDefault(u => u.Id == id) is { } user
            ? new Reply { Body = [user.Json], Rows = 1 }
            : Reply.Error(404, "Not Found");
    }

    private Reply Organizations(HttpRequest request)
    {
        Gate.Authenticate(simulator, request);
        return List(request, (w, organization) =>
        {
            w.WriteString("_id", organization.Id);
            w.WriteString("id", organization.Id);
            w.WriteString("displayName", organization.Name);
            w.WriteString("logoUrl", "");
        });
    }

    private Reply ProviderOrganizations(HttpRequest request, string provider)
    {
        Gate.Authenticate(simulator, request);
        if (request.Headers.ContainsKey("x-org-id"))
        {
            throw new ApiException(400, "x-org-id must not be sent to a provider's route");
        }

        if (simulator.Portal?.Id != provider)
        {
            throw new ApiException(404, "provider not found");
        }

        return List(request, (w, organization) =>
        {
            w.WriteString("id", organization.Id);
            w.WriteString("name", organization.Name);
            w.WriteNumber("maxSystemUsers", Math.Max(10, organization.Users.Count));
        });
    }

    private Reply List(HttpRequest request, Action<Utf8JsonWriter, SimulatedOrganization> write)
    {
        var all = simulator.Organizations;
        var page = all.Skip(UserQuery.Number(request.Query["skip"], 0, int.MaxValue)).Take(UserQuery.Number(request.Query["limit"], 10, ListLimit)).ToList();
        return Reply.Json(
            w =>
            {
                w.WriteStartObject();
                w.WriteNumber("totalCount", all.Count);
                w.WriteStartArray("results");
                foreach (var organization in page)
                {
                    w.WriteStartObject();
                    write(w, organization);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
                w.WriteEndObject();
            },
            page.Count);
    }
}
