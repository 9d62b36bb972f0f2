using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <content>Finding texts without putting a record together.</content>
internal sealed partial class BlockReader
{
    /// <summary>
    /// Takes out of a selection the records whose objects have none of these texts: in any value or name, or in the values
    /// of properties of these names alone. Before the first step.
    /// </summary>
    [MethodImpl(HotPath.Optimized)]
    public void Restrict(bool[] selection, AsciiText[] texts, bool orEscaped, PropertyNames? among = null)
    {
        ReadOnlySpan<byte> bytes = Plain;
        bool[] isAsked = new bool[_columns.Length];
        if (among is not null)
            foreach (Part part in _parts) among.FindSlots(bytes.Slice(part.Start, part.Length), ColumnsOf(part), isAsked);
        Hits[] hits = new Hits[_columns.Length];
        for (int i = 0; i < hits.Length; i++)
            if (among is null || isAsked[i]) hits[i] = FindHits(bytes.Slice(_columns[i].Start, _columns[i].Length), texts, orEscaped);

        bool[] byPart = new bool[_parts.Length];
        for (int i = 0; i < byPart.Length; i++) byPart[i] = among is null && Has(bytes.Slice(_parts[i].Start, _parts[i].Length), texts, orEscaped);
        Restrict(selection, hits, byPart);
    }

    /// <summary>Takes out of a selection the records that surely have not got this text in their objects. Before the first step.</summary>
    [MethodImpl(HotPath.Optimized)]
    public void Restrict(bool[] selection, PropertyText text)
    {
        ReadOnlySpan<byte> bytes = Plain;
        bool[] byPart = new bool[_parts.Length];
        int[] asked = new int[_columns.Length];
        for (int i = 0; i < byPart.Length; i++) byPart[i] = text.FindIn(bytes.Slice(_parts[i].Start, _parts[i].Length), ColumnsOf(_parts[i]), asked);
        Hits[] hits = new Hits[_columns.Length];
        for (int i = 0; i < hits.Length; i++)
            if (asked[i] > 0) hits[i] = FindBegun(bytes.Slice(_columns[i].Start, _columns[i].Length), text, asked[i]);
        Restrict(selection, hits, byPart);
    }

    [MethodImpl(HotPath.Optimized)]
    private void Restrict(bool[] selection, Hits[] hits, bool[] byPart)
    {
        // Columns without a hit need not be counted through, nor parts that have no other.
        bool[] matters = new bool[_parts.Length];
        for (int i = 0; i < matters.Length; i++)
        {
            matters[i] = byPart[i];
            foreach (int column in ColumnsOf(_parts[i])) matters[i] |= hits[column].Numbers is not null;
        }

        int[][] partsOf = new int[_shapes.Length][];
        for (int i = 0; i < partsOf.Length; i++) partsOf[i] = Array.FindAll(PartsOf(_shapes[i]).ToArray(), p => matters[p]);
        for (int record = 0; record < Count; record++)
        {
            bool isHit = false;
            foreach (int part in partsOf[_shapeOf[record]])
            {
                isHit |= byPart[part];
                foreach (int column in ColumnsOf(_parts[part])) isHit |= hits[column].Next();
            }

            selection[record] &= isHit;
        }
    }

    private static bool Has(ReadOnlySpan<byte> bytes, AsciiText[] texts, bool orEscaped)
    {
        foreach (AsciiText text in texts)
            if (text.IsIn(bytes)) return true;
        return orEscaped && bytes.IndexOf((byte)'\\') >= 0;
    }

    /// <summary>Which values of a column have one of the texts, by their numbers.</summary>
    [MethodImpl(HotPath.Optimized)]
    private static Hits FindHits(ReadOnlySpan<byte> values, AsciiText[] texts, bool orEscaped)
    {
        List<int>? numbers = null;
        // Where each text is next; looked for anew only once that is passed.
        Span<int> next = texts.Length < 64 ? stackalloc int[texts.Length + 1] : new int[texts.Length + 1];
        next.Fill(-1);
        for (int at = 0, number = 0; ; number++)
        {
            int first = int.MaxValue;
            for (int i = 0; i < next.Length; i++)
            {
                if (next[i] < at)
                {
                    int found = i < texts.Length ? texts[i].IndexIn(values.Slice(at)) : orEscaped ? values.Slice(at).IndexOf((byte)'\\') : -1;
                    next[i] = found < 0 ? int.MaxValue : at + found;
                }

                first = Math.Min(first, next[i]);
            }

            if (first == int.MaxValue) return new Hits { Numbers = numbers };
            number += CountLines(values.Slice(at, first - at));
            (numbers ??= []).Add(number);
            at = first + values.Slice(first).IndexOf((byte)'\n') + 1;
        }
    }

    /// <summary>Which values of a column go on as a text does that began before them, by their numbers.</summary>
    [MethodImpl(HotPath.Optimized)]
    private static Hits FindBegun(ReadOnlySpan<byte> values, PropertyText text, int from)
    {
        List<int>? numbers = null;
        for (int number = 0; !values.IsEmpty; number++)
        {
            int end = values.IndexOf((byte)'\n');
            if (text.GoesOn(values.Slice(0, end), from)) (numbers ??= []).Add(number);
            values = values.Slice(end + 1);
        }

        return new Hits { Numbers = numbers };
    }

    [MethodImpl(HotPath.Optimized)]
    private static int CountLines(ReadOnlySpan<byte> bytes)
    {
#if NET
        return bytes.Count((byte)'\n');
#else
        int lines = 0;
        for (int at; (at = bytes.IndexOf((byte)'\n')) >= 0; lines++) bytes = bytes.Slice(at + 1);
        return lines;
#endif
    }

    private struct Hits
    {
        private int _next;
        private int _place;

        public List<int>? Numbers { get; init; }

        /// <summary>Whether the next value is a hit.</summary>
        public bool Next()
        {
            if (Numbers is null) return false;
            bool isHit = _place < Numbers.Count && Numbers[_place] == _next;
            if (isHit) _place++;
            _next++;
            return isHit;
        }
    }
}
