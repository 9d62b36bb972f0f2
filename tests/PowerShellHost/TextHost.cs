using System.Globalization;
using System.Management.Automation.Host;

namespace PowerShellHost;

/// <summary>A PowerShell host without a console: everything goes to a <see cref="TextWriter"/>.</summary>
public sealed class TextHost : PSHost
{
    private readonly TextHostUI _ui;

    /// <summary>Creates the host.</summary>
    public TextHost(TextHostOptions options) => _ui = new TextHostUI(options);

    /// <summary>The code given to <c>exit</c>, if the script used it.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override string Name => "TextHost";

    /// <inheritdoc/>
    public override PSHostUserInterface UI => _ui;

    /// <inheritdoc/>
    public override Version Version { get; } = new(1, 0);

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no prompt.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt()
    {
    }

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
}
