using System.Management.Automation;
using JumpCloudConnector.Collection;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Acknowledges gaps, with the account and a note: they are no fault any more.</summary>
[Cmdlet(VerbsLifecycle.Confirm, Nouns.CollectionGap, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(GapInfo))]
public sealed class ConfirmJcCollectionGap : StoreCmdlet
{
    private readonly List<long> _ids = [];

    /// <summary>The gaps' numbers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [LongListTransformation]
    [ArgumentCompleter(typeof(GapIdCompleter))]
    public long[] Id { get; set; } = [];

    /// <summary>What is to be kept with it: who looked, and what came of it.</summary>
    [Parameter(Position = 1)]
    public string? Note { get; set; }

    /// <summary>Returns the gaps.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private static string Account => Schedulers.IsWindows ? $"{Environment.UserDomainName}\\{Environment.UserName}" : Environment.UserName;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Id, () =>
    {
        KeepStore();
        _ids.AddRange(Id);
    });

    /// <inheritdoc/>
    // At the end, so that the gaps are looked up once.
    protected override void EndProcessing() => Guard(null, () =>
    {
        UseKeptStore();
        GapRegistry? gaps = OpenExisting() is { } store ? new GapRegistry(store) : null;
        foreach (long id in _ids)
        {
            Guard(id, () =>
            {
                GapInfo gap = gaps?.GetConfirmable(id) ?? throw GapRegistry.NotFound(id);
                string organization = gap.OrganizationName is { } name ? $", organization '{name}'" : "";
                if (!ShouldProcess($"gap {id} of connector '{gap.ConnectorName}'{organization}: {gap}", $"Acknowledge as {Account}")) return;
                gap = gaps.Confirm(gap, Account, string.IsNullOrWhiteSpace(Note) ? null : Note!.Trim());
                if (PassThru) WriteObject(gap);
            });
        }
    });
}
