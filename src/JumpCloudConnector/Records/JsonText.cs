using System.Text;
using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>Reads JSON strings that a vendor wrote.</summary>
internal static class JsonText
{
    /// <summary>
    /// The text of a string token, quotes included. Half of a surrogate pair, which JSON allows and no text has, leaves the
    /// escapes as they stand: one such name must not end a search.
    /// </summary>
    public static string Unescape(ReadOnlySpan<byte> token)
    {
        Utf8JsonReader reader = new(token);
        reader.Read();
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(token.Slice(1, token.Length - 2).ToArray());
        }
    }
}
