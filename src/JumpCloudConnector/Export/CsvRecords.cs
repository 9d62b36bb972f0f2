using System.Globalization;
using System.Text;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Export;

/// <summary>Records as lines of CSV (RFC 4180): the normalised fields, always the same columns in the same order.</summary>
internal sealed class CsvRecords
{
    private const string LineEnd = "\r\n";

    // What makes a spreadsheet take a cell for a formula.
    private const string FormulaStarts = "=+-@\t\r\n";

    private static readonly char[] s_quoted = [',', '"', '\r', '\n'];

    private static readonly (string Name, Func<IngestedRecord, string?> Value)[] s_columns =
    [
        ("Sequence", r => r.Sequence.ToString(CultureInfo.InvariantCulture)),
        ("Timestamp", r => Time(r.Timestamp)),
        ("WriteTime", r => Time(r.WriteTime)),
        ("StellarUuid", r => r.StellarUuid),
        ("TenantId", r => r.TenantId),
        ("TenantName", r => r.TenantName),
        ("ConnectorName", r => r.ConnectorName),
        ("OrganizationId", r => r.OrganizationId),
        ("OrganizationName", r => r.OrganizationName),
        ("MsgClass", r => r.MsgClass),
        ("Source", r => r.Source),
        ("Category", r => r.Category),
        ("Service", r => r.Service),
        ("EventType", r => r.EventType),
        ("EventStatus", r => r.EventStatus),
        ("EventName", r => r.EventName),
        ("Reason", r => r.Reason),
        ("Severity", r => r.Severity),
        ("User", r => r.User),
        ("SourceIp", r => r.SourceIp),
        ("ResourceName", r => r.ResourceName),
        ("HostName", r => r.HostName),
        ("Application", r => r.Application),
        ("CountryCode", r => r.CountryCode),
    ];

    private readonly StringBuilder _line = new();

    /// <summary>The columns' names.</summary>
    public static IEnumerable<string> Columns => s_columns.Select(c => c.Name);

    /// <summary>What a file begins with: the mark, without which Excel takes UTF-8 for the machine's code page, and the names.</summary>
    public static byte[] Beginning { get; } = Encoding.UTF8.GetBytes("\uFEFF" + string.Join(",", Columns) + LineEnd);

    /// <summary>A record's line.</summary>
    public byte[] Line(IngestedRecord record)
    {
        _line.Clear();
        foreach ((_, Func<IngestedRecord, string?> value) in s_columns)
        {
            if (_line.Length > 0) _line.Append(',');
            Append(value(record));
        }

        return Encoding.UTF8.GetBytes(_line.Append(LineEnd).ToString());
    }

    private void Append(string? text)
    {
        if (string.IsNullOrEmpty(text)) return;
        // Whoever can choose a name at JumpCloud could otherwise have a formula run where the table is opened.
        bool isFormula = FormulaStarts.IndexOf(text![0]) >= 0;
        if (text.IndexOfAny(s_quoted) < 0)
        {
            if (isFormula) _line.Append('\'');
            _line.Append(text);
            return;
        }

        _line.Append('"');
        if (isFormula) _line.Append('\'');
        _line.Append(text.Replace("\"", "\"\"")).Append('"');
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
