namespace JumpCloudConnector.Forwarding;

/// <summary>What became of a record on its way into a message.</summary>
internal enum SyslogMessageFate
{
    /// <summary>All of it is in the message's text, though the header may have had to be shortened.</summary>
    Whole = 1,

    /// <summary>Fields were left out; the message names them.</summary>
    Trimmed,

    /// <summary>Texts were cut, and fields left out where that was not enough; the message says so.</summary>
    Truncated,

    /// <summary>There is no message.</summary>
    Skipped,
}
