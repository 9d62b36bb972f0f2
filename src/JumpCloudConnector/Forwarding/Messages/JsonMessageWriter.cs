using JumpCloudConnector.Records;

namespace JumpCloudConnector.Forwarding;

/// <summary>
/// Writes a record as a message's text: one line of valid JSON with the record's own values. Control characters, U+2028 and
/// U+2029 stand in it as escapes, since receivers alter them or take them for line breaks. Used by one thread.
/// </summary>
internal sealed class JsonMessageWriter : IDisposable
{
    private readonly JsonMembers _members = new();
    private readonly JsonTexts _texts = new();
    private readonly ByteBuffer _line = new(4096);
    private readonly ByteBuffer _cut = new(4096);

    /// <summary>Appends the record whole.</summary>
    public static void Append(ByteBuffer output, ReadOnlySpan<byte> json) => MessageText.AppendJsonLine(output, json);

    /// <summary>Appends what fits of a record that is too large.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="json">The record.</param>
    /// <param name="room">How many bytes the text may have; at least 128.</param>
    /// <param name="truncate">True to cut texts before fields are left out.</param>
    public SyslogMessageFate AppendFitting(ByteBuffer output, ReadOnlySpan<byte> json, int room, bool truncate)
    {
        _line.Truncate(0);
        MessageText.AppendJsonLine(_line, json);
        if (_line.Length <= room)
        {
            output.Append(_line.Span);
            return SyslogMessageFate.Whole;
        }

        if (truncate)
        {
            _texts.Read(_line.Span);
            int length = _texts.LengthFor(_line.Length + JsonTexts.RecordMark.Length - room);
            if (_texts.AreLongerThan(length))
            {
                _cut.Truncate(0);
                _texts.AppendCut(_line.Span, _cut, length);
                _members.Read(_cut.Span);
                int start = output.Length;
                _members.AppendFitting(_cut.Span, output, room, JsonTexts.RecordMark);
                if (output.Span.Slice(start).IndexOf(JsonTexts.CutMark) >= 0) return SyslogMessageFate.Truncated;

                // The texts that were cut are gone too: it was not worth the cut.
                output.Truncate(start);
            }
        }

        _members.Read(_line.Span);
        _members.AppendFitting(_line.Span, output, room, default);
        return SyslogMessageFate.Trimmed;
    }

    public void Dispose()
    {
        _line.Dispose();
        _cut.Dispose();
    }
}
