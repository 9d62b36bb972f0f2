using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Queries;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Collection;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;

namespace JumpCloudConnector.Tests.Queries;

/// <summary>
/// Queries of chance over simulated records, against an evaluation over a DOM that shares nothing with the engine's: the
/// query is made as a tree of what it means, written down, and parsed.
/// </summary>
public sealed class LuceneQueryChanceTests
{
    private static readonly string[] s_texts = ["event_name", "reason", "resource.name", "application.name"];

    /// <summary>A value of a record with its path; arrays leave no trace in a path, and neither do they here.</summary>
    private sealed record Value(string Path, JsonElement Element)
    {
        public bool IsScalar => Element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);

        public bool IsString => Element.ValueKind == JsonValueKind.String;

        public bool IsNumber => Element.ValueKind == JsonValueKind.Number;

        public string Text { get; } = TextOf(Element);

        private static string TextOf(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.String) return element.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? "" : element.GetRawText();
            try
            {
                return element.GetString()!;
            }
            catch (InvalidOperationException)
            {
                return element.GetRawText()[1..^1];
            }
        }
    }

    private sealed record Row(byte[] Json, List<Value> Values);

    /// <summary>A query: how it is written, what it means, and whether it can stand beside operators without parentheses.</summary>
    private sealed record Query(string Text, Func<Row, bool> Holds, bool IsPart);

    [Fact]
    public async Task Queries_of_chance_match_what_a_plain_evaluation_matches()
    {
        int seed = ChanceTests.Seed("JC_QUERY_SEED");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} (JC_QUERY_SEED)");
        await using Simulator simulator = await Simulator.StartAsync(new SimulatorOptions
        {
            Seed = seed, EventsPerOrganization = 400, UsersPerOrganization = 20, Traps = Traps.All | Traps.LoneSurrogates,
        });
        using TestStore store = new();
        store.Add(simulator, "main", c => c with { ContentTypes = [ContentType.DirectoryInsights, ContentType.SystemUser] });
        await store.CollectAsync();
        Row[] rows = [.. store.Find().Select(r => new Row(r.Utf8.ToArray(), [.. Flatten("", JsonDocument.Parse(r.Utf8).RootElement)]))];
        Assert.InRange(rows.Length, 300, 1000);

        Generator generator = new(new Random(seed), rows);
        int some = 0, all = 0;
        for (int i = 0; i < 800; i++)
        {
            Query query = generator.Make(depth: i % 4);
            LuceneQuery parsed = LuceneQuery.Parse(query.Text);
            int matches = 0;
            foreach (Row row in rows)
            {
                bool expected = query.Holds(row), matched = parsed.Matches(row.Json);
                Assert.True(expected == matched, $"Seed {seed}: {(matched ? "should not match" : "should match")}: {query.Text}\n{Encoding.UTF8.GetString(row.Json)}");
                if (!matched) continue;
                matches++;
                AssertRequired(parsed, row, $"Seed {seed}: {query.Text}");
            }

            if (matches == rows.Length) all++;
            else if (matches > 0) some++;
        }

        // Else nothing would have been compared.
        Assert.True(some > 250 && all < 400, $"Seed {seed}: {some} queries matched some records, {all} all.");
    }

    private static void AssertRequired(LuceneQuery query, Row row, string message)
    {
        foreach (RequiredTerm term in query.RequiredTerms)
            Assert.True(row.Values.Exists(v => v.Path == term.Field && term.Values.Contains(v.Text, StringComparer.OrdinalIgnoreCase)), $"{message} requires {term.Field}");
        long time = row.Values.First(v => v.Path == "timestamp").Element.GetInt64();
        (long? after, long? before) = query.RequiredSpan;
        Assert.True((after is null || time >= after) && (before is null || time < before), $"{message} requires another time");
    }

    private static IEnumerable<Value> Flatten(string path, JsonElement element)
    {
        if (path.Length > 0 && element.ValueKind != JsonValueKind.Null) yield return new Value(path, element);
        IEnumerable<Value> inner = element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Flatten(path.Length == 0 ? p.Name : $"{path}.{p.Name}", p.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(e => Flatten(path, e)),
            _ => [],
        };
        foreach (Value value in inner) yield return value;
    }

    private sealed class Generator(Random random, Row[] rows)
    {
        private static readonly string[] s_and = [" AND ", " && "], s_or = [" OR ", " || ", "\tOR  "], s_not = ["NOT ", "!"];

        public Query Make(int depth)
        {
            if (depth == 0 || random.Next(6) == 0) return Condition();
            Query[] parts = [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => Make(depth - 1))];
            switch (random.Next(5))
            {
                case 0:
                    return new Query(string.Join(One(s_and), parts.Select(InGroup)), row => parts.All(p => p.Holds(row)), false);
                case 1:
                    // AND binds closer than OR, so that this needs no parentheses.
                    Query and = new($"{InGroup(parts[0])} AND {InGroup(parts[1])}", row => parts[0].Holds(row) && parts[1].Holds(row), false);
                    Query[] rest = parts[2..];
                    return new Query(string.Join(One(s_or), [.. rest.Select(InGroup), and.Text]), row => rest.Any(p => p.Holds(row)) || and.Holds(row), false);
                case 2:
                    return new Query(One(s_not) + InGroup(parts[0]), row => !parts[0].Holds(row), false);
                case 3:
                    return new Query(
                        $"NOT {InGroup(parts[0])} AND {InGroup(parts[1])}", row => !parts[0].Holds(row) && parts[1].Holds(row), false);
                default:
                    return Beside(parts);
            }
        }

        private Query Beside(Query[] parts)
        {
            int[] signs = [.. parts.Select(_ => random.Next(3))];
            string text = string.Join(' ', parts.Select((p, i) => (signs[i] switch { 0 => "", 1 => "+", _ => "-" }) + InGroup(p)));
            return new Query(text, row =>
            {
                bool[] hold = [.. parts.Select(p => p.Holds(row))];
                if (hold.Where((h, i) => signs[i] == 1 && !h).Any() || hold.Where((h, i) => signs[i] == 2 && h).Any()) return false;
                return !signs.Contains(0) || signs.Contains(1) || hold.Where((h, i) => signs[i] == 0 && h).Any();
            }, false);
        }

        private static string InGroup(Query query) => query.IsPart ? query.Text : $"({query.Text})";

        private Query Condition()
        {
            // What no record has is known without reading one.
            if (random.Next(20) == 0) return new Query(One(["EventType:sso_auth", "_exists_:geoip.x", "Other.*:a", "severty:[1 TO 2]"]), _ => false, true);

            // Half of them in the header, of which there is less, and of which more is known before a record is read.
            Value some;
            bool header = random.Next(2) == 0;
            do some = One(One(rows).Values);
            while ((header && some.Path.StartsWith("jumpcloud", StringComparison.Ordinal)) || some.Path.EndsWith('.') || some.Path.StartsWith("jumpcloud..", StringComparison.Ordinal) || some.Path.Contains("..", StringComparison.Ordinal)
                || some.Path.Contains('*', StringComparison.Ordinal));
            string field = Field(some.Path);
            if (!some.IsScalar || random.Next(12) == 0)
            {
                return new Query(One([$"{field}:*", $"_exists_:{field}", $"{field}:[* TO *]"]), row => row.Values.Exists(v => v.Path == some.Path), true);
            }

            if (some.Path is "timestamp" or "write_time") return Time(some);
            if (some.Path == "srcip" && random.Next(3) == 0 && IPAddress.TryParse(some.Text, out IPAddress? address)) return Network(address);
            string text = some.Text.Length > 40 ? some.Text[..40] : some.Text;
            return random.Next(10) switch
            {
                0 or 1 => Range(some, field),
                2 => Expression(some, field, text),
                3 or 4 => Pattern(some.Path, field + ":", text),
                5 => Anywhere(text),
                6 when text.Length > 0 => Pattern(null, One(["", "*:"]), text),
                7 when some.Path.LastIndexOf('.') is > 0 and var dot => Below(some.Path[..dot], text),
                _ => Term(some.Path, field + ":", Random(text)),
            };
        }

        // Another case, or a part, so that not all is found.
        private string Random(string text) => random.Next(4) switch
        {
            0 => text.ToUpperInvariant(),
            1 when text.Length > 3 => text[..random.Next(1, text.Length)],
            _ => text,
        };

        private Query Term(string? path, string prefix, string text)
        {
            bool network = path == "srcip" && text.Contains('/', StringComparison.Ordinal);
            if (network || IsWord(text)) return Term(path, prefix, "x1");
            return new Query(prefix + Write(text, prefix.Length == 0), row => row.Values.Exists(v => (path is null || v.Path == path) && Is(v, text, path is null || HasWords(path))), true);
        }

        private Query Anywhere(string text) => IsWord(text) ? Term(null, "", "jane") : Term(null, "", Random(text));

        private Query Below(string path, string text)
        {
            text = Random(text);
            return new Query($"{Field(path)}.*:{Write(text, false)}",
                row => row.Values.Exists(v => v.Path.StartsWith(path + ".", StringComparison.Ordinal) && Is(v, text, words: true)), true);
        }

        private Query Pattern(string? path, string prefix, string text)
        {
            // Half of a pair is no character.
            if (text.Length < 2 || text.Any(char.IsSurrogate)) text = "sso_auth";
            int from = random.Next(text.Length), to = random.Next(from, text.Length + 1), one = random.Next(text.Length + 1);
            (bool Wild, string Text)[] parts = [(false, text[..from]), (true, random.Next(3) == 0 ? "?" : "*"), (false, text[to..])];
            if (one < from) parts = [(false, text[..one]), (true, "?"), (false, text[(one + 1)..from]), parts[1], parts[2]];
            if (parts.All(p => p.Wild ? p.Text == "*" : p.Text.Length == 0)) return Condition();
            if (path == "srcip" && text.Contains('/', StringComparison.Ordinal)) return Condition();
            string written = string.Concat(parts.Select(p => p.Wild ? p.Text : Escape(p.Text)));
            string regex = string.Concat(parts.Select(p => !p.Wild ? Regex.Escape(p.Text) : p.Text == "*" ? ".*" : "."));
            Regex whole = new($@"\A{regex}\z", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant);
            Regex inWords = new(Edge + regex + Edge, RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant);
            bool words = path is null || HasWords(path);
            return new Query(prefix + written, row => row.Values.Exists(v =>
                v.IsScalar && (path is null || v.Path == path) && (words && v.IsString ? inWords : whole).IsMatch(v.Text)), true);
        }

        private static Query Expression(Value some, string field, string text)
        {
            string regex = Regex.Escape(text).Replace("\"", "\\x22", StringComparison.Ordinal) + ".*";
            Regex whole = new($@"\A(?:{regex})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
            return new Query($"{field}:/{regex.Replace("/", "\\/", StringComparison.Ordinal)}/", row => row.Values.Exists(v => v.IsScalar && v.Path == some.Path && whole.IsMatch(v.Text)), true);
        }

        private Query Network(IPAddress address)
        {
            byte[] bytes = address.GetAddressBytes();
            int length = random.Next(bytes.Length * 8 + 1);
            IPNetwork network = new(new IPAddress(Masked(bytes, length)), length);
            return new Query($"srcip:{(bytes.Length == 4 ? network.ToString() : $"\"{network}\"")}", row => row.Values.Exists(v => v.Path == "srcip"
                && IPAddress.TryParse(v.Text, out IPAddress? other) && network.Contains(other)), true);
        }

        private static byte[] Masked(byte[] bytes, int length) =>
            [.. bytes.Select((b, i) => (byte)(b & (0xFF00 >> Math.Clamp(length - (i * 8), 0, 8))))];

        private Query Time(Value some)
        {
            string field = some.Path;
            long at = some.Element.GetInt64();
            string unit = One(["yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", "ms"]);
            DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(at);
            string text = unit == "ms" ? at.ToString(CultureInfo.InvariantCulture) : time.ToString(unit, CultureInfo.InvariantCulture);
            long length = unit == "ms" || unit.Contains("fff", StringComparison.Ordinal) ? 1 : unit.Contains("ss", StringComparison.Ordinal) ? 1000
                : unit.Contains("mm", StringComparison.Ordinal) ? 60_000 : 3_600_000;
            long start = at - (at % length), end = start + length;
            string sign = One(["", ">", ">=", "<", "<="]);
            return new Query($"{field}:{sign}{(sign.Length == 0 || random.Next(2) == 0 ? $"\"{text}\"" : text)}", row => row.Values.Exists(v => v.Path == field && v.Element.GetInt64() is var t && sign switch
            {
                "" => t >= start && t < end,
                ">" => t >= end,
                ">=" => t >= start,
                "<" => t < start,
                _ => t < end,
            }), true);
        }

        private Query Range(Value some, string field)
        {
            string low = some.Text, high = One(rows).Values.Find(v => v.Path == some.Path && v.IsScalar)?.Text ?? low;
            // Times and addresses have tests of their own, and so has what is neither text nor number.
            if (new[] { low, high }.Any(t => t.Length is 0 or > 60 || IPAddress.TryParse(t, out _) || (t.Length > 4 && t[4] == '-') || t.StartsWith("now", StringComparison.Ordinal))) return Term(some.Path, field + ":", low);
            // Of a field that holds a number, a range that ends before it begins is refused.
            if (KnownFields.IsNumber(some.Path) && Compare(some, high) is >= 0) return Term(some.Path, field + ":", low);
            bool closedLow = random.Next(2) == 0, closedHigh = random.Next(2) == 0, openLow = random.Next(5) == 0, openHigh = !openLow && random.Next(5) == 0;
            string text = $"{field}:{(closedLow ? '[' : '{')}{(openLow ? "*" : Quote(low))} TO {(openHigh ? "*" : Quote(high))}{(closedHigh ? ']' : '}')}";
            return new Query(text, row => row.Values.Exists(v => v.IsScalar && v.Path == some.Path
                && (openLow || (Compare(v, low) is { } l && (l > 0 || (closedLow && l == 0))))
                && (openHigh || (Compare(v, high) is { } h && (h < 0 || (closedHigh && h == 0))))), true);
        }

        private static int? Compare(Value value, string bound)
        {
            if (decimal.TryParse(bound, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal b) && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal v))
                return decimal.Compare(v, b);
            return value.IsNumber ? null : string.Compare(value.Text, bound, StringComparison.OrdinalIgnoreCase);
        }

        private static bool Is(Value value, string text, bool words)
        {
            if (!value.IsScalar) return false;
            if (string.Equals(value.Text, text, StringComparison.OrdinalIgnoreCase)) return true;
            if (value.IsNumber) return decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal v) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal t) && v == t;
            if (!value.IsString) return false;
            if (text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out IPAddress? one) && IPAddress.TryParse(value.Text, out IPAddress? other) && one.MapToIPv6().Equals(other.MapToIPv6())) return true;
            return words && text.Length > 0 && value.Text.Contains(text, StringComparison.OrdinalIgnoreCase)
                && Regex.IsMatch(value.Text, Edge + Regex.Escape(text) + Edge, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }

        private static bool HasWords(string path) => path.StartsWith("jumpcloud", StringComparison.Ordinal) || s_texts.Contains(path);

        // No word goes on from the character before to the one behind.
        private const string Letter = @"[\p{L}\p{Nd}_\uD800-\uDFFF]", Edge = $@"(?!(?<={Letter}){Letter})(?!(?<={Letter})[.'’]{Letter})(?!(?<={Letter}[.'’]){Letter})";

        private static bool IsWord(string text) => text is "and" or "or" or "not";

        private string Field(string path) => random.Next(3) == 0 ? Escape(path).Replace(".", "\\.", StringComparison.Ordinal) : Escape(path);

        private string Write(string text, bool bare)
        {
            if (text.Length == 0 || random.Next(2) == 0 || text is "AND" or "OR" or "NOT") return Quote(text);
            return Escape(text);
        }

        private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

        private static string Escape(string text)
        {
            StringBuilder escaped = new();
            foreach (char character in text)
            {
                if ("+-&|!(){}[]^\"~*?:\\/<>=".Contains(character, StringComparison.Ordinal) || char.IsWhiteSpace(character)) escaped.Append('\\');
                escaped.Append(character);
            }

            return escaped.ToString();
        }

        private T One<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
    }
}
