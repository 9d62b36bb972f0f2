using System.Text;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// Tells that a block cannot have a text, without making its records: a plain word stands in a record as part of a value or a
/// name of the vendor's object, both of which a block has as they are, or in what every record has. Only where that is sure.
/// </summary>
internal sealed class TextSkip
{
    // How rare letters are in such data, the rarest first: the anchor to look for.
    private const string Rarest = "qzjxkvwybfghup0123456789mdlcsrniotae";

    // Names and values that records have beside the vendor's object. Those of an origin are checked block by block.
    private const string Constants =
        "timestamp write_time stellar_uuid tenantid tenant_name connector_name org_id org_name msg_class msg_origin source category processor " +
        "name type log_collector iam jumpcloud jumpcloud_directoryinsights jumpcloud_directory_insights jumpcloud_systemuser event_category systemuser " +
        "event_type systemuser_added systemuser_changed systemuser_removed systemuser_snapshot event_status success failure mfa unknown event_name reason severity user email id " +
        "srcip srcport srcip_username srcip_geo countryCode countryName region regionCode city continentCode timezone latitude longitude resource host application";

    private readonly byte[] _upper = [];
    private readonly byte[] _lower = [];
    private readonly int _anchor;
    private readonly string _text;

    public TextSkip(RecordQuery query)
    {
        _text = query.Text ?? "";
        // Digits and the letters of hexadecimal numbers alone may be part of a time or a uuid; other signs may reach over
        // the end of a value.
        bool sure = !query.Regex && _text.Length > 1 && !_text.All(c => "0123456789abcdefABCDEF-".IndexOf(c) >= 0)
            && _text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'z' or >= 'A' and <= 'Z' or '_' or '-' or '.' or '@' or ' ' or '+')
            && Constants.IndexOf(_text, StringComparison.OrdinalIgnoreCase) < 0;
        if (!sure) return;
        _upper = Encoding.ASCII.GetBytes(_text.ToUpperInvariant());
        _lower = Encoding.ASCII.GetBytes(_text.ToLowerInvariant());
        int best = int.MaxValue;
        for (int i = 0; i < _lower.Length; i++)
        {
            int rank = Rarest.IndexOf((char)_lower[i]);
            if (rank < 0) rank = 0;
            if (rank >= best) continue;
            best = rank;
            _anchor = i;
        }
    }

    /// <summary>False where the block's inside does not have the text.</summary>
    public bool MayContain(ReadOnlySpan<byte> plain)
    {
        if (_upper.Length == 0) return true;
        byte upper = _upper[_anchor], lower = _lower[_anchor];
        int from = _anchor;
        while (from < plain.Length)
        {
            ReadOnlySpan<byte> rest = plain.Slice(from);
            int at = upper == lower ? rest.IndexOf(upper) : rest.IndexOfAny(upper, lower);
            if (at < 0) return false;
            from += at;
            int start = from - _anchor;
            if (start + _upper.Length <= plain.Length && IsAt(plain.Slice(start, _upper.Length))) return true;
            from++;
        }

        return false;
    }

    /// <summary>True where a record of that kind may have the text all the same: users' names are put together from two.</summary>
    public bool NeedsLook(RecordKind kind) => kind != RecordKind.Event && _text.IndexOf(' ') >= 0;

    /// <summary>True where an origin has the text, and with it every record that it is of.</summary>
    public bool IsOf(RecordOrigin origin) => _upper.Length > 0
        && new[] { origin.TenantId, origin.TenantName, origin.ConnectorName, origin.OrganizationId, origin.OrganizationName }
            .Any(t => t is not null && t.IndexOf(_text, StringComparison.OrdinalIgnoreCase) >= 0);

    private bool IsAt(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
            if (text[i] != _upper[i] && text[i] != _lower[i]) return false;
        return true;
    }
}
