using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>A field of a CEF extension: what it is called, what its label is, and how long it stays where there is little room.</summary>
internal sealed class CefKey(string name, string? label = null, CefRank rank = CefRank.Optional)
{
    public static readonly CefKey Time = new("rt", rank: CefRank.Last), Id = new("externalId", rank: CefRank.Last),
        Category = new("cat", rank: CefRank.Essential), Action = new("act", rank: CefRank.Essential), Outcome = new("outcome", rank: CefRank.Essential),
        Tenant = new("cs1", "tenant", CefRank.Essential), Connector = new("cs2", "connector", CefRank.Essential), MessageClass = new("cs4", "msg_class", CefRank.Essential),
        Organization = new("cs3", "organization"), Resource = new("cs5", "resource"), Country = new("cs6", "country"),
        Reason = new("reason"), User = new("suser"), UserId = new("suid"), Source = new("src"), SourceIPv6 = new("c6a2", "Source IPv6 Address"),
        SourceHost = new("shost"), SourcePort = new("spt"), Host = new("dhost"), Application = new("destinationServiceName"), Message = new("msg");

    public byte[] Name { get; } = System.Text.Encoding.ASCII.GetBytes(name);

    public byte[] Opening { get; } = System.Text.Encoding.ASCII.GetBytes(name + "=");

    /// <summary>What stands behind the value, or nothing.</summary>
    public byte[] Label { get; } = System.Text.Encoding.ASCII.GetBytes(label is null ? "" : $" {name}Label={label}");

    public CefRank Rank { get; } = rank;
}

/// <summary>Fields are left out in the order of ranks.</summary>
internal enum CefRank
{
    Optional = 1,
    Essential,
    Last,
}

/// <summary>A field as it stands in a text.</summary>
internal readonly record struct CefField(CefKey Key, int Start, int ValueStart, int ValueLength, int End)
{
    /// <summary>Its bytes, and the space before it.</summary>
    public int Size => End - Start + 1;
}

/// <summary>Makes a CEF extension smaller, by cutting texts or leaving out fields, the heaviest first.</summary>
internal sealed class CefFit(List<CefField> fields, ByteBuffer text)
{
    private static ReadOnlySpan<byte> TrimmedLabel => " flexString1Label=trimmed"u8;

    private static ReadOnlySpan<byte> Truncated => " flexString2=true flexString2Label=truncated"u8;

    private static ReadOnlySpan<byte> TrimmedOpening => " flexString1="u8;

    public SyslogMessageFate Append(ByteBuffer output, int room, bool truncate)
    {
        int start = output.Length;
        int length = truncate ? CutLength(room) : int.MaxValue;
        bool cut = length < int.MaxValue;
        HashSet<CefField> gone = [];
        List<CefField> order = [.. fields.OrderBy(f => f.Key.Rank).ThenByDescending(f => SizeOf(f, length))];
        int size = fields.Sum(f => SizeOf(f, length)) + (cut ? Truncated.Length : 0);
        int list = TrimmedOpening.Length + TrimmedLabel.Length;
        foreach (CefField field in order)
        {
            if (size + (gone.Count > 0 ? list : 0) <= room) break;
            gone.Add(field);
            size -= SizeOf(field, length);
            list += field.Key.Name.Length + 1;
        }

        // Where the texts that were cut are gone too, it was not worth the cut.
        if (cut && fields.TrueForAll(f => gone.Contains(f) || !IsCut(f, length))) return Append(output, room, truncate: false);
        foreach (CefField field in fields)
            if (!gone.Contains(field)) AppendField(output, field, length);
        if (gone.Count > 0)
        {
            output.Append(TrimmedOpening);
            foreach (CefField field in order.Take(gone.Count))
            {
                output.Append(field.Key.Name);
                output.Append((byte)',');
            }

            output.Truncate(output.Length - 1);
            output.Append(TrimmedLabel);
        }

        if (cut) output.Append(Truncated);

        // Each was written with the space before it; the first has none.
        if (output.Length > start)
        {
            Span<byte> made = output.Array.AsSpan(start, output.Length - start);
            made.Slice(1).CopyTo(made);
            output.Truncate(output.Length - 1);
        }

        return cut ? SyslogMessageFate.Truncated : SyslogMessageFate.Trimmed;
    }

    /// <summary>How long texts may be, or no limit where none is long enough to be cut.</summary>
    private int CutLength(int room)
    {
        (int, int Length)[] texts = [.. fields.Where(f => f.Key.Rank == CefRank.Optional).Select(f => (f.ValueStart, f.ValueLength))];
        int length = JsonTexts.LengthFor(texts, fields.Sum(f => f.Size) + Truncated.Length - room);
        return texts.Any(t => t.Length > length) ? length : int.MaxValue;
    }

    private static int SizeOf(CefField field, int length) => field.Size - (IsCut(field, length) ? field.ValueLength - length : 0);

    private static bool IsCut(CefField field, int length) => field.Key.Rank == CefRank.Optional && field.ValueLength > length;

    private void AppendField(ByteBuffer output, CefField field, int length)
    {
        output.Append((byte)' ');
        if (!IsCut(field, length))
        {
            output.Append(text.Span.Slice(field.Start, field.End - field.Start));
            return;
        }

        output.Append(field.Key.Opening);
        ReadOnlySpan<byte> value = text.Span.Slice(field.ValueStart, field.ValueLength);
        output.Append(value.Slice(0, MessageText.SafeLength(value, length - JsonTexts.CutMark.Length)));
        output.Append(JsonTexts.CutMark);
        output.Append(field.Key.Label);
    }
}
