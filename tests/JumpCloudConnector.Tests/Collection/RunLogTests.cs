using System.Text.Json;
using JumpCloudConnector.Collection;
using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Tests.Collection;

public sealed class RunLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_turn_is_a_line_of_json_that_says_what_came_of_it()
    {
        RunLog log = new(_folder, null);
        log.Completed(Result(CollectionState.Collected) with { New = 7, Fetched = 9, Repeated = 2, Watermark = DateTimeOffset.UnixEpoch });
        log.Completed(Result(CollectionState.Failed) with { StatusCode = 401, ErrorId = "Unauthorized", ErrorMessage = "Refused: \"key\"\nand more" });
        log.Completed(Result(CollectionState.NotDue));
        log.Completed(Result(CollectionState.Inactive));

        JsonElement[] lines = [.. Lines("collection.jsonl")];

        Assert.Equal(2, lines.Length);
        Assert.Equal(
            ("Collected", 7, 2, Environment.ProcessId),
            (lines[0].GetProperty("state").GetString(), lines[0].GetProperty("new").GetInt32(), lines[0].GetProperty("repeated").GetInt32(), lines[0].GetProperty("pid").GetInt32()));
        Assert.Equal((401, "Refused: \"key\"\nand more"), (lines[1].GetProperty("status_code").GetInt32(), lines[1].GetProperty("error").GetString()));
    }

    [Fact]
    public void Files_are_bounded_in_size_and_number_and_the_newest_lines_stay()
    {
        RunLog log = new(_folder, null, mostBytes: 2_000);
        for (int i = 0; i < 400; i++) log.Completed(Result(CollectionState.Collected) with { New = i });

        string[] files = Directory.GetFiles(_folder);
        Assert.Equal(5, files.Length);
        Assert.All(files, f => Assert.InRange(new FileInfo(f).Length, 1, 2_600));
        int[] kept = [.. Enumerable.Range(1, 4).Reverse().Select(n => $"collection.jsonl.{n}").Append("collection.jsonl").SelectMany(Lines).Select(l => l.GetProperty("new").GetInt32())];
        Assert.Equal(Enumerable.Range(400 - kept.Length, kept.Length), kept);
    }

    [Fact]
    public async Task Many_writers_lose_no_line()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            RunLog log = new(_folder, null);
            for (int i = 0; i < 50; i++) log.Completed(Result(CollectionState.Collected) with { New = (writer * 1000) + i });
        })));

        Assert.Equal(200, Lines("collection.jsonl").Select(l => l.GetProperty("new").GetInt32()).Distinct().Count());
    }

    [Fact]
    public void A_log_that_cannot_be_written_stops_nothing()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        List<string> notes = [];
        RunLog log = new(file, new Notes(notes));

        log.Completed(Result(CollectionState.Collected));

        Assert.Contains("could not be written", Assert.Single(notes), StringComparison.Ordinal);
    }

    private static CollectionResult Result(CollectionState state) =>
        new() { ConnectorName = "acme", TenantName = "Acme", ContentType = ContentType.SystemUser, State = state };

    private IEnumerable<JsonElement> Lines(string file) =>
        File.ReadAllLines(Path.Combine(_folder, file)).Select(l => JsonDocument.Parse(l).RootElement);

    private sealed class Notes(List<string> notes) : ICollectionObserver
    {
        public void Progressed(CollectionProgress progress)
        {
        }

        public void Committed(JumpCloudConnector.Records.RecordBatch batch)
        {
        }

        public void Completed(CollectionResult result)
        {
        }

        public void Warned(string message)
        {
        }

        public void Noted(string message) => notes.Add(message);
    }
}
