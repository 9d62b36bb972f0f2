using System.Text.Json;

namespace JumpCloudConnector.Records;

/// <summary>Takes the objects of a page as they stream in.</summary>
internal interface IJsonItemSink
{
    /// <summary>The page begins, perhaps again after a failed try: whatever came of it before is void.</summary>
    void BeginPage();

    /// <summary>Scans the object whose brace the reader stands on; false when the reader ran out of bytes.</summary>
    bool TryScan(ref Utf8JsonReader reader);

    /// <summary>Takes the object scanned last.</summary>
    void Take(ReadOnlySpan<byte> json);
}
