using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Collection;

/// <summary>Keeps one page of system users, at most 100, until it is known which of them have changed.</summary>
internal sealed class UserPageSink(UserRecordWriter writer) : IJsonItemSink, IDisposable
{
    private readonly ByteBuffer _bytes = new(256 * 1024);
    private readonly List<Row> _rows = [];

    public int Count => _rows.Count;

    public string Id(int index) => _rows[index].Id;

    public RecordKey Content(int index) => _rows[index].Content;

    public ReadOnlySpan<byte> Json(int index) => _bytes.Span.Slice(_rows[index].Offset, _rows[index].Length);

    public void BeginPage()
    {
        _bytes.Truncate(0);
        _rows.Clear();
    }

    public bool TryScan(ref Utf8JsonReader reader) => writer.TryScan(ref reader);

    public void Take(ReadOnlySpan<byte> json)
    {
        string id = writer.UserId(json) ?? throw new JsonException("A system user has no _id.");
        _rows.Add(new Row(id, writer.ContentKey, _bytes.Length, json.Length));
        _bytes.Append(json);
    }

    public void Dispose() => _bytes.Dispose();

    private sealed record Row(string Id, RecordKey Content, int Offset, int Length);
}
