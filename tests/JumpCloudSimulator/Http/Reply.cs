using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>An error that the API answers with.</summary>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}

/// <summary>An answer before it is sent, so that a fault can still spoil it.</summary>
internal sealed class Reply
{
    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "application/json";

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The body in pieces, not compressed.</summary>
    public List<ReadOnlyMemory<byte>> Body { get; init; } = [];

    /// <summary>The body compressed, where that is at hand without compressing it now.</summary>
    public Func<List<ReadOnlyMemory<byte>>>? Compressed { get; init; }

    public int Rows { get; init; }

    /// <summary>Done when the answer is made, before it is sent.</summary>
    public Action? Answered { get; init; }

    public static Reply Error(int status, string message) => Json(status, w =>
    {
        w.WriteStartObject();
        w.WriteString("message", message);
        w.WriteEndObject();
    });

    public static Reply Html(int status, string title) => new()
    {
        Status = status,
        ContentType = "text/html; charset=UTF-8",
        Body = [Encoding.UTF8.GetBytes($"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n")],
    };

    public static Reply Json(Action<Utf8JsonWriter> write, int rows = 0) => Json(200, write, rows);

    public static Reply Json(int status, Action<Utf8JsonWriter> write, int rows = 0)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, EventRenderer.WriterOptions))
        {
            write(writer);
        }

        return new Reply { Status = status, Body = [buffer.ToArray()], Rows = rows };
    }

    public static Reply Text(string text, string contentType) => new() { ContentType = contentType, Body = [Encoding.UTF8.GetBytes(text)] };

    /// <summary>The same answer with another body.</summary>
    public Reply With(List<ReadOnlyMemory<byte>> body)
    {
        var reply = new Reply { Status = Status, ContentType = ContentType, Body = body, Rows = Rows };
        foreach (var header in Headers)
        {
            reply.Headers[header.Key] = header.Value;
        }

        return reply;
    }

    public byte[] Join()
    {
        var joined = GC.AllocateUninitializedArray<byte>((int)Body.Sum(p => (long)p.Length));
        var at = 0;
        foreach (var part in Body)
        {
            part.CopyTo(joined.AsMemory(at));
            at += part.Length;
        }

        return joined;
    }

    /// <summary>The pieces as they go over the wire.</summary>
    public List<ReadOnlyMemory<byte>> Encode(bool gzip)
    {
        if (!gzip)
        {
            return Body;
        }

        if (Compressed is not null)
        {
            return Compressed();
        }

        using var target = new MemoryStream();
        using (var stream = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var part in Body)
            {
                stream.Write(part.Span);
            }
        }

        return [target.GetBuffer().AsMemory(0, (int)target.Length)];
    }
}
