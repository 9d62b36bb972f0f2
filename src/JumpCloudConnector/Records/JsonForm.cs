namespace JumpCloudConnector.Records;

/// <summary>
/// A property of an object without its values, with the sign that stands before it; or the brace behind the last one, or another
/// text as a whole. In the place of each value is a mark.
/// </summary>
internal class JsonForm
{
    /// <summary>Stands where a value was taken out; no JSON text contains it.</summary>
    public const byte Mark = 0;

    // Behind the text, so that as much as a vector has can be read anywhere in it.
    private const int Spare = 32;

    public JsonForm(ReadOnlySpan<byte> text)
    {
        byte[] padded = new byte[text.Length + Spare];
        text.CopyTo(padded);
        Padded = padded;
        Length = text.Length;
        int marks = 0;
        foreach (byte letter in text)
            if (letter == Mark) marks++;
        Pieces = new Piece[marks + 1];
        int start = 0;
        for (int i = 0; i < marks; i++)
        {
            int length = text.Slice(start).IndexOf(Mark);
            int mark = start + length;
            bool isString = mark > 0 && text[mark - 1] == '"' && mark + 1 < text.Length && text[mark + 1] == '"';
            Pieces[i] = new Piece(start, length, isString ? Follower.String : Follower.Other);
            start = mark + 1;
        }

        Pieces[marks] = new Piece(start, text.Length - start, Follower.None);
    }

    /// <summary>What follows a piece.</summary>
    public enum Follower
    {
        /// <summary>Nothing; it is the last one.</summary>
        None,

        /// <summary>A string's characters, between the quotes that the pieces have.</summary>
        String,

        /// <summary>A number, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
        Other,
    }

    public ReadOnlySpan<byte> Text => Padded.AsSpan(0, Length);

    /// <summary>The text with at least 32 bytes behind it.</summary>
    public byte[] Padded { get; }

    private int Length { get; }

    /// <summary>What stands between the marks.</summary>
    public Piece[] Pieces { get; }

    /// <summary>How many values it has.</summary>
    public int Values => Pieces.Length - 1;

    /// <summary>Its number among the forms that are known; -1 where it is not one of them.</summary>
    public int Number { get; set; } = -1;

    /// <summary>A run of the text without a mark.</summary>
    public readonly record struct Piece(int Start, int Length, Follower Then);
}
