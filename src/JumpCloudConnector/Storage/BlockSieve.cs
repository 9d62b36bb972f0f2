using JumpCloudConnector.Queries;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Tells which records of a block can match at all, by looking for texts in the block's inside before any record is made of
/// it. What passes is looked at as ever; what does not is surely no match.
/// </summary>
internal sealed class BlockSieve
{
    // Names and values that records have beside the vendor's object. Those of an origin are asked for one by one.
    private const string Names =
        "timestamp write_time stellar_uuid tenantid tenant_name connector_name org_id org_name msg_class msg_origin source category processor name type " +
        "event_category event_type event_status event_name reason severity user email id srcip srcport srcip_username srcip_geo countryCode countryName " +
        "region regionCode city continentCode timezone latitude longitude resource host application jumpcloud";

    private const string Constants = Names +
        " log_collector iam jumpcloud_directoryinsights jumpcloud_directory_insights jumpcloud_systemuser systemuser systemuser_added systemuser_changed " +
        "systemuser_removed systemuser_snapshot success failure mfa unknown";

    private const string Structure = "\"{}[]:,\\";

    // What users' records have of themselves, and no object of a user.
    private static readonly string[] s_ofUsers = ["systemuser", "systemuser_added", "systemuser_changed", "systemuser_removed", "systemuser_snapshot"];

    // What the vendors' objects call what the record has under one name of its own, for events and users alike. A record that is
    // kept whole may have it anywhere.
    private static readonly PropertyNames s_users = new(EventRecordWriter.UserProperties.Union(UserRecordWriter.UserProperties));
    private static readonly PropertyNames s_addresses = new(EventRecordWriter.SourceIpProperties);
    private static readonly PropertyNames s_eventTypes = new(EventRecordWriter.EventTypeProperties);
    private static readonly PropertyNames s_services = new(EventRecordWriter.ServiceProperties);

    private readonly List<(AsciiText[] Texts, PropertyNames Names, bool OrOfUsers)> _values = [];
    private readonly AsciiText? _text;
    private readonly string? _plainText;

    // A text that can be in the vendor's object alone, from the name of a property on.
    private readonly PropertyText? _propertyText;
    private readonly Dictionary<long, bool> _origins = [];
    private bool[] _passes = [];

    public BlockSieve(RecordQuery query, IReadOnlyList<RequiredTerm> required)
    {
        Add(query.Users, s_users, hasWildcards: true);
        Add(query.SourceIps, s_addresses, hasWildcards: true);
        Add(query.EventTypes, s_eventTypes, hasWildcards: true);
        Add(query.Services, s_services, hasWildcards: true);
        // The others need not be in the vendor's object.
        foreach (RequiredTerm term in required)
            if (NamesOf(term.Field) is { } names) Add(term.Values, names, hasWildcards: false);

        if (!query.Regex && IsPlain(query.Text))
        {
            _text = AsciiText.From(query.Text);
            _plainText = query.Text;
        }
        else if (!query.Regex)
        {
            _propertyText = PartInObject(query.Text);
        }
    }

    /// <summary>False where every record may match.</summary>
    public bool IsActive => _values.Count > 0 || _text is not null || _propertyText is not null;

    /// <summary>Looks into a block.</summary>
    /// <param name="block">The block, just opened.</param>
    /// <param name="originOf">Gives the origin of a number.</param>
    /// <returns>For each record whether it may match.</returns>
    public bool[] Sift(BlockReader block, Func<long, RecordOrigin> originOf)
    {
        if (_passes.Length < block.Count) _passes = new bool[block.Count];
        _passes.AsSpan(0, block.Count).Fill(true);
        // A value that is written with an escape may be any; texts are looked for as they are written.
        foreach ((AsciiText[] texts, PropertyNames names, bool orOfUsers) in _values)
        {
            bool[] before = [.. _passes.AsSpan(0, block.Count)];
            block.Restrict(_passes, texts, orEscaped: true, names);
            for (int i = 0; i < block.Count; i++)
                _passes[i] |= before[i] && (block.EntryAt(i).Kind is RecordKind.Whole || (orOfUsers && block.EntryAt(i).Kind is not RecordKind.Event));
        }

        if (_text is not null) SiftText(block, originOf);
        if (_propertyText is not null) block.Restrict(_passes, _propertyText);
        return _passes;
    }

    private void SiftText(BlockReader block, Func<long, RecordOrigin> originOf)
    {
        bool[] before = [.. _passes.AsSpan(0, block.Count)];
        block.Restrict(_passes, [_text!], orEscaped: false);
        for (int i = 0; i < block.Count; i++)
        {
            if (before[i] && !_passes[i]) _passes[i] = HasBeside(block.EntryAt(i), originOf);
        }
    }

    // Users' names are put together from two; tenant, connector and organization are the origin's.
    private bool HasBeside(BlockEntry entry, Func<long, RecordOrigin> originOf)
    {
        if (entry.Kind == RecordKind.Whole) return false;
        if (entry.Kind != RecordKind.Event && _plainText!.IndexOf(' ') >= 0) return true;
        if (!_origins.TryGetValue(entry.Origin, out bool has))
        {
            RecordOrigin origin = originOf(entry.Origin);
            _origins[entry.Origin] = has = new[] { origin.TenantId, origin.TenantName, origin.ConnectorName, origin.OrganizationId, origin.OrganizationName }
                .Any(t => t is not null && t.IndexOf(_plainText!, StringComparison.OrdinalIgnoreCase) >= 0);
        }

        return has;
    }

    /// <summary>
    /// True for a text that stands in a record as part of one value or name of the vendor's object, or in what is known
    /// beside it: digits and the letters of hexadecimal numbers alone may be of a time or a uuid, and signs of structure, as a
    /// space at either end, may reach over the end of a value.
    /// </summary>
    private static bool IsPlain(string? text) => text is { Length: > 1 }
        && text.Any(c => "0123456789abcdefABCDEF-.".IndexOf(c) < 0)
        && text[0] != ' ' && text[text.Length - 1] != ' '
        && text.All(c => c is >= ' ' and < (char)0x7F && Structure.IndexOf(c) < 0)
        && Constants.IndexOf(text, StringComparison.OrdinalIgnoreCase) < 0;

    /// <summary>
    /// The part of a text like <c>"success":false</c> that only a vendor's object can contain, since it begins with the name of a
    /// property that no record has of its own. Between two quotes a name stands where no sign of structure does. The brace that
    /// ends the record is not the object's.
    /// </summary>
    private static PropertyText? PartInObject(string? text)
    {
        // Beyond ASCII there is more than one way to write a letter in the other case.
        if (AsciiText.From(text) is null) return null;
        for (int open = text!.IndexOf('"'); open >= 0;)
        {
            int close = text.IndexOf('"', open + 1);
            if (close < 0) return null;
            string name = text.Substring(open + 1, close - open - 1);
            bool isName = name.Length > 0 && name.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '@')
                && text.Substring(close + 1).TrimStart() is [':', ..];
            if (isName && (open == 0 || text[open - 1] != '\\') && !Names.Split(' ').Contains(name, StringComparer.OrdinalIgnoreCase))
                return new PropertyText(text.Substring(open).TrimEnd('}'), name.Length + 2);
            open = close;
        }

        return null;
    }

    private static PropertyNames? NamesOf(string field) => field switch
    {
        "user.name" or "user.email" or "user.id" => s_users,
        "srcip" => s_addresses,
        "event_type" => s_eventTypes,
        "event_category" => s_services,
        _ => null,
    };

    private void Add(IReadOnlyList<string> values, PropertyNames names, bool hasWildcards)
    {
        if (values.Count == 0) return;
        List<AsciiText> texts = [];
        foreach (string value in values)
        {
            if (hasWildcards && value.IndexOfAny(['*', '?', '/']) >= 0) return;
            // Beyond ASCII there is more than one way to write a letter in the other case.
            if (AsciiText.From(value) is not { } text) return;
            texts.Add(text);
        }

        _values.Add(([.. texts], names, values.Any(v => s_ofUsers.Contains(v, StringComparer.OrdinalIgnoreCase))));
    }
}
