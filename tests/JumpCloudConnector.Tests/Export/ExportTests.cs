using System.IO.Compression;
using System.Text;
using JumpCloudConnector.Export;
using JumpCloudConnector.Records;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Export;

/// <summary>What is exported is what the store has, byte for byte, in files that are whole.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jc-export-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("all.ndjson", false)]
    [InlineData("all.ndjson.gz", false)]
    [InlineData("all", true)]
    public async Task Ndjson_is_the_store_byte_for_byte(string name, bool compress)
    {
        using FilledStore store = await FilledStore.MakeAsync(1, 2_500);
        RecordExport export = Export(store, new RecordExportOptions { Path = In(name), Compress = compress });
        FileInfo file = Assert.Single(export.Files);
        Assert.Equal(compress ? "all.gz" : name, file.Name);
        Assert.Equal(Lines(store.All), Read(file));
        Assert.Equal((store.All.Count, 0, store.All.Count, file.Length), (export.Records, export.AfterSequence, export.LastSequence, export.Bytes));
        Assert.Equal((store.All.Min(r => r.Time), store.All.Max(r => r.Time)), (export.FirstRecord!.Value.ToUnixTimeMilliseconds(), export.LastRecord!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal(RecordFileFormat.Ndjson, export.Format);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
        Assert.Equal([file.Name], Names());
    }

    [Fact]
    public async Task What_a_query_asks_for_is_exported_and_nothing_else()
    {
        using FilledStore store = await FilledStore.MakeAsync(2, 2_500);
        Random random = new(2);
        for (int i = 0; i < 20; i++)
        {
            RecordQuery query = store.Make(random) with { First = null };
            RecordExport export = Export(store, new RecordExportOptions { Path = In($"{i}.ndjson") }, query);
            byte[] expected = Lines(store.FullScan(query with { AfterSequence = query.AfterSequence ?? 0 }));
            Assert.Equal(expected, expected.Length == 0 ? [] : Read(Assert.Single(export.Files)));
            // What was looked at is done with, whether it matched or not.
            Assert.Equal(store.All.Count, export.LastSequence);
        }
    }

    /// <summary>Records of forty days, in any order: no more files are open than a few, and a late event's day gets another file.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData(20_000L, false)]
    [InlineData(20_000L, true)]
    public void Days_and_sizes_make_files_of_their_own(long? size, bool compress)
    {
        using FilledStore store = new();
        Fill(store, new Random(3), 1_200, days: 40);
        RecordExportOptions options = new() { Path = In("all.ndjson"), SplitByDay = true, MaxFileBytes = size, Compress = compress };
        int mostOpen = 0;
        RecordExport export = RecordExporter.Export(
            store.Store, new RecordQuery(), options, (_, _) => mostOpen = Math.Max(mostOpen, Names().Count(n => n.EndsWith(".part", StringComparison.Ordinal))), TestContext.Current.CancellationToken);

        Assert.InRange(mostOpen, 1, 8);
        Assert.InRange(export.Files.Count, 41, 1_200);
        Assert.Equal(export.Files.Select(f => f.Name).Order(StringComparer.Ordinal), Names());
        Dictionary<string, long> sequences = store.All.ToDictionary(r => Encoding.UTF8.GetString(r.Json), r => r.Sequence);
        List<long> seen = [];
        foreach (FileInfo file in export.Files)
        {
            string[] lines = Encoding.UTF8.GetString(Read(file)).Split('\n')[..^1];
            long[] inFile = [.. lines.Select(l => sequences[l])];
            Assert.Equal(inFile.Order(), inFile);
            string day = DateTimeOffset.FromUnixTimeMilliseconds(store.All[(int)inFile[0] - 1].Time).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal($"all-{day}-{inFile[0]:D12}.ndjson{(compress ? ".gz" : "")}", file.Name);
            Assert.All(inFile, s => Assert.Equal(day, DateTimeOffset.FromUnixTimeMilliseconds(store.All[(int)s - 1].Time).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
            if (size is { } most && inFile.Length > 1) Assert.InRange(lines.Sum(l => Encoding.UTF8.GetByteCount(l) + 1L), 1, most);
            seen.AddRange(inFile);
        }

        Assert.Equal(Enumerable.Range(1, 1_200).Select(s => (long)s), seen.Order());

        // Done again, it is the same files.
        Dictionary<string, byte[]> before = export.Files.ToDictionary(f => f.Name, f => File.ReadAllBytes(f.FullName));
        RecordExport again = Export(store, options with { Replace = true });
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), Names());
        Assert.All(again.Files, f => Assert.Equal(before[f.Name], File.ReadAllBytes(f.FullName)));
    }

    [Fact]
    public void An_export_goes_on_where_the_last_one_ended()
    {
        using FilledStore store = new();
        Lease lease = store.Acquire("main", out _);
        Random random = new(4);
        List<byte> all = [];
        long last = 0;
        Assert.Empty(Export(store, new RecordExportOptions { Path = _folder }).Files);
        for (int i = 0; i < 6; i++)
        {
            if (i != 3) store.Commit(lease, Events(random, random.Next(1, 900), 3, i), "main");
            RecordExport export = Export(store, new RecordExportOptions { Path = _folder + Path.DirectorySeparatorChar }, new RecordQuery { AfterSequence = last });
            Assert.Equal(i == 3 ? 0 : 1, export.Files.Count);
            foreach (FileInfo file in export.Files)
            {
                Assert.Equal($"records-{last + 1:D12}.ndjson", file.Name);
                all.AddRange(Read(file));
            }

            last = export.LastSequence;
        }

        Assert.Equal(Lines(store.All), all);
        // Nothing matches, and still all was looked at.
        Assert.Equal(last, Export(store, new RecordExportOptions { Path = In("x") }, new RecordQuery { Users = ["nobody"] }).LastSequence);
        Assert.Equal(last + 5, Export(store, new RecordExportOptions { Path = In("x") }, new RecordQuery { AfterSequence = last + 5 }).LastSequence);
    }

    [Fact]
    public async Task Csv_has_the_normalised_fields_and_no_formula()
    {
        Assert.Equal(typeof(IngestedRecord).GetProperties().Select(p => p.Name).Where(n => n != "Json").Order(StringComparer.Ordinal), CsvRecords.Columns.Order(StringComparer.Ordinal));
        using FilledStore store = await FilledStore.MakeAsync(5, 1_200);
        Lease lease = store.Acquire("cells", out _);
        string[] cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a,b", "say \"hi\"", "two\nlines", "=\"a\",b", "plain", "'quoted", "é"];
        store.Commit(lease, cells.Select((c, i) => Encoding.UTF8.GetBytes(
            $"{{\"id\":\"c{i}\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"initiated_by\":{{\"username\":{System.Text.Json.JsonSerializer.Serialize(c)}}}}}")), "cells");
        RecordExport export = Export(store, new RecordExportOptions { Path = In("all.csv"), MaxFileBytes = 100_000 });
        Assert.Equal(RecordFileFormat.Csv, export.Format);
        Assert.InRange(export.Files.Count, 3, 100);

        List<string[]> rows = [];
        foreach (FileInfo file in export.Files)
        {
            byte[] bytes = Read(file);
            Assert.InRange(bytes.Length, 1, 100_000);
            Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
            List<string[]> table = Parse(Encoding.UTF8.GetString(bytes[3..]));
            Assert.Equal(CsvRecords.Columns, table[0]);
            rows.AddRange(table.Skip(1));
        }

        Assert.Equal(store.All.Count, rows.Count);
        string[] names = [.. CsvRecords.Columns];
        foreach ((string[] row, (long sequence, long time, byte[] json)) in rows.Zip(store.All))
        {
            IngestedRecord record = new(sequence, json);
            Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(time), DateTimeOffset.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture));
            for (int i = 3; i < names.Length; i++)
            {
                string text = (string?)typeof(IngestedRecord).GetProperty(names[i])!.GetValue(record) ?? "";
                Assert.Equal(text.Length > 0 && "=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text, row[i]);
            }
        }

        int user = Array.IndexOf(names, "User");
        Assert.Equal(["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "a,b", "say \"hi\"", "two\nlines", "'=\"a\",b", "plain", "'quoted", "é"], rows.TakeLast(cells.Length).Select(r => r[user]));
    }

    [Fact]
    public void Nothing_is_replaced_unasked_and_what_is_broken_off_leaves_nothing()
    {
        using FilledStore store = new();
        Fill(store, new Random(6), 2_500, days: 3);
        File.WriteAllText(In("there.ndjson"), "mine");
        Assert.Equal("ExportFileExists", Fails(new RecordExportOptions { Path = In("there.ndjson") }));
        Assert.Equal("mine", File.ReadAllText(In("there.ndjson")));
        Assert.Equal("ExportFailed", Fails(new RecordExportOptions { Path = In("none/there.ndjson") }));
        Assert.Equal("ExportFailed", Fails(new RecordExportOptions { Path = In("none/") }));

        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => RecordExporter.Export(
            store.Store, new RecordQuery(), new RecordExportOptions { Path = In("there.ndjson"), Replace = true }, (_, _) => stop.Cancel(), stop.Token));
        Assert.Equal("mine", File.ReadAllText(In("there.ndjson")));
        Assert.Equal(["there.ndjson"], Names());

        Export(store, new RecordExportOptions { Path = In("there.ndjson"), Replace = true });
        Assert.Equal(Lines(store.All), File.ReadAllBytes(In("there.ndjson")));

        string Fails(RecordExportOptions options) => Assert.Throws<JcException>(() => Export(store, options)).ErrorId;
    }

    /// <summary>SIGKILL at any step: whole files are whole, the rest is no data, and the next export takes it away.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 4)]
    [InlineData(30_000, 2)]
    [InlineData(30_000, 5)]
    public async Task An_export_that_is_killed_leaves_whole_files_alone(int fileBytes, int steps)
    {
        using FilledStore store = new();
        Fill(store, new Random(7), 12_000, days: 5);
        string path = In("all.ndjson");
        await File.WriteAllTextAsync(In("all.ndjson.part"), "somebody else's", TestContext.Current.CancellationToken);
        using (CollectionChild child = CollectionChild.StartExporting(store.Test, path, fileBytes))
        {
            Assert.True(await child.ReachesAsync("exported", steps));
            await child.KillAsync();
        }

        Dictionary<string, string> whole = Whole();
        Assert.Contains(Names(), n => n.EndsWith(".part", StringComparison.Ordinal) && n != "all.ndjson.part");
        if (fileBytes == 0) Assert.Empty(whole);
        else Assert.NotEmpty(whole);
        // Each line of a whole file is a record, to the last.
        HashSet<string> records = [.. store.All.Select(r => Encoding.UTF8.GetString(r.Json))];
        Assert.All(whole.Values, text => Assert.True(text.EndsWith('\n') && text.Split('\n')[..^1].All(records.Contains)));

        RecordExport again = Export(store, new RecordExportOptions
        {
            Path = path, SplitByDay = fileBytes > 0, MaxFileBytes = fileBytes > 0 ? fileBytes : null, Replace = true,
        });
        Assert.Equal([.. again.Files.Select(f => f.Name).Order(StringComparer.Ordinal), "all.ndjson.part"], Names().OrderBy(n => n == "all.ndjson.part").ThenBy(n => n, StringComparer.Ordinal));
        Assert.All(whole, file => Assert.Equal(file.Value, Whole()[file.Key]));
        Assert.Equal(store.All.Count, Whole().Values.SelectMany(t => t.Split('\n')[..^1]).Distinct().Count());
        if (fileBytes == 0) Assert.Equal(Lines(store.All), await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));

        Dictionary<string, string> Whole() => Directory.GetFiles(_folder, "*.ndjson").ToDictionary(f => f, File.ReadAllText);
    }

    /// <summary>What another export is writing is not taken for a leftover.</summary>
    [Fact]
    public void An_export_leaves_another_one_s_files_alone()
    {
        using FilledStore store = new();
        Fill(store, new Random(8), 5_000, days: 3);
        string path = In("all.ndjson");
        int inner = 0;
        RecordExport export = RecordExporter.Export(store.Store, new RecordQuery(), new RecordExportOptions { Path = path, Replace = true }, (_, _) =>
        {
            if (inner++ == 1) Export(store, new RecordExportOptions { Path = path });
        }, TestContext.Current.CancellationToken);
        Assert.True(inner > 1);
        Assert.Equal(Lines(store.All), Read(Assert.Single(export.Files)));
        Assert.Equal(["all.ndjson"], Names());
    }

    [Theory]
    [InlineData("x.xlsx", ".csv, which spreadsheets open, or .ndjson")]
    [InlineData("x.XML", ".csv, which spreadsheets open, or .ndjson")]
    [InlineData("x.xlsx.gz", ".csv, which spreadsheets open, or .ndjson")]
    [InlineData("x.zip", ".ndjson.gz or .csv.gz")]
    [InlineData("x.parquet", "with -Format.")]
    public void A_name_that_promises_another_format_is_refused(string name, string remedy)
    {
        RecordExportOptions options = new() { Path = Path.Combine(_folder, name) };
        JcException refusal = Assert.Throws<JcException>(() => new ExportLayout(options));
        Assert.Equal("ExportFormatUnknown", refusal.ErrorId);
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
        // Whoever names the format knows, and a folder may have any name.
        Assert.Equal(RecordFileFormat.Csv, new ExportLayout(options with { Format = RecordFileFormat.Csv }).Format);
        Directory.CreateDirectory(options.Path);
        Assert.Equal(RecordFileFormat.Ndjson, new ExportLayout(options).Format);
    }

    [Theory]
    [InlineData("x", RecordFileFormat.Ndjson)]
    [InlineData("x.json", RecordFileFormat.Ndjson)]
    [InlineData("x.jsonl.gz", RecordFileFormat.Ndjson)]
    [InlineData("x.txt", RecordFileFormat.Ndjson)]
    [InlineData("x.log", RecordFileFormat.Ndjson)]
    [InlineData("x.2026-11-28", RecordFileFormat.Ndjson)]
    [InlineData("x.CSV.gz", RecordFileFormat.Csv)]
    public void Any_other_name_is_taken(string name, RecordFileFormat format) =>
        Assert.Equal(format, new ExportLayout(new RecordExportOptions { Path = Path.Combine(_folder, name) }).Format);

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_what_was_whole()
    {
        using FilledStore store = new();
        Fill(store, new Random(9), 6_000, days: 2);
        string? said = await CollectionChild.RunOnSmallDiskAsync(
            _folder, "1m", "$run export \"$2\" \"$3\" \"$1/all.ndjson\" 200000", store.Test.Folder, store.Test.KeyRing);
        if (said is null) Assert.Skip("This system lets nobody mount a small disk.");
        Assert.Contains("failed ExportFailed", said, StringComparison.Ordinal);
        Assert.Contains("the disk there is full", said, StringComparison.Ordinal);
        string[] left = said.Split('\n').Single(l => l.StartsWith("left ", StringComparison.Ordinal)).Split(' ')[1..];
        Assert.NotEmpty(left);
        Assert.All(left, name => Assert.EndsWith(".ndjson", name.Trim(), StringComparison.Ordinal));
    }

    private static RecordExport Export(FilledStore store, RecordExportOptions options, RecordQuery? query = null) =>
        RecordExporter.Export(store.Store, query ?? new RecordQuery(), options, null, TestContext.Current.CancellationToken);

    private static void Fill(FilledStore store, Random random, int count, int days)
    {
        Lease lease = store.Acquire("main", out _);
        for (int done = 0; done < count; done += 500) store.Commit(lease, Events(random, Math.Min(500, count - done), days, done), "main");
    }

    private static IEnumerable<byte[]> Events(Random random, int count, int days, int salt) => Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes(
        $"{{\"id\":\"{salt}-{i}\",\"timestamp\":\"{new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.NextDouble() * days * 86_400):yyyy-MM-ddTHH:mm:ss.fffZ}\",\"service\":\"sso\",\"note\":\"{new string('x', random.Next(200))}\"}}"));

    private static byte[] Lines(IEnumerable<(long Sequence, long Time, byte[] Json)> records) => [.. records.SelectMany(r => r.Json.Append((byte)'\n'))];

    private static byte[] Read(FileInfo file)
    {
        using FileStream packed = file.OpenRead();
        if (file.Extension != ".gz") return File.ReadAllBytes(file.FullName);
        using GZipStream plain = new(packed, CompressionMode.Decompress);
        using MemoryStream all = new();
        plain.CopyTo(all);
        return all.ToArray();
    }

    private static List<string[]> Parse(string text)
    {
        List<string[]> rows = [];
        List<string> row = [];
        StringBuilder cell = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[i++]);
            else if (c == '"') quoted = !quoted;
            else if (quoted || c is not (',' or '\r' or '\n')) cell.Append(c);
            else if (c != '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (c == ',') continue;
                rows.Add([.. row]);
                row.Clear();
            }
        }

        Assert.False(quoted);
        return rows;
    }

    private string In(string name) => Path.Combine(_folder, name);

    private List<string> Names() => [.. Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
