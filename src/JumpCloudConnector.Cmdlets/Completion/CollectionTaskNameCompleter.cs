using System.Collections;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Offers the names of tasks.</summary>
public sealed class CollectionTaskNameCompleter : TextCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> Values(IDictionary bound) => [.. Schedulers.Current().Find().Select(t => t.Name)];
}
