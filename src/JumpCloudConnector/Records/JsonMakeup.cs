using System.Runtime.CompilerServices;

namespace JumpCloudConnector.Records;

/// <summary>
/// How a text is made up: the numbers of its forms, each with the lengths of its values. With the forms that is enough to find
/// every value again without a look at the text.
/// </summary>
/// <param name="table">The forms.</param>
/// <param name="bytes">Numbers and lengths; empty where nobody took note.</param>
internal readonly ref struct JsonMakeup(JsonFormTable? table, ReadOnlySpan<byte> bytes)
{
    /// <summary>Null where nobody took note.</summary>
    public JsonFormTable? Table { get; } = bytes.IsEmpty ? null : table;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Writes what <see cref="Bytes"/> has.</summary>
    [MethodImpl(HotPath.Optimized)]
    public static void Write(ByteBuffer output, JsonForms forms)
    {
        ReadOnlySpan<JsonValue> values = forms.Values;
        foreach (int number in forms.Row)
        {
            output.AppendNumberOf(number);
            // What no form is known of is one value.
            int count = number == 0 ? 1 : forms.Table[number].Values;
            for (int i = 0; i < count; i++) output.AppendNumberOf(values[i].Length);
            values = values.Slice(count);
        }
    }
}
