using System.Management.Automation;
using System.Management.Automation.Host;

namespace PowerShellHost;

/// <summary>How a <see cref="TextHost"/> writes and answers.</summary>
public sealed record TextHostOptions
{
    /// <summary>Where text goes; nowhere by default.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>The width that tables are fitted to.</summary>
    public int Width { get; init; } = 120;

    /// <summary>Whether text has the colours of a terminal in it.</summary>
    public bool Color { get; init; }

    /// <summary>What is done with progress; by default it becomes a line now and then.</summary>
    public Action<ProgressRecord>? OnProgress { get; init; }

    /// <summary>Answers a question such as that of -Confirm, with the number of a choice; by default the default is taken.</summary>
    public Func<string, IReadOnlyList<ChoiceDescription>, int, int>? OnChoice { get; init; }
}
