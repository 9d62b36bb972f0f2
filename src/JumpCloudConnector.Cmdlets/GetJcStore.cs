using System.Management.Automation;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Shows a store's sizes, sums and settings.</summary>
[Cmdlet(VerbsCommon.Get, Nouns.Store)]
[OutputType(typeof(StoreInfo))]
public sealed class GetJcStore : StoreCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(StorePath, () =>
    {
        if (OpenForWork() is { } store && Run((_, _) => Task.FromResult(store.Care.Describe()), out StoreInfo? info)) WriteObject(info);
    });
}
