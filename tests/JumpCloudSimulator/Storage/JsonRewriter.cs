using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace JumpCloudSimulator;

/// <summary>Writes the same JSON value differently: other property order, other white space, every token as it was.</summary>
internal static class JsonRewriter
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 256 };

    /// <summary>A form that is equal for all ways of writing the same value.</summary>
    public static byte[] Canonical(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, s_options);
        var target = new ArrayBufferWriter<byte>(json.Length + 16);
        Write(document.RootElement, target, null);
        return target.WrittenSpan.ToArray();
    }

    /// <summary>Another way of writing it, decided by the variation.</summary>
    public static void Write(ReadOnlyMemory<byte> json, IBufferWriter<byte> target, ulong variation)
    {
        using var document = JsonDocument.Parse(json, s_options);
        var random = new Random(unchecked((int)variation));
        Write(document.RootElement, target, random);
    }

    private static void Write(JsonElement value, IBufferWriter<byte> target, Random? random)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var properties = value.EnumerateObject().ToArray();
                if (random is null)
                {
                    Array.Sort(properties, static (a, b) => JsonMarshal.GetRawUtf8PropertyName(a).SequenceCompareTo(JsonMarshal.GetRawUtf8PropertyName(b)));
                }
                else
                {
                    random.Shuffle(properties);
                }

                target.Write("{"u8);
                for (var i = 0; i < properties.Length; i++)
                {
                    Separate(target, random, i > 0);
                    target.Write("\""u8);
                    target.Write(JsonMarshal.GetRawUtf8PropertyName(properties[i]));
                    target.Write("\":"u8);
                    Space(target, random);
                    Write(properties[i].Value, target, random);
                }

                Space(target, random);
                target.Write("}"u8);
                break;
            case JsonValueKind.Array:
                target.Write("["u8);
                var any = false;
                foreach (var item in value.EnumerateArray())
                {
                    Separate(target, random, any);
                    Write(item, target, random);
                    any = true;
                }

                target.Write("]"u8);
                break;
            default:
                target.Write(JsonMarshal.GetRawUtf8Value(value));
                break;
        }
    }

    private static void Separate(IBufferWriter<byte> target, Random? random, bool comma)
    {
        if (comma)
        {
            target.Write(","u8);
        }

        Space(target, random);
    }

    private static void Space(IBufferWriter<byte> target, Random? random)
    {
        switch (random?.Next(8))
        {
            case 0: target.Write(" "u8); break;
            case 1: target.Write("\n  "u8); break;
            case 2: target.Write("\r\n\t"u8); break;
        }
    }
}
