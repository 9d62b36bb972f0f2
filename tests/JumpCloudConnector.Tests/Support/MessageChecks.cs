using System.Text;
using System.Text.Json;

namespace JumpCloudConnector.Tests.Support;

/// <summary>Holds a message's text against the record that it was made of.</summary>
public static class MessageChecks
{
    public const string CutMark = "…[truncated]";

    private static readonly string[] s_last = ["timestamp", "stellar_uuid", "msg_class"];
    private static readonly string[] s_essential =
        [.. s_last, "write_time", "tenantid", "tenant_name", "connector_name", "event_type", "event_status"];

    /// <summary>The line is the record: every value, in its order.</summary>
    public static void IsWhole(ReadOnlySpan<byte> text, ReadOnlySpan<byte> record) => Assert.True(JsonTree.Parse(text).Same(JsonTree.Parse(record)), Encoding.UTF8.GetString(text));

    /// <summary>
    /// The line is the record without some members, all named or counted, or with texts cut; what is there equals the
    /// record's.
    /// </summary>
    /// <param name="text">The line.</param>
    /// <param name="record">The record.</param>
    /// <param name="mayCut">Whether texts may be cut.</param>
    /// <param name="allEssential">Whether the essential members must be there, or only the last ones.</param>
    public static void IsPart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> record, bool mayCut, bool allEssential)
    {
        JsonTree made = JsonTree.Parse(text), original = JsonTree.Parse(record);
        List<string> missing = [];
        bool cut = Part(made, original, "", mayCut, missing);

        JsonTree? named = made["trimmed"];
        List<string> names = [.. named?.Members.Select(m => m.Value.Text) ?? []];
        int more = 0;
        if (names.Count > 0 && names[^1].StartsWith('+') && int.TryParse(names[^1].AsSpan(1), out more)) names.RemoveAt(names.Count - 1);
        Assert.Equal(missing.Count, names.Count + more);
        foreach (string name in names) Assert.True(missing.Remove(name), $"{name} is there, or named twice");
        Assert.Equal(mayCut && made["truncated"] is { Kind: JsonTokenType.True }, cut);
        Assert.True(cut || named is not null);
        foreach (string name in allEssential ? s_essential : s_last)
            if (original[name] is { } value) Assert.True(made[name]?.Same(value), $"{name} is gone or changed");
    }

    /// <summary>Compares the members that are there, and collects the names of those that are not; true where a text was cut.</summary>
    private static bool Part(JsonTree made, JsonTree original, string path, bool mayCut, List<string> missing)
    {
        bool cut = false;
        int next = 0;
        List<(string Name, JsonTree Value)> there = [.. made.Members.Where(m => path.Length > 0 || m.Name is not ("trimmed" or "truncated"))];
        foreach ((string name, JsonTree value) in original.Members)
        {
            if (next < there.Count && there[next].Name == name && Matches(there[next].Value, value))
            {
                next++;
                continue;
            }

            missing.Add(path + name);
        }

        Assert.True(next == there.Count, next < there.Count ? $"{path}{there[next].Name} is none of the record's, or changed" : "");
        return cut;

        bool Matches(JsonTree value, JsonTree whole)
        {
            if (path.Length == 0 && there[next].Name == "jumpcloud" && value.Kind == JsonTokenType.StartObject && whole.Kind == JsonTokenType.StartObject)
            {
                cut |= Part(value, whole, "jumpcloud.", mayCut, missing);
                return true;
            }

            if (!IsSame(value, whole, mayCut, out bool some)) return false;
            cut |= some;
            return true;
        }
    }

    private static bool IsSame(JsonTree value, JsonTree whole, bool mayCut, out bool cut)
    {
        cut = false;
        if (value.Kind != whole.Kind || value.Members.Count != whole.Members.Count) return false;
        if (value.Text != whole.Text)
        {
            if (!mayCut || !value.IsString || !IsCut(value.Text, whole.Text)) return false;
            cut = true;
        }

        foreach (((string name, JsonTree mine), (string other, JsonTree theirs)) in value.Members.Zip(whole.Members))
        {
            if (name != other || !IsSame(mine, theirs, mayCut, out bool some)) return false;
            cut |= some;
        }

        return true;
    }

    /// <summary>A beginning of the other text with the mark behind it, with no pair of surrogates halved.</summary>
    public static bool IsCut(string text, string whole)
    {
        if (!text.EndsWith(CutMark, StringComparison.Ordinal)) return false;
        string kept = text[..^CutMark.Length];
        bool halves = kept.Length > 0 && char.IsHighSurrogate(kept[^1]) && whole.Length > kept.Length && char.IsLowSurrogate(whole[kept.Length]);
        return whole.StartsWith(kept, StringComparison.Ordinal) && whole.Length > kept.Length && !halves;
    }

    /// <summary>What a CEF extension has of a record without any limit, worked out from the record's meaning.</summary>
    public static Dictionary<string, string> CefOf(ReadOnlySpan<byte> record)
    {
        JsonTree json = JsonTree.Parse(Stripped(record));
        Dictionary<string, string> fields = [];
        string? user = In("user", "name") ?? In("user", "email");
        Add("rt", json["timestamp"]?.Text);
        Add("externalId", Of("stellar_uuid"));
        Add("cat", Of("event_category"));
        Add("act", Of("event_type"));
        Add("outcome", Of("event_status"));
        Add("reason", Of("reason"));
        Add("suser", user);
        Add("suid", In("user", "id"));
        if (Of("srcip") is { } address)
        {
            bool isAddress = System.Net.IPAddress.TryParse(address, out System.Net.IPAddress? parsed);
            if (isAddress && address.Contains(':') && !address.StartsWith('['))
            {
                Add("c6a2", address);
                Add("c6a2Label", "Source IPv6 Address");
            }
            else
            {
                Add(isAddress && address.Count(c => c == '.') == 3 && address.All(c => char.IsAsciiDigit(c) || c == '.') ? "src" : "shost", address);
            }
        }

        Add("spt", json["srcport"]?.Text);
        Add("dhost", In("host", "name"));
        Add("destinationServiceName", In("application", "name"));
        if (Of("event_name") is { } name) Add("msg", name);
        else
        {
            string sentence = Of("event_type") ?? "";
            if (Of("event_status") is { } status) sentence += (sentence.Length > 0 ? ": " : "") + status;
            if (user is not null) sentence += (sentence.Length > 0 ? " by " : "") + user;
            if ((In("application", "name") ?? In("resource", "name") ?? In("host", "name")) is { } thing) sentence += (sentence.Length > 0 ? " on " : "") + thing;
            Add("msg", sentence);
        }

        Custom(1, "tenant", Of("tenant_name"));
        Custom(2, "connector", Of("connector_name"));
        Custom(3, "organization", Of("org_name"));
        Custom(4, "msg_class", Of("msg_class"));
        Custom(5, "resource", In("resource", "name"));
        Custom(6, "country", In("srcip_geo", "countryCode"));
        return fields;

        string? Of(string field) => json[field] is { IsString: true } value ? value.Text : null;
        string? In(string group, string field) => json[group]?[field] is { IsString: true } value ? value.Text : null;

        void Custom(int number, string label, string? value)
        {
            if (Add($"cs{number}", value)) Add($"cs{number}Label", label);
        }

        bool Add(string key, string? value)
        {
            value = Clean(value ?? "").Trim(' ');
            if (value.Length == 0) return false;
            fields.Add(key, value);
            return true;
        }
    }

    /// <summary>A text as CEF can have it: halves of pairs replaced, control characters but line breaks as spaces.</summary>
    public static string Clean(string text)
    {
        StringBuilder clean = new(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
        for (int i = 0; i < clean.Length; i++)
            if ((char.IsControl(clean[i]) && clean[i] is not ('\n' or '\r')) || clean[i] is '\u2028' or '\u2029') clean[i] = ' ';
        return clean.ToString();
    }

    /// <summary>The record without the vendor's object, which no field of CEF comes from.</summary>
    private static byte[] Stripped(ReadOnlySpan<byte> record)
    {
        int vendor = record.IndexOf(",\"jumpcloud\":"u8);
        return vendor < 0 ? record.ToArray() : [.. record[..vendor], (byte)'}'];
    }
}
