using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>Directory Insights: POST /insights/directory/v1/events and its siblings.</summary>
internal sealed class InsightsHost(Simulator simulator)
{
    private const string Root = "/insights/directory/v1/";
    private const int MaxBuckets = 65_536;
    private int _variation;

    public Task<Reply> HandleAsync(HttpContext context, byte[] body) => Task.FromResult(Handle(context.Request, body));

    private Reply Handle(HttpRequest request, byte[] body)
    {
        var path = request.Path.Value ?? "";
        var kind = path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : "";
        if (kind is not ("events" or "events/count" or "events/interval" or "events/distinct"))
        {
            throw new ApiException(404, "Not Found");
        }

        if (request.Method != "POST")
        {
            throw new ApiException(405, "Method Not Allowed");
        }

        var organization = Gate.Organization(simulator, request, takesProvider: true);
        var query = EventQuery.Parse(body, kind[(kind.IndexOf('/', StringComparison.Ordinal) + 1)..], simulator.Scenario, simulator.Options.Clock.GetUtcNow());
        var rows = Select(organization, query);
        var reply = kind switch
        {
            "events" => Page(rows, query),
            "events/count" => Count(rows, query),
            "events/interval" => Interval(rows, query),
            _ => Distinct(rows, query),
        };
        reply.Headers["X-Request-Id"] = Guid.NewGuid().ToString();
        return reply;
    }

    /// <summary>The rows in the query's span that can be seen now.</summary>
    private Selection Select(SimulatedOrganization organization, EventQuery query)
    {
        var (index, visibleFirst, visibleEnd) = organization.View();
        var end = query.End is { } at ? index.From(simulator.Scenario.EndTimeInclusive ? at + 1 : at) : index.Rows.Length;
        var first = Math.Max(visibleFirst, index.From(query.Start));
        end = Math.Max(first, Math.Min(visibleEnd, end));
        return new Selection(index, first, end, query, simulator.ServiceNumbers(query.Services));
    }

    private Reply Page(Selection rows, EventQuery query)
    {
        rows = rows.AfterCursor();
        int[]? picked = null;
        int first = rows.First, end = Math.Min(rows.End, rows.First + query.Limit);
        if (!query.IsPlain || simulator.Scenario.RewriteEvents)
        {
            picked = [.. rows.Matching().Skip(query.Skip).Take(query.Limit)];
        }

        var count = picked?.Length ?? end - first;
        var reply = picked is not null
            ? new Reply { Body = Write(rows.Index, picked, query), Rows = count }
            : new Reply { Body = Contiguous(rows.Index, first, end), Rows = count, Compressed = () => rows.Index.Blocks.Page(first, end) };
        reply.Headers["X-Result-Count"] = count.ToString(CultureInfo.InvariantCulture);
        reply.Headers["X-Limit"] = query.Limit.ToString(CultureInfo.InvariantCulture);
        reply.Headers["X-Sort"] = query.Descending ? "DESC" : "ASC";
        reply.Headers["X-Search_after"] = count == 0
            ? query.After is { } same ? Cursor(same.Milliseconds, same.Id) : "[]"
            : Cursor(rows.Index.Rows[picked?[^1] ?? (end - 1)]);
        return reply;
    }

    private static string Cursor(in Row row) => Cursor(row.Milliseconds, row.Id);

    private static string Cursor(long milliseconds, UInt128 id) =>
        string.Create(CultureInfo.InvariantCulture, $"[{milliseconds},\"{IndexIds.Format(id)}\"]");

    private static List<ReadOnlyMemory<byte>> Contiguous(EventIndex index, int first, int end)
    {
        var parts = new List<ReadOnlyMemory<byte>> { Bytes.Open };
        index.AppendSpans(first, end, parts);
        parts.Add(Bytes.Close);
        return parts;
    }

    private List<ReadOnlyMemory<byte>> Write(EventIndex index, int[] picked, EventQuery query)
    {
        var buffer = new ArrayBufferWriter<byte>(256 * 1024);
        var rewrite = simulator.Scenario.RewriteEvents;
        var variation = (ulong)Interlocked.Increment(ref _variation);
        buffer.Write("["u8);
        for (var i = 0; i < picked.Length; i++)
        {
            if (i > 0)
            {
                buffer.Write(","u8);
            }

            var json = index.Rows[picked[i]].Json;
            if (query.Fields is { } fields)
            {
                Projection.Write(json, fields, buffer);
            }
            else if (rewrite)
            {
                JsonRewriter.Write(json, buffer, Prng.Mix(variation, (ulong)picked[i]));
            }
            else
            {
                buffer.Write(json.Span);
            }
        }

        buffer.Write("]"u8);
        return [buffer.WrittenMemory];
    }

    private static Reply Count(Selection rows, EventQuery query)
    {
        var count = query.AllServices && query.Services.Count == 0 && query.Term is null && query.Text is null ? rows.End - rows.First : rows.Matching().Count();
        return Reply.Json(w =>
        {
            w.WriteStartObject();
            w.WriteNumber("count", count);
            w.WriteEndObject();
        });
    }

    private static Reply Interval(Selection rows, EventQuery query)
    {
        var (length, shift) = query.Interval;
        var counts = new SortedDictionary<long, int>();
        foreach (var row in rows.Matching())
        {
            var milliseconds = rows.Index.Rows[row].Milliseconds - shift;
            var bucket = milliseconds - (((milliseconds % length) + length) % length) + shift;
            counts[bucket] = counts.GetValueOrDefault(bucket) + 1;
        }

        var last = counts.Count == 0 ? 0 : counts.Keys.Last();
        if (counts.Count > 0 && (last - counts.Keys.First()) / length > MaxBuckets)
        {
            throw new ApiException(500, "too many buckets");
        }

        return Reply.Json(w =>
        {
            w.WriteStartObject();
            w.WriteStartArray("buckets");
            for (var key = counts.Count == 0 ? 1 : counts.Keys.First(); key <= last; key += length)
            {
                w.WriteStartObject();
                w.WriteNumber("key", key);
                w.WriteString("key_as_string", Rfc3339.Format(key));
                w.WriteNumber("doc_count", counts.GetValueOrDefault(key));
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        });
    }

    private static Reply Distinct(Selection rows, EventQuery query)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in rows.Matching())
        {
            using var document = JsonDocument.Parse(rows.Index.Rows[row].Json);
            foreach (var value in SearchTerm.At(document.RootElement, query.Field!))
            {
                if (SearchTerm.Text(value)?.ToLowerInvariant() is { } text)
                {
                    counts[text] = counts.GetValueOrDefault(text) + 1;
                }
            }
        }

        return Reply.Json(w =>
        {
            w.WriteStartObject();
            w.WriteStartArray("buckets");
            foreach (var (key, count) in counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal))
            {
                w.WriteStartObject();
                w.WriteString("key", key);
                w.WriteNumber("doc_count", count);
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteNumber("doc_count_error_upper_bound", 0);
            w.WriteNumber("sum_other_doc_count", 0);
            w.WriteEndObject();
        });
    }
}

/// <summary>The rows of a span and what else a query asks of them.</summary>
internal sealed record Selection(EventIndex Index, int First, int End, EventQuery Query, HashSet<short> Services)
{
    public Selection AfterCursor() => Query.After is not { } cursor ? this
        : Query.Descending ? this with { End = Math.Max(First, Math.Min(End, Index.From(cursor.Milliseconds, cursor.Id))) }
        : this with { First = Math.Min(End, Math.Max(First, Index.After(cursor.Milliseconds, cursor.Id))) };

    /// <summary>The rows that match, in the query's order.</summary>
    public IEnumerable<int> Matching()
    {
        for (var i = 0; i < End - First; i++)
        {
            var row = Query.Descending ? End - 1 - i : First + i;
            var isNamed = Services.Contains(Index.Rows[row].Service);
            if ((!Query.AllServices && !isNamed) || !Matches(Index.Rows[row].Json))
            {
                continue;
            }

            yield return row;
            if (Query.AllServices && isNamed)
            {
                yield return row; // "all" and the service by its name: the vendor warns of doubles
            }
        }
    }

    private bool Matches(ReadOnlyMemory<byte> json)
    {
        if (Query.Text is { } text && !Encoding.UTF8.GetString(json.Span).Contains(text, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (Query.Term is not { } term)
        {
            return true;
        }

        using var document = JsonDocument.Parse(json);
        return term.Matches(document.RootElement);
    }
}

/// <summary>The fields of an event that a query asks for.</summary>
internal static class Projection
{
    public static void Write(ReadOnlyMemory<byte> json, string[][] fields, IBufferWriter<byte> target)
    {
        using var document = JsonDocument.Parse(json);
        using var writer = new Utf8JsonWriter(target, EventRenderer.WriterOptions);
        Write(document.RootElement, fields, writer);
    }

    private static void Write(JsonElement json, IEnumerable<string[]> fields, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var group in fields.GroupBy(f => f[0]))
        {
            if (!json.TryGetProperty(group.Key, out var value))
            {
                continue;
            }

            writer.WritePropertyName(group.Key);
            if (value.ValueKind == JsonValueKind.Object && group.All(f => f.Length > 1))
            {
                Write(value, group.Select(f => f[1..]), writer);
            }
            else
            {
                value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}
