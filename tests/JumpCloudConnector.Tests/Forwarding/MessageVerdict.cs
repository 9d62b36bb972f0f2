using System.Text;
using JumpCloudConnector.Forwarding;
using JumpCloudConnector.Records;
using JumpCloudConnector.Tests.Support;

namespace JumpCloudConnector.Tests.Forwarding;

/// <summary>Makes a message and holds everything that must be true of it against the record.</summary>
internal static class MessageVerdict
{
    private static readonly string[] s_lastOfCef = ["rt", "externalId"];
    private static readonly string[] s_essentialOfCef = [.. s_lastOfCef, "cat", "act", "outcome", "cs1", "cs2", "cs4"];

    /// <param name="destination">The settings.</param>
    /// <param name="record">The record.</param>
    /// <param name="allEssential">Whether the essential fields are small enough to be there under any limit.</param>
    public static SyslogMessageFate Check(SyslogDestination destination, IngestedRecord record, bool allEssential)
    {
        string what = $"{destination.Format} {destination.Header} {destination.Oversize} {destination.MaxMessageBytes}\n{Shorten(record.Json)}";
        try
        {
            return CheckOne(destination, record, allEssential);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\n{what}", e);
        }
    }

    private static SyslogMessageFate CheckOne(SyslogDestination destination, IngestedRecord record, bool allEssential)
    {
        byte[] whole = Messages.Format(destination with { MaxMessageBytes = 0 }, record, out SyslogMessageFate unlimited)!;
        Assert.Equal(SyslogMessageFate.Whole, unlimited);
        CheckText(destination, SyslogMessageReader.Parse(whole), record, SyslogMessageFate.Whole, allEssential);

        byte[]? made = Messages.Format(destination, record, out SyslogMessageFate fate);
        int limit = destination.MaxMessageBytes;
        if (limit == 0 || whole.Length <= limit)
        {
            Assert.Equal(SyslogMessageFate.Whole, fate);
            Assert.Equal(whole, made);
            return fate;
        }

        if (destination.Oversize == SyslogOversize.Skip)
        {
            Assert.Equal(SyslogMessageFate.Skipped, fate);
            return fate;
        }

        Assert.InRange(made!.Length, 1, limit);
        if (destination.Oversize == SyslogOversize.Trim) Assert.NotEqual(SyslogMessageFate.Truncated, fate);
        SyslogMessage message = SyslogMessageReader.Parse(made), full = SyslogMessageReader.Parse(whole);

        // The text may be whole still, where a shorter header makes the room for it.
        if (fate == SyslogMessageFate.Whole) Assert.True(message.StructuredData.Values.Sum(v => v.Count) < full.StructuredData.Values.Sum(v => v.Count) || message.StructuredData.Values.Any(v => v.Any(p => p.Value.Length < full.StructuredData.Values.Max(w => w.GetValueOrDefault(p.Key)?.Length ?? 0))));
        Assert.Equal((full.Priority, full.Timestamp, full.HostName, full.AppName, full.ProcId, full.MsgId), (message.Priority, message.Timestamp, message.HostName, message.AppName, message.ProcId, message.MsgId));
        foreach ((string element, IReadOnlyDictionary<string, string> values) in message.StructuredData)
            foreach ((string name, string value) in values) Assert.StartsWith(value, full.StructuredData[element][name], StringComparison.Ordinal);
        CheckText(destination, message, record, fate, allEssential);
        return fate;
    }

    private static void CheckText(SyslogDestination destination, SyslogMessage message, IngestedRecord record, SyslogMessageFate fate, bool allEssential)
    {
        ReadOnlySpan<byte> text = message.Text;
        if (destination.ByteOrderMark) text = Strip(text, "\uFEFF"u8);
        if (destination.Format == SyslogFormat.Cef)
        {
            CheckCef(CefReader.Parse(text), record, fate, allEssential);
            return;
        }

        if (destination.CeeCookie) text = Strip(text, "@cee: "u8);
        if (fate == SyslogMessageFate.Whole) MessageChecks.IsWhole(text, record.Utf8.Span);
        else MessageChecks.IsPart(text, record.Utf8.Span, fate == SyslogMessageFate.Truncated, allEssential);
    }

    private static void CheckCef(CefMessage cef, IngestedRecord record, SyslogMessageFate fate, bool allEssential)
    {
        Dictionary<string, string> expected = MessageChecks.CefOf(record.Utf8.Span);
        Assert.Equal(("JumpCloud", record.MsgClass == "jumpcloud_systemuser" ? "System Users" : "Directory Insights", "1.0"), (cef.Vendor, cef.Product, cef.DeviceVersion));

        // What an extension has as a line break, and a header as a space.
        string type = (expected.GetValueOrDefault("act") ?? "").Replace('\n', ' ').Replace('\r', ' ').Trim(' ');
        if (type.Length == 0) type = "unknown";
        Assert.True(cef.EventClassId.Trim(' ') == type || (fate != SyslogMessageFate.Whole && MessageChecks.IsCut(cef.EventClassId.TrimStart(' '), type)), cef.EventClassId);
        if (fate == SyslogMessageFate.Whole)
        {
            Assert.Equal(expected, cef.Extension.ToDictionary());
            return;
        }

        Dictionary<string, string> made = cef.Extension.ToDictionary();
        List<string> trimmed = [];
        if (made.Remove("flexString1", out string? list))
        {
            trimmed = [.. list.Split(',')];
            Assert.True(made.Remove("flexString1Label", out string? label) && label == "trimmed");
        }

        bool truncated = made.Remove("flexString2", out string? flag);
        Assert.Equal(fate == SyslogMessageFate.Truncated, truncated);
        if (truncated) Assert.True(flag == "true" && made.Remove("flexString2Label", out string? label) && label == "truncated");
        foreach ((string key, string value) in expected)
        {
            if (made.Remove(key, out string? there)) Assert.True(there == value || (truncated && MessageChecks.IsCut(there, value)), $"{key}={there}");
            else if (!key.EndsWith("Label", StringComparison.Ordinal)) Assert.True(trimmed.Remove(key), $"{key} is gone unnamed");
        }

        Assert.Empty(made);
        Assert.Empty(trimmed);
        Assert.All(allEssential ? s_essentialOfCef : s_lastOfCef, k => Assert.Equal(expected.GetValueOrDefault(k), cef.Extension.GetValueOrDefault(k)));
    }

    private static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> text, ReadOnlySpan<byte> beginning)
    {
        Assert.True(text.StartsWith(beginning));
        return text[beginning.Length..];
    }

    private static string Shorten(string text) => text.Length <= 3_000 ? text : new StringBuilder(text, 0, 3_000, 3_004).Append('…').ToString();
}
