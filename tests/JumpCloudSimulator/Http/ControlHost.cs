using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>/_simulator/ on the console host: the same switches for those who run the simulator as a program of its own.</summary>
internal static class ControlHost
{
    public static HostHandler For(Simulator simulator) => async (context, body) =>
    {
        var request = context.Request;
        var verb = (request.Path.Value ?? "")["/_simulator/".Length..];
        try
        {
            using var document = JsonDocument.Parse(body.Length == 0 ? "{}"u8.ToArray() : body);
            var json = document.RootElement.Clone();
            switch (request.Method, verb)
            {
                case ("GET", "state"): return State(simulator);
                case ("GET", "truth"): return Truth(Organization(simulator, request.Query["organization"]));
                case ("GET", "users"): return Lines(Organization(simulator, request.Query["organization"]).Users.List().Select(u => u.Json));
                case ("GET", "requests"): return Log(simulator, UserQuery.Number(request.Query["last"], 100, int.MaxValue));
                case ("POST", "requests/clear"): simulator.Requests.Clear(); return Done(0);
                case ("POST", "scenario"): ScenarioJson.Apply(simulator.Scenario, json); return State(simulator);
                case ("POST", "events"): return AddEvents(simulator, json);
                case ("POST", "release"): return Done(Targets(simulator, json).Sum(o => o.ReleaseLate()));
                case ("POST", "users"): return ChangeUsers(simulator, json);
                case ("POST", "organizations"): return Added(simulator, json);
                case ("POST", "prewarm"):
                    await simulator.PrewarmAsync(Number(json, "limit", 10_000), ct: context.RequestAborted);
                    return Done(0);
                default: return Reply.Error(404, "Not Found");
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ApiException(400, e.Message);
        }
    };

    /// <summary>Where it listens and what it holds: also the line that the program prints when it is ready.</summary>
    public static void WriteReady(Simulator simulator, Utf8JsonWriter w)
    {
        w.WriteStartObject();
        w.WriteString("insightsUri", simulator.InsightsUri.ToString());
        w.WriteString("consoleUri", simulator.ConsoleUri.ToString());
        w.WriteString("tokenUri", simulator.TokenUri.ToString());
        w.WriteString("apiKey", simulator.Options.ApiKey);
        w.WriteString("clientId", simulator.Options.ClientId);
        w.WriteString("clientSecret", simulator.Options.ClientSecret);
        w.WriteString("providerId", simulator.Options.ProviderId);
        w.WriteStartArray("organizations");
        foreach (var organization in simulator.Organizations)
        {
            w.WriteStartObject();
            w.WriteString("id", organization.Id);
            w.WriteString("name", organization.Name);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteString("start", Rfc3339.Format(simulator.Start.ToUnixTimeMilliseconds()));
        w.WriteString("end", Rfc3339.Format(simulator.End.ToUnixTimeMilliseconds()));
        var truths = simulator.Organizations.Select(o => o.Truth()).Where(t => t.Count > 0).ToList();
        if (truths.Count > 0)
        {
            w.WriteString("firstEvent", Rfc3339.Format(truths.Min(t => t[0].Milliseconds)));
            w.WriteString("lastEvent", Rfc3339.Format(truths.Max(t => t[^1].Milliseconds)));
        }

        w.WriteEndObject();
    }

    private static Reply State(Simulator simulator) => Reply.Json(w =>
    {
        w.WriteStartObject();
        w.WritePropertyName("ready");
        WriteReady(simulator, w);
        w.WriteString("now", Rfc3339.Format(simulator.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        w.WritePropertyName("scenario");
        ScenarioJson.Write(simulator.Scenario, w);
        w.WriteStartArray("organizations");
        foreach (var organization in Targets(simulator, default))
        {
            w.WriteStartObject();
            w.WriteString("id", organization.Id);
            w.WriteString("name", organization.Name);
            w.WriteNumber("visible", organization.VisibleCount);
            w.WriteNumber("visibleRows", organization.VisibleRowCount);
            w.WriteNumber("hidden", organization.HiddenCount);
            w.WriteNumber("users", organization.Users.Count);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteNumber("requests", simulator.Requests.Total);
        w.WriteEndObject();
    });

    private static Reply Truth(SimulatedOrganization organization) => Lines(organization.Truth().Select(e => e.Json));

    /// <summary>One JSON object a line; of an event written over several lines only the line breaks go.</summary>
    private static Reply Lines(IEnumerable<ReadOnlyMemory<byte>> objects)
    {
        var body = new List<ReadOnlyMemory<byte>>();
        var newLine = "\n"u8.ToArray();
        foreach (var json in objects)
        {
            if (json.Span.IndexOfAny((byte)'\r', (byte)'\n') < 0)
            {
                body.Add(json);
            }
            else
            {
                var line = new ArrayBufferWriter<byte>(json.Length);
                JsonStyle.WriteOneLine(json.Span, line);
                body.Add(line.WrittenMemory);
            }

            body.Add(newLine);
        }

        return new Reply { ContentType = "application/x-ndjson", Body = body };
    }

    private static Reply Log(Simulator simulator, int last) => Reply.Json(w =>
    {
        w.WriteStartObject();
        w.WriteNumber("total", simulator.Requests.Total);
        w.WriteNumber("mostAtOnce", simulator.Requests.MostAtOnce);
        w.WriteStartArray("counts");
        foreach (var (key, count) in simulator.Requests.Counts().OrderBy(c => c.Key.ToString(), StringComparer.Ordinal))
        {
            w.WriteStartObject();
            w.WriteString("host", key.Host.ToString());
            w.WriteString("path", key.Path);
            w.WriteString("organization", key.OrganizationId);
            w.WriteNumber("status", key.Status);
            w.WriteNumber("count", count);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WritePropertyName("last");
        JsonSerializer.Serialize(w, simulator.Requests.Last().TakeLast(last), ScenarioJson.Options);
        w.WriteEndObject();
    });

    private static Reply AddEvents(Simulator simulator, JsonElement json)
    {
        var added = 0;
        foreach (var organization in Targets(simulator, json))
        {
            if (json.TryGetProperty("events", out var events))
            {
                foreach (var item in events.EnumerateArray())
                {
                    organization.AddEvent(item.GetRawText());
                    added++;
                }

                continue;
            }

            var to = json.TryGetProperty("to", out var end) ? Time(end) : simulator.Options.Clock.GetUtcNow();
            var from = json.TryGetProperty("from", out var start) ? Time(start) : to - TimeSpan.FromMinutes(1);
            var late = json.TryGetProperty("late", out var isLate) && isLate.GetBoolean();
            added += organization.AddEvents(Number(json, "count", 1), from, to, late).Count;
        }

        return Done(added);
    }

    private static Reply ChangeUsers(Simulator simulator, JsonElement json)
    {
        var done = 0;
        foreach (var organization in Targets(simulator, json))
        {
            done += Each("change", id => organization.Users.Change(id) is not null);
            done += Each("remove", organization.Users.Remove);
            done += organization.Users.Add(Number(json, "add", 0)).Count;

            // A list of ids, or how many of the first users.
            int Each(string name, Func<string, bool> change)
            {
                if (!json.TryGetProperty(name, out var value))
                {
                    return 0;
                }

                var ids = value.ValueKind == JsonValueKind.Number
                    ? organization.Users.List().Take(value.GetInt32()).Select(u => u.Id)
                    : value.EnumerateArray().Select(v => v.GetString()!);
                return ids.ToList().Count(change);
            }
        }

        return Done(done);
    }

    private static Reply Added(Simulator simulator, JsonElement json)
    {
        if (json.TryGetProperty("remove", out var remove))
        {
            return Done(simulator.RemoveOrganization(remove.GetString()!) ? 1 : 0);
        }

        var name = json.TryGetProperty("name", out var given) ? given.GetString() : null;
        simulator.AddOrganization(name, Number(json, "events", 0), Number(json, "users", 0));
        return State(simulator);
    }

    private static Reply Done(int count) => Reply.Json(w =>
    {
        w.WriteStartObject();
        w.WriteNumber("done", count);
        w.WriteEndObject();
    });

    private static SimulatedOrganization Organization(Simulator simulator, string? id) =>
        string.IsNullOrEmpty(id) ? simulator.Organizations[0] : simulator.Find(id) ?? throw new ArgumentException($"There is no organization {id}.");

    /// <summary>The organization that is named, or all of them and the portal.</summary>
    private static IEnumerable<SimulatedOrganization> Targets(Simulator simulator, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("organization", out var id))
        {
            return [Organization(simulator, id.GetString())];
        }

        return simulator.Portal is { } portal ? [.. simulator.Organizations, portal] : simulator.Organizations;
    }

    private static int Number(JsonElement json, string name, int otherwise) => json.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;

    private static DateTimeOffset Time(JsonElement value) => DateTimeOffset.Parse(value.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
