using System.Text.Json;
using JumpCloudConnector.Queries;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// What the newest records of a store have, besides what is documented: for completion, where somebody waits at a prompt. Not for
/// several threads.
/// </summary>
/// <param name="store">The store; null where there is none.</param>
/// <param name="cancellationToken">Stops it.</param>
public sealed class StoreSample(RecordStore? store, CancellationToken cancellationToken = default)
{
    // More than these nobody reads through.
    private const int MostValues = 500;

    private IReadOnlyList<IngestedRecord>? _newest;

    /// <summary>The newest records.</summary>
    public IReadOnlyList<IngestedRecord> Newest => _newest ??= store is null ? [] : [.. store.Records.FindNewest(new RecordQuery(), cancellationToken)];

    /// <summary>The fields of records, as dotted paths: those outside JumpCloud's object, and those in it that records have.</summary>
    public IReadOnlyList<string> Fields()
    {
        HashSet<string> vendor = new(StringComparer.Ordinal);
        // A store may have many more events than users, and theirs are other fields.
        RecordQuery users = new() { MessageClasses = [MessageClass.SystemUser] };
        IEnumerable<IngestedRecord> records = store is null ? [] : Newest.Concat(store.Records.FindNewest(users, cancellationToken));
        foreach (IngestedRecord record in records) VendorFields.AddPaths(record.Utf8.Span, vendor);
        return [.. KnownFields.All, .. vendor];
    }

    /// <summary>The values of a field: those that are documented, and those that records have.</summary>
    /// <param name="field">The dotted path.</param>
    public IReadOnlyList<string> Values(string field)
    {
        // A moment of many tells nobody anything.
        if (QueryFields.IsTime(field)) return [];
        HashSet<string> values = new(Documented(field), StringComparer.OrdinalIgnoreCase);
        if (KnownValues.Closed.ContainsKey(field)) return [.. values];
        string[] steps = field.Split('.');
        foreach (IngestedRecord record in Newest)
        {
            if (values.Count >= MostValues) break;
            using JsonDocument document = JsonDocument.Parse(record.Utf8);
            Add(document.RootElement, steps, values);
        }

        return [.. values];
    }

    private static IReadOnlyList<string> Documented(string field) => field switch
    {
        "event_category" => KnownValues.Services,
        "event_type" => KnownValues.EventTypes,
        _ => KnownValues.Closed.TryGetValue(field, out IReadOnlyList<string>? all) ? all : [],
    };

    // What is in a list has the list's path.
    private static void Add(JsonElement element, ReadOnlySpan<string> steps, HashSet<string> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray()) Add(item, steps, values);
                break;
            case JsonValueKind.Object:
                if (steps.Length > 0 && element.TryGetProperty(steps[0], out JsonElement inner)) Add(inner, steps.Slice(1), values);
                break;
            case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when steps.Length == 0:
                string text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
                if (text.Length > 0 && !text.Any(char.IsControl)) values.Add(text);
                break;
        }
    }
}
