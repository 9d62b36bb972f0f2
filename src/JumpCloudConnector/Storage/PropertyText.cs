using System.Runtime.CompilerServices;
using JumpCloudConnector.Records;

namespace JumpCloudConnector.Storage;

/// <summary>
/// A text that begins with the name of a property, such as <c>"success":false</c>, in any case: the name stands in the shape
/// of an object, and what is behind it in the shape, in the value, or in both.
/// </summary>
internal sealed class PropertyText
{
    private readonly AsciiText _name;
    private readonly AsciiText _whole;

    /// <summary>Prepares a text.</summary>
    /// <param name="text">ASCII; from the name's first quote.</param>
    /// <param name="name">How long the name is, with its quotes.</param>
    public PropertyText(string text, int name)
    {
        _whole = AsciiText.From(text) ?? throw new ArgumentException("It has other signs than ASCII's.", nameof(text));
        _name = AsciiText.From(text.Substring(0, name))!;
    }

    /// <summary>Looks for it in a part of a shape, as far as it lies there.</summary>
    /// <param name="part">The part's text.</param>
    /// <param name="columns">The columns of its values, in their order.</param>
    /// <param name="asked">Of each column how much of the text stands before its values, where the value decides.</param>
    /// <returns>True where any value may do.</returns>
    [MethodImpl(HotPath.Optimized)]
    public bool FindIn(ReadOnlySpan<byte> part, ReadOnlySpan<int> columns, int[] asked)
    {
        for (int from = 0; ; from++)
        {
            int found = _name.IndexIn(part.Slice(from));
            if (found < 0) return false;
            from += found;
            int length = _whole.LengthInCommon(part.Slice(from), 0);
            // All of it is there, or it goes on in the next part.
            if (length == _whole.Length || from + length == part.Length) return true;
            if (part[from + length] != JsonShapes.Mark) continue;
            int column = columns[CountMarks(part.Slice(0, from + length))];
            if (asked[column] > 0 && asked[column] != length) return true;
            asked[column] = length;
        }
    }

    /// <summary>Whether a value goes on as the text does behind so many signs, as far as both go.</summary>
    [MethodImpl(HotPath.Optimized)]
    public bool GoesOn(ReadOnlySpan<byte> value, int from) => _whole.LengthInCommon(value, from) == Math.Min(value.Length, _whole.Length - from);

    private static int CountMarks(ReadOnlySpan<byte> bytes)
    {
        int marks = 0;
        foreach (byte sign in bytes)
            if (sign == JsonShapes.Mark) marks++;
        return marks;
    }
}
