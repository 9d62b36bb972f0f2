using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace JumpCloudSimulator;

/// <summary>A scenario as JSON: what is named is set, the rest stays. Spans of time are in seconds.</summary>
internal static class ScenarioJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static void Apply(Scenario scenario, JsonElement json)
    {
        foreach (var property in json.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "endTimeInclusive": scenario.EndTimeInclusive = value.GetBoolean(); break;
                case "latency": scenario.Latency = Seconds(value); break;
                case "arrivalLag": scenario.ArrivalLag = Seconds(value); break;
                case "retention": scenario.Retention = Seconds(value); break;
                case "rewriteEvents": scenario.RewriteEvents = value.GetBoolean(); break;
                case "refuseUnknownService": scenario.RefuseUnknownService = value.GetBoolean(); break;
                case "refuseFutureEnd": scenario.RefuseFutureEnd = value.GetBoolean(); break;
                case "maxLimit": scenario.MaxLimit = value.GetInt32(); break;
                case "requestsPerSecond": scenario.RequestsPerSecond = value.GetInt32(); break;
                case "tokenLifetime": scenario.TokenLifetime = Seconds(value); break;
                case "unstableUserOrder": scenario.UnstableUserOrder = value.GetBoolean(); break;
                case "refusedOrganizations":
                    scenario.RefusedOrganizations.Clear();
                    foreach (var refused in value.EnumerateObject())
                    {
                        scenario.RefusedOrganizations[refused.Name] = refused.Value.GetInt32();
                    }

                    break;
                case "userChurn":
                    var churn = value.Deserialize<Churn>(Options) ?? new Churn();
                    scenario.UserChurnPlan = new UserChurnPlan(churn.Removals, churn.Additions, churn.Changes);
                    break;
                case "faults":
                    var faults = value.EnumerateArray().Select(ReadFault).ToList();
                    scenario.Faults.Clear();
                    faults.ForEach(f => scenario.Faults.Add(f));
                    break;
                default:
                    throw new ArgumentException($"A scenario has no '{property.Name}'.");
            }
        }
    }

    public static void Write(Scenario scenario, Utf8JsonWriter w)
    {
        w.WriteStartObject();
        w.WriteBoolean("endTimeInclusive", scenario.EndTimeInclusive);
        w.WriteNumber("latency", scenario.Latency.TotalSeconds);
        w.WriteNumber("arrivalLag", scenario.ArrivalLag.TotalSeconds);
        w.WriteNumber("retention", scenario.Retention.TotalSeconds);
        w.WriteBoolean("rewriteEvents", scenario.RewriteEvents);
        w.WriteBoolean("refuseUnknownService", scenario.RefuseUnknownService);
        w.WriteBoolean("refuseFutureEnd", scenario.RefuseFutureEnd);
        w.WriteNumber("maxLimit", scenario.MaxLimit);
        w.WriteNumber("requestsPerSecond", scenario.RequestsPerSecond);
        w.WriteNumber("tokenLifetime", scenario.TokenLifetime.TotalSeconds);
        w.WriteBoolean("unstableUserOrder", scenario.UnstableUserOrder);
        w.WriteNumber("userChurnRemaining", scenario.UserChurnPlan?.Remaining ?? 0);
        w.WritePropertyName("refusedOrganizations");
        JsonSerializer.Serialize(w, scenario.RefusedOrganizations, Options);
        w.WritePropertyName("faults");
        JsonSerializer.Serialize(w, scenario.Faults, Options);
        w.WriteEndObject();
    }

    private static Fault ReadFault(JsonElement json)
    {
        var rule = json.Deserialize<Rule>(Options) ?? throw new ArgumentException("A fault must be an object.");
        return new Fault(rule.Kind)
        {
            Rate = rule.Rate,
            Times = rule.Times,
            Skip = rule.Skip,
            OrganizationId = rule.OrganizationId,
            Host = rule.Host,
            PathContains = rule.PathContains,
            RetryAfter = rule.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            RetryAfterAsDate = rule.RetryAfterAsDate,
            Chunked = rule.Chunked,
        };
    }

    private static TimeSpan Seconds(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? TimeSpan.Parse(value.GetString()!, CultureInfo.InvariantCulture) : TimeSpan.FromSeconds(value.GetDouble());

    private sealed record Churn(int Removals = 0, int Additions = 0, int Changes = 0);

    private sealed record Rule(
        FaultKind Kind, double Rate = 1, int? Times = null, int Skip = 0, string? OrganizationId = null, HostKind? Host = null,
        string? PathContains = null, double? RetryAfter = null, bool RetryAfterAsDate = false, bool Chunked = false);
}
