namespace JumpCloudConnector.Records;

/// <summary>Goes over a form's text, token by token.</summary>
/// <param name="text">The text, of valid JSON.</param>
internal ref struct JsonFormWalker(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    public enum Token
    {
        /// <summary>A brace or bracket opens.</summary>
        Open,

        /// <summary>One closes.</summary>
        Close,

        /// <summary>A property's name.</summary>
        Name,

        /// <summary>A string's mark.</summary>
        String,

        /// <summary>Another value's mark.</summary>
        Other,
    }

    public Token Kind { get; private set; }

    /// <summary>True where what opens or closes is an array.</summary>
    public bool IsArray { get; private set; }

    /// <summary>A name with its quotes, as it stands in the text.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>True for the form of a property behind the first one, or of an object's end: the object is open where it begins.</summary>
    public static bool IsInside(ReadOnlySpan<byte> text) => text[0] is (byte)',' or (byte)'}';

    public bool MoveNext()
    {
        for (; _at < _text.Length; _at++)
        {
            byte sign = _text[_at];
            switch (sign)
            {
                case (byte)'{' or (byte)'[':
                    IsArray = sign == '[';
                    return At(Token.Open, 1);
                case (byte)'}' or (byte)']':
                    IsArray = sign == ']';
                    return At(Token.Close, 1);
                case (byte)'"' when _text[_at + 1] != JsonForm.Mark:
                    int end = JsonText.EndOfString(_text, _at + 1) + 1;
                    Name = _text.Slice(_at, end - _at);
                    return At(Token.Name, Name.Length);
                case (byte)'"':
                    return At(Token.String, 3);
                case JsonForm.Mark:
                    return At(Token.Other, 1);
            }
        }

        return false;
    }

    private bool At(Token kind, int length)
    {
        Kind = kind;
        _at += length;
        return true;
    }
}
