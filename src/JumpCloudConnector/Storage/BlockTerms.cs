using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>What a term is about. The numbers are in stores and never change.</summary>
internal enum TermKind : byte
{
    /// <summary>Name, e-mail address, id, or what stands before the @ of an address.</summary>
    User = 1,

    /// <summary><c>srcip</c>.</summary>
    SourceIp = 2,

    /// <summary><c>event_type</c>.</summary>
    EventType = 3,

    /// <summary><c>event_category</c>.</summary>
    Service = 4,

    /// <summary><c>org_id</c> or <c>org_name</c>.</summary>
    Organization = 5,

    /// <summary><c>connector_name</c>.</summary>
    Connector = 6,

    /// <summary><c>tenant_name</c>.</summary>
    Tenant = 7,

    /// <summary><c>msg_class</c>.</summary>
    MessageClass = 8,
}

/// <summary>
/// The terms of a block as a Bloom filter of 16 bits a term: a term that it does not have is in no record of the block; of
/// those that it seems to have, about one in two thousand is an error that costs opening the block.
/// </summary>
internal sealed class BlockTerms
{
    private const int BitsPerTerm = 16;
    private const int Probes = 8;

    private readonly HashSet<ulong> _terms = [];
    private readonly RecordHeader _header = new();

    /// <summary>Adds the terms of a record.</summary>
    public void Add(ReadOnlySpan<byte> json)
    {
        _header.Read(json);
        Add(json, new RecordPlaces
        {
            UserName = PlaceOf(RecordHeader.UserName), UserEmail = PlaceOf(RecordHeader.UserEmail), UserId = PlaceOf(RecordHeader.UserId),
            SourceIp = PlaceOf(RecordHeader.SourceIp), EventType = PlaceOf(RecordHeader.EventType), Service = PlaceOf(RecordHeader.Service),
            OrganizationId = PlaceOf(RecordHeader.OrganizationId),
        });
        Add(json, TermKind.Organization, PlaceOf(RecordHeader.OrganizationName));
        Add(json, TermKind.Connector, PlaceOf(RecordHeader.ConnectorName));
        Add(json, TermKind.Tenant, PlaceOf(RecordHeader.TenantName));
        Add(json, TermKind.MessageClass, PlaceOf(RecordHeader.MessageClass));
    }

    /// <summary>Adds the terms of a record that differ among the records of one origin and class.</summary>
    [MethodImpl(HotPath.Optimized)]
    public void Add(ReadOnlySpan<byte> json, in RecordPlaces places)
    {
        Add(json, TermKind.User, places.UserName);
        Add(json, TermKind.User, places.UserEmail);
        Add(json, TermKind.User, places.UserId);
        Add(json, TermKind.SourceIp, places.SourceIp);
        Add(json, TermKind.EventType, places.EventType);
        Add(json, TermKind.Service, places.Service);
        Add(json, TermKind.Organization, places.OrganizationId);
    }

    /// <summary>Gives the filter and begins anew.</summary>
    public byte[] Finish()
    {
        byte[] filter = new byte[Math.Max(8, ((_terms.Count * BitsPerTerm) + 7) / 8)];
        foreach (ulong term in _terms)
            for (int probe = 0; probe < Probes; probe++) filter[Place(term, probe, filter, out byte bit)] |= bit;
        _terms.Clear();
        return filter;
    }

    /// <summary>True where a filter has all terms that were added; begins anew.</summary>
    public bool IsIn(ReadOnlySpan<byte> filter)
    {
        bool all = true;
        foreach (ulong term in _terms) all &= Has(filter, term);
        _terms.Clear();
        return all;
    }

    /// <summary>What to look for in filters, or nothing where a filter cannot tell.</summary>
    public static ulong? TermOf(TermKind kind, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length == 0 || !TryHash(kind, bytes, out ulong term) ? null : term;
    }

    /// <summary>False where no record of the block has the term.</summary>
    public static bool MayHave(ReadOnlySpan<byte> filter, TermKind kind, ulong term) => Has(filter, term) || Has(filter, AnyOf(kind));

    [MethodImpl(HotPath.Optimized)]
    private static bool Has(ReadOnlySpan<byte> filter, ulong term)
    {
        for (int probe = 0; probe < Probes; probe++)
            if ((filter[Place(term, probe, filter, out byte bit)] & bit) == 0) return false;
        return true;
    }

    private static int Place(ulong term, int probe, ReadOnlySpan<byte> filter, out byte bit)
    {
        ulong hash = term + ((ulong)probe * ((term >> 32) | 1) * 0xC2B2_AE3D_27D4_EB4F);
        uint place = (uint)((hash >> 16) % ((ulong)filter.Length * 8));
        bit = (byte)(1 << (int)(place & 7));
        return (int)(place >> 3);
    }

    private RecordPlaces.Place PlaceOf(int field) => _header[field] is { IsString: true } value ? new(value.Start, value.Length) : default;

    [MethodImpl(HotPath.Optimized)]
    private void Add(ReadOnlySpan<byte> json, TermKind kind, RecordPlaces.Place place)
    {
        if (place.Length == 0) return;
        ReadOnlySpan<byte> text = json.Slice(place.Start, place.Length);
        if (text.IndexOf((byte)'\\') >= 0)
        {
            Add(kind, Encoding.UTF8.GetBytes(JsonText.Unescape(json.Slice(place.Start - 1, place.Length + 2))));
            return;
        }

        Add(kind, text);
    }

    [MethodImpl(HotPath.Optimized)]
    private void Add(TermKind kind, ReadOnlySpan<byte> text)
    {
        _terms.Add(TryHash(kind, text, out ulong term) ? term : AnyOf(kind));
        if (kind == TermKind.User && text.IndexOf((byte)'@') is var at and > 0) Add(kind, text.Slice(0, at));
    }

    // Letters beyond ASCII have no upper case that all editions of .NET agree on: such a text stands for any of its kind.
    private static ulong AnyOf(TermKind kind) => XxHash3.HashToUInt64([], -(long)kind);

    [MethodImpl(HotPath.Optimized)]
    private static bool TryHash(TermKind kind, ReadOnlySpan<byte> text, out ulong term)
    {
        Span<byte> upper = text.Length <= 512 ? stackalloc byte[text.Length] : new byte[text.Length];
#if NET
        term = 0;
        if (Ascii.ToUpper(text, upper, out _) != System.Buffers.OperationStatus.Done) return false;
#else
        for (int i = 0; i < text.Length; i++)
        {
            byte letter = text[i];
            if (letter >= 0x80)
            {
                term = 0;
                return false;
            }

            upper[i] = letter is >= (byte)'a' and <= (byte)'z' ? (byte)(letter - 32) : letter;
        }
#endif

        term = XxHash3.HashToUInt64(upper, (long)kind);
        return true;
    }
}
