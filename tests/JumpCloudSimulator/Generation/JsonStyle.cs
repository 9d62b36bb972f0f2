using System.Buffers;

namespace JumpCloudSimulator;

internal enum JsonLayout
{
    /// <summary>A space after each colon and comma, as Python writes it.</summary>
    Spaced,

    /// <summary>Pretty-printed with line feeds.</summary>
    Indented,

    /// <summary>Pretty-printed with tabs and carriage returns.</summary>
    IndentedCrLf,
}

/// <summary>Writes compact JSON with white space, every token as it was.</summary>
internal static class JsonStyle
{
    public static void Write(ReadOnlySpan<byte> compact, IBufferWriter<byte> target, JsonLayout layout)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < compact.Length; i++)
        {
            var c = compact[i];
            if (c == '"')
            {
                i = EndOfString(compact, i);
                continue;
            }

            switch (c)
            {
                case (byte)':':
                    Through(compact, ref start, i, target);
                    target.Write(" "u8);
                    break;
                case (byte)',':
                    Through(compact, ref start, i, target);
                    Break(target, layout, depth, " "u8);
                    break;
                case (byte)'{' or (byte)'[' when compact[i + 1] is not ((byte)'}' or (byte)']'):
                    Through(compact, ref start, i, target);
                    depth++;
                    Break(target, layout, depth, default);
                    break;
                case (byte)'}' or (byte)']' when compact[i - 1] is not ((byte)'{' or (byte)'['):
                    Through(compact, ref start, i - 1, target);
                    depth--;
                    Break(target, layout, depth, default);
                    break;
            }
        }

        Through(compact, ref start, compact.Length - 1, target);
    }

    /// <summary>One event on one line: line breaks can only stand between tokens.</summary>
    public static void WriteOneLine(ReadOnlySpan<byte> json, IBufferWriter<byte> target)
    {
        while (true)
        {
            var at = json.IndexOfAny((byte)'\r', (byte)'\n');
            if (at < 0)
            {
                target.Write(json);
                return;
            }

            target.Write(json[..at]);
            json = json[(at + 1)..];
        }
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        while (true)
        {
            at += 1 + json[(at + 1)..].IndexOfAny((byte)'"', (byte)'\\');
            if (json[at] == '"')
            {
                return at;
            }

            at++;
        }
    }

    private static void Through(ReadOnlySpan<byte> json, ref int start, int last, IBufferWriter<byte> target)
    {
        target.Write(json[start..(last + 1)]);
        start = last + 1;
    }

    private static void Break(IBufferWriter<byte> target, JsonLayout layout, int depth, ReadOnlySpan<byte> otherwise)
    {
        if (layout == JsonLayout.Spaced)
        {
            target.Write(otherwise);
            return;
        }

        target.Write(layout == JsonLayout.IndentedCrLf ? "\r\n"u8 : "\n"u8);
        for (var i = 0; i < depth; i++)
        {
            target.Write(layout == JsonLayout.IndentedCrLf ? "\t"u8 : "  "u8);
        }
    }
}
