using System.Text.Json;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>A member of a record, or of the vendor's object in it.</summary>
internal struct JsonMember
{
    /// <summary>Where its name begins, with the quote.</summary>
    public int Start;

    /// <summary>The name's length without its quotes.</summary>
    public int NameLength;

    /// <summary>Where its value begins.</summary>
    public int ValueStart;

    /// <summary>Where its value has ended.</summary>
    public int End;

    /// <summary>The one that it is a member of, or -1 for the record.</summary>
    public int Parent;

    /// <summary>Members are left out in the order of ranks.</summary>
    public JsonRank Rank;

    /// <summary>It is left out.</summary>
    public bool IsOut;

    /// <summary>What its own members had that are left out.</summary>
    public int Gone;

    /// <summary>The bytes that go with it, and a comma.</summary>
    public readonly int Size => End - Start + 1 - Gone;
}

/// <summary>How long a member stays where there is little room.</summary>
internal enum JsonRank
{
    /// <summary>In the vendor's object.</summary>
    Vendor = 1,

    /// <summary>A normalised field that only repeats what is there.</summary>
    Optional,

    /// <summary>Whose record it is, and what it tells.</summary>
    Essential,

    /// <summary>Without which it is none.</summary>
    Last,
}

/// <summary>
/// Makes a record smaller by leaving out members, the heaviest first: those of the vendor's object, then other normalised
/// fields, then even the essential ones. A member <c>trimmed</c> names them. Used by one thread.
/// </summary>
internal sealed class JsonMembers
{
    // The list of names may have a share of the message, and no more than a reader wants to see.
    private const int ListShare = 8;
    private const int MinList = 32;
    private const int MaxList = 512;
    private const string Mark = ",\"trimmed\":[]";
    private const int MoreLength = 14;

    private JsonMember[] _members = new JsonMember[64];
    private int[] _order = [];
    private int _count;

    /// <summary>Reads the members of a record. One that is no object has none.</summary>
    public void Read(ReadOnlySpan<byte> json)
    {
        _count = 0;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject) ReadObject(ref reader, -1);
    }

    private void ReadObject(ref Utf8JsonReader reader, int parent)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int number = _count++;
            if (number == _members.Length) Array.Resize(ref _members, number * 2);
            JsonMember member = new()
            {
                Start = (int)reader.TokenStartIndex, NameLength = reader.ValueSpan.Length, Parent = parent,
                Rank = parent < 0 ? RankOf(reader.ValueSpan) : JsonRank.Vendor,
            };
            bool vendor = parent < 0 && reader.ValueSpan.SequenceEqual("jumpcloud"u8);
            reader.Read();
            member.ValueStart = (int)reader.TokenStartIndex;
            if (vendor && reader.TokenType == JsonTokenType.StartObject) ReadObject(ref reader, number);
            else reader.Skip();
            member.End = (int)reader.BytesConsumed;
            _members[number] = member;
        }
    }

    /// <summary>Appends the record with what fits into so many bytes.</summary>
    /// <param name="json">What was read.</param>
    /// <param name="output">Where to.</param>
    /// <param name="room">How many bytes it may have; at least 128.</param>
    /// <param name="mark">Another member to add, with its comma, or nothing.</param>
    public void AppendFitting(ReadOnlySpan<byte> json, ByteBuffer output, int room, ReadOnlySpan<byte> mark)
    {
        if (_order.Length < _count) _order = new int[_members.Length];
        int size = 1 + mark.Length;
        int vendors = 0;
        for (int i = 0; i < _count; i++)
        {
            _order[i] = i;
            if (_members[i].Parent >= 0) continue;
            size += _members[i].Size;
            if (HasMembers(i)) vendors++;
        }

        Array.Sort(_order, 0, _count, Comparer<int>.Create((a, b) =>
            _members[a].Rank != _members[b].Rank ? _members[a].Rank - _members[b].Rank
            : _members[a].Size != _members[b].Size ? _members[b].Size - _members[a].Size : a - b));

        // The list of names has all its room from the first one on, which costs few bytes and no second round; an object that
        // loses all members has one comma less to lose than it had members.
        int list = Math.Max(MinList, Math.Min(MaxList, room / ListShare));
        if (size > room) size += Mark.Length + list + vendors;
        int gone = 0;
        for (; gone < _count && size > room; gone++)
        {
            ref JsonMember member = ref _members[_order[gone]];
            member.IsOut = true;
            size -= member.Size;
            if (member.Parent >= 0) _members[member.Parent].Gone += member.Size;
        }

        Append(json, output, mark, gone, list);
    }

    private bool HasMembers(int number) => number + 1 < _count && _members[number + 1].Parent == number;

    private void Append(ReadOnlySpan<byte> json, ByteBuffer output, ReadOnlySpan<byte> mark, int gone, int list)
    {
        int start = output.Length;
        output.Append((byte)'{');
        bool first = true;
        for (int i = 0; i < _count; i++)
        {
            JsonMember member = _members[i];
            if (member.IsOut || member.Parent >= 0) continue;
            if (!first) output.Append((byte)',');
            first = false;
            output.Append(json.Slice(member.Start, member.NameLength + 2));
            output.Append((byte)':');
            if (HasMembers(i)) AppendVendor(json, output, i);
            else output.Append(json.Slice(member.ValueStart, member.End - member.ValueStart));
        }

        output.Append(mark);
        if (gone > 0) AppendList(json, output, gone, list);
        output.Append((byte)'}');

        // Where nothing stayed, the mark stands alone and its comma goes.
        Span<byte> made = output.Array.AsSpan(start, output.Length - start);
        if (made.Length > 1 && made[1] == ',')
        {
            made.Slice(2).CopyTo(made.Slice(1));
            output.Truncate(output.Length - 1);
        }
    }

    private void AppendVendor(ReadOnlySpan<byte> json, ByteBuffer output, int parent)
    {
        output.Append((byte)'{');
        bool first = true;
        for (int i = parent + 1; i < _count && _members[i].Parent == parent; i++)
        {
            if (_members[i].IsOut) continue;
            if (!first) output.Append((byte)',');
            first = false;
            output.Append(json.Slice(_members[i].Start, _members[i].NameLength + 2));
            output.Append((byte)':');
            output.Append(json.Slice(_members[i].ValueStart, _members[i].End - _members[i].ValueStart));
        }

        output.Append((byte)'}');
    }

    /// <summary>The names of what is left out, in the order of weight, as many as there is room for, and how many more.</summary>
    private void AppendList(ReadOnlySpan<byte> json, ByteBuffer output, int gone, int room)
    {
        output.Append(",\"trimmed\":["u8);
        int start = output.Length;
        int unnamed = 0;
        for (int i = 0; i < gone; i++)
        {
            JsonMember member = _members[_order[i]];
            if (member.Parent >= 0 && _members[member.Parent].IsOut) continue;
            int parentLength = member.Parent < 0 ? 0 : _members[member.Parent].NameLength + 1;
            int left = room - (output.Length - start) - MoreLength;
            if (parentLength + member.NameLength + 3 > left)
            {
                unnamed++;
                continue;
            }

            output.Append((byte)'"');
            if (member.Parent >= 0)
            {
                output.Append(json.Slice(_members[member.Parent].Start + 1, parentLength - 1));
                output.Append((byte)'.');
            }

            output.Append(json.Slice(member.Start + 1, member.NameLength));
            output.Append("\","u8);
        }

        if (unnamed > 0)
        {
            output.Append("\"+"u8);
            output.AppendNumber(unnamed);
            output.Append((byte)'"');
        }
        else
        {
            output.Truncate(output.Length - 1);
        }

        output.Append((byte)']');
    }

    /// <summary>True for a member of the record that says whose it is or what it tells.</summary>
    public static bool IsEssential(ReadOnlySpan<byte> name) => RankOf(name) >= JsonRank.Essential;

    private static JsonRank RankOf(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("timestamp"u8) || name.SequenceEqual("stellar_uuid"u8) || name.SequenceEqual("msg_class"u8)) return JsonRank.Last;
        return name.SequenceEqual("write_time"u8) || name.SequenceEqual("tenantid"u8) || name.SequenceEqual("tenant_name"u8)
            || name.SequenceEqual("connector_name"u8) || name.SequenceEqual("event_type"u8) || name.SequenceEqual("event_status"u8)
            ? JsonRank.Essential : JsonRank.Optional;
    }
}
