using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;
using System.Text;

namespace JumpCloudConnector.Storage;

/// <summary>Names of properties, to find the values of in the shapes of a block.</summary>
internal sealed class PropertyNames(IEnumerable<string> names)
{
    private readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Marks the columns of values that stand behind one of the names; one written with an escape may be any.</summary>
    /// <param name="part">A part of a shape.</param>
    /// <param name="columns">The columns of its values, in their order.</param>
    /// <param name="found">True for each column that has such values; others stay as they are.</param>
    [MethodImpl(HotPath.Optimized)]
    public void FindSlots(ReadOnlySpan<byte> part, ReadOnlySpan<int> columns, bool[] found)
    {
        int from = 0;
        foreach (int column in columns)
        {
            int mark = from + part.Slice(from).IndexOf(JsonShapes.Mark);
            found[column] |= found[column] || IsNamed(part.Slice(from, mark - from));
            from = mark + 1;
        }
    }

    /// <summary>Whether a name of these is the last thing before a value.</summary>
    [MethodImpl(HotPath.Optimized)]
    private bool IsNamed(ReadOnlySpan<byte> before)
    {
        // The value's own quote, and what may stand around the colon.
        if (!before.IsEmpty && before[before.Length - 1] == '"') before = before.Slice(0, before.Length - 1);
        before = TrimEnd(before);
        if (before.IsEmpty || before[before.Length - 1] != ':') return false;
        before = TrimEnd(before.Slice(0, before.Length - 1));
        before = before.Slice(0, before.Length - 1);
        int quote = before.LastIndexOf((byte)'"');
        ReadOnlySpan<byte> name = before.Slice(quote + 1);
        if (name.IndexOf((byte)'\\') >= 0 || (quote > 0 && before[quote - 1] == '\\')) return true;
        foreach (byte[] known in _names)
            if (name.SequenceEqual(known)) return true;
        return false;
    }

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && text[text.Length - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') text = text.Slice(0, text.Length - 1);
        return text;
    }
}
