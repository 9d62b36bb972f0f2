using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace JumpCloudConnector.Bench;

/// <summary>
/// Serves any number of events of any size, evenly spread over a day, that it makes up as they are asked for: what the
/// simulator would have to hold in memory.
/// </summary>
internal static class EndlessServer
{
    private static readonly DateTimeOffset End = DateTimeOffset.UtcNow.AddMinutes(-1);
    private const long Span = 24 * 3_600_000;

    public static async Task<int> RunAsync(long events, int bytes)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        byte[] filler = Encoding.ASCII.GetBytes(new string('x', Math.Max(1, bytes - 200)));
        app.MapGet("/api/organizations", () => Results.Json(new { totalCount = 0, results = Array.Empty<object>() }));
        app.MapPost("/insights/directory/v1/events/count", async (HttpContext context) =>
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
            return Results.Json(new { count = First(Time(body, "end_time"), events) - First(Time(body, "start_time"), events) });
        });
        app.MapPost("/insights/directory/v1/events", async (HttpContext context) =>
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
            int limit = body.RootElement.GetProperty("limit").GetInt32();
            long last = First(Time(body, "end_time"), events);
            long first = body.RootElement.TryGetProperty("search_after", out JsonElement after)
                ? long.Parse(after[1].GetString()!, CultureInfo.InvariantCulture) + 1 : First(Time(body, "start_time"), events);
            long count = Math.Clamp(last - first, 0, limit);
            long cursor = first + Math.Max(0, count - 1);
            IHeaderDictionary headers = context.Response.Headers;
            headers["X-Result-Count"] = count.ToString(CultureInfo.InvariantCulture);
            headers["X-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
            headers["X-Search_after"] = FormattableString.Invariant($"[{TimeOf(cursor, events)},\"{cursor}\"]");
            context.Response.ContentType = "application/json";
            IBufferWriter<byte> output = context.Response.BodyWriter;
            output.Write("["u8);
            for (long i = first; i < first + count; i++)
            {
                string head = FormattableString.Invariant(
                    $"{(i > first ? "," : "")}{{\"id\":\"{i:x24}\",\"timestamp\":\"{DateTimeOffset.FromUnixTimeMilliseconds(TimeOf(i, events)):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\",\"service\":\"directory\",\"event_type\":\"user_update\",\"client_ip\":\"192.0.2.{i % 250}\",\"detail\":\"");
                output.Write(Encoding.ASCII.GetBytes(head));
                output.Write(filler);
                output.Write("\"}"u8);
                if (i % 64 == 0) await context.Response.BodyWriter.FlushAsync();
            }

            output.Write("]"u8);
            await context.Response.BodyWriter.FlushAsync();
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    /// <summary>The first event at or after a time.</summary>
    private static long First(long time, long events)
    {
        long passed = Math.Clamp(time - (End.ToUnixTimeMilliseconds() - Span), 0, Span);
        long guess = Math.Max(0, (passed * events / Span) - 2);
        while (guess < events && TimeOf(guess, events) < time) guess++;
        return guess;
    }

    private static long TimeOf(long index, long events) => End.ToUnixTimeMilliseconds() - Span + (index * Span / events);

    private static long Time(JsonDocument body, string name) => body.RootElement.GetProperty(name).GetDateTimeOffset().ToUnixTimeMilliseconds();
}
