using System.IO.Hashing;
using System.Runtime.CompilerServices;
#if NET
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
#endif

namespace JumpCloudConnector.Records;

/// <summary>A scalar value in a text: where it lies, strings without their quotes, and whether a string has escapes.</summary>
internal readonly record struct JsonValue(int Start, int Length, bool IsEscaped);

/// <summary>
/// The forms that properties were seen to have. Objects of one kind have the same properties in much the same order and form, so
/// that a text is compared with what is expected rather than read: what stands between its values is the same, byte for byte, and
/// the values are looked at alone. Used by one thread.
/// </summary>
internal sealed class JsonForms
{
    // What is met most is met early; servers that make up names would fill the memory.
    private const int MaxForms = 512;

    // Of one property; a value is another form where it is null, a string or an object.
    private const int MaxOfOneHead = 16;

    // So many forms that came behind one are tried before the name is looked up.
    private const int Followers = 4;

    // The ends of objects have no name.
    private const ulong EndHead = 1;

    private readonly Dictionary<ulong, JsonForm[]> _byHead = [];
    private byte[] _text = new byte[1024];
    private int _textLength;

    // Of each form those that came behind it, by number: to keep references costs more. Before the first form is number 0.
    private int[] _followers = new int[Followers];
    private int _last;
    private int[] _row = new int[64];
    private int _rowLength;
    private JsonValue[] _values = new JsonValue[64];
    private int _count;

    /// <summary>The forms by their numbers; another table once all were forgotten.</summary>
    public JsonFormTable Table { get; private set; } = new();

    /// <summary>The numbers of the forms that the text under way has, as far as they were taken.</summary>
    public ReadOnlySpan<int> Row => _row.AsSpan(0, _rowLength);

    /// <summary>Its values, in the order of the text.</summary>
    public ReadOnlySpan<JsonValue> Values => _values.AsSpan(0, _count);

    public bool IsFull => Table.Count > MaxForms;

    /// <summary>Another text begins.</summary>
    public void Begin() => _count = _rowLength = _last = 0;

    /// <summary>
    /// Takes the form that a text has at a place, where it is a known one, with its values. All that is taken so is valid JSON:
    /// strings without control characters, numbers as they should be; behind it the object goes on or ends.
    /// </summary>
    /// <param name="json">The text; it may end early, and go on behind the object.</param>
    /// <param name="at">The place; moved behind the form.</param>
    /// <returns>Null where the text has no form there that is known.</returns>
    [MethodImpl(HotPath.Optimized)]
    public JsonForm? TryTake(ReadOnlySpan<byte> json, ref int at)
    {
        Span<int> followers = _followers.AsSpan(_last * Followers, Followers);
        for (int i = 0; i < followers.Length && followers[i] > 0; i++)
        {
            JsonForm follower = Table[followers[i]];
            if (!TryMatch(follower, json, ref at)) continue;
            int number = followers[i];
            if (i > 0) (followers[i - 1], followers[i]) = (number, followers[i - 1]);
            Enter(number);
            return follower;
        }

        if (at >= json.Length || !_byHead.TryGetValue(HeadOf(json.Slice(at)), out JsonForm[]? forms)) return null;
        for (int i = 0; i < forms.Length; i++)
        {
            JsonForm form = forms[i];
            if (!TryMatch(form, json, ref at)) continue;
            // What is met most comes to stand before the others.
            if (i > 0) (forms[i - 1], forms[i]) = (form, forms[i - 1]);
            Follow(form);
            return form;
        }

        return null;
    }

    /// <summary>Reads a form letter by letter, with its values.</summary>
    /// <param name="json">A valid text.</param>
    /// <param name="at">Where a form begins; moved behind it.</param>
    /// <returns>The form's text, good until the next call.</returns>
    public ReadOnlySpan<byte> Spell(ReadOnlySpan<byte> json, ref int at)
    {
        _textLength = 0;
        bool isInside = at > 0;
        bool isProperty = json[at] == (isInside ? ',' : '{');
        int depth = isInside ? 1 : 0;
        int copied = at;
        if (isInside && isProperty) at++;
        for (bool isOver = false; !isOver && at < json.Length;)
        {
            switch (json[at])
            {
                case (byte)'{' or (byte)'[':
                    depth++;
                    at++;
                    break;
                case (byte)'}' or (byte)']':
                    isOver = isProperty && depth == 1;
                    if (isOver) break;
                    depth--;
                    at++;
                    break;
                case (byte)',':
                    isOver = isProperty && depth == 1;
                    if (!isOver) at++;
                    break;
                case (byte)'"':
                    int end = JsonText.EndOfString(json, at + 1);
                    // A name belongs to the form.
                    if (!IsName(json, end + 1)) TakeOut(json, ref copied, at + 1, end);
                    at = end + 1;
                    break;
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9') or (byte)'t' or (byte)'f' or (byte)'n':
                    int start = at;
                    while (at < json.Length && json[at] is not ((byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')) at++;
                    TakeOut(json, ref copied, start, at);
                    break;
                default:
                    at++;
                    break;
            }
        }

        Append(json.Slice(copied, at - copied));
        return _text.AsSpan(0, _textLength);
    }

    /// <summary>Adds a form, which is the one that the text under way has; it is expected where the one before it is met again.</summary>
    public void Add(JsonForm form)
    {
        if (form.Number < 0)
        {
            Table.Add(form);
            if (_followers.Length < (form.Number + 1) * Followers) Array.Resize(ref _followers, _followers.Length * 2);
        }

        Follow(form);
        if (form.Text[0] is not ((byte)'{' or (byte)',' or (byte)'}')) return;
        ulong head = HeadOf(form.Text);
        if (!_byHead.TryGetValue(head, out JsonForm[]? forms)) forms = [];
        // One that was dropped before is known, and comes back.
        _byHead[head] = [.. forms.Take(MaxOfOneHead - 1), form];
    }

    /// <summary>Leaves a form to whoever wants it: number 0, and the whole of it as one value.</summary>
    public void Skip(int from, int to)
    {
        Enter(0);
        Put(new JsonValue(from, to - from, false), _count++);
    }

    /// <summary>Forgets all forms.</summary>
    public void Clear()
    {
        _byHead.Clear();
        _followers = new int[Followers];
        _last = 0;
        Table = new JsonFormTable();
    }

    private static bool IsName(ReadOnlySpan<byte> json, int behind)
    {
        while (behind < json.Length && json[behind] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') behind++;
        return behind < json.Length && json[behind] == ':';
    }

    /// <summary>What the forms of one property have in common: everything up to the end of its name.</summary>
    [MethodImpl(HotPath.Optimized)]
    private static ulong HeadOf(ReadOnlySpan<byte> text)
    {
        if (text[0] == '}') return EndHead;
        int open = text.IndexOf((byte)'"');
        int length = open < 0 ? -1 : text.Slice(open + 1).IndexOf((byte)'"');
        return length < 0 ? 0 : XxHash3.HashToUInt64(text.Slice(0, open + length + 2));
    }

    /// <summary>Notes one that was not among the followers; the last of them makes room.</summary>
    private void Follow(JsonForm form)
    {
        Span<int> followers = _followers.AsSpan(_last * Followers, Followers);
        int place = 0;
        while (place < followers.Length - 1 && followers[place] != 0) place++;
        followers[place] = form.Number;
        Enter(form.Number);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter(int number)
    {
        if (_rowLength == _row.Length) Array.Resize(ref _row, _rowLength * 2);
        _row[_rowLength++] = _last = number;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (_text.Length < _textLength + text.Length) Array.Resize(ref _text, Math.Max(_text.Length * 2, _textLength + text.Length));
        text.CopyTo(_text.AsSpan(_textLength));
        _textLength += text.Length;
    }

    private void TakeOut(ReadOnlySpan<byte> json, ref int copied, int start, int end)
    {
        Append(json.Slice(copied, start - copied));
        Append([JsonForm.Mark]);
        copied = end;
        Put(new JsonValue(start, end - start, json.Slice(start, end - start).IndexOf((byte)'\\') >= 0), _count++);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(JsonValue value, int number)
    {
        if (number == _values.Length) Array.Resize(ref _values, number * 2);
        _values[number] = value;
    }

    [MethodImpl(HotPath.Optimized)]
    private bool TryMatch(JsonForm form, ReadOnlySpan<byte> json, ref int at)
    {
        ReadOnlySpan<byte> text = form.Padded;
        int place = at;
        int count = _count;
        foreach (JsonForm.Piece piece in form.Pieces)
        {
            if (!IsAt(json, place, text, piece)) return false;
            place += piece.Length;
            if (piece.Then == JsonForm.Follower.None) break;
            bool isEscaped = false;
            int end = piece.Then == JsonForm.Follower.String ? EndOfString(json, place, ref isEscaped) : EndOfOther(json, place);
            if (end < 0) return false;
            Put(new JsonValue(place, end - place, isEscaped), count++);
            place = end;
        }

        // Behind a property the object goes on or ends, or the text has more there than the form.
        if (text[0] != '}' && (place >= json.Length || json[place] is not ((byte)',' or (byte)'}'))) return false;
        at = place;
        _count = count;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsAt(ReadOnlySpan<byte> json, int place, ReadOnlySpan<byte> text, JsonForm.Piece piece)
    {
#if NET
        // Pieces are short: one vector has most of them, and what it has too much does not count.
        if (piece.Length <= Vector256<byte>.Count && json.Length - place >= Vector256<byte>.Count)
        {
            Vector256<byte> here = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(json), (nuint)place);
            uint same = Vector256.Equals(here, Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)piece.Start)).ExtractMostSignificantBits();
            return BitOperations.TrailingZeroCount(~same) >= piece.Length;
        }
#endif
        return json.Length - place >= piece.Length && json.Slice(place, piece.Length).SequenceEqual(text.Slice(piece.Start, piece.Length));
    }

    /// <summary>The closing quote of a string; -1 where there is none, or what JSON does not allow before it.</summary>
    [MethodImpl(HotPath.Optimized)]
    private static int EndOfString(ReadOnlySpan<byte> json, int at, ref bool isEscaped)
    {
        while (true)
        {
#if NET
            ref byte first = ref MemoryMarshal.GetReference(json);
            while (at + Vector128<byte>.Count <= json.Length)
            {
                Vector128<byte> bytes = Vector128.LoadUnsafe(ref first, (nuint)at);
                uint signs = (Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(bytes, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
                if (signs == 0)
                {
                    at += Vector128<byte>.Count;
                    continue;
                }

                at += BitOperations.TrailingZeroCount(signs);
                break;
            }
#endif
            while (at < json.Length && json[at] is not ((byte)'"' or (byte)'\\' or < (byte)' ')) at++;
            if (at >= json.Length || json[at] < ' ') return -1;
            if (json[at] == '"') return at;
            isEscaped = true;
            at += 2;
        }
    }

    /// <summary>The end of a number, of <c>true</c>, <c>false</c> or <c>null</c>; -1 where there is none of them.</summary>
    [MethodImpl(HotPath.Optimized)]
    private static int EndOfOther(ReadOnlySpan<byte> json, int at)
    {
        if (at >= json.Length) return -1;
        switch (json[at])
        {
            case (byte)'t': return json.Slice(at).StartsWith("true"u8) ? at + 4 : -1;
            case (byte)'f': return json.Slice(at).StartsWith("false"u8) ? at + 5 : -1;
            case (byte)'n': return json.Slice(at).StartsWith("null"u8) ? at + 4 : -1;
        }

        if (json[at] == '-') at++;
        int digits = EndOfDigits(json, at);
        if (digits == at || (json[at] == '0' && digits > at + 1)) return -1;
        at = digits;
        if (at < json.Length && json[at] == '.')
        {
            digits = EndOfDigits(json, ++at);
            if (digits == at) return -1;
            at = digits;
        }

        if (at < json.Length && json[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < json.Length && json[at] is (byte)'+' or (byte)'-') at++;
            digits = EndOfDigits(json, at);
            if (digits == at) return -1;
            at = digits;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EndOfDigits(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is >= (byte)'0' and <= (byte)'9') at++;
        return at;
    }
}
