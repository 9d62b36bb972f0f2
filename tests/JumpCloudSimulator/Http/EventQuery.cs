using System.Globalization;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>The body of a Directory Insights query, checked as the service checks it.</summary>
internal sealed class EventQuery
{
    private static readonly HashSet<string> s_services = [.. EventData.DocumentedServices, .. EventData.OtherServices];

    public bool AllServices { get; private set; }

    /// <summary>The services named beside or instead of "all".</summary>
    public HashSet<string> Services { get; } = new(StringComparer.Ordinal);

    public long Start { get; private set; }

    public long? End { get; private set; }

    public int Limit { get; private set; } = 1000;

    public bool Descending { get; private set; }

    public int Skip { get; private set; }

    public (long Milliseconds, UInt128 Id)? After { get; private set; }

    public SearchTerm? Term { get; private set; }

    public string? Text { get; private set; }

    public string[][]? Fields { get; private set; }

    public string[]? Field { get; private set; }

    /// <summary>Of an interval query: a bucket's length and the shift of its edges, in milliseconds.</summary>
    public (long Length, long Shift) Interval { get; private set; }

    /// <summary>Whether every event in the span is asked for, whole and in order.</summary>
    public bool IsPlain => AllServices && Services.Count == 0 && Term is null && Text is null && Fields is null && !Descending && Skip == 0;

    public static EventQuery Parse(byte[] body, string kind, Scenario scenario, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new ApiException(400, "request body must be a JSON object");
            }

            var query = new EventQuery();
            query.ReadServices(document.RootElement, scenario);
            query.ReadTimes(document.RootElement, scenario, now.ToUnixTimeMilliseconds());
            query.ReadPaging(document.RootElement, scenario);
            query.ReadSearch(document.RootElement);
            if (kind == "distinct")
            {
                query.Field = String(document.RootElement, "field")?.Split('.') ?? throw new ApiException(400, "field is required");
            }
            else if (kind == "interval")
            {
                query.ReadInterval(document.RootElement);
            }

            return query;
        }
        catch (JsonException)
        {
            throw new ApiException(400, "request body is not valid JSON");
        }
    }

    private static bool Has(JsonElement json, string name, out JsonElement value) =>
        json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static string? String(JsonElement json, string name) =>
        Has(json, name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private void ReadServices(JsonElement json, Scenario scenario)
    {
        if (!Has(json, "service", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new ApiException(400, "service is required and must be a list");
        }

        foreach (var item in list.EnumerateArray())
        {
            var service = item.ValueKind == JsonValueKind.String ? item.GetString()! : "";
            if (scenario.RefuseUnknownService && !s_services.Contains(service))
            {
                throw new ApiException(400, $"unknown service '{service}', supported services: {string.Join(", ", EventData.DocumentedServices)}");
            }

            if (service == "all")
            {
                AllServices = true;
                continue;
            }

            Services.Add(service);
            if (service == "alert")
            {
                Services.Add("alerts"); // what their events say
            }
            else if (service == "saas_management")
            {
                Services.Add("saas_app_management");
            }
        }
    }

    private void ReadTimes(JsonElement json, Scenario scenario, long now)
    {
        if (!Has(json, "start_time", out _))
        {
            throw new ApiException(400, "start_time is required");
        }

        if (!Rfc3339.TryParse(String(json, "start_time"), out var start))
        {
            throw new ApiException(400, "start_time is not an RFC 3339 date");
        }

        if (start > now)
        {
            throw new ApiException(400, "start_time is in the future");
        }

        Start = start;
        if (!Has(json, "end_time", out _))
        {
            return;
        }

        if (!Rfc3339.TryParse(String(json, "end_time"), out var end))
        {
            throw new ApiException(400, "end_time is not an RFC 3339 date");
        }

        if (end <= start)
        {
            throw new ApiException(400, $"Start Time not after End Time {String(json, "start_time")} > {String(json, "end_time")}");
        }

        if (end > now && scenario.RefuseFutureEnd)
        {
            throw new ApiException(400, "end_time is in the future");
        }

        End = end;
    }

    private void ReadPaging(JsonElement json, Scenario scenario)
    {
        Limit = Math.Min(1000, scenario.MaxLimit);
        if (Has(json, "limit", out var limit) && limit.ValueKind == JsonValueKind.Number && limit.TryGetInt64(out var number) && number > 0 && number <= scenario.MaxLimit)
        {
            Limit = (int)number;
        }

        Descending = string.Equals(String(json, "sort"), "DESC", StringComparison.OrdinalIgnoreCase);
        if (Has(json, "skip", out var skip) && skip.ValueKind == JsonValueKind.Number && skip.TryGetInt32(out var rows) && rows > 0)
        {
            Skip = rows;
        }

        if (!Has(json, "search_after", out var after))
        {
            return;
        }

        if (after.ValueKind != JsonValueKind.Array || after.GetArrayLength() != 2 || after[1].ValueKind != JsonValueKind.String
            || !long.TryParse(SearchTerm.Text(after[0]), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            || !IndexIds.TryParse(after[1].GetString()!, out var id))
        {
            throw new ApiException(400, "search_after is malformed");
        }

        After = (milliseconds, id);
    }

    private void ReadSearch(JsonElement json)
    {
        if (Has(json, "search_term", out var term))
        {
            Term = SearchTerm.Parse(term);
        }

        if (String(json, "q") is { } text)
        {
            Text = text.ToLowerInvariant();
        }

        if (String(json, "exact_match") is { } exact)
        {
            Text = Text is null ? exact.ToLowerInvariant() : throw new ApiException(400, "q and exact_match cannot be used together");
        }

        if (!Has(json, "fields", out var fields))
        {
            return;
        }

        var names = fields.ValueKind == JsonValueKind.Array ? fields.EnumerateArray().Select(SearchTerm.Text).OfType<string>().ToArray() : [];
        if (names.Length == 0 || !Array.Exists(names, n => EventData.KnownFields.Contains(n.Split('.')[0])))
        {
            throw new ApiException(400, "fields is empty or contains no known field");
        }

        Fields = [.. names.Select(n => n.Split('.'))];
    }

    private void ReadInterval(JsonElement json)
    {
        long unit = String(json, "interval_unit") switch
        {
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 7 * 86_400_000L,
            _ => throw new ApiException(400, "interval_unit must be one of s, m, h, d, w"),
        };
        var value = 1;
        if (Has(json, "interval_value", out var given) && (given.ValueKind != JsonValueKind.String || !int.TryParse(given.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out value) || value < 1))
        {
            throw new ApiException(400, "interval_value must be a string that holds a number");
        }

        var minutes = 0;
        if (String(json, "timezone") is { } zone && zone is not ("UTC" or "GMT") && !Rfc3339.TryOffset(zone, out minutes))
        {
            throw new ApiException(400, "timezone is not an offset");
        }

        // Weeks begin on Monday, four days into 1970.
        Interval = (unit * value, (minutes * -60_000L) + (unit == 7 * 86_400_000L ? 4 * 86_400_000L : 0));
    }
}
